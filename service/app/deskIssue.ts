import { mayReview } from "../domain/deskRoles.ts";
import { codeTextOf } from "../domain/code.ts";
import { numberText } from "../domain/number.ts";
import { problem } from "../domain/problem.ts";
import type { FieldProblem } from "../domain/receipt.ts";
import type { Deps } from "./deps.ts";
import { logAtDesk } from "./deskLog.ts";
import type { DeskAccount, DeskInput } from "./deskPorts.ts";
import { issueReceipts, type IssueResult } from "./issueReceipts.ts";
import type { Receipt, Unit } from "./storePorts.ts";

/**
 * Issues what a cashier has typed or imported, in the cashier's name and with the reviewer's; each result stands for itself. What was
 * issued under a busNo before by another cashier, or with another reviewer, counts as the same receipt.
 */
export async function issueAtDesk(
  deps: Deps,
  desk: { readonly unit: Unit; readonly account: DeskAccount; readonly checker: DeskAccount },
  inputs: readonly DeskInput[],
): Promise<readonly IssueResult[]> {
  const { unit, account, checker } = desk;
  const busNos = inputs.map(({ busNo }) => busNo);
  // Both before the first number is taken: whatever breaks, it stays known who wanted it.
  const { unitId, accountId } = account;
  await deps.store.noteDeskIssue({ unitId, busNos, accountId, checkerId: checker.accountId });
  await logAtDesk(
    deps,
    account,
    "issue_asked",
    busNos.map((busNo) => `busNo ${busNo}`),
  );
  const names = {
    handlingPerson: account.displayName,
    checker: checker.displayName,
    placeCode: account.placeCode,
  };
  const results = await issueReceipts(
    deps,
    unit,
    inputs.map((input) => ({ ...input, ...names })),
  );
  const told = results.map(sameButForNames);
  await logAtDesk(
    deps,
    account,
    "issued",
    told.flatMap((each) => (each.kind === "issued" ? [placeText(each.receipt)] : [])),
  );
  await logAtDesk(
    deps,
    account,
    "issue_refused",
    told.flatMap((each, index) => (isGood(each) ? [] : [`busNo ${busNos[index] ?? ""} ${each.kind}`])),
  );
  return told;
}

/** The account whose name is to stand as 复核人; a problem if it may not: another's, closed, or no reviewer. */
export function checkerOf(
  account: DeskAccount,
  checker: DeskAccount | undefined,
):
  | { readonly kind: "checker"; readonly checker: DeskAccount }
  | { readonly kind: "problem"; readonly problem: FieldProblem } {
  const isFit =
    checker !== undefined &&
    checker.unitId === account.unitId &&
    !checker.isClosed &&
    mayReview(checker.role) &&
    checker.accountId !== account.accountId;
  if (isFit) return { kind: "checker", checker };
  const zh = "请选择本单位的复核人；开票人不能复核自己的票据";
  const en = "choose a reviewer of this unit: nobody reviews a receipt of their own";
  return { kind: "problem", problem: problem("checker_not_allowed", ["checker"], zh, en) };
}

/** "44060126 0000000001" */
export const placeText = ({ code, number }: Pick<Receipt, "code" | "number">): string =>
  `${codeTextOf(code)} ${numberText(number)}`;

const NAMES: ReadonlySet<string> = new Set(["/handlingPerson", "/checker", "/placeCode"]);

function sameButForNames(result: IssueResult): IssueResult {
  if (result.kind !== "conflict" || !result.differs.every((pointer) => NAMES.has(pointer))) return result;
  return { kind: "repeated", receipt: result.receipt, warnings: result.receipt.warnings };
}

const isGood = ({ kind }: IssueResult): boolean => kind === "issued" || kind === "repeated";
