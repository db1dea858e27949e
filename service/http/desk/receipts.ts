import type { z } from "zod";
import type { Deps } from "../../app/deps.ts";
import { placeText } from "../../app/deskIssue.ts";
import { logAtDesk } from "../../app/deskLog.ts";
import type { DeskReceiptFilter } from "../../app/deskPorts.ts";
import { forwardReceipt } from "../../app/forwardReceipt.ts";
import type { Receipt } from "../../app/storePorts.ts";
import { parseContact } from "../../domain/contact.ts";
import { jsonReply, type Reply } from "../call.ts";
import { pdfReply } from "../citizens/receiptFiles.ts";
import { invalidFields, jsonBody, validated } from "../jsonBody.ts";
import { HttpProblem } from "../problem.ts";
import { encodeCursor, parseCursor } from "../units/cursor.ts";
import { releaseHeld } from "../units/deliveries.ts";
import { presentBooks } from "../units/present.ts";
import { verifyUrlOf } from "../units/verifyUrl.ts";
import { badCursor } from "../units/numberCursor.ts";
import type { DeskCall } from "./guard.ts";
import { detailOf, summaryOf } from "./present.ts";
import { searchQuery, sendBody } from "./schema.ts";

const PAGE_SIZE = 50;
const EXPORT_SIZE = 1_000;
const DAY_MS = 86_400_000;

/** GET /unit/api/receipts: newest first. */
export async function getReceipts(deps: Deps, call: DeskCall): Promise<Reply> {
  const query = validated(searchQuery, Object.fromEntries(call.query), "/query");
  const place = query.cursor === undefined ? undefined : parseCursor(query.cursor);
  if (query.cursor !== undefined && place === undefined) throw badCursor();
  const filter = filterOf(query, deps.clock.nowMs());
  const { account } = call.session;
  const size = query.all === undefined ? PAGE_SIZE : EXPORT_SIZE;
  const page = await deps.store.searchDeskReceipts(account.unitId, filter, place, size);
  const { receipts, next, isCutShort } = page;
  // What was looked for may be a name: that it was is logged, and by which fields.
  const by = Object.keys(query).sort().join(",") || "-";
  if (query.all === undefined) await logAtDesk(deps, account, "receipts_searched", [by]);
  else await logAtDesk(deps, account, "receipts_exported", [`${receipts.length} by ${by}`]);
  const nextCursor = next === undefined ? null : encodeCursor(next);
  const lookedTo = isCutShort && next !== undefined ? next.issuedAtMs : null;
  return jsonReply(200, { receipts: receipts.map(summaryOf), nextCursor, lookedTo });
}

/** GET /unit/api/receipts/{code}/{number} */
export async function getReceipt(deps: Deps, call: DeskCall): Promise<Reply> {
  const receipt = await ownReceipt(deps, call);
  // The page asks again until it is anchored: that is one look.
  if (call.query.get("again") !== "1")
    await logAtDesk(deps, call.session.account, "receipt_seen", [placeText(receipt)]);
  const isHeld = (await deps.store.arrearsOf(receipt)) === "held";
  return jsonReply(200, { ...detailOf(receipt, verifyUrlOf(deps.settings, receipt)), isHeld });
}

/** GET /unit/api/receipts/{code}/{number}/pdf */
export async function getPdf(deps: Deps, call: DeskCall): Promise<Reply> {
  const receipt = await ownReceipt(deps, call);
  if (receipt.state !== "rendered") {
    throw new HttpProblem("not_rendered", {
      zh: "票据文件尚未生成，请稍候",
      en: "the document is being made: wait a moment",
    });
  }
  await logAtDesk(deps, call.session.account, "receipt_downloaded", [placeText(receipt)]);
  return pdfReply(deps, receipt, call);
}

/** POST /unit/api/receipts/{code}/{number}/send */
export async function postSend(deps: Deps, call: DeskCall): Promise<Reply> {
  const { to } = validated(sendBody, jsonBody(call));
  const receipt = await ownReceipt(deps, call);
  const contact = parseContact(to);
  if (contact === undefined) {
    const wrong = { zh: "请填写邮箱或手机号", en: "give an e-mail address or a mobile number" };
    throw invalidFields([{ code: "field_malformed", pointer: "/to", ...wrong }]);
  }
  const result = await forwardReceipt(deps, receipt, contact, `desk ${call.session.account.accountId}`);
  await logAtDesk(deps, call.session.account, "receipt_sent", [`${placeText(receipt)} ${result}`]);
  return jsonReply(200, { result });
}

/** POST /unit/api/receipts/{code}/{number}/release: what was owed is paid. */
export async function postDeskRelease(deps: Deps, call: DeskCall): Promise<Reply> {
  const receipt = await ownReceipt(deps, call);
  await releaseHeld(deps, receipt);
  await logAtDesk(deps, call.session.account, "arrears_released", [placeText(receipt)]);
  return jsonReply(200, {});
}

/** GET /unit/api/books */
export async function getBooks(deps: Deps, call: DeskCall): Promise<Reply> {
  return jsonReply(200, presentBooks(await deps.store.books(call.unit.unitId)));
}

/** Another unit's receipt is as if it were not there. @throws HttpProblem receipt_not_found */
export async function ownReceipt(deps: Deps, call: DeskCall): Promise<Receipt> {
  const { code = "", number = "" } = call.params;
  const isPlace = /^\d{8}$/.test(code) && /^\d{10}$/.test(number);
  const receipt = isPlace ? await deps.store.receipt(Number(code), Number(number)) : undefined;
  if (receipt !== undefined && receipt.unitId === call.session.account.unitId) return receipt;
  throw new HttpProblem("receipt_not_found", {
    zh: "本单位没有这张票据，请核对代码和号码",
    en: "this unit has no such receipt: check code and number",
  });
}

/** Without days: from the newest on. How much is looked through at once does not depend on them. */
function filterOf(query: z.infer<typeof searchQuery>, nowMs: number): DeskReceiptFilter {
  const { code, number, payer, amountFen, from, to, cursor: _cursor, all: _all, ...rest } = query;
  const startOf = (day: string): number => Date.parse(`${day}T00:00:00+08:00`);
  return {
    ...rest,
    issuedFromMs: from === undefined ? 0 : startOf(from),
    issuedBeforeMs: (to === undefined ? nowMs : startOf(to)) + DAY_MS,
    ...(code === undefined ? {} : { code: Number(code) }),
    ...(number === undefined ? {} : { number: Number(number) }),
    ...(payer === undefined ? {} : { payerName: payer }),
    ...(amountFen === undefined ? {} : { amountFen: Number(amountFen) }),
  };
}
