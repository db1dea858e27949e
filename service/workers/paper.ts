import type { Deps } from "../app/deps.ts";
import { settlePapers } from "../app/exchangeReceipt.ts";
import { startLoop, type Worker } from "./loop.ts";

/** Only what a crash or an unreachable chain has left is found here: the request itself settles the rest. */
const LOOK_EVERY_MS = 5_000;

/** Tells the chain of exchanges to paper that it does not know yet. */
export function startPaperWorker(deps: Deps): Worker {
  const { bell, log } = deps;
  return startLoop({ name: "paper", bell, topic: "paper", log }, async () => {
    await settlePapers(deps);
    return LOOK_EVERY_MS;
  });
}
