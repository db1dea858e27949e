import { z } from "zod";
import type { LowWater } from "../../app/numberPorts.ts";
import { reportStock } from "../../app/reportStock.ts";
import { setPlace } from "../../app/setPlace.ts";
import { codeNumberOf, codeTextOf } from "../../domain/code.ts";
import { jsonReply, type Reply, type SignedCall } from "../call.ts";
import { invalidFields, jsonBody, validated } from "../jsonBody.ts";
import type { HttpProblem } from "../problem.ts";
import { rfc3339 } from "../rfc3339.ts";
import { queryValues } from "./numberCursor.ts";
import type { stockLedger } from "./numberSchema.ts";
import { bookPlaceInput, lowWaterInput, placeInput, stockQuery } from "./numberSchema.ts";
import type { UnitContext } from "./issue.ts";
import { notFound } from "./numbers.ts";
import { presentBooks } from "./present.ts";

const PAGE = 100;
const stockSchema = z.strictObject(stockQuery).partial();

/** GET /v1/stock: by default from the beginning of time to now. */
export async function getStock({ deps }: Pick<UnitContext, "deps">, call: SignedCall): Promise<Reply> {
  const { from, before, cursor } = validated(stockSchema, queryValues(call.query), "/query");
  const { unitId } = call.unit;
  const fromMs = from === undefined ? 0 : Date.parse(from);
  const toMs = before === undefined ? deps.clock.nowMs() : Date.parse(before);
  if (toMs < fromMs) throw invalidFields([endsFirst()]);
  const after = cursor === undefined ? {} : { after: { unitId, code: codeNumberOf(cursor) } };
  const found = await reportStock(deps, { unitId, fromMs, toMs, ...after, limit: PAGE + 1 });
  const lines = found
    .slice(0, PAGE)
    .map(({ unitId: _, code, ...line }) => ({ eInvoiceCode: codeTextOf(code), ...line }));
  const answer: z.infer<typeof stockLedger> = {
    ...{ from: rfc3339(fromMs), before: rfc3339(toMs), lines },
    nextCursor: found.length > PAGE ? (lines.at(-1)?.eInvoiceCode ?? null) : null,
  };
  return jsonReply(200, answer);
}

/** GET /v1/low-water */
export async function getLowWaters({ deps }: Pick<UnitContext, "deps">, call: SignedCall): Promise<Reply> {
  return jsonReply(200, { marks: (await deps.store.lowWaters(call.unit.unitId)).map(presentMark) });
}

/** POST /v1/low-water */
export async function postLowWater({ deps }: Pick<UnitContext, "deps">, call: SignedCall): Promise<Reply> {
  const mark = { ...validated(lowWaterInput, jsonBody(call)), unitId: call.unit.unitId };
  if (!call.unit.kinds.includes(mark.kind)) throw invalidFields([foreignKind(call.unit.kinds)]);
  await deps.store.saveLowWater(mark);
  return jsonReply(200, presentMark(mark));
}

/** GET /v1/places */
export async function getPlaces({ deps }: Pick<UnitContext, "deps">, call: SignedCall): Promise<Reply> {
  const places = await deps.store.places(call.unit.unitId);
  return jsonReply(200, { places: places.map(({ placeCode, name, isOpen }) => ({ placeCode, name, isOpen })) });
}

/** POST /v1/places: makes it or changes it. */
export async function postPlace({ deps }: Pick<UnitContext, "deps">, call: SignedCall): Promise<Reply> {
  const place = validated(placeInput, jsonBody(call));
  const problems = await setPlace(deps, { ...place, unitId: call.unit.unitId });
  if (problems.length > 0) throw invalidFields(problems);
  return jsonReply(200, place);
}

/** POST /v1/books/{bookId}/place */
export async function postBookPlace({ deps }: Pick<UnitContext, "deps">, call: SignedCall): Promise<Reply> {
  const { placeCode } = validated(bookPlaceInput, jsonBody(call));
  const { bookId = "" } = call.params;
  const { unitId } = call.unit;
  const outcome = /^[1-9]\d{0,8}$/.test(bookId)
    ? await deps.store.assignBook(unitId, Number(bookId), placeCode ?? undefined)
    : "book_unknown";
  if (outcome === "book_unknown") throw notFound("本单位没有这个号段", "the unit has no such book");
  if (outcome === "place_unknown") throw invalidFields([placeUnknown()]);
  return jsonReply(200, presentBooks(await deps.store.books(unitId)));
}

function presentMark({ unitId: _, ...mark }: LowWater): z.infer<typeof lowWaterInput> {
  return mark;
}

function endsFirst(): HttpProblem["errors"][number] {
  const problem = { zh: "不能早于 from", en: "must not be before `from`" };
  return { code: "period_malformed", pointer: "/query/before", ...problem };
}

function foreignKind(kinds: readonly string[]): HttpProblem["errors"][number] {
  const own = kinds.join(", ");
  const problem = { zh: `本单位可开：${own}`, en: `the unit may issue: ${own}` };
  return { code: "kind_not_allowed", pointer: "/kind", ...problem };
}

function placeUnknown(): HttpProblem["errors"][number] {
  const problem = {
    zh: "没有这个开票点或已停用，请先用 /v1/places 设立",
    en: "there is no such open place: make it by /v1/places",
  };
  return { code: "place_unknown", pointer: "/placeCode", ...problem };
}
