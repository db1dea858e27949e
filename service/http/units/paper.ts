import { exchangeReceipt, replacePaper, returnPaper, type ExchangeResult } from "../../app/exchangeReceipt.ts";
import type { PaperExchange } from "../../app/paperPorts.ts";
import type { Interlock } from "../../domain/interlocks.ts";
import { jsonReply, type Reply, type SignedCall } from "../call.ts";
import { jsonBody, validated } from "../jsonBody.ts";
import { HttpProblem } from "../problem.ts";
import type { UnitContext } from "./issue.ts";
import { exchangeInput, replacementInput, returnInput, spoilInput } from "./paperSchema.ts";
import { presentExchange } from "./present.ts";
import { notRendered, ownReceipt } from "./read.ts";
import { interlockProblem } from "./reversal.ts";
import type { PaperStockView } from "./view.ts";

/** POST /v1/receipts/{code}/{number}/paper. 202: the chain has not answered yet, the paper must not be handed out. */
export async function postPaper(context: UnitContext, call: SignedCall): Promise<Reply> {
  const { placeCode, operator, paperCode, paperNumber } = validated(exchangeInput, jsonBody(call));
  const receipt = await ownReceipt(context, call);
  const result = await exchangeReceipt(context.deps, receipt, { placeCode, operator, paperCode, paperNumber });
  const exchange = exchangeIn(result);
  if (exchange.state === "refused") throw interlockProblem(REFUSALS.get(exchange.reason) ?? "receipt_in_use");
  const status = exchange.state === "requested" ? 202 : result.kind === "requested" ? 201 : 200;
  return jsonReply(status, presentExchange(exchange));
}

/** What the contract said, as far as it can refuse a receipt that was free a moment before. */
const REFUSALS: ReadonlyMap<string, Interlock> = new Map([
  ["LedgerReceiptInUse", "receipt_in_use"],
  ["LedgerReceiptReversed", "already_reversed"],
]);

/** GET /v1/receipts/{code}/{number}/paper */
export async function getPapers(context: UnitContext, call: SignedCall): Promise<Reply> {
  const exchanges = await context.deps.store.exchangesOf(await ownReceipt(context, call));
  return jsonReply(200, { exchanges: exchanges.map(presentExchange) });
}

/** POST /v1/receipts/{code}/{number}/paper/return */
export async function postPaperReturn(context: UnitContext, call: SignedCall): Promise<Reply> {
  const { reason } = validated(returnInput, jsonBody(call));
  const exchange = await returnPaper(context.deps, await ownReceipt(context, call), reason);
  if (exchange === undefined) throw interlockProblem("not_on_paper");
  return jsonReply(exchange.state === "returned" ? 200 : 202, presentExchange(exchange));
}

/** POST /v1/receipts/{code}/{number}/paper/replacement */
export async function postReplacement(context: UnitContext, call: SignedCall): Promise<Reply> {
  const { reason, placeCode, operator, paperCode, paperNumber } = validated(replacementInput, jsonBody(call));
  const receipt = await ownReceipt(context, call);
  const request = { placeCode, operator, paperCode, paperNumber };
  return jsonReply(201, presentExchange(exchangeIn(await replacePaper(context.deps, receipt, request, reason))));
}

/** GET /v1/paper-books */
export async function getPaperStock({ deps }: Pick<UnitContext, "deps">, call: SignedCall): Promise<Reply> {
  const stock = await deps.store.paperStock(call.unit.unitId);
  const books = stock.map(({ paperCode, placeCode, first, last, digits, givenCount, spoiltCount }) => {
    const left = last - first + 1 - givenCount - spoiltCount;
    const [firstText, lastText] = [first, last].map((number) => String(number).padStart(digits, "0"));
    return { paperCode, placeCode, first: firstText!, last: lastText!, given: givenCount, spoilt: spoiltCount, left };
  });
  return jsonReply(200, { books } satisfies PaperStockView);
}

/** POST /v1/paper-books/spoil */
export async function postSpoilt({ deps }: Pick<UnitContext, "deps">, call: SignedCall): Promise<Reply> {
  const { paperCode, first, last, reason } = validated(spoilInput, jsonBody(call));
  const spoil = { paperCode, first: Number(first), last: Number(last), reason, nowMs: deps.clock.nowMs() };
  const outcome = await deps.store.spoilBlanks(call.unit.unitId, spoil);
  if (outcome.kind === "spoilt") return jsonReply(200, { spoilt: outcome.count });
  const numbers = outcome.numbers.join(", ");
  throw new HttpProblem("not_blank", {
    zh: `一张也未作废：这些号码不在本单位号段内，或已使用、已作废：${numbers}`,
    en: `none was marked: these numbers are not the unit's, or are used or spoilt already: ${numbers}`,
  });
}

/** @throws HttpProblem for a refusal */
export function exchangeIn(result: ExchangeResult): PaperExchange {
  switch (result.kind) {
    case "requested":
    case "standing":
      return result.exchange;
    case "interlocked":
      throw interlockProblem(result.interlock, result.by);
    case "not_rendered":
      throw notRendered();
    case "no_paper":
      throw new HttpProblem("no_paper", {
        zh: "没有空白的纸质票据号码，请向财政部门申领",
        en: "the unit has no blank paper numbers: ask the bureau for a book of paper",
      });
    case "paper_differs":
      throw new HttpProblem("paper_differs", {
        zh: `下一张空白纸质票据的号码是 ${result.next}；如手中这张在前面的已损坏，请先作废空白`,
        en: `the next blank is number ${result.next}; if those before the one in hand are spoilt, mark them first`,
      });
  }
}
