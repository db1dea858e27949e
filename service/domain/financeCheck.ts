import type { LeafStatus } from "../core/ledgerCall.ts";
import { capitalsOf } from "./capitals.ts";
import { codeTextOf } from "./code.ts";
import { yuanOf } from "./money.ts";
import { numberText } from "./number.ts";
import type { ReceiptData } from "./receipt.ts";

/**
 * The result of a check as DA/T 95-2022 stores it beside the voucher, its members named as there (docs/domain.md 3.5). Result: a
 * genuine receipt, whatever became of it. null: it could not be told. Texts are "" where there is nothing to say. AccAmount is yuan
 * with two decimals. AccDate (yyyyMMdd, Asia/Shanghai) is the day of the latest claim that stands, by the contract's events in confirmed
 * blocks; "" if nothing is entered, and while the service has not read all claims that make up AccAmount.
 */
export type FinanceCheck = {
  readonly Result: boolean;
  readonly IsExchangePaper: boolean | null;
  /** On a red-letter receipt: the receipt that it reverses. */
  readonly RelatedInvoiceCode: string;
  readonly RelatedInvoiceNumber: string;
  readonly IsReversal: boolean | null;
  /** The red-letter receipt that reversed it. */
  readonly ReversalInvoiceCode: string;
  readonly ReversalInvoiceNumber: string;
  readonly IsAccounted: boolean | null;
  readonly AccDate: string;
  readonly AccAmount: string;
};

/**
 * What became of a genuine receipt. not_anchored: issued, not yet synchronised. locked: somebody is reimbursing it just now. entered:
 * some or all of it was reimbursed. status_unknown: the chain could not be read.
 */
export type CheckState =
  "valid" | "reversed" | "exchanged" | "entered" | "locked" | "void" | "not_anchored" | "status_unknown";

/** The face without details; what tells of a person is masked. Amount in fen, date yyyyMMdd. */
export type CheckFace = {
  readonly eInvoiceName: string;
  readonly eInvoiceCode: string;
  readonly eInvoiceNumber: string;
  readonly totalAmount: number;
  readonly totalAmountCapitals: string;
  readonly issueDate: string;
  readonly invoicingPartyCode: string;
  readonly invoicingPartyName: string;
  readonly payerPartyType: "1" | "2";
  readonly payerPartyName: string;
  readonly payerPartyCode: string;
  readonly isRedLetter: boolean;
};

export type CheckFinding = {
  readonly state: CheckState;
  readonly financeCheck: FinanceCheck;
  readonly face: CheckFace;
  /** fen that may still be reimbursed; undefined if nothing was entered or held. */
  readonly leftFen?: number;
};

/** What is known of a receipt whose elements agree. */
export type CheckFacts = {
  readonly data: ReceiptData;
  readonly isVoid: boolean;
  readonly isAnchored: boolean;
  /** Its status on chain; undefined if it could not be read. Of no account unless it is anchored. */
  readonly status: LeafStatus | undefined;
  /** entryDateOf; absent: it is not known. */
  readonly entryDate?: string;
  /** The red-letter receipt by our own record, which is ahead of the chain until its batch is confirmed. */
  readonly reversedBy?: { readonly code: number; readonly number: number };
  /** By our own record it is on paper, or just being exchanged. */
  readonly isOnPaper?: boolean;
};

/** The one answer to whoever names no receipt of ours, or not all of its elements: it tells nothing else. */
export const NO_MATCH: FinanceCheck = {
  Result: false,
  IsExchangePaper: null,
  RelatedInvoiceCode: "",
  RelatedInvoiceNumber: "",
  IsReversal: null,
  ReversalInvoiceCode: "",
  ReversalInvoiceNumber: "",
  IsAccounted: null,
  AccDate: "",
  AccAmount: "",
};

/** Fields whose values a check discloses with their salts, so that anyone can hold them against the chain: none tells of a person. */
export const CHECK_FIELDS: readonly string[] = [
  "/eInvoiceName",
  "/randomNumber",
  "/issueDate",
  "/mainExt/relatedInvoiceCode",
  "/mainExt/relatedInvoiceNumber",
];

/** What to tell about a receipt to somebody who knows its five elements. */
export function decideCheck(facts: CheckFacts): CheckFinding {
  const { data } = facts;
  const status = statusOf(facts);
  const used = status === undefined ? 0 : status.usedFen + status.lockedFen;
  return {
    state: stateOf(facts, status),
    financeCheck: facts.isVoid ? NO_MATCH : financeCheckOf(data.mainExt, status, facts.entryDate),
    face: faceOf(data),
    ...(status === undefined || used === 0 ? {} : { leftFen: status.capFen - used }),
  };
}

/** 张三 -> 张*, 欧阳小明 -> 欧**; "" stays "". A unit's name is no personal data and is shown. */
export function maskName(name: string, type: ReceiptData["payerPartyType"]): string {
  if (type === "2") return name;
  const [first, ...rest] = Array.from(name.trim());
  return first === undefined ? "" : first + "*".repeat(Math.min(Math.max(rest.length, 1), 2));
}

/** The first and last two characters of a long code; of one shorter than 8 nothing. Its length is not told either. */
export function maskCode(code: string): string {
  const characters = Array.from(code.trim());
  if (characters.length === 0) return "";
  if (characters.length < 8) return "****";
  return `${characters.slice(0, 2).join("")}****${characters.slice(-2).join("")}`;
}

const NOTHING: LeafStatus = {
  reversed: false,
  onPaper: false,
  reversedByCode: 0,
  reversedByNumber: 0,
  capFen: 0,
  usedFen: 0,
  lockedFen: 0,
};

/** Of what is not on chain nothing can be reversed, exchanged or entered: the contract goes by the leaf. */
function statusOf({ isAnchored, isVoid, status, reversedBy, isOnPaper }: CheckFacts): LeafStatus | undefined {
  if (isVoid) return NOTHING;
  const onChain = isAnchored ? status : NOTHING;
  const known = isOnPaper === true ? { ...(onChain ?? NOTHING), onPaper: true } : onChain;
  if (reversedBy === undefined || known?.reversed === true) return known;
  const { code, number } = reversedBy;
  return { ...(known ?? NOTHING), reversed: true, reversedByCode: code, reversedByNumber: number };
}

function stateOf({ isVoid, isAnchored }: CheckFacts, status: LeafStatus | undefined): CheckState {
  if (isVoid) return "void";
  if (status?.reversed === true) return "reversed";
  if (status?.onPaper === true) return "exchanged";
  if (!isAnchored) return "not_anchored";
  if (status === undefined) return "status_unknown";
  if (status.usedFen > 0) return "entered";
  return status.lockedFen > 0 ? "locked" : "valid";
}

/**
 * The block of a genuine receipt.
 * @param mainExt its own relatedInvoiceCode and relatedInvoiceNumber
 * @param status undefined: it could not be read
 * @param entryDate of the claims that come to the status' usedFen; of no account if there are none
 */
export function financeCheckOf(
  mainExt: Readonly<Record<string, unknown>>,
  status: LeafStatus | undefined,
  entryDate = "",
): FinanceCheck {
  const isReversed = status?.reversed === true;
  const isAccounted = status !== undefined && status.usedFen > 0;
  return {
    Result: true,
    IsExchangePaper: status?.onPaper ?? null,
    RelatedInvoiceCode: textOf(mainExt["relatedInvoiceCode"]),
    RelatedInvoiceNumber: textOf(mainExt["relatedInvoiceNumber"]),
    IsReversal: status?.reversed ?? null,
    ReversalInvoiceCode: isReversed ? codeTextOf(status.reversedByCode) : "",
    ReversalInvoiceNumber: isReversed ? numberText(status.reversedByNumber) : "",
    IsAccounted: status === undefined ? null : isAccounted,
    AccDate: isAccounted ? entryDate : "",
    AccAmount: isAccounted ? yuanOf(status.usedFen) : "",
  };
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

function faceOf(data: ReceiptData): CheckFace {
  const { eInvoiceName, eInvoiceCode, eInvoiceNumber, totalAmount, issueDate, payerPartyType } = data;
  return {
    eInvoiceName,
    eInvoiceCode,
    eInvoiceNumber,
    totalAmount,
    totalAmountCapitals: capitalsOf(totalAmount),
    issueDate,
    invoicingPartyCode: data.invoicingPartyCode,
    invoicingPartyName: data.invoicingPartyName,
    payerPartyType,
    payerPartyName: maskName(data.payerPartyName, payerPartyType),
    payerPartyCode: maskCode(data.payerPartyCode),
    isRedLetter: totalAmount < 0,
  };
}
