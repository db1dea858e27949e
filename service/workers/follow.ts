import type { Deps } from "../app/deps.ts";
import { followLedger } from "../app/followLedger.ts";
import { startLoop, type Worker } from "./loop.ts";

/** Longer than a reading of many blocks may take; what a successor has kept is not kept again. */
const LEASE_MS = 60_000;
const LOOK_EVERY_MS = 2_000;

/** Follows what is done to receipts on the contract, by whomever; one program at a time, by a lease. */
export function startFollowWorker(deps: Deps): Worker {
  const { bell, log } = deps;
  return startLoop({ name: "follow", bell, topic: "follow", log }, async () => {
    const lease = await deps.store.lease("follow", deps.settings.holder, LEASE_MS);
    if (lease === undefined) return LOOK_EVERY_MS;
    return (await followLedger(deps, lease)) > 0 ? 0 : LOOK_EVERY_MS;
  });
}
