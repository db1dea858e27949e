import { invariant } from "../core/errors.ts";

/** What the tables say of one unit's numbers of one code, counted apart from each other, for a period. */
export type StockCounts = {
  readonly unitId: number;
  readonly code: number;
  /** Numbers of granted books, by the time of the grant: before the period, in it, after it. */
  readonly granted: Split;
  /** Numbers returned, by the time at which the chain had it. */
  readonly returned: Split;
  /** Numbers taken, by the time of issue. */
  readonly taken: Split;
  /** Of those taken in the period. A void number counts in the period in which it was taken. */
  readonly blue: number;
  readonly red: number;
  readonly void: number;
  /** By the books' own marks, now. */
  readonly leftNow: number;
};

export type Split = { readonly before: number; readonly within: number; readonly after: number };

/** A line of the stock ledger: opening + granted - returned = blue + red + void + closing (docs/domain.md 3.8). */
export type StockLine = {
  readonly unitId: number;
  readonly code: number;
  readonly opening: number;
  readonly granted: number;
  readonly returned: number;
  readonly blue: number;
  readonly red: number;
  readonly void: number;
  readonly closing: number;
  /** Left side less right side: 0, or books and receipts disagree. */
  readonly difference: number;
};

/**
 * Opening is counted forwards from grants, returns and receipts; closing backwards from the books' marks. So the
 * identity is not true by itself: a number that was skipped, taken twice or lost shows as a difference.
 */
export function stockLineOf(counts: StockCounts): StockLine {
  const { unitId, code, granted, returned, taken, blue, red, leftNow } = counts;
  invariant(taken.within === blue + red + counts.void, "what is taken is blue, red or void");
  const opening = granted.before - returned.before - taken.before;
  const closing = leftNow - granted.after + returned.after + taken.after;
  const difference = opening + granted.within - returned.within - (blue + red + counts.void + closing);
  const inPeriod = { granted: granted.within, returned: returned.within, blue, red, void: counts.void };
  return { unitId, code, opening, ...inPeriod, closing, difference };
}
