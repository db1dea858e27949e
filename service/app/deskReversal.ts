import { decideIssue } from "../domain/decideIssue.ts";
import { interlockOf, lifeStateOfReceipt, type Interlock } from "../domain/interlocks.ts";
import type { FieldProblem } from "../domain/receipt.ts";
import { decideReversal, type ReversalRequest } from "../domain/reversal.ts";
import type { Deps } from "./deps.ts";
import { placeText } from "./deskIssue.ts";
import { logAtDesk } from "./deskLog.ts";
import type { DeskAccount, DeskInput, DeskRequest, DeskReversalTerms } from "./deskPorts.ts";
import { newId } from "./receiptLink.ts";
import { reverseAndReissue, reverseReceipt, type ReissueResult, type ReversalResult } from "./reverseReceipt.ts";
import type { Receipt, Unit } from "./storePorts.ts";

type Desk = { readonly unit: Unit; readonly account: DeskAccount };

export type AskResult =
  | { readonly kind: "asked"; readonly requestId: string }
  | { readonly kind: "open_already" }
  | { readonly kind: "refused"; readonly problems: readonly FieldProblem[] }
  | { readonly kind: "interlocked"; readonly interlock: Interlock };

/** A cashier asks for a reversal, and perhaps for the rest to be issued anew. Nothing happens until a reviewer agrees. */
export async function askReversal(
  deps: Deps,
  { unit, account }: Desk,
  original: Receipt,
  terms: DeskReversalTerms,
  rest?: DeskInput,
): Promise<AskResult> {
  // As far as our own database tells; the chain is asked when it is decided.
  const isChangedElsewhere = await deps.store.isChangedElsewhere(original);
  const interlock = interlockOf(lifeStateOfReceipt(original, { isChangedElsewhere }), "reverse");
  if (interlock !== undefined) return { kind: "interlocked", interlock };
  const kind = deps.kinds.get(original.kind);
  if (kind === undefined) return { kind: "interlocked", interlock: "receipt_void" };
  const decision = decideReversal(original, terms, { kind, unit });
  const problems = decision.kind === "refused" ? prefixed(decision.problems, "/reversal") : [];
  const names = { handlingPerson: account.displayName, checker: "…", placeCode: account.placeCode };
  const issue = rest && decideIssue({ kind, unit, input: { ...rest, ...names }, issuedAtMs: deps.clock.nowMs() });
  if (issue?.kind === "refused") problems.push(...prefixed(issue.problems, "/rest"));
  if (problems.length > 0) return { kind: "refused", problems };
  const requestId = newId(deps);
  const isNew = await deps.store.addDeskRequest({
    ...{ requestId, unitId: unit.unitId, code: original.code, number: original.number, terms },
    ...(rest === undefined ? {} : { rest }),
    askedBy: account.accountId,
    askedAtMs: deps.clock.nowMs(),
  });
  if (!isNew) return { kind: "open_already" };
  await logAtDesk(deps, account, "reversal_asked", [`${placeText(original)} ${terms.reasonCode}`]);
  return { kind: "asked", requestId };
}

export type DecideResult =
  | { readonly kind: "refused" }
  /** Somebody has decided it, or it is gone. */
  | { readonly kind: "decided_already" }
  /** Who asked for it, or issued the receipt, does not decide it. */
  | { readonly kind: "own" }
  | { readonly kind: "reversal"; readonly result: ReversalResult }
  | { readonly kind: "reissue"; readonly result: ReissueResult };

/**
 * A reviewer decides. Agreed, the receipt is reversed in the name of who asked for it, reviewed by who agrees. If the program dies in
 * between, deciding again comes to the same end.
 */
export async function decideReversalRequest(
  deps: Deps,
  { unit, account }: Desk,
  request: DeskRequest,
  decision: { readonly isAgreed: boolean; readonly note: string },
): Promise<DecideResult> {
  const original = await deps.store.receipt(request.code, request.number);
  const asker = await deps.store.deskAccount(request.askedBy);
  if (request.state !== "asked" || original === undefined || asker === undefined) return { kind: "decided_already" };
  const issuer = await deps.store.deskIssuerOf(unit.unitId, original.busNo);
  if (account.accountId === request.askedBy || account.accountId === issuer) return { kind: "own" };
  const place = placeText(original);
  if (!decision.isAgreed) {
    const isDone = await decide(deps, request, account, "refused", decision.note);
    if (isDone) await logAtDesk(deps, account, "reversal_refused", [place]);
    return { kind: isDone ? "refused" : "decided_already" };
  }
  await logAtDesk(deps, account, "reversal_approved", [place]);
  const names = { handlingPerson: asker.displayName, checker: account.displayName, placeCode: asker.placeCode };
  const terms: ReversalRequest = { ...request.terms, ...names };
  const busNos = [`R${place.replace(" ", "")}`, ...(request.rest === undefined ? [] : [request.rest.busNo])];
  await deps.store.noteDeskIssue({
    unitId: unit.unitId,
    busNos,
    accountId: asker.accountId,
    checkerId: account.accountId,
  });
  const outcome = await carryOut(deps, unit, original, terms, request.rest && { ...request.rest, ...names });
  const done = receiptsOf(outcome);
  if (done.length > 0) {
    await decide(deps, request, account, "done", decision.note);
    await logAtDesk(deps, account, "reversed", [`${place} by ${done.map(placeText).join(", ")}`]);
  }
  return outcome;
}

type Outcome = Extract<DecideResult, { readonly kind: "reversal" | "reissue" }>;

async function carryOut(
  deps: Deps,
  unit: Unit,
  original: Receipt,
  terms: ReversalRequest,
  rest: Parameters<typeof reverseAndReissue>[4] | undefined,
): Promise<Outcome> {
  return rest === undefined
    ? { kind: "reversal", result: await reverseReceipt(deps, unit, original, terms) }
    : { kind: "reissue", result: await reverseAndReissue(deps, unit, original, terms, rest) };
}

/** [] if nothing was done. */
function receiptsOf(outcome: Outcome): readonly Receipt[] {
  const results = outcome.kind === "reversal" ? [outcome.result] : [outcome.result.reversal, outcome.result.receipt];
  const issued = results.flatMap((each) => (each.kind === "issued" || each.kind === "repeated" ? [each.receipt] : []));
  return issued.length === results.length ? issued : [];
}

function decide(
  deps: Deps,
  { requestId }: DeskRequest,
  { accountId }: DeskAccount,
  state: "done" | "refused",
  note: string,
): Promise<boolean> {
  return deps.store.decideDeskRequest(requestId, {
    state,
    decidedBy: accountId,
    decidedAtMs: deps.clock.nowMs(),
    note,
  });
}

function prefixed(problems: readonly FieldProblem[], prefix: string): FieldProblem[] {
  return problems.map((each) => ({ ...each, pointer: prefix + each.pointer }));
}
