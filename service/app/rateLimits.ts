import type { Deps } from "./deps.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** How often in a window, by what is counted. Kept in the database, so that a restart or another program forgives nothing. */
export const rateLimits = {
  /** One receipt sent on. */
  forward_receipt: { windowMs: DAY_MS, limit: 5 },
  /** Sent on by one network address. */
  forward_address: { windowMs: HOUR_MS, limit: 20 },
  /** Sent on to one contact. */
  forward_contact: { windowMs: DAY_MS, limit: 10 },
  /** Pictures drawn of one receipt. */
  picture_receipt: { windowMs: HOUR_MS, limit: 30 },
  /** Pictures drawn for one network address, or one unit. */
  picture_asker: { windowMs: HOUR_MS, limit: 300 },
  /** One receipt sent again by its unit. */
  resend_receipt: { windowMs: DAY_MS, limit: 5 },
  /** One-time codes for one contact. */
  login_contact: { windowMs: HOUR_MS, limit: 3 },
  login_contact_day: { windowMs: DAY_MS, limit: 10 },
  /** One-time codes asked for by one network address; a hospital's waiting room shares one. */
  login_address: { windowMs: HOUR_MS, limit: 30 },
  /** One-time codes typed in from one network address, right or wrong. */
  login_try_address: { windowMs: HOUR_MS, limit: 60 },
  /** Disclosures verified for one network address: an insurance desk's day, not a way to keep us busy. */
  verify_address: { windowMs: HOUR_MS, limit: 1_000 },
} as const;

export type RateName = keyof typeof rateLimits;

/** Counts one more; false if that is one too many. Whoever is counted stays unreadable. */
export function isWithinRate(
  deps: Pick<Deps, "store" | "contacts" | "clock">,
  name: RateName,
  who: string,
): Promise<boolean> {
  const { windowMs, limit } = rateLimits[name];
  return deps.store.useRate(deps.contacts.mac("rate-limit", `${name} ${who}`), windowMs, limit, deps.clock.nowMs());
}
