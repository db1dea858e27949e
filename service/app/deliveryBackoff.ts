const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Rests after the first, second … failed attempt: 1 minute to 1 day, 46 hours in all. */
const RESTS_MS = [
  MINUTE_MS,
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
  24 * HOUR_MS,
] as const;

/** How long to rest after so many attempts; undefined: it is given up. */
export function restAfter(attempts: number): number | undefined {
  return RESTS_MS[attempts - 1];
}
