import { dateOf, dayOf, issueDateOf, yearOf } from "./fiscalTime.ts";

/** How many years the issuing side keeps a receipt, by kind (docs/domain.md 1.1: 5 years; a bureau may ask for more). */
export type Keeping = { readonly years: number; readonly yearsByKind: ReadonlyMap<string, number> };

/** Five years is what the rules' text says of stubs and e-records at the issuing side; no kind is known to differ. */
export const DEFAULT_KEEPING_YEARS = 5;

/**
 * The first day, yyyyMMdd, on which a receipt may be destroyed. The years are counted from the end of the year of issue, the longer
 * of the ways to count, for no source says from when.
 */
export function keptUntil(kind: string, issuedAtMs: number, keeping: Keeping): string {
  const years = keeping.yearsByKind.get(kind) ?? keeping.years;
  return `${yearOf(issuedAtMs) + years + 1}0101`;
}

/** Whether the keeping period of all receipts of a kind that were issued through a day is over. */
export function isKeptLongEnough(kind: string, lastIssueDate: string, nowMs: number, keeping: Keeping): boolean {
  const day = dayOf(lastIssueDate);
  const noonMs = day === undefined ? Number.NaN : day * 86_400_000;
  return keptUntil(kind, noonMs, keeping) <= dateOf(dayOf(issueDateOf(nowMs)) ?? 0);
}
