import { AppError } from "../core/errors.ts";
import { codeNumberOf } from "../domain/code.ts";
import { interlockOf, lifeStateOfReceipt, type Interlock } from "../domain/interlocks.ts";
import type { FieldProblem, IssueInput } from "../domain/receipt.ts";
import { issueCodeOf } from "../domain/receiptAssembly.ts";
import { decideReversal, type ReversalRequest } from "../domain/reversal.ts";
import { awaitReceipt } from "./awaitReceipt.ts";
import { loadStanding, type ChainStanding } from "./chainStanding.ts";
import type { Deps } from "./deps.ts";
import { drawRandomNumber, inputDigestOf, prepareIssue, resultOf, type IssueResult } from "./issueReceipts.ts";
import { newId, newLink } from "./receiptLink.ts";
import type { ReversalRecord } from "./reversalPorts.ts";
import type { IssueOutcome, NewReceipt, Receipt, Unit } from "./storePorts.ts";
import { undrawableTexts } from "./undrawableFields.ts";

/** A receipt that was just issued has its document in a fraction of this. */
const RENDER_WAIT_MS = 10_000;

/** issued, repeated: `receipt` is the red-letter receipt. */
export type ReversalResult =
  | IssueResult
  /** The receipt's state does not allow it; by: the red-letter receipt that was there first. */
  | { readonly kind: "interlocked"; readonly interlock: Interlock; readonly by?: ReversalRecord }
  /** Its document is not there yet: nothing can be said of a receipt on chain before. */
  | { readonly kind: "not_rendered" };

/**
 * 冲红: reverses a receipt by a red-letter receipt with a number of its own, from the current year's book. Exactly once: the same
 * request again gives the same red-letter receipt. Its status reaches the chain in the batch of the red-letter receipt.
 * @throws AppError chain_unreachable (whether it is in use could not be told), queue_full, database_unreachable
 */
export async function reverseReceipt(
  deps: Deps,
  unit: Unit,
  original: Receipt,
  request: ReversalRequest,
): Promise<ReversalResult> {
  const prepared = await prepareReversal(deps, unit, original, request);
  if (prepared.kind !== "ready") return prepared;
  return reversalResultOf(deps, unit, prepared.receipt, await deps.store.issue(prepared.receipt));
}

/** The results of both; if either is refused neither was done. */
export type ReissueResult = { readonly reversal: ReversalResult; readonly receipt: IssueResult };

/**
 * A partial refund: reverses a receipt and issues the rest in one transaction, both or neither.
 * @param rest of the original's kind
 */
export async function reverseAndReissue(
  deps: Deps,
  unit: Unit,
  original: Receipt,
  request: ReversalRequest,
  rest: IssueInput,
): Promise<ReissueResult> {
  const issue = rest.kind === original.kind ? await prepareIssue(deps, unit, rest) : refusedKind(original.kind);
  const reversal = await prepareReversal(deps, unit, original, request);
  const notAlone = { kind: "not_alone" } as const;
  if (reversal.kind !== "ready" || issue.kind !== "ready") {
    return {
      reversal: reversal.kind === "ready" ? notAlone : reversal,
      receipt: issue.kind === "ready" ? notAlone : issue,
    };
  }
  if (reversal.receipt.code !== issue.receipt.code)
    throw new AppError("overloaded", "the year changed between the two");
  const [first, second] = await deps.store.issueTogether([reversal.receipt, issue.receipt]);
  if (first === undefined || second === undefined || second.kind === "interlocked") {
    throw new AppError("outcome_missing", "each receipt has its outcome");
  }
  return {
    reversal: await reversalResultOf(deps, unit, reversal.receipt, first),
    receipt: await resultOf(deps, unit, issue.receipt.input, second),
  };
}

async function reversalResultOf(
  deps: Deps,
  unit: Unit,
  { input }: NewReceipt,
  outcome: IssueOutcome,
): Promise<ReversalResult> {
  return outcome.kind === "interlocked" ? outcome : resultOf(deps, unit, input, outcome);
}

type PreparedReversal = { readonly kind: "ready"; readonly receipt: NewReceipt } | ReversalResult;

async function prepareReversal(
  deps: Deps,
  unit: Unit,
  original: Receipt,
  request: ReversalRequest,
): Promise<PreparedReversal> {
  const kind = deps.kinds.get(original.kind);
  if (kind === undefined) throw new AppError("kind_missing", `no kind ${original.kind}`);
  // What was reversed already is left to the store, which knows whether this is the same request again.
  if (original.reversedBy === undefined) {
    const refusal = await interlocked(deps, original);
    if (refusal !== undefined) return refusal;
  }
  const decision = decideReversal(original, request, { kind, unit });
  if (decision.kind === "refused") return decision;
  const undrawable = undrawableTexts(deps.renderer, textsOf(request));
  if (undrawable.length > 0) return { kind: "refused", problems: undrawable };
  const issuedAtMs = deps.clock.nowMs();
  const code = issueCodeOf(kind, unit, issuedAtMs);
  const { reasonCode, reason, documentNo } = request;
  const reverses = { code: original.code, number: original.number, reasonCode, reason, documentNo };
  const { input } = decision;
  const receipt: NewReceipt = {
    unitId: unit.unitId,
    kind: kind.id,
    code: codeNumberOf(code),
    input,
    inputDigest: inputDigestOf(deps.hash, { ...input, remark: JSON.stringify(reverses) }),
    // The region's table may have given the kind another code since.
    draft: { ...decision.draft, eInvoiceSpecimenCode: code + decision.draft.eInvoiceSpecimenCode.slice(8) },
    randomNumber: drawRandomNumber(deps.random),
    secret: deps.random.bytes(32),
    issuedAtMs,
    warnings: [],
    // A refund must not fail because the place where the receipt was issued is closed.
    isPlaceInherited: request.placeCode === undefined,
    reverses: { ...reverses, notice: { link: newLink(deps), deliveryIds: { email: newId(deps), sms: newId(deps) } } },
  };
  return { kind: "ready", receipt };
}

type Refusal = Extract<ReversalResult, { readonly kind: "interlocked" | "not_rendered" }>;

/** Whether its state forbids it, as far as database and chain can tell now; the transaction looks at the database again. */
async function interlocked(deps: Deps, receipt: Receipt): Promise<Refusal | undefined> {
  // Nothing is left that a red-letter receipt could be drawn from.
  if (receipt.destroyedAtMs !== undefined) return { kind: "interlocked", interlock: "receipt_void" };
  const original = await awaitReceipt(deps, receipt, "rendered", RENDER_WAIT_MS);
  if (original.state === "issued") return { kind: "not_rendered" };
  // What was reversed meanwhile is the store's to tell: perhaps by this very request.
  const state = lifeStateOfReceipt({ ...original, reversedBy: undefined }, await chainOf(deps, original));
  const interlock = interlockOf(state, "reverse");
  return interlock === undefined ? undefined : { kind: "interlocked", interlock };
}

/** Of what is not anchored nothing is asked: only a claimant could have done something, and it verifies the proof first. */
async function chainOf(deps: Deps, receipt: Receipt): Promise<Partial<ChainStanding>> {
  return receipt.anchoring === undefined ? {} : loadStanding(deps, receipt);
}

/** Those of the request's texts that are drawn, under their own pointers. */
function textsOf(request: ReversalRequest): Readonly<Record<string, string>> {
  const { reason, documentNo, busNo, placeCode, handlingPerson, checker } = request;
  const optional = { busNo, placeCode, handlingPerson, checker };
  const given = Object.entries(optional).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { reason, documentNo, ...Object.fromEntries(given) };
}

function refusedKind(kind: string): { readonly kind: "refused"; readonly problems: readonly FieldProblem[] } {
  return {
    kind: "refused",
    problems: [
      {
        code: "kind_differs",
        pointer: "/kind",
        zh: `重开的票据须与原票同种类：${kind}`,
        en: `the receipt for the rest must be of the original's kind: ${kind}`,
      },
    ],
  };
}
