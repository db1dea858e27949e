import { AppError } from "../core/errors.ts";
import { dateOf, dayOf } from "./fiscalTime.ts";
import { assertFen, scaleRoundHalfUp, type Fen } from "./money.ts";

/** 3 % of the fine a day, at most the fine, after 15 free days (行政处罚法 §67, §72; docs/domain.md 2.7). */
export const LATE_FINE_TERMS: SurchargeTerms = { dailyRate: "0.03", freeDays: 15 };

export type SurchargeTerms = { readonly dailyRate: string; readonly freeDays: number };

export type LatePayment = {
  readonly fineFen: Fen;
  /** When the decision was received: day 0. yyyyMMdd or yyyy-MM-dd, as all dates here. */
  readonly receivedDate: string;
  readonly paidDate: string;
  /** Days of reconsideration or suit, which do not count (§73). */
  readonly suspendedDays: number;
  /** Public holidays: free days that would end on one end on the first day after that is none. */
  readonly holidays?: readonly string[];
};

export type LateSurcharge = {
  /** yyyyMMdd: the last day without a surcharge, suspended days left aside. */
  readonly lastFreeDate: string;
  readonly daysLate: number;
  readonly surchargeFen: Fen;
  /** Whether the cap (the fine) was reached. */
  readonly isCapped: boolean;
};

/**
 * 加处罚款: fine times rate times days late, not compounded, rounded half up once to whole fen, at most the fine. Weekends
 * count. Throws surcharge_input_invalid for a negative fine, days that are no whole number >= 0, no such date, or a
 * payment before receipt.
 */
export function lateSurcharge(payment: LatePayment, terms: SurchargeTerms = LATE_FINE_TERMS): LateSurcharge {
  const { suspendedDays, fineFen } = payment;
  const received = dayOf(payment.receivedDate);
  const paid = dayOf(payment.paidDate);
  if (received === undefined || paid === undefined || paid < received) {
    throw new AppError(
      "surcharge_input_invalid",
      "dates must exist and the payment may not precede the decision's receipt",
    );
  }
  if (!Number.isSafeInteger(suspendedDays) || suspendedDays < 0 || assertFen(fineFen) < 0) {
    throw new AppError("surcharge_input_invalid", "the fine and the suspended days must be whole and not negative");
  }
  const lastFree = lastFreeDay(received + terms.freeDays, payment.holidays ?? []);
  const daysLate = Math.max(0, paid - lastFree - suspendedDays);
  const uncappedFen = lateFen(fineFen, terms.dailyRate, daysLate);
  return {
    lastFreeDate: dateOf(lastFree),
    daysLate,
    surchargeFen: Math.min(uncappedFen, fineFen),
    isCapped: fineFen > 0 && uncappedFen >= fineFen,
  };
}

function lastFreeDay(day: number, holidays: readonly string[]): number {
  const closed = new Set(holidays.map(dayOf));
  let last = day;
  while (closed.has(last)) last += 1;
  return last;
}

/**
 * The rate of all days as one exact decimal. At 1 or more it is the fine itself: the cap, before a product leaves the
 * bounds.
 */
function lateFen(fineFen: Fen, dailyRate: string, daysLate: number): Fen {
  const [whole = "0", decimals = ""] = dailyRate.split(".");
  const units = BigInt(whole + decimals) * BigInt(daysLate);
  if (units >= 10n ** BigInt(decimals.length)) return fineFen;
  return scaleRoundHalfUp(fineFen, `0.${String(units).padStart(decimals.length, "0")}`);
}
