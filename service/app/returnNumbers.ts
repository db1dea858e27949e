import type { Deps } from "./deps.ts";
import type { NewReturn, ReturnOutcome } from "./numberPorts.ts";
import type { Unit } from "./storePorts.ts";

export type ReturnInput = Omit<NewReturn, "unitId" | "nowMs">;

/**
 * Asks the bureau to take a book's unused end back (退票). No receipt takes a number of it from then on, unless the bureau
 * refuses; the same again gives what is there.
 */
export function returnNumbers(
  { store, clock }: Pick<Deps, "store" | "clock">,
  unit: Pick<Unit, "unitId">,
  input: ReturnInput,
): Promise<ReturnOutcome> {
  const author = input.author.trim();
  return store.createReturn({ ...input, author, unitId: unit.unitId, nowMs: clock.nowMs() });
}
