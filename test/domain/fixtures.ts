import { expect } from "chai";
import { AppError } from "../../service/core/errors.ts";
import { decideIssue, type IssueQuestion } from "../../service/domain/decideIssue.ts";
import type { Kind } from "../../service/domain/kind.ts";
import { builtinKind, builtinKinds } from "../../service/domain/kinds/builtin.ts";
import type { FieldProblem, IssueInput, IssuingUnit, ReceiptData } from "../../service/domain/receipt.ts";
import { numberingOf, numberReceipt, issueCodeOf } from "../../service/domain/receiptAssembly.ts";
import { sampleInput } from "../../service/domain/samples.ts";

/** 2025-03-06 12:00:00 in Asia/Shanghai, the day of the samples. */
export const NOON = Date.UTC(2025, 2, 6, 4);

export const UNIT: IssuingUnit = {
  unitId: 7,
  creditCode: "12440300455755000A",
  name: "示例医院",
  region: "44",
  supervisorAreaCode: "440300",
  recName: "示例医院",
  recAcct: "40000001",
  recOpBk: "示例银行",
  kinds: builtinKinds.map(({ id }) => id),
  ruleOverrides: {},
};

export function kindOf(id: string): Kind {
  const kind = builtinKind(id);
  if (kind === undefined) throw new Error(`no kind ${id}`);
  return kind;
}

/** A deep copy with the value at the pointer replaced; undefined removes it. */
export function changed<T>(value: T, pointer: string, to: unknown): T {
  const copy = structuredClone(value);
  const steps = pointer.split("/").slice(1);
  const last = steps.pop() ?? "";
  let at = copy as Record<string, unknown>;
  for (const step of steps) at = at[step] as Record<string, unknown>;
  if (to === undefined) Reflect.deleteProperty(at, last);
  else at[last] = to;
  return copy;
}

export function decide(input: IssueInput, more: Partial<IssueQuestion> = {}) {
  return decideIssue({ kind: more.kind ?? kindOf(input.kind), unit: UNIT, issuedAtMs: NOON, input, ...more });
}

/** "code pointer" of each. */
export function told(problems: readonly FieldProblem[]): string[] {
  return problems.map(({ code, pointer }) => `${code} ${pointer}`);
}

/** What a refusal says; fails if the input is accepted. */
export function refusal(input: IssueInput, more: Partial<IssueQuestion> = {}): string[] {
  const decision = decide(input, more);
  return decision.kind === "refused" ? told(decision.problems) : expect.fail("accepted");
}

/** Draft and warnings; fails if the input is refused. */
export function acceptance(input: IssueInput, more: Partial<IssueQuestion> = {}) {
  const decision = decide(input, more);
  if (decision.kind === "refused") return expect.fail(`refused: ${told(decision.problems).join(", ")}`);
  return { draft: decision.draft, warnings: told(decision.warnings) };
}

export function receiptOf(kindId: string, n: number, number = 123): ReceiptData {
  const { draft } = acceptance(sampleInput(kindId, n));
  return numberReceipt(draft, numberingOf(issueCodeOf(kindOf(kindId), UNIT, NOON), number, "3f7484", NOON));
}

export function codeThrownBy(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return expect.fail("nothing was thrown");
}
