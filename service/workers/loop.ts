import { AppError } from "../core/errors.ts";
import type { Bell, Log } from "../app/ports.ts";

/** A loop that can be stopped; `stop` resolves when the step that runs has ended. */
export type Worker = {
  readonly name: string;
  /** False while its last step has failed. */
  isWell(): boolean;
  stop(): Promise<void>;
};

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Runs `step` over and over until stopped. A step says how long to rest, at most, before the next; the bell's topic cuts the rest
 * short. A step that throws is logged and tried again, after a pause that grows to 5 s.
 */
export function startLoop(
  options: { readonly name: string; readonly bell: Bell; readonly topic: string; readonly log: Log },
  step: () => Promise<number>,
): Worker {
  const { name, bell, topic, log } = options;
  const stopTopic = `stop ${name} ${Math.random()}`;
  let stopped = false;
  let isWell = true;
  const isStopped = (): boolean => stopped;
  const run = async (): Promise<void> => {
    let pauseMs = FIRST_PAUSE_MS;
    while (!isStopped()) {
      let restMs: number;
      try {
        restMs = await step();
        isWell = true;
        pauseMs = FIRST_PAUSE_MS;
      } catch (error) {
        isWell = false;
        const code = error instanceof AppError ? error.code : "unexpected";
        log.error("worker_failed", {
          worker: name,
          code,
          error: error instanceof Error ? error.message : String(error),
        });
        restMs = pauseMs;
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      }
      if (!isStopped() && restMs > 0) await Promise.race([bell.heard(topic, restMs), bell.heard(stopTopic, restMs)]);
    }
  };
  const running = run();
  return {
    name,
    isWell: () => isWell,
    async stop() {
      stopped = true;
      bell.ring(stopTopic);
      await running;
    },
  };
}
