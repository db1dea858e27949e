import { eventTopic, type Deps } from "../app/deps.ts";
import { forgetEvents, sendEvents } from "../app/sendEvents.ts";
import { startLoop, type Worker } from "./loop.ts";

/** Events become due in this program and in others. */
const LOOK_EVERY_MS = 1_000;
const FORGET_EVERY_MS = 3_600_000;

/** An endpoint that hangs holds up one lane, not the others' events. */
const LANES = 4;

/** Sends units' systems what they want to know, and forgets what is too old to be asked for. */
export function startWebhookWorker(deps: Deps): Worker {
  const lanes = [...Array.from({ length: LANES }, () => startLane(deps)), startForgetting(deps)];
  return {
    name: "webhook",
    isWell: () => lanes.every((lane) => lane.isWell()),
    async stop() {
      await Promise.all(lanes.map((lane) => lane.stop()));
    },
  };
}

function startLane(deps: Deps): Worker {
  const { bell, log } = deps;
  return startLoop({ name: "webhook", bell, topic: eventTopic, log }, async () =>
    (await sendEvents(deps)) ? 0 : LOOK_EVERY_MS,
  );
}

function startForgetting(deps: Deps): Worker {
  const { bell, log } = deps;
  return startLoop({ name: "webhook", bell, topic: "forget events", log }, async () =>
    (await forgetEvents(deps)) ? 0 : FORGET_EVERY_MS,
  );
}
