import {
  reverseAndReissue,
  reverseReceipt,
  type ReissueResult,
  type ReversalResult,
} from "../../app/reverseReceipt.ts";
import type { ReversalRecord } from "../../app/reversalPorts.ts";
import { invariant } from "../../core/errors.ts";
import { codeTextOf } from "../../domain/code.ts";
import type { Interlock } from "../../domain/interlocks.ts";
import { numberText } from "../../domain/number.ts";
import type { ReversalRequest } from "../../domain/reversal.ts";
import { jsonReply, type Reply, type SignedCall } from "../call.ts";
import { jsonBody, validated } from "../jsonBody.ts";
import { HttpProblem, type Text } from "../problem.ts";
import type { UnitContext } from "./issue.ts";
import { outcomeOf, type Outcome } from "./outcome.ts";
import { presentReceipt, receiptPath } from "./present.ts";
import { assertNotDestroyed, notRendered, ownReceipt } from "./read.ts";
import { reissueInput, reversalInput, type ReversalBody } from "./reversalSchema.ts";

/** POST /v1/receipts/{code}/{number}/reversal */
export async function postReversal(context: UnitContext, call: SignedCall): Promise<Reply> {
  const request = requestOf(validated(reversalInput, jsonBody(call)));
  const original = await ownReceipt(context, call);
  assertNotDestroyed(original);
  const result = await reverseReceipt(context.deps, call.unit, original, request);
  const outcome = reversalOutcome(result);
  if (outcome.kind === "problem") throw outcome.problem;
  const view = presentReceipt(context.presenter, outcome.receipt, call.asker.language);
  return jsonReply(outcome.status, view, { Location: receiptPath(outcome.receipt) });
}

/** POST /v1/receipts/{code}/{number}/reissue */
export async function postReissue(context: UnitContext, call: SignedCall): Promise<Reply> {
  const { reversal, receipt: rest } = validated(reissueInput, jsonBody(call));
  const original = await ownReceipt(context, call);
  assertNotDestroyed(original);
  const result = await reverseAndReissue(context.deps, call.unit, original, requestOf(reversal), rest);
  const [red, blue] = reissueOutcomes(result);
  const present = (outcome: Outcome & { readonly kind: "receipt" }) =>
    presentReceipt(context.presenter, outcome.receipt, call.asker.language);
  const status = red.status === 201 || blue.status === 201 ? 201 : 200;
  return jsonReply(status, { reversal: present(red), receipt: present(blue) }, { Location: receiptPath(blue.receipt) });
}

type Issued = Outcome & { readonly kind: "receipt" };

/** @throws HttpProblem of the part that was refused, not of the one that only went with it */
export function reissueOutcomes({ reversal, receipt }: ReissueResult): readonly [red: Issued, blue: Issued] {
  const [red, blue] = [reversalOutcome(reversal, "/reversal"), outcomeOf(receipt, "/receipt")];
  if (red.kind === "problem" && reversal.kind !== "not_alone") throw red.problem;
  if (blue.kind === "problem") throw blue.problem;
  if (red.kind === "problem") throw red.problem;
  return [red, blue];
}

function requestOf(body: ReversalBody): ReversalRequest {
  const { busNo, placeCode, handlingPerson, checker, ...rest } = body;
  return {
    ...rest,
    ...(busNo === undefined ? {} : { busNo }),
    ...(placeCode === undefined ? {} : { placeCode }),
    ...(handlingPerson === undefined ? {} : { handlingPerson }),
    ...(checker === undefined ? {} : { checker }),
  };
}

export function reversalOutcome(result: ReversalResult, prefix = ""): Outcome {
  if (result.kind === "interlocked") return { kind: "problem", problem: interlockProblem(result.interlock, result.by) };
  if (result.kind === "not_rendered") return { kind: "problem", problem: notRendered() };
  return outcomeOf(result, prefix);
}

/** What to do about it, for whoever stands at the window. */
export function interlockProblem(interlock: Interlock, by?: ReversalRecord): HttpProblem {
  invariant(interlock !== "not_entered", "entries are cancelled by whoever made them, on the contract");
  const detail = interlock === "already_reversed" && by !== undefined ? reversedDetail(by) : DETAILS[interlock];
  const members =
    by === undefined
      ? {}
      : { reversedBy: { eInvoiceCode: codeTextOf(by.code), eInvoiceNumber: numberText(by.number) } };
  return new HttpProblem(interlock, detail, { members });
}

function reversedDetail({ code, number }: ReversalRecord): Text {
  const red = `${codeTextOf(code)} ${numberText(number)}`;
  return {
    zh: `已由红字票据 ${red} 冲红，不能再次办理；需要新票请用新的业务流水号开具`,
    en: `the red-letter receipt ${red} has reversed it; for a new receipt issue with a new busNo`,
  };
}

const DETAILS: Readonly<Record<Exclude<Interlock, "not_entered">, Text>> = {
  already_reversed: { zh: "票据已冲红，不能再次办理", en: "it is reversed: nothing more can be done with it" },
  receipt_is_red: {
    zh: "红字票据不能冲红、换开或入账",
    en: "a red-letter receipt is neither reversed, exchanged nor entered",
  },
  receipt_void: { zh: "该票号已作废，没有票据可办理", en: "the number is void: there is no receipt" },
  receipt_on_paper: {
    zh: "票据已换开纸质：请先收回并作废纸质票据，再办理",
    en: "it was exchanged to paper: take the paper back and void it first",
  },
  receipt_in_use: {
    zh: "票据已入账或正被锁定报销：请交款人先向报销单位取消入账，再办理",
    en: "it is entered in accounts, or held for that: whoever entered it has to cancel the entry first",
  },
  changed_elsewhere: {
    zh: "链上已有不是本系统办理的冲红或换开记录，再办理会被合约拒绝：请联系财政部门核实",
    en: "the ledger has a reversal or exchange of it that was not done here, and would refuse another: ask the bureau",
  },
  not_on_paper: { zh: "票据没有换开纸质", en: "it was not exchanged to paper" },
};
