import { awaitReceipt } from "../../app/awaitReceipt.ts";
import type { Deps } from "../../app/deps.ts";
import { issueReceipts, type IssueResult } from "../../app/issueReceipts.ts";
import type { Receipt } from "../../app/storePorts.ts";
import type { IssueInput } from "../../domain/receipt.ts";
import { jsonReply, type Reply, type SignedCall } from "../call.ts";
import { fieldErrors } from "../fieldErrors.ts";
import { invalidFields, jsonBody, validated } from "../jsonBody.ts";
import { appliedPreference, parsePrefer, type WaitPreference } from "../prefer.ts";
import { presentProblem, problemTable } from "../problem.ts";
import { outcomeOf, type Outcome } from "./outcome.ts";
import { presentReceipt, receiptPath, type Presenter } from "./present.ts";
import { batchEnvelope, issueInput } from "./schema.ts";
import type { BatchResult } from "./view.ts";

/** What the routes of units are given. */
export type UnitContext = {
  readonly deps: Deps;
  readonly presenter: Presenter;
  /** Counts the results of issuing. */
  readonly onResult: (result: IssueResult["kind"] | "invalid") => void;
};

/** POST /v1/receipts */
export async function postReceipt(context: UnitContext, call: SignedCall): Promise<Reply> {
  const input = validated(issueInput, jsonBody(call));
  const [result] = await issue(context, call, [input]);
  const outcome = result === undefined ? undefined : outcomeOf(result);
  if (outcome === undefined) throw new Error("no result for the request");
  if (outcome.kind === "problem") throw outcome.problem;
  const preference = parsePrefer(call.field("prefer"));
  const [receipt = outcome.receipt] = await waitFor(context.deps, [outcome.receipt], preference);
  return jsonReply(outcome.status, presentReceipt(context.presenter, receipt, call.asker.language), {
    Location: receiptPath(receipt),
    ...applied(preference),
  });
}

/**
 * POST /v1/receipts/batch. Answers 200 whatever the results are: 207 is WebDAV's (RFC 4918), and each result bears
 * its own status.
 */
export async function postBatch(context: UnitContext, call: SignedCall): Promise<Reply> {
  const { receipts: values } = validated(batchEnvelope, jsonBody(call));
  const parsed = values.map((value, index) => parseOne(value, `/receipts/${index}`));
  const inputs = parsed.flatMap((item) => (item.kind === "input" ? [item.input] : []));
  for (const item of parsed) if (item.kind === "problem") context.onResult("invalid");
  const results = (await issue(context, call, inputs)).values();
  const outcomes = parsed.map((item, index): Outcome => {
    if (item.kind === "problem") return item;
    const next = results.next();
    if (next.done === true) throw new Error("fewer results than requests");
    return outcomeOf(next.value, `/receipts/${index}`);
  });
  const preference = parsePrefer(call.field("prefer"));
  const receipts = outcomes.flatMap((outcome) => (outcome.kind === "receipt" ? [outcome.receipt] : []));
  const waited = (await waitFor(context.deps, receipts, preference)).values();
  const answers = outcomes.map((outcome, index): BatchResult => {
    if (outcome.kind === "problem") return presentFailure(outcome, index, call);
    const receipt = waited.next().value ?? outcome.receipt;
    return { index, status: outcome.status, receipt: presentReceipt(context.presenter, receipt, call.asker.language) };
  });
  return jsonReply(200, { results: answers }, applied(preference));
}

function presentFailure(outcome: Outcome & { readonly kind: "problem" }, index: number, call: SignedCall): BatchResult {
  const problem = presentProblem(outcome.problem, call.asker);
  return { index, status: problemTable[outcome.problem.code].status, problem };
}

async function issue(
  context: UnitContext,
  call: SignedCall,
  inputs: readonly IssueInput[],
): Promise<readonly IssueResult[]> {
  const results = await issueReceipts(context.deps, call.unit, inputs);
  for (const result of results) context.onResult(result.kind);
  return results;
}

type Parsed = { readonly kind: "input"; readonly input: IssueInput } | (Outcome & { readonly kind: "problem" });

function parseOne(value: unknown, prefix: string): Parsed {
  const result = issueInput.safeParse(value);
  if (result.success) return { kind: "input", input: result.data };
  return { kind: "problem", problem: invalidFields(fieldErrors(result.error, value, prefix)) };
}

/** One by one, the last first: numbers are anchored in order, so once the last has come each other is one look. */
async function waitFor(
  deps: Deps,
  receipts: readonly Receipt[],
  preference: WaitPreference | undefined,
): Promise<readonly Receipt[]> {
  if (preference === undefined) return receipts;
  const deadlineMs = deps.clock.nowMs() + preference.waitS * 1000;
  const waited: Receipt[] = [];
  for (const receipt of receipts.toReversed()) {
    const leftMs = Math.max(0, deadlineMs - deps.clock.nowMs());
    waited.push(await awaitReceipt(deps, receipt, preference.until, leftMs));
  }
  return waited.reverse();
}

function applied(preference: WaitPreference | undefined): Readonly<Record<string, string>> {
  return preference === undefined ? {} : { "Preference-Applied": appliedPreference(preference) };
}
