import { Piscina } from "piscina";
import type { PictureMaker } from "../app/picturePorts.ts";
import { AppError } from "../core/errors.ts";

/** A minute without a picture, and the thread with its renderer is gone. */
const IDLE_MS = 60_000;
/** More than wait some seconds: refused at once rather than later. */
const MAX_QUEUE = 32;
const MAX_HEAP_MB = 256;

/** One thread, started at the first picture: pictures never take a processor from what must go on. */
export function startPicturePool(maxQueue = MAX_QUEUE): PictureMaker {
  const pool = new Piscina<Uint8Array, Uint8Array>({
    name: "drawOne",
    filename: new URL("./pictureThread.ts", import.meta.url).href,
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: IDLE_MS,
    maxQueue,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    atomics: "disabled",
  });
  return {
    async draw(pdf) {
      if (pool.queueSize >= maxQueue) throw new AppError("queue_full", "too many pictures wait to be drawn");
      try {
        return await pool.run(pdf);
      } catch (cause) {
        throw new AppError("picture_failed", "the picture could not be drawn", { cause });
      }
    },
    stop: () => pool.close(),
  };
}
