import { EventEmitter } from "node:events";
import type { Bell } from "../../app/ports.ts";

/** A bell within this process. */
export function createBell(): Bell {
  const emitter = new EventEmitter();
  // As many requests may wait at a time as the server lets in.
  emitter.setMaxListeners(0);
  return {
    ring: (topic) => void emitter.emit(topic),
    heard: (topic, timeoutMs) =>
      new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          emitter.off(topic, done);
          resolve();
        };
        const timer = setTimeout(done, timeoutMs);
        emitter.on(topic, done);
      }),
  };
}
