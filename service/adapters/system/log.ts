import { pino } from "pino";
import type { Log } from "../../app/ports.ts";

/** One JSON line per event on standard error, so that standard output stays for people. */
export function createLog(level: "debug" | "info" | "warn" | "error" | "silent"): Log {
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
  return {
    info: (event, fields) => logger.info({ event, ...fields }),
    warn: (event, fields) => logger.warn({ event, ...fields }),
    error: (event, fields) => logger.error({ event, ...fields }),
  };
}
