import { issueDateOf, yearOf } from "./fiscalTime.ts";

/** How often a unit declares its totals (申报). */
export const declarationPeriods = ["day", "month", "quarter"] as const;
export type DeclarationPeriod = (typeof declarationPeriods)[number];

/** What is known of a book when a period has ended. Numbers are counted from the last one that was declared. */
export type DeclarationFacts = {
  /** The last number that is declared; first - 1 if none is. */
  readonly covered: number;
  /** The last number of the period; `covered` if none was taken in it. */
  readonly periodThrough: number;
  /** The next number to be anchored, and the next to be taken. */
  readonly anchored: number;
  readonly next: number;
  /** No number of the book is taken any more: it is used up or closed, or its year is over. */
  readonly isEnded: boolean;
  /** Receipts, voids not counted, after `covered` through the period's last number … */
  readonly receiptCount: number;
  /** … and after that, as far as they are anchored. */
  readonly restCount: number;
  /** Of receiptCount, the red-letter ones. */
  readonly redCount: number;
  /** The first of them is so old that it is not waited for others any more. */
  readonly isRedOverdue: boolean;
};

/**
 * declare: through that number. nothing: all is declared. not_anchored: numbers of the period are not on chain yet. too_few: the
 * period adds fewer receipts than the least; they go into a later declaration. held_back: so few would be left that they could
 * never be declared alone; it waits until there are enough, or the book ends. few_reds: it would add so few red-letter receipts that
 * the difference of `reversedFen` tells of single ones; it waits for more, for a time. undeclarable: the book has ended, and what is left
 * is less than the least.
 */
export type DeclarationPlan =
  | { readonly kind: "declare"; readonly through: number }
  | { readonly kind: "nothing" | "not_anchored" | "too_few" | "held_back" | "few_reds" | "undeclarable" };

/**
 * Through which number to declare. What is left after a declaration is always none, or as much as can be declared: else a
 * book that ends, at any moment and for whatever reason, would keep a tail that the contract refuses for ever (LEDGER.md, declare).
 * The contract counts receipts of either colour alike; that few red-letter ones are not told of alone is our rule, and gives way
 * after a time: completeness is what declarations are for. A book that has ended gets no more of them, so it waits for none.
 * @param least DECLARE_MIN_RECEIPTS, of red-letter receipts, too
 */
export function decideDeclaration(facts: DeclarationFacts, least: number): DeclarationPlan {
  const { covered, periodThrough, anchored, next, isEnded, receiptCount, restCount, redCount } = facts;
  if (periodThrough <= covered) return { kind: "nothing" };
  if (periodThrough >= anchored) return { kind: "not_anchored" };
  const isAllAnchored = anchored === next;
  const hasRest = next - 1 > periodThrough;
  const isLast = isEnded && !hasRest;
  if (receiptCount >= least && (restCount >= least || isLast)) {
    const mayTellOfReds = redCount === 0 || redCount >= least || facts.isRedOverdue;
    if (mayTellOfReds || isLast) return { kind: "declare", through: periodThrough };
    if (!isEnded) return { kind: "few_reds" };
  }
  if (!isEnded) return { kind: receiptCount < least ? "too_few" : "held_back" };
  // The book's last declaration takes what is left, though it was issued after the period.
  if (!isAllAnchored) return { kind: "not_anchored" };
  return receiptCount + restCount >= least ? { kind: "declare", through: next - 1 } : { kind: "undeclarable" };
}

/** Whether a book can give out no number any more: receipts carry the year of their issue in their code (docs/domain.md 2.1). */
export function isBookEnded(
  book: { readonly code: number; readonly next: number; readonly last: number },
  nowMs: number,
): boolean {
  return book.next > book.last || 2000 + (book.code % 100) < yearOf(nowMs);
}

const OFFSET_MS = 8 * 3_600_000;

/** The end of the last period that is over at a time: the first moment of the one that runs, in Asia/Shanghai. */
export function lastPeriodEndMs(nowMs: number, every: DeclarationPeriod): number {
  const date = issueDateOf(nowMs);
  const [year, month, day] = [date.slice(0, 4), date.slice(4, 6), date.slice(6)].map(Number) as [
    number,
    number,
    number,
  ];
  return Date.UTC(year, firstMonth(month, every) - 1, every === "day" ? day : 1) - OFFSET_MS;
}

const firstMonth = (month: number, every: DeclarationPeriod): number =>
  every === "quarter" ? month - ((month - 1) % 3) : month;
