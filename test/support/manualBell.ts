import type { Bell } from "../../service/app/ports.ts";

/** A bell under which a loop rests until the test rings: no time passes by itself. */
export type ManualBell = Bell & {
  /** Waits until the loop rests, and tells how long it would at most. */
  rest(): Promise<number>;
  /** Ends the rest, as a ring or the end of its time would. */
  wake(): void;
};

export function createManualBell(topic: string): ManualBell {
  const waiting = new Map<string, () => void>();
  let resting: { readonly timeoutMs: number; readonly end: () => void } | undefined;
  let tell: ((timeoutMs: number) => void) | undefined;
  return {
    ring(rung) {
      waiting.get(rung)?.();
      if (rung === topic) resting?.end();
    },
    heard: (heard, timeoutMs) =>
      new Promise((resolve) => {
        if (heard !== topic) {
          waiting.set(heard, resolve);
          return;
        }
        const end = (): void => {
          resting = undefined;
          resolve();
        };
        resting = { timeoutMs, end };
        tell?.(timeoutMs);
        tell = undefined;
      }),
    rest: () =>
      resting === undefined ? new Promise((resolve) => (tell = resolve)) : Promise.resolve(resting.timeoutMs),
    wake: () => resting?.end(),
  };
}
