import { issuedTopic, type Deps } from "../app/deps.ts";
import { renderReceipts } from "../app/renderReceipts.ts";
import { startLoop, type Worker } from "./loop.ts";

/** Another program's receipts are found by looking; our own ring the bell. */
const LOOK_EVERY_MS = 1_000;

/** Draws and signs what was issued. */
export function startRenderWorker(deps: Deps): Worker {
  const { bell, log } = deps;
  return startLoop({ name: "render", bell, topic: issuedTopic, log }, async () => {
    const count = await renderReceipts(deps);
    return count > 0 ? 0 : LOOK_EVERY_MS;
  });
}
