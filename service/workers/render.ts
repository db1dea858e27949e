import { issuedTopic, type Deps } from "../app/deps.ts";
import { renderReceipts } from "../app/renderReceipts.ts";
import { startLoop, type Worker } from "./loop.ts";

/** Another program's receipts are found by looking; our own ring the bell. */
const LOOK_EVERY_MS = 1_000;

/** While what one lane has drawn is being stored, the threads draw for the other. */
const LANES = 2;

/** Draws and signs what was issued. */
export function startRenderWorker(deps: Deps): Worker {
  const lanes = Array.from({ length: LANES }, () => startLane(deps));
  return {
    name: "render",
    isWell: () => lanes.every((lane) => lane.isWell()),
    async stop() {
      await Promise.all(lanes.map((lane) => lane.stop()));
    },
  };
}

function startLane(deps: Deps): Worker {
  const { bell, log } = deps;
  return startLoop({ name: "render", bell, topic: issuedTopic, log }, async () => {
    const count = await renderReceipts(deps);
    return count > 0 ? 0 : LOOK_EVERY_MS;
  });
}
