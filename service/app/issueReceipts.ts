import { decideIssue } from "../domain/decideIssue.ts";
import { codeNumberOf } from "../domain/code.ts";
import { diffInputs } from "../domain/diffReceipts.ts";
import { RANDOM_NUMBER_BYTES, randomNumberFrom } from "../domain/randomNumber.ts";
import type { FieldProblem, IssueInput } from "../domain/receipt.ts";
import { issueCodeOf } from "../domain/receiptAssembly.ts";
import { utf8 } from "../core/bytes.ts";
import { jcs } from "../core/canonical.ts";
import { issuedTopic, type Deps } from "./deps.ts";
import type { Hash, Random } from "./ports.ts";
import type { IssueOutcome, Receipt, Unit } from "./storePorts.ts";
import { prepareDelivery } from "./prepareDelivery.ts";
import { stockSubject } from "./stockSubject.ts";
import { undrawableFields } from "./undrawableFields.ts";

/** What became of one request. Only `issued` has taken a number. */
export type IssueResult =
  | { readonly kind: "issued" | "repeated"; readonly receipt: Receipt; readonly warnings: readonly FieldProblem[] }
  | { readonly kind: "refused"; readonly problems: readonly FieldProblem[] }
  /** The busNo exists with other content; `differs` are JSON Pointers into the request. */
  | { readonly kind: "conflict"; readonly receipt: Receipt; readonly differs: readonly string[] }
  | { readonly kind: "no_numbers"; readonly code: number };

/**
 * Issues receipts for a unit. Each result stands for itself, in the order of the inputs; an issued one is durable.
 * Repeating a request gives the same receipt, also after the rules have changed.
 * @throws AppError queue_full; database_unreachable (the outcome is unknown: repeat the request, or ask by busNo)
 */
export function issueReceipts(deps: Deps, unit: Unit, inputs: readonly IssueInput[]): Promise<readonly IssueResult[]> {
  return Promise.all(inputs.map((input) => issueOne(deps, unit, input)));
}

/** The delivery is taken off first: contacts must reach neither the data, nor the stored input, nor what is compared. */
async function issueOne(deps: Deps, unit: Unit, { delivery, ...input }: IssueInput): Promise<IssueResult> {
  const issuedAtMs = deps.clock.nowMs();
  const kind = deps.kinds.get(input.kind);
  if (kind === undefined) return { kind: "refused", problems: [unknownKind(deps)] };
  const decision = decideIssue({ kind, unit, input, issuedAtMs });
  if (decision.kind === "refused") return (await earlierResult(deps, unit, input)) ?? decision;
  const undrawable = undrawableFields(deps.renderer, input);
  if (undrawable.length > 0) {
    return (await earlierResult(deps, unit, input)) ?? { kind: "refused", problems: undrawable };
  }
  const outcome = await deps.store.issue({
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
  });
  return resultOf(deps, unit, input, outcome);
}

async function resultOf(deps: Deps, unit: Unit, input: IssueInput, outcome: IssueOutcome): Promise<IssueResult> {
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
function inputDigestOf(hash: Hash, input: IssueInput): Uint8Array {
  const { totalAmount, ...rest } = input;
  return hash([utf8(jcs(totalAmount === undefined ? rest : { ...rest, totalAmount }))]);
}

function drawRandomNumber(random: Random): string {
  return randomNumberFrom(random.bytes(RANDOM_NUMBER_BYTES)) ?? drawRandomNumber(random);
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
