import { equalBytes } from "../core/bytes.ts";
import { deskLogHash, LOG_START, type DeskLogAction } from "../domain/deskLog.ts";
import type { Deps } from "./deps.ts";
import type { DeskAccount } from "./deskPorts.ts";

/** Appends one line for each object, in the account's name. */
export async function logAtDesk(
  deps: Pick<Deps, "store" | "clock">,
  { unitId, accountId }: Pick<DeskAccount, "unitId" | "accountId">,
  action: DeskLogAction,
  objects: readonly string[],
): Promise<void> {
  const atMs = deps.clock.nowMs();
  await deps.store.appendDeskLog(objects.map((object) => ({ unitId, atMs, accountId, action, object })));
}

const PAGE_SIZE = 1_000;

/**
 * Recomputes a unit's log from its newest line to its first.
 * @returns how many lines hold, or the number of the line that was changed or is missing
 */
export async function checkDeskLog(
  { store }: Pick<Deps, "store">,
  unitId: number,
): Promise<{ readonly kind: "holds"; readonly count: number } | { readonly kind: "broken"; readonly seq: number }> {
  let count = 0;
  let after: { readonly seq: number; readonly entry: Parameters<typeof deskLogHash>[0]; hash: Uint8Array } | undefined;
  for (;;) {
    const page = await store.deskLog(unitId, after?.seq, PAGE_SIZE);
    for (const { hash, ...entry } of page) {
      if (after !== undefined) {
        const isNext = entry.seq === after.seq - 1;
        if (!isNext || !equalBytes(deskLogHash(after.entry, hash), after.hash))
          return { kind: "broken", seq: after.seq };
      }
      after = { seq: entry.seq, entry, hash };
      count += 1;
    }
    if (page.length < PAGE_SIZE) break;
  }
  if (after === undefined) return { kind: "holds", count };
  const isFirst = after.seq === 1 && equalBytes(deskLogHash(after.entry, LOG_START), after.hash);
  return isFirst ? { kind: "holds", count } : { kind: "broken", seq: after.seq };
}
