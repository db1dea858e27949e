import { z } from "zod";
import type { Deps } from "../../app/deps.ts";
import { placeText } from "../../app/deskIssue.ts";
import { logAtDesk } from "../../app/deskLog.ts";
import type { DeskCursor, SpoiltBlank } from "../../app/deskPorts.ts";
import { exchangeReceipt, replacePaper, returnPaper } from "../../app/exchangeReceipt.ts";
import type { PaperExchange } from "../../app/paperPorts.ts";
import { codeTextOf } from "../../domain/code.ts";
import { numberText } from "../../domain/number.ts";
import { jsonReply, type Reply } from "../call.ts";
import { jsonBody, validated } from "../jsonBody.ts";
import { exchangeIn, getPaperStock, postSpoilt } from "../units/paper.ts";
import { spoilInput } from "../units/paperSchema.ts";
import { presentExchange } from "../units/present.ts";
import { interlockProblem } from "../units/reversal.ts";
import type { DeskCall } from "./guard.ts";
import { ownReceipt } from "./receipts.ts";
import { LIST_SIZE, pageOf, placeAt } from "./lists.ts";
import { pageQuery, paperQuery, plainText } from "./schema.ts";

const exchangeBody = z.strictObject({
  paperNumber: z
    .string()
    .regex(/^\d{1,20}$/)
    .optional(),
});
const returnBody = z.strictObject({ reason: plainText(80) });
const replacementBody = exchangeBody.extend(returnBody.shape);

/** POST /unit/api/receipts/{code}/{number}/paper. 202: the chain has not answered yet, the paper must not be handed out. */
export async function postPaper(deps: Deps, call: DeskCall): Promise<Reply> {
  const { paperNumber } = validated(exchangeBody, jsonBody(call));
  const receipt = await ownReceipt(deps, call);
  const { account } = call.session;
  const result = await exchangeReceipt(deps, receipt, blankFor(call, paperNumber));
  const exchange = exchangeIn(result);
  if (exchange.state === "refused") throw interlockProblem("receipt_in_use");
  await logAtDesk(deps, account, "exchanged", [`${placeText(receipt)} ${exchange.state}`]);
  const status = exchange.state === "requested" ? 202 : result.kind === "requested" ? 201 : 200;
  return jsonReply(status, presentExchange(exchange));
}

/** POST /unit/api/receipts/{code}/{number}/paper/return */
export async function postPaperReturn(deps: Deps, call: DeskCall): Promise<Reply> {
  const { reason } = validated(returnBody, jsonBody(call));
  const receipt = await ownReceipt(deps, call);
  const exchange = await returnPaper(deps, receipt, reason);
  if (exchange === undefined) throw interlockProblem("not_on_paper");
  await logAtDesk(deps, call.session.account, "paper_returned", [`${placeText(receipt)} ${exchange.state}`]);
  return jsonReply(exchange.state === "returned" ? 200 : 202, presentExchange(exchange));
}

/** POST /unit/api/receipts/{code}/{number}/paper/replacement: the damaged paper was handed back. */
export async function postPaperReplacement(deps: Deps, call: DeskCall): Promise<Reply> {
  const { paperNumber, reason } = validated(replacementBody, jsonBody(call));
  const receipt = await ownReceipt(deps, call);
  const exchange = exchangeIn(await replacePaper(deps, receipt, blankFor(call, paperNumber), reason));
  const object = `${placeText(receipt)} ${exchange.paperCode} ${exchange.paperNumber}`;
  await logAtDesk(deps, call.session.account, "paper_replaced", [object]);
  return jsonReply(201, presentExchange(exchange));
}

/** GET /unit/api/paper-books */
export function getDeskPaperStock(deps: Deps, call: DeskCall): Promise<Reply> {
  return getPaperStock({ deps }, call);
}

/** GET /unit/api/paper: receipts that are or were on paper, newest first. */
export async function getExchanges(deps: Deps, call: DeskCall): Promise<Reply> {
  const { state, cursor } = validated(paperQuery, Object.fromEntries(call.query), "/query");
  const { unitId } = call.unit;
  const found = await deps.store.deskExchanges(unitId, state, placeAt(cursor, unitId), LIST_SIZE + 1);
  const place = (each: PaperExchange): DeskCursor => ({ atMs: each.requestedAtMs, id: each.exchangeId });
  const { shown, nextCursor } = pageOf(found, place);
  return jsonReply(200, { exchanges: shown.map(presentDeskExchange), nextCursor });
}

/** GET /unit/api/paper-books/spoilt: blanks that were spoilt, newest first. */
export async function getSpoilt(deps: Deps, call: DeskCall): Promise<Reply> {
  const { cursor } = validated(pageQuery, Object.fromEntries(call.query), "/query");
  const { unitId } = call.unit;
  const found = await deps.store.spoiltBlanks(unitId, placeAt(cursor, unitId), LIST_SIZE + 1);
  const place = (each: SpoiltBlank): DeskCursor => ({
    atMs: each.spoiltAtMs,
    id: `${each.paperCode}.${Number(each.paperNumber)}`,
  });
  const { shown: blanks, nextCursor } = pageOf(found, place);
  return jsonReply(200, { blanks, nextCursor });
}

function presentDeskExchange({ code, number, unitId: _unit, exchangeId: _id, ...each }: PaperExchange) {
  return { ...each, code: codeTextOf(code), number: numberText(number) };
}

/** POST /unit/api/paper-books/spoil */
export async function postDeskSpoilt(deps: Deps, call: DeskCall): Promise<Reply> {
  const reply = await postSpoilt({ deps }, call);
  const { paperCode, first, last } = validated(spoilInput, jsonBody(call));
  await logAtDesk(deps, call.session.account, "blanks_spoilt", [`${paperCode} ${first}-${last}`]);
  return reply;
}

/** In the account's name and at its place, whatever the page sends. */
function blankFor({ session }: DeskCall, paperNumber: string | undefined): Parameters<typeof exchangeReceipt>[2] {
  const { placeCode, displayName: operator } = session.account;
  return { placeCode, operator, paperCode: undefined, paperNumber };
}
