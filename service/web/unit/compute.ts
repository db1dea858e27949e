import { AppError } from "../../core/errors.ts";
import { applySurcharge } from "../../domain/applySurcharge.ts";
import { capitalsOf } from "../../domain/capitals.ts";
import type { ItemCatalogue } from "../../domain/catalogue.ts";
import { decideIssue } from "../../domain/decideIssue.ts";
import type { Kind } from "../../domain/kind.ts";
import { multiplyRoundHalfUp, parseYuan, trySumFen } from "../../domain/money.ts";
import type { FieldProblem, IssueInput, IssuingUnit } from "../../domain/receipt.ts";

/** What the form shows while it is typed. */
export type Computed = {
  /** Of all rows, the late surcharge among them; undefined: past what can be counted. */
  readonly totalFen: number | undefined;
  /** 大写 */
  readonly capitals: string;
  /** Of a fine that is paid late; undefined: the dates don't say yet. */
  readonly surchargeFen: number | undefined;
  readonly problems: readonly FieldProblem[];
  readonly warnings: readonly FieldProblem[];
};

/** By the very rules by which the service decides. */
export function computed(
  kind: Kind,
  unit: IssuingUnit,
  input: IssueInput,
  nowMs: number,
  catalogue?: ItemCatalogue,
): Computed {
  const surchargeFen = surchargeOf(kind, input);
  const rowsFen = trySumFen(input.items.map((item) => item.itemAmount));
  const isGiven = input.items.some((item) => item.itemCode === kind.surcharge?.itemCode);
  const totalFen = rowsFen === undefined ? undefined : trySumFen([rowsFen, isGiven ? 0 : (surchargeFen ?? 0)]);
  const decision = decideIssue({ kind, unit, input, issuedAtMs: nowMs, ...(catalogue && { catalogue }) });
  return {
    totalFen,
    capitals: totalFen === undefined ? "" : capitalsOf(totalFen),
    surchargeFen,
    problems: decision.kind === "refused" ? decision.problems : [],
    warnings: decision.kind === "accepted" ? decision.warnings : [],
  };
}

function surchargeOf(kind: Kind, input: IssueInput): number | undefined {
  if (kind.surcharge === null) return undefined;
  try {
    const { input: whole } = applySurcharge(kind, { ...input, payChannels: [] }, []);
    const value = whole.mainExt[kind.surcharge.surchargeField];
    return typeof value === "number" ? value : undefined;
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

/** Yuan as people type them: "1,234.5", "１２３" are no problem; undefined for what is no amount. */
export function fenOf(typed: string): number | undefined {
  const text = typed.normalize("NFKC").replace(/[\s,¥]/g, "");
  try {
    return parseYuan(text.replace(/^(-?)0+(?=\d)/, "$1"));
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

/** Quantity times unit price; undefined unless both are there. */
export function rowAmount(quantity: string, std: string): number | undefined {
  if (quantity === "" || std === "") return undefined;
  try {
    return multiplyRoundHalfUp(quantity, std);
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

/** What the payer has paid in cash if nobody says otherwise: the rest (A6), for kinds that tell who paid which part. */
export function restInCash(kind: Kind, totalFen: number, mainExt: IssueInput["mainExt"]): number | undefined {
  if (!kind.rules.some(({ rule, onBreach }) => rule === "A6" && onBreach === "refuse")) return undefined;
  const parts = ["fundPayAmount", "otherPayAmount", "accountPayAmount"].map((name) => mainExt[name] ?? 0);
  const rest = totalFen - parts.reduce<number>((sum, part) => sum + (typeof part === "number" ? part : 0), 0);
  return rest < 0 ? undefined : rest;
}
