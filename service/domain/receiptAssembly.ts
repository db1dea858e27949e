import { AppError, invariant } from "../core/errors.ts";
import { isReceiptCode, receiptCode } from "./code.ts";
import { dayOf, issueDateOf, issueTimeOf, yearOf } from "./fiscalTime.ts";
import type { Kind } from "./kind.ts";
import { kindCodeOf } from "./kindCodes.ts";
import { MAX_LENGTHS } from "./limits.ts";
import { negateFen, type Fen } from "./money.ts";
import { isRandomNumber } from "./randomNumber.ts";
import { numberText } from "./number.ts";
import type { IssuingUnit, Numbering, ReceiptData } from "./receipt.ts";
import { characterCount } from "./textRules.ts";

/** A receipt's data before it has its number. */
export type ReceiptDraft = Omit<ReceiptData, keyof Numbering>;

/** Who reverses, and by which serial number of the unit. Absent: as on the blue receipt, busNo "R" + code + number. */
export type ReversalBy = Partial<Readonly<Record<"busNo" | "placeCode" | "handlingPerson" | "checker", string>>>;

/**
 * The receipt code of this unit, kind and time of issue, by the region's code table: the unit's books of this code and
 * kind are those to take a number from.
 */
export function issueCodeOf(kind: Kind, unit: Pick<IssuingUnit, "region">, issuedAtMs: number): string {
  const { classCode, kindCode } = kindCodeOf(kind, unit.region, issuedAtMs);
  return receiptCode({ region: unit.region, classCode, kindCode, year: yearOf(issuedAtMs) });
}

/**
 * The numbering of a number just taken from a book of `eInvoiceCode`, at its time. Throws number_malformed,
 * time_out_of_range.
 */
export function numberingOf(eInvoiceCode: string, number: number, randomNumber: string, issuedAtMs: number): Numbering {
  return {
    eInvoiceCode,
    eInvoiceNumber: numberText(number),
    randomNumber,
    issueDate: issueDateOf(issuedAtMs),
    issueTime: issueTimeOf(issuedAtMs),
  };
}

/**
 * The receipt: draft and numbering joined, eInvoiceSpecimenCode set to the code taken and the kind's version. An
 * invariant breaks (our bug, never the caller's) if the code is of another region or kind, or of another year than the
 * issue date. A red-letter receipt may have another class and kind code than its blue one: the region's table can have
 * changed between them.
 */
export function numberReceipt(draft: ReceiptDraft, numbering: Numbering): ReceiptData {
  const { eInvoiceCode, eInvoiceNumber, randomNumber, issueDate, issueTime } = numbering;
  invariant(isReceiptCode(eInvoiceCode), "receipt code has 8 digits");
  const fixedDigits = isRedLetter(draft) ? 2 : 6;
  invariant(
    eInvoiceCode.slice(0, fixedDigits) === draft.eInvoiceSpecimenCode.slice(0, fixedDigits),
    "receipt code is of the draft's region and kind",
  );
  invariant(eInvoiceCode.slice(6) === issueDate.slice(2, 4), "receipt code is of the year of issue");
  invariant(/^\d{10}$/.test(eInvoiceNumber), "receipt number has 10 digits");
  invariant(isRandomNumber(randomNumber), "check code has 6 letters or digits");
  invariant(/^\d{8}$/.test(issueDate) && dayOf(issueDate) !== undefined, "issue date is yyyyMMdd");
  invariant(/^\d{2}:\d{2}:\d{2}$/.test(issueTime), "issue time is HH:mm:ss");
  const { eInvoiceName, eInvoiceSpecimenCode, ...rest } = draft;
  return {
    eInvoiceName,
    eInvoiceCode,
    eInvoiceNumber,
    randomNumber,
    eInvoiceSpecimenCode: eInvoiceCode + eInvoiceSpecimenCode.slice(8),
    issueDate,
    issueTime,
    ...rest,
  };
}

/**
 * The leaf's amounts (docs/ledger.md): a red-letter receipt has its amount in reversedFen and 0 in issuedFen, any other the
 * reverse.
 */
export function amountsOf(data: Pick<ReceiptData, "totalAmount">): {
  readonly issuedFen: Fen;
  readonly reversedFen: Fen;
} {
  const total = data.totalAmount;
  return total < 0 ? { issuedFen: 0, reversedFen: negateFen(total) } : { issuedFen: total, reversedFen: 0 };
}

/** Whether this is a red-letter receipt: it points at the blue one. */
export function isRedLetter(data: Pick<ReceiptData, "mainExt">): boolean {
  return (data.mainExt.relatedInvoiceCode ?? "") !== "";
}

/**
 * The red-letter receipt (红票) of a blue one: every amount and quantity negated (A11), the blue one's code and number in
 * relatedInvoiceCode and relatedInvoiceNumber and, with the reason, in the remark. Interlocks are not checked here.
 * Throws receipt_not_reversible for a red-letter receipt, reversal_reason_invalid for a reason that is empty or longer
 * than a remark.
 */
export function redDraftOf(blue: ReceiptData, reason: string, by: ReversalBy = {}): ReceiptDraft {
  if (isRedLetter(blue)) throw new AppError("receipt_not_reversible", "a red-letter receipt cannot be reversed");
  if (reason.trim() === "" || characterCount(reason) > MAX_LENGTHS.remark) {
    throw new AppError("reversal_reason_invalid", `the reason must have 1 to ${MAX_LENGTHS.remark} characters`);
  }
  const { eInvoiceCode, eInvoiceNumber, randomNumber: _random, issueDate: _date, issueTime: _time, ...rest } = blue;
  return {
    ...rest,
    totalAmount: negateFen(blue.totalAmount),
    bizCode: by.busNo ?? `R${eInvoiceCode}${eInvoiceNumber}`,
    placeCode: by.placeCode ?? blue.placeCode,
    handlingPerson: by.handlingPerson ?? blue.handlingPerson,
    checker: by.checker ?? blue.checker,
    remark: `冲红原票据代码${eInvoiceCode}，票据号码${eInvoiceNumber}；原因：${reason}`,
    mainExt: {
      ...Object.fromEntries(Object.entries(blue.mainExt).map(([name, value]) => [name, negated(value)])),
      relatedInvoiceCode: eInvoiceCode,
      relatedInvoiceNumber: eInvoiceNumber,
    },
    items: blue.items.map((item) => ({
      ...item,
      itemQuantity: negatedDecimal(item.itemQuantity),
      itemAmount: negateFen(item.itemAmount),
    })),
    auxItems: blue.auxItems.map((item) => ({
      ...item,
      auxItemQuantity: negatedDecimal(item.auxItemQuantity),
      auxItemAmount: negateFen(item.auxItemAmount),
    })),
    payChannels: blue.payChannels.map((channel) => ({
      ...channel,
      payChannelValue: negateFen(channel.payChannelValue),
    })),
  };
}

/** A number in mainExt is always money (kind.ts, ExtField). */
function negated(value: string | number): string | number {
  return typeof value === "number" ? negateFen(value) : value;
}

function negatedDecimal(text: string): string {
  if (/^-?[0.]*$/.test(text)) return text;
  return text.startsWith("-") ? text.slice(1) : `-${text}`;
}
