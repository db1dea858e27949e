import { AppError } from "../core/errors.ts";

/** The greatest 票据号码 of 10 digits. */
export const MAX_NUMBER = 9_999_999_999;

/** The 10 digits of a 票据号码. Throws number_malformed unless 0 to MAX_NUMBER. */
export function numberText(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0 || value > MAX_NUMBER) throw malformed();
  return String(value).padStart(10, "0");
}

/** Reads exactly 10 digits. Throws number_malformed. */
export function parseNumberText(text: string): number {
  if (!/^\d{10}$/.test(text)) throw malformed();
  return Number(text);
}

function malformed(): AppError {
  return new AppError("number_malformed", "a receipt number has 10 digits");
}
