import type { Deps } from "../app/deps.ts";
import { settleNumbers } from "../app/grantNumbers.ts";
import { keepStock } from "../app/keepStock.ts";
import type { NumberBureau } from "../app/numberPorts.ts";
import { startLoop, type Worker } from "./loop.ts";

/** Longer than a transaction may take: two programs never send one grant. */
const LEASE_MS = 90_000;
const LOOK_EVERY_MS = 2_000;
/** What the chain refused is not asked for again at once. */
const REFUSED_REST_MS = 10_000;

/** Keeps units in numbers; on chain only where the bureau's key is. */
export function startNumbersWorker(deps: Deps, bureau: NumberBureau | undefined): Worker {
  const { bell, log } = deps;
  return startLoop({ name: "numbers", bell, topic: "numbers", log }, async () => {
    await keepStock(deps);
    if (bureau === undefined) return LOOK_EVERY_MS;
    const lease = await deps.store.lease("numbers", deps.settings.holder, LEASE_MS);
    if (lease === undefined) return LOOK_EVERY_MS;
    const { refused } = await settleNumbers(deps, bureau, lease);
    return refused > 0 ? REFUSED_REST_MS : LOOK_EVERY_MS;
  });
}
