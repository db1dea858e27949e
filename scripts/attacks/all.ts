import { appendedAttacks } from "./appended.ts";
import type { Attack, AttackInput } from "./attack.ts";
import { forgeryAttacks } from "./forgery.ts";
import { proofAttacks } from "./proofs.ts";
import { shadowAttacks } from "./shadow.ts";
import { swappedAttacks } from "./swapped.ts";

/** Every attack that can be made of a good receipt's file alone; the look-alike contract needs a chain (lookAlike.ts). */
export async function makeAttacks(input: AttackInput): Promise<readonly Attack[]> {
  const made = await Promise.all([
    appendedAttacks(input),
    shadowAttacks(input),
    forgeryAttacks(input),
    swappedAttacks(input),
  ]);
  return [...made.flat(), ...proofAttacks(input)];
}
