import { deliverReceipts } from "../app/deliverReceipts.ts";
import { deliveryTopic, type Deps } from "../app/deps.ts";
import { startLoop, type Worker } from "./loop.ts";

/** Receipts become due when they are rendered or anchored, in this program or another. */
const LOOK_EVERY_MS = 1_000;

/** Sends what is due. */
export function startDeliverWorker(deps: Deps): Worker {
  const { bell, log } = deps;
  return startLoop({ name: "deliver", bell, topic: deliveryTopic, log }, async () => {
    const count = await deliverReceipts(deps);
    return count > 0 ? 0 : LOOK_EVERY_MS;
  });
}
