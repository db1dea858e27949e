const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const MAX_RETRY_AFTER_MS = 24 * HOUR_MS;

/** Rests after the first, second … failed attempt at one event: 5 seconds to 1 day, three days in all. */
const RESTS_MS = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
] as const;

/** An event that the endpoint says is wrong in itself holds the others up no longer than so many attempts. */
const REFUSED_ATTEMPTS = 5;

/**
 * How long to rest before the next attempt; undefined: it is given up.
 * @param failures this one included, from 1
 * @param dice 0 to 255: up to a quarter more, so that endpoints that failed together don't come back together
 */
export function restAfterFailure(failures: number, dice: number, retryAfterS = 0): number | undefined {
  const restMs = RESTS_MS[failures - 1];
  if (restMs === undefined) return undefined;
  const spreadMs = Math.floor((restMs * dice) / 1024);
  return Math.max(restMs + spreadMs, Math.min(retryAfterS * SECOND_MS, MAX_RETRY_AFTER_MS));
}

/** Whether an event that was refused so often is put aside. */
export function isDead(failures: number): boolean {
  return failures >= REFUSED_ATTEMPTS;
}
