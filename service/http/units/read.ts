import { z } from "zod";
import { findReceipt } from "../../app/findReceipt.ts";
import { pictureReceipt } from "../../app/pictureReceipt.ts";
import { proveReceipt } from "../../app/proveReceipt.ts";
import { sealReceipt } from "../../app/sealReceipt.ts";
import type { Receipt, ReceiptFilter, ReceiptPlace } from "../../app/storePorts.ts";
import { parseProof, proofToJson } from "../../core/proof.ts";
import { encodeReceiptFile } from "../../core/receiptFile.ts";
import { eInvoiceXml } from "../../domain/eInvoiceXml.ts";
import { numberText } from "../../domain/number.ts";
import { noted } from "../apiSchemas.ts";
import { jsonReply, type Reply, type SignedCall } from "../call.ts";
import { invalidFields, validated } from "../jsonBody.ts";
import { HttpProblem } from "../problem.ts";
import { encodeCursor, parseCursor } from "./cursor.ts";
import type { UnitContext } from "./issue.ts";
import { presentBooks, presentReceipt } from "./present.ts";

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 500;

/** Of GET /v1/receipts: either busNo alone, or a filter and a place. */
export const listQuery = {
  busNo: noted(z.string().min(1).max(50), { description: "业务流水号；不能与其他参数同用" }),
  kind: z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/),
  status: z.enum(["issued", "rendered", "anchored", "void"]),
  issuedFrom: z.iso.datetime({ offset: true }),
  issuedBefore: z.iso.datetime({ offset: true }),
  limit: noted(z.string().regex(/^([1-9]\d?|[1-4]\d\d|500)$/), { description: `1-${MAX_LIMIT}` }),
  cursor: z.string().regex(/^[A-Za-z0-9_-]{1,80}$/),
} as const;

const listSchema = z.strictObject(listQuery).partial();

/** GET /v1/receipts/{code}/{number} */
export async function getReceipt(context: UnitContext, call: SignedCall): Promise<Reply> {
  const receipt = await ownReceipt(context, call);
  return jsonReply(200, presentReceipt(context.presenter, receipt, call.asker.language));
}

/** GET /v1/receipts/{code}/{number}/pdf: sealed as soon as it is anchored. */
export async function getPdf(context: UnitContext, call: SignedCall): Promise<Reply> {
  const receipt = await ownPlace(context, call);
  assertNotVoid(receipt);
  const document = await sealReceipt(context.deps, receipt);
  if (document === undefined) throw notRendered();
  return fileReply(receipt, "pdf", "application/pdf", document.pdf, { "Lianpiao-Sealed": String(document.isSealed) });
}

/** GET /v1/receipts/{code}/{number}/png: to look at, no original. */
export async function getPng(context: UnitContext, call: SignedCall): Promise<Reply> {
  const receipt = await ownReceipt(context, call);
  assertNotVoid(receipt);
  const picture = await pictureReceipt(context.deps, receipt, `unit ${call.unit.unitId}`);
  switch (picture.kind) {
    case "drawn":
      return fileReply(receipt, "png", "image/png", picture.png);
    case "too_many":
      throw tooManyPictures();
    case "not_rendered":
      throw notRendered();
  }
}

/** GET /v1/receipts/{code}/{number}/xml */
export async function getXml(context: Pick<UnitContext, "deps">, call: SignedCall): Promise<Reply> {
  const receipt = await ownReceipt(context, call);
  assertNotVoid(receipt);
  return fileReply(receipt, "xml", "application/xml; charset=utf-8", eInvoiceXml(receipt.data));
}

/** GET /v1/receipts/{code}/{number}/json: the holder's file. */
export async function getJson(context: UnitContext, call: SignedCall): Promise<Reply> {
  const receipt = await ownReceipt(context, call);
  assertNotVoid(receipt);
  return fileReply(receipt, "json", "application/json; charset=utf-8", encodeReceiptFile(receipt.data, receipt.secret));
}

/** GET /v1/receipts/{code}/{number}/proof: bytes, or JSON if the asker likes that better. */
export async function getProof(context: Pick<UnitContext, "deps">, call: SignedCall): Promise<Reply> {
  const receipt = await ownPlace(context, call);
  assertNotVoid(receipt);
  const proof = await proveReceipt(context.deps, receipt);
  if (proof === undefined) throw notAnchored();
  const headers = { Vary: "Accept" };
  if (call.preferredType(["application/octet-stream", "application/json"]) === "application/json") {
    return jsonReply(200, proofToJson(parseProof(proof)), headers);
  }
  return fileReply(receipt, "proof", "application/octet-stream", proof, headers);
}

/** GET /v1/receipts */
export async function listReceipts(context: UnitContext, call: SignedCall): Promise<Reply> {
  const query = validated(listSchema, queryObject(call.query), "/query");
  const { busNo, limit: limitText, cursor: place } = query;
  if (busNo !== undefined) return listByBusNo(context, call, busNo);
  const after = place === undefined ? undefined : parseCursor(place);
  if (place !== undefined && after === undefined) throw badCursor();
  const limit = limitText === undefined ? DEFAULT_LIMIT : Number(limitText);
  // One more than asked for tells whether there is a next page.
  const found = await context.deps.store.receipts(call.unit.unitId, filterOf(query), after, limit + 1);
  const receipts = found.slice(0, limit);
  const last = receipts.at(-1);
  const nextCursor = found.length > limit && last !== undefined ? encodeCursor(last) : null;
  return jsonReply(200, { receipts: present(context, call, receipts), nextCursor });
}

/** GET /v1/books */
export async function getBooks(context: UnitContext, call: SignedCall): Promise<Reply> {
  return jsonReply(200, presentBooks(await context.deps.store.books(call.unit.unitId)));
}

async function listByBusNo(context: UnitContext, call: SignedCall, busNo: string): Promise<Reply> {
  const others = [...call.query.keys()].filter((name) => name !== "busNo");
  if (others.length > 0) throw invalidFields(others.map(notBesideBusNo));
  const receipt = await findReceipt(context.deps, call.unit, { busNo });
  return jsonReply(200, { receipts: present(context, call, receipt === undefined ? [] : [receipt]), nextCursor: null });
}

function present(context: UnitContext, call: SignedCall, receipts: readonly Receipt[]): readonly unknown[] {
  return receipts.map((receipt) => presentReceipt(context.presenter, receipt, call.asker.language));
}

/** @throws HttpProblem receipt_not_found */
export async function ownReceipt(context: Pick<UnitContext, "deps">, call: SignedCall): Promise<Receipt> {
  const ref = refOf(call);
  const receipt = ref && (await findReceipt(context.deps, call.unit, ref));
  if (receipt !== undefined) return receipt;
  throw receiptNotFound();
}

/** As ownReceipt, without its data. @throws HttpProblem receipt_not_found */
async function ownPlace({ deps }: Pick<UnitContext, "deps">, call: SignedCall): Promise<ReceiptPlace> {
  const ref = refOf(call);
  const place = ref && (await deps.store.receiptPlace(ref.code, ref.number));
  if (place?.unitId === call.unit.unitId) return place;
  throw receiptNotFound();
}

function refOf({ params }: SignedCall): { readonly code: number; readonly number: number } | undefined {
  const { code = "", number = "" } = params;
  if (!/^\d{8}$/.test(code) || !/^\d{10}$/.test(number)) return undefined;
  return { code: Number(code), number: Number(number) };
}

function receiptNotFound(): HttpProblem {
  return new HttpProblem("receipt_not_found", {
    zh: "本单位没有这张票据；代码为 8 位数字，号码为 10 位数字",
    en: "the unit has no such receipt; a code has 8 digits, a number 10",
  });
}

/** Repeated parameters become lists, which the schema refuses by name. */
function queryObject(query: URLSearchParams): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    [...new Set(query.keys())].map((name) => {
      const values = query.getAll(name).map((value) => (name.startsWith("issued") ? value.replace(" ", "+") : value));
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
}

function filterOf(query: z.infer<typeof listSchema>): ReceiptFilter {
  const { kind, status, issuedFrom, issuedBefore } = query;
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(status === undefined ? {} : { state: status }),
    ...(issuedFrom === undefined ? {} : { issuedFromMs: Date.parse(issuedFrom) }),
    ...(issuedBefore === undefined ? {} : { issuedBeforeMs: Date.parse(issuedBefore) }),
  };
}

function fileReply(
  receipt: Pick<Receipt, "code" | "number">,
  ending: string,
  type: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  const name = `${String(receipt.code).padStart(8, "0")}_${numberText(receipt.number)}.${ending}`;
  return { status: 200, type, body, headers: { "Content-Disposition": `attachment; filename="${name}"`, ...headers } };
}

/** @throws HttpProblem receipt_void, receipt_destroyed */
export function assertNotVoid(receipt: Pick<Receipt, "state" | "destroyedAtMs">): void {
  assertNotDestroyed(receipt);
  if (receipt.state !== "void") return;
  throw new HttpProblem("receipt_void", {
    zh: "该票号已取用但未能成为票据，已作废并上链；请用新的业务流水号重新开票",
    en: "this number was taken and is no receipt: it is anchored as void. Issue again with a new busNo",
  });
}

/** @throws HttpProblem receipt_destroyed */
export function assertNotDestroyed({ destroyedAtMs }: Pick<Receipt, "destroyedAtMs">): void {
  if (destroyedAtMs === undefined) return;
  throw new HttpProblem("receipt_destroyed", {
    zh: "保管期满，经财政部门批准已销毁；存根信息仍可查",
    en: "its keeping period is over and it was destroyed with the bureau's approval: number, amounts and digests remain",
  });
}

export function notRendered(): HttpProblem {
  return new HttpProblem("not_rendered", {
    zh: "票据已开出，文件正在生成，请稍后再取；也可在开票时用 Prefer: wait=10, until=rendered",
    en: "the receipt is issued, its document is being made: ask again, or post with Prefer: wait=10, until=rendered",
  });
}

function tooManyPictures(): HttpProblem {
  return new HttpProblem("too_many_pictures", {
    zh: "同一票据每小时最多 30 次，同一单位每小时最多 300 次；PDF 文件不受此限",
    en: "at most 30 an hour of one receipt and 300 an hour for one unit; the PDF has no such limit",
  });
}

function notAnchored(): HttpProblem {
  return new HttpProblem("not_anchored", {
    zh: "票据尚未上链，请稍后再取；也可在开票时用 Prefer: wait=30",
    en: "the receipt is not on chain yet: ask again, or post with Prefer: wait=30",
  });
}

function badCursor(): HttpProblem {
  const problem = { zh: "不是本接口给出的 cursor", en: "not a cursor that this interface gave" };
  return invalidFields([{ code: "field_malformed", pointer: "/query/cursor", ...problem }]);
}

function notBesideBusNo(name: string): HttpProblem["errors"][number] {
  const problem = { zh: "不能与 busNo 同用", en: "can't go together with busNo" };
  return { code: "not_together", pointer: `/query/${name}`, ...problem };
}
