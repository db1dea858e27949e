import { declareTotals, type DeclarationSchedule } from "../app/declareTotals.ts";
import type { Deps } from "../app/deps.ts";
import { startLoop, type Worker } from "./loop.ts";

/** Longer than a transaction is waited for. */
const LEASE_MS = 120_000;
const LOOK_EVERY_MS = 60_000;
const CONFIRM_EVERY_MS = 2_000;

/** Declares after each period's end; one program at a time, by a lease, for they share the account that sends. */
export function startDeclareWorker(deps: Deps, schedule: DeclarationSchedule): Worker {
  const { bell, log } = deps;
  return startLoop({ name: "declare", bell, topic: "declare", log }, async () => {
    const isMine = async (): Promise<boolean> =>
      (await deps.store.lease("declare", deps.settings.holder, LEASE_MS)) !== undefined;
    if (!(await isMine())) return LOOK_EVERY_MS;
    const waiting = await declareTotals(deps, schedule, isMine);
    return waiting > 0 ? CONFIRM_EVERY_MS : LOOK_EVERY_MS;
  });
}
