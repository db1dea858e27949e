import { catalogueFor } from "../domain/catalogue.ts";
import { decideIssue } from "../domain/decideIssue.ts";
import { codeNumberOf } from "../domain/code.ts";
import { diffInputs } from "../domain/diffReceipts.ts";
import { problem } from "../domain/problem.ts";
import { RANDOM_NUMBER_BYTES, randomNumberFrom } from "../domain/randomNumber.ts";
import type { FieldProblem, IssueInput } from "../domain/receipt.ts";
import { issueCodeOf } from "../domain/receiptAssembly.ts";
import { utf8 } from "../core/bytes.ts";
import { jcs } from "../core/canonical.ts";
import { invariant } from "../core/errors.ts";
import { issuedTopic, type Deps } from "./deps.ts";
import type { Hash, Random } from "./ports.ts";
import type { IssueOutcome, NewReceipt, Receipt, Unit } from "./storePorts.ts";
import { prepareDelivery } from "./prepareDelivery.ts";
import { stockSubject } from "./stockSubject.ts";
import { undrawableFields } from "./undrawableFields.ts";

/** What became of one request. Only `issued` has taken a number. */
export type IssueResult =
  | { readonly kind: "issued" | "repeated"; readonly receipt: Receipt; readonly warnings: readonly FieldProblem[] }
  | { readonly kind: "refused"; readonly problems: readonly FieldProblem[] }
  /** The busNo exists with other content; `differs` are JSON Pointers into the request. */
  | { readonly kind: "conflict"; readonly receipt: Receipt; readonly differs: readonly string[] }
  | { readonly kind: "no_numbers"; readonly code: number }
  /** Nothing was done, for another of the receipts asked for together with it was refused. */
  | { readonly kind: "not_alone" };

/**
 * Issues receipts for a unit. Each result stands for itself, in the order of the inputs; an issued one is durable.
 * Repeating a request gives the same receipt, also after the rules have changed.
 * @throws AppError queue_full; database_unreachable (the outcome is unknown: repeat the request, or ask by busNo)
 */
export function issueReceipts(deps: Deps, unit: Unit, inputs: readonly IssueInput[]): Promise<readonly IssueResult[]> {
  return Promise.all(inputs.map((input) => issueOne(deps, unit, input)));
}

async function issueOne(deps: Deps, unit: Unit, input: IssueInput): Promise<IssueResult> {
  const prepared = await prepareIssue(deps, unit, input);
  if (prepared.kind !== "ready") return prepared;
  const outcome = await deps.store.issue(prepared.receipt);
  invariant(outcome.kind !== "interlocked", "what is issued reverses nothing");
  return resultOf(deps, unit, prepared.receipt.input, outcome);
}

/** ready: everything is decided, only the number is missing. Else the answer, which has taken none. */
export type PreparedIssue = { readonly kind: "ready"; readonly receipt: NewReceipt } | IssueResult;

/** The delivery is taken off first: contacts must reach neither the data, nor the stored input, nor what is compared. */
export async function prepareIssue(deps: Deps, unit: Unit, { delivery, ...input }: IssueInput): Promise<PreparedIssue> {
  const issuedAtMs = deps.clock.nowMs();
  const kind = deps.kinds.get(input.kind);
  if (kind === undefined) return { kind: "refused", problems: [unknownKind(deps)] };
  const itemCodes = input.items.map(({ itemCode }) => itemCode);
  const catalogue = catalogueFor(deps.catalogues.get(unit.region), unit.creditCode, kind.id, itemCodes);
  const decision = decideIssue({ kind, unit, input, issuedAtMs, ...(catalogue === undefined ? {} : { catalogue }) });
  if (decision.kind === "refused") return (await earlierResult(deps, unit, input)) ?? decision;
  const undrawable = undrawableFields(deps.renderer, input);
  if (undrawable.length > 0) {
    return (await earlierResult(deps, unit, input)) ?? { kind: "refused", problems: undrawable };
  }
  const receipt: NewReceipt = {
    unitId: unit.unitId,
    kind: kind.id,
    code: codeNumberOf(issueCodeOf(kind, unit, issuedAtMs)),
    input,
    inputDigest: inputDigestOf(deps.hash, input),
    draft: decision.draft,
    randomNumber: drawRandomNumber(deps.random),
    secret: deps.random.bytes(32),
    issuedAtMs,
    warnings: decision.warnings,
    ...(delivery === undefined ? {} : { delivery: prepareDelivery(deps, delivery) }),
  };
  return { kind: "ready", receipt };
}

/** What the store's outcome means to the unit; wakes who waits for the receipt, and warns of numbers that run out. */
export async function resultOf(
  deps: Deps,
  unit: Unit,
  input: NewReceipt["input"],
  outcome: Exclude<IssueOutcome, { readonly kind: "interlocked" }>,
): Promise<IssueResult> {
  switch (outcome.kind) {
    case "issued": {
      deps.bell.ring(issuedTopic);
      if (outcome.left < outcome.lowWater) await warnOfLowStock(deps, outcome.receipt, outcome.left);
      return { kind: "issued", receipt: outcome.receipt, warnings: outcome.receipt.warnings };
    }
    case "repeated":
      return { kind: "repeated", receipt: outcome.receipt, warnings: outcome.receipt.warnings };
    case "conflict":
      return compared(outcome.receipt, input);
    case "no_numbers": {
      deps.log.error("no_numbers", { code: outcome.code, unitId: unit.unitId });
      const subject = stockSubject(outcome.code, unit.unitId);
      await deps.store.raiseAlarm("no_numbers", subject, "no number is left", deps.clock.nowMs());
      return outcome;
    }
    case "place_unknown":
      return { kind: "refused", problems: [unknownPlace(outcome.placeCode)] };
    case "not_alone":
      return outcome;
  }
}

/** A request that is refused today was accepted once if its busNo has a receipt: that answer stands. */
async function earlierResult(deps: Deps, unit: Unit, input: IssueInput): Promise<IssueResult | undefined> {
  const receipt = await deps.store.receiptByBusNo(unit.unitId, input.busNo);
  return receipt === undefined ? undefined : compared(receipt, input);
}

/** What differs decides: the digest of an input may have been made otherwise by an earlier program. */
function compared(receipt: Receipt, input: IssueInput): IssueResult {
  const differs = diffInputs(receipt.input, input);
  if (differs.length > 0) return { kind: "conflict", receipt, differs };
  return { kind: "repeated", receipt, warnings: receipt.warnings };
}

/** An alarm is raised once per number that crosses the mark, not once per receipt below it. */
async function warnOfLowStock(deps: Deps, receipt: Receipt, left: number): Promise<void> {
  const details = `${left} numbers are left`;
  const subject = stockSubject(receipt.code, receipt.unitId);
  await deps.store.raiseAlarm("numbers_low", subject, details, deps.clock.nowMs());
}

/** Of the canonical text: it is only compared with others of the same unit and busNo, in the database, and needs no salt. */
export function inputDigestOf(hash: Hash, input: IssueInput): Uint8Array {
  const { totalAmount, ...rest } = input;
  return hash([utf8(jcs(totalAmount === undefined ? rest : { ...rest, totalAmount }))]);
}

export function drawRandomNumber(random: Random): string {
  return randomNumberFrom(random.bytes(RANDOM_NUMBER_BYTES)) ?? drawRandomNumber(random);
}

function unknownPlace(placeCode: string): FieldProblem {
  return problem(
    "place_unknown",
    ["placeCode"],
    `开票点 ${placeCode} 未登记或已停用：请先登记，或改用使用中的开票点`,
    `${placeCode} is no open place of the unit: register it, or name one that is`,
  );
}

function unknownKind(deps: Deps): FieldProblem {
  const known = [...deps.kinds.keys()].join(", ");
  return {
    code: "unknown_kind",
    pointer: "/kind",
    zh: `没有这种票据种类；可用的种类：${known}`,
    en: `there is no such kind of receipt; the kinds are: ${known}`,
  };
}
