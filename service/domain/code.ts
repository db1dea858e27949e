import { AppError } from "../core/errors.ts";

/** The parts of a 票据代码: the region's, class's and kind's two digits each, and the full year. docs/domain.md 2.1. */
export type ReceiptCodeParts = {
  /** First two digits of GB/T 2260; "00" is central. */
  readonly region: string;
  /** 分类 */
  readonly classCode: string;
  /** 种类 */
  readonly kindCode: string;
  /** 2000 to 2099 */
  readonly year: number;
};

const TWO_DIGITS = /^\d{2}$/;

/** The 8 digits of the 票据代码. Throws code_malformed if a part is no two digits or the year is not 2000 to 2099. */
export function receiptCode({ region, classCode, kindCode, year }: ReceiptCodeParts): string {
  const parts = [region, classCode, kindCode];
  if (!parts.every((part) => TWO_DIGITS.test(part)) || !Number.isInteger(year) || year < 2000 || year > 2099) {
    throw malformed();
  }
  return parts.join("") + String(year).slice(2);
}

/** Reads 8 digits. Throws code_malformed. */
export function parseReceiptCode(text: string): ReceiptCodeParts {
  if (!isReceiptCode(text)) throw malformed();
  return {
    region: text.slice(0, 2),
    classCode: text.slice(2, 4),
    kindCode: text.slice(4, 6),
    year: 2000 + Number(text.slice(6)),
  };
}

/** Whether the text is 8 digits. */
export function isReceiptCode(text: string): boolean {
  return /^\d{8}$/.test(text);
}

/** The code as the ledger's u32: "00010125" -> 10125. Throws code_malformed. */
export function codeNumberOf(text: string): number {
  if (!isReceiptCode(text)) throw malformed();
  return Number(text);
}

/** The ledger's u32 as 8 digits. Throws code_malformed unless 0 to 99,999,999. */
export function codeTextOf(code: number): string {
  if (!Number.isInteger(code) || code < 0 || code > 99_999_999) throw malformed();
  return String(code).padStart(8, "0");
}

function malformed(): AppError {
  return new AppError(
    "code_malformed",
    "a receipt code has 8 digits: region 2, class 2, kind 2, year 2 (2000 to 2099)",
  );
}
