import { AppError } from "../core/errors.ts";

/**
 * Money: a whole number of fen (1 yuan = 100 fen), |fen| <= MAX_FEN. Negative only on a red-letter receipt or a
 * correction row.
 */
export type Fen = number;

/** 2^53 - 1 fen, as docs/ledger.md bounds every amount. */
export const MAX_FEN: Fen = Number.MAX_SAFE_INTEGER;

const YUAN = /^(-?)(0|[1-9]\d{0,13})(?:\.(\d{1,2}))?$/;
const DECIMAL = /^(-?)(\d{1,20})(?:\.(\d{1,8}))?$/;

/** Whether the number is whole fen within bounds: false for fractions, NaN, infinities and anything past MAX_FEN. */
export function isFen(value: number): boolean {
  return Number.isSafeInteger(value);
}

/** The value as fen, -0 as 0. Throws amount_out_of_range unless it is a whole number of at most MAX_FEN. */
export function assertFen(value: number): Fen {
  if (!isFen(value)) {
    throw new AppError("amount_out_of_range", `amount must be a whole number of fen within +-${MAX_FEN}`);
  }
  return value === 0 ? 0 : value;
}

/** The sum, 0 of none; undefined if an amount or any partial sum is no fen. */
export function trySumFen(amounts: Iterable<Fen>): Fen | undefined {
  let sum = 0;
  for (const amount of amounts) {
    if (!isFen(amount)) return undefined;
    sum += amount;
    if (!isFen(sum)) return undefined;
  }
  return sum === 0 ? 0 : sum;
}

/** The sum, 0 of none. Throws amount_out_of_range if an amount or any partial sum leaves the bounds. */
export function sumFen(amounts: Iterable<Fen>): Fen {
  const sum = trySumFen(amounts);
  if (sum === undefined) throw new AppError("amount_out_of_range", `sum must stay within +-${MAX_FEN} fen`);
  return sum;
}

/** The amount with the opposite sign; 0 stays 0 (never -0). */
export function negateFen(amount: Fen): Fen {
  return 0 - assertFen(amount);
}

/**
 * Reads yuan: "236.21", "236.2", "236", "-0.05"; no leading zeros, signs other than "-", spaces, separators or
 * exponents. Throws amount_malformed, or amount_out_of_range past MAX_FEN.
 */
export function parseYuan(text: string): Fen {
  const match = YUAN.exec(text);
  if (match === null)
    throw new AppError("amount_malformed", 'yuan must look like "236.21": digits, at most two decimals');
  const [, sign, yuan = "0", decimals = ""] = match;
  const fen = BigInt(yuan + decimals.padEnd(2, "0"));
  return fenOf(sign === "-" ? -fen : fen);
}

/** Yuan with exactly two decimals: "236.21", "-236.21", "0.00". */
export function yuanOf(amount: Fen): string {
  const digits = String(Math.abs(assertFen(amount))).padStart(3, "0");
  return `${amount < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Yuan with thousands separators, for people only: "12,580.50". */
export function yuanGrouped(amount: Fen): string {
  return yuanOf(amount).replace(/\B(?=(\d{3})+\.)/g, ",");
}

/**
 * Quantity times unit price in yuan, both decimal strings (up to 20 digits before and 8 after the point), exactly,
 * rounded half up (away from zero, so that the negative of a row has the negative amount) to whole fen. Throws
 * decimal_malformed, or amount_out_of_range past MAX_FEN.
 */
export function multiplyRoundHalfUp(quantity: string, unitPriceYuan: string): Fen {
  const left = parseDecimal(quantity);
  const right = parseDecimal(unitPriceYuan);
  const product = left.units * right.units * 100n;
  const unit = 10n ** BigInt(left.scale + right.scale);
  return fenOf(divideRoundHalfUp(product, unit));
}

/**
 * Amount times a decimal factor ("0.03"), exactly, rounded half up (away from zero) to whole fen. Throws as
 * multiplyRoundHalfUp.
 */
export function scaleRoundHalfUp(amount: Fen, factor: string): Fen {
  const { units, scale } = parseDecimal(factor);
  return fenOf(divideRoundHalfUp(BigInt(assertFen(amount)) * units, 10n ** BigInt(scale)));
}

function divideRoundHalfUp(dividend: bigint, divisor: bigint): bigint {
  const magnitude = dividend < 0n ? -dividend : dividend;
  const rounded = (magnitude * 2n + divisor) / (divisor * 2n);
  return dividend < 0n ? -rounded : rounded;
}

function parseDecimal(text: string): { readonly units: bigint; readonly scale: number } {
  const match = DECIMAL.exec(text);
  if (match === null) throw new AppError("decimal_malformed", 'a decimal must look like "12.5"');
  const [, sign, whole = "0", decimals = ""] = match;
  const units = BigInt(whole + decimals);
  return { units: sign === "-" ? -units : units, scale: decimals.length };
}

function fenOf(fen: bigint): Fen {
  if (fen > BigInt(MAX_FEN) || fen < -BigInt(MAX_FEN)) {
    throw new AppError("amount_out_of_range", `amount must stay within +-${MAX_FEN} fen`);
  }
  return Number(fen);
}

/**
 * Below 0, 0 or above 0 as the first decimal string is less than, equal to or greater than the second. Throws
 * decimal_malformed.
 */
export function compareDecimals(a: string, b: string): number {
  const [left, right] = [parseDecimal(a), parseDecimal(b)];
  const difference = left.units * 10n ** BigInt(right.scale) - right.units * 10n ** BigInt(left.scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
