const SHANGHAI_MS = 8 * 3_600_000;

/** RFC 3339 with milliseconds at +08:00, as every time on the wire. */
export function rfc3339(ms: number): string {
  return new Date(ms + SHANGHAI_MS).toISOString().replace("Z", "+08:00");
}
