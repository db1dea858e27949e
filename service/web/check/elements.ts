import { AppError } from "../../core/errors.ts";
import type { Text } from "../../core/reportTexts.ts";
import { parseYuan } from "../../domain/money.ts";
import { parseQrText } from "../../domain/qrText.ts";
import { words } from "../shared/words.ts";

/** The five elements as the API takes them: amount in fen, date yyyyMMdd. */
export type Elements = {
  readonly eInvoiceCode: string;
  readonly eInvoiceNumber: string;
  readonly randomNumber: string;
  readonly totalAmount: number;
  readonly issueDate: string;
};

export type ElementName = keyof Elements;

export const ELEMENT_NAMES: readonly ElementName[] = [
  "eInvoiceCode",
  "eInvoiceNumber",
  "randomNumber",
  "totalAmount",
  "issueDate",
];

export type ElementProblems = { readonly [K in ElementName]?: Text };

/** What is asked, and what of it the chain is held against. An older QR code has no amount. */
export type Question = {
  readonly body: Elements | { readonly qr: string };
  readonly elements: Omit<Elements, "totalAmount"> & { readonly totalAmount: number | undefined };
};

/** Reads what somebody typed, or a table's cells; spaces are left out, a number's leading zeros may be missing. */
export function parseElements(
  input: Readonly<Record<ElementName, string>>,
): { readonly elements: Elements } | { readonly problems: ElementProblems } {
  const text = (name: ElementName): string => input[name].normalize("NFKC").replace(/\s+/g, "");
  const code = text("eInvoiceCode");
  const number = text("eInvoiceNumber");
  const randomNumber = text("randomNumber");
  const totalAmount = fenOf(text("totalAmount"));
  const issueDate = dateOf(text("issueDate"));
  const problems: ElementProblems = {
    ...(/^\d{8}$/.test(code) ? {} : { eInvoiceCode: PROBLEMS.eInvoiceCode }),
    ...(/^\d{1,10}$/.test(number) ? {} : { eInvoiceNumber: PROBLEMS.eInvoiceNumber }),
    ...(/^[0-9A-Za-z]{6}$/.test(randomNumber) ? {} : { randomNumber: PROBLEMS.randomNumber }),
    ...(totalAmount === undefined ? { totalAmount: PROBLEMS.totalAmount } : {}),
    ...(issueDate === undefined ? { issueDate: PROBLEMS.issueDate } : {}),
  };
  if (totalAmount === undefined || issueDate === undefined || Object.keys(problems).length > 0) return { problems };
  return {
    elements: { eInvoiceCode: code, eInvoiceNumber: number.padStart(10, "0"), randomNumber, totalAmount, issueDate },
  };
}

/** Reads a QR code's text, or the address that it leads to; what a messenger appended is left out. undefined: it is none of ours. */
export function parseScan(text: string): Question | undefined {
  const trimmed = text.trim();
  const query = /^https?:\/\/[^?#]+\/d\?([^#]*)/.exec(trimmed)?.[1];
  if (query === undefined) return undefined;
  const parts = ["t", "a", "d", "s"].map((name) => query.split("&").find((part) => part.startsWith(`${name}=`)));
  if (parts.includes(undefined)) return undefined;
  const qr = `${trimmed.slice(0, trimmed.indexOf("?"))}?${parts.join("&")}`;
  try {
    const { signedText: _text, signature: _signature, ...elements } = parseQrText(qr);
    return { body: { qr }, elements };
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

/** What to say of a text that parseScan does not take: a receipt's address that is not whole, or something else altogether. */
export function scanProblem(text: string): Text {
  const isLikeOurs = /^https?:\/\/[^?#]+\/d\?(?:[^#]*&)?d=/.test(text.trim());
  return isLikeOurs
    ? words("无效的电子票据二维码：内容不完整或已损坏", "Not a valid e-receipt’s QR code: parts are missing or broken")
    : words("非财政票据二维码", "Not a fiscal receipt’s QR code");
}

const PROBLEMS: Readonly<Record<ElementName, Text>> = {
  eInvoiceCode: words("票据代码是 8 位数字", "The code has 8 digits"),
  eInvoiceNumber: words("票据号码是 10 位数字", "The number has 10 digits"),
  randomNumber: words("校验码是 6 位字母或数字，区分大小写", "The check code has 6 letters or digits; case matters"),
  totalAmount: words(
    "金额（元）如 236.21，红字票据前加负号",
    "The amount in yuan, such as 236.21; negative if red-letter",
  ),
  issueDate: words("开票日期如 2026-03-06", "The date, such as 2026-03-06"),
};

function fenOf(text: string): number | undefined {
  try {
    return parseYuan(text.replace(/^[¥￥]|,|元$/g, ""));
  } catch {
    return undefined;
  }
}

function dateOf(text: string): string | undefined {
  const match = /^(\d{4})(?:年|[-/.]?)(\d{1,2})(?:月|[-/.]?)(\d{1,2})日?$/.exec(text);
  if (match === null) return undefined;
  const [, year = "", month = "", day = ""] = match;
  const date = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const isReal = !Number.isNaN(Date.parse(date)) && new Date(date).toISOString().startsWith(date);
  return isReal ? date.replaceAll("-", "") : undefined;
}
