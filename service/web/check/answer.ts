import type { CheckFace, CheckState, FinanceCheck } from "../../domain/financeCheck.ts";

/** What the server says of one check (openapi: Check). It is believed only as far as the chain bears it out. */
export type CheckAnswer =
  | { readonly result: "no_match"; readonly financeCheck: FinanceCheck }
  | { readonly result: "limited" }
  | {
      readonly result: "match";
      readonly state: CheckState;
      readonly checkedBefore: number;
      readonly financeCheck: FinanceCheck;
      readonly face: CheckFace;
      /** 0x and hexadecimal; null while it is not anchored. */
      readonly proof: string | null;
      /** The text of a disclosure file; of a single check alone. */
      readonly disclosure?: string | null;
    };

export type CheckMatch = Extract<CheckAnswer, { result: "match" }>;

/** Reads one answer of our own server; undefined if it is none. */
export function parseAnswer(value: unknown): CheckAnswer | undefined {
  if (typeof value !== "object" || value === null || !("result" in value)) return undefined;
  if (value.result === "limited") return { result: "limited" };
  if (!("financeCheck" in value) || !isObject(value.financeCheck)) return undefined;
  const isMatch = value.result === "match" && "face" in value && isObject(value.face) && "state" in value;
  return value.result === "no_match" || isMatch ? (value as CheckAnswer) : undefined;
}

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null;
