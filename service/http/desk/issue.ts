import { checkerOf, issueAtDesk } from "../../app/deskIssue.ts";
import type { Deps } from "../../app/deps.ts";
import type { IssueResult } from "../../app/issueReceipts.ts";
import type { DeskAccount, DeskInput } from "../../app/deskPorts.ts";
import { jsonReply, type Reply } from "../call.ts";
import { fieldErrors } from "../fieldErrors.ts";
import { invalidFields, jsonBody, validated } from "../jsonBody.ts";
import { HttpProblem, problemTable } from "../problem.ts";
import { outcomeOf, type Outcome } from "../units/outcome.ts";
import { issueInput } from "../units/schema.ts";
import type { DeskCall } from "./guard.ts";
import { summaryOf } from "./present.ts";
import { importBody, issueBody } from "./schema.ts";

/** POST /unit/api/receipts */
export async function postIssue(deps: Deps, call: DeskCall): Promise<Reply> {
  assertActive(call);
  const { checkerId, receipt } = validated(issueBody, jsonBody(call));
  const checker = await reviewer(deps, call, checkerId);
  const input = parsed(call, checker, receipt);
  const desk = { unit: call.unit, account: call.session.account, checker };
  const [result] = await issueAtDesk(deps, desk, [input]);
  if (result === undefined) throw new Error("no result for the request");
  const outcome = outcomeOf(result);
  if (outcome.kind === "problem") throw outcome.problem;
  return jsonReply(outcome.status, summaryOf(outcome.receipt));
}

/** POST /unit/api/import: up to 50 rows, each with its own outcome. */
export async function postImport(deps: Deps, call: DeskCall): Promise<Reply> {
  assertActive(call);
  const { checkerId, receipts } = validated(importBody, jsonBody(call));
  const checker = await reviewer(deps, call, checkerId);
  const each = receipts.map((receipt) => attempt(() => parsed(call, checker, receipt)));
  const inputs = each.flatMap((one) => (one.kind === "input" ? [one.input] : []));
  const desk = { unit: call.unit, account: call.session.account, checker };
  const results = (await issueAtDesk(deps, desk, inputs)).values();
  const rows = each.map((one) => (one.kind === "problem" ? presentProblem(one.problem) : presentNext(results)));
  return jsonReply(200, { results: rows });
}

type Attempt =
  { readonly kind: "input"; readonly input: DeskInput } | { readonly kind: "problem"; readonly problem: HttpProblem };

function attempt(work: () => DeskInput): Attempt {
  try {
    return { kind: "input", input: work() };
  } catch (error) {
    if (error instanceof HttpProblem) return { kind: "problem", problem: error };
    throw error;
  }
}

function presentNext(results: Iterator<IssueResult>): unknown {
  const next = results.next();
  if (next.done === true) throw new Error("fewer results than requests");
  const outcome: Outcome = outcomeOf(next.value);
  if (outcome.kind === "problem") return presentProblem(outcome.problem);
  return { status: outcome.status, receipt: summaryOf(outcome.receipt) };
}

function presentProblem({ code, detail, errors }: HttpProblem): unknown {
  return { status: problemTable[code].status, code, detail2: detail, fields: errors };
}

/** The names and the place are the session's, whatever the page sends. */
export function parsed(call: DeskCall, checker: DeskAccount, receipt: Readonly<Record<string, unknown>>): DeskInput {
  const { displayName, placeCode } = call.session.account;
  const value = { ...receipt, handlingPerson: displayName, checker: checker.displayName, placeCode };
  const result = issueInput.safeParse(value);
  if (!result.success) throw invalidFields(fieldErrors(result.error, value));
  return result.data;
}

async function reviewer(deps: Deps, call: DeskCall, checkerId: string): Promise<DeskAccount> {
  const fit = checkerOf(call.session.account, await deps.store.deskAccount(checkerId));
  if (fit.kind === "problem") throw invalidFields([fit.problem]);
  return fit.checker;
}

function assertActive({ unit }: DeskCall): void {
  if (unit.status === "active") return;
  throw new HttpProblem("unit_suspended", {
    zh: "单位已被财政部门停用，可查询已开票据，不能新开",
    en: "the bureau has suspended the unit: receipts can be read, none can be issued",
  });
}
