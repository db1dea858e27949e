import { z } from "zod";
import { fileWriteOff, type FileRefusal } from "../../app/fileWriteOff.ts";
import { rectifyWriteOff } from "../../app/reviewWriteOff.ts";
import type { WriteOff } from "../../app/writeOffPorts.ts";
import { parseDate } from "../../domain/fiscalTime.ts";
import { numberText } from "../../domain/number.ts";
import { writeOffCsv } from "../../domain/writeOffCsv.ts";
import { jsonReply, type Reply, type SignedCall } from "../call.ts";
import { invalidFields, jsonBody, validated } from "../jsonBody.ts";
import { HttpProblem } from "../problem.ts";
import { rfc3339 } from "../rfc3339.ts";
import type { UnitContext } from "./issue.ts";
import {
  csvQuery,
  rectificationInput,
  writeOffInput,
  writeOffQuery,
  type WriteOffSummary,
  type WriteOffView,
} from "./writeOffSchema.ts";

type Context = Pick<UnitContext, "deps">;

const DEFAULT_LIMIT = 20;
const listSchema = z.strictObject(writeOffQuery).partial();
const csvSchema = z.strictObject(csvQuery).partial();

/** POST /v1/write-offs */
export async function postWriteOff({ deps }: Context, call: SignedCall): Promise<Reply> {
  const { cutoff } = validated(writeOffInput, jsonBody(call));
  const result = await fileWriteOff(deps, call.unit, parseDate(cutoff) ?? "");
  if (!("writeOff" in result)) throw problemOf(result);
  const { writeOff } = result;
  const headers = { Location: pathOf(writeOff) };
  return jsonReply(result.kind === "filed" ? 201 : 200, presentWriteOff(writeOff), headers);
}

/** GET /v1/write-offs */
export async function listWriteOffs({ deps }: Context, call: SignedCall): Promise<Reply> {
  const { limit: limitText, cursor } = validated(listSchema, Object.fromEntries(call.query), "/query");
  const before = cursor === undefined ? undefined : parseCursor(cursor);
  const limit = limitText === undefined ? DEFAULT_LIMIT : Number(limitText);
  const found = await deps.store.writeOffs(call.unit.unitId, before, limit + 1);
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  const nextCursor = found.length > limit && last !== undefined ? encodeCursor(last.cutoff) : null;
  const writeOffs = shown.map((writeOff): WriteOffSummary => ({ ...headOf(writeOff), self: pathOf(writeOff) }));
  return jsonReply(200, { writeOffs, nextCursor });
}

/** GET /v1/write-offs/{writeOffId} */
export async function getWriteOff(context: Context, call: SignedCall): Promise<Reply> {
  return jsonReply(200, presentWriteOff(await ownWriteOff(context, call)));
}

/** GET /v1/write-offs/{writeOffId}/csv */
export async function getWriteOffCsv(context: Context, call: SignedCall): Promise<Reply> {
  const { part = "lines" } = validated(csvSchema, Object.fromEntries(call.query), "/query");
  const { writeOffId, report } = await ownWriteOff(context, call);
  const headers = { "Content-Disposition": `attachment; filename="${writeOffId}-${part}.csv"` };
  return { status: 200, type: "text/csv; charset=utf-8", body: writeOffCsv(report, part), headers };
}

/** POST /v1/write-offs/{writeOffId}/rectification */
export function postRectification(context: Context, call: SignedCall): Promise<Reply> {
  return rectified(context, call, validated(rectificationInput, jsonBody(call)));
}

/** Notes what was put right, and who says so. */
export async function rectified(
  context: Context,
  call: SignedCall,
  rectification: z.infer<typeof rectificationInput>,
): Promise<Reply> {
  const result = await rectifyWriteOff(context.deps, await ownWriteOff(context, call), rectification);
  if (result.kind === "not_found") throw notFound();
  if (result.kind === "refused") throw new HttpProblem("write_off_state", { zh: result.zh, en: result.en });
  return jsonReply(200, presentWriteOff(result.writeOff));
}

async function ownWriteOff({ deps }: Context, call: SignedCall): Promise<WriteOff> {
  const writeOff = await deps.store.writeOff(call.params["writeOffId"] ?? "");
  if (writeOff === undefined || writeOff.unitId !== call.unit.unitId) throw notFound();
  return writeOff;
}

const pathOf = ({ writeOffId }: WriteOff): string => `/v1/write-offs/${writeOffId}`;

function headOf({ writeOffId, cutoff, filedAtMs, state, result, report }: WriteOff): Omit<WriteOffSummary, "self"> {
  const { receiptCount, totalFen, redFen, voidCount } = report;
  return {
    writeOffId,
    cutoff: `${cutoff.slice(0, 4)}-${cutoff.slice(4, 6)}-${cutoff.slice(6)}`,
    filedAt: rfc3339(filedAtMs),
    state,
    result: result ?? null,
    ...{ receiptCount, totalAmount: totalFen, redAmount: redFen, voidCount },
  };
}

function presentWriteOff(writeOff: WriteOff): WriteOffView {
  const { report, events } = writeOff;
  const self = pathOf(writeOff);
  return {
    ...headOf(writeOff),
    lines: report.lines.map(({ first, last, blueFen, redFen, ...line }) => ({
      ...line,
      first: line.count === 0 ? null : numberText(first),
      last: line.count === 0 ? null : numberText(last),
      blueAmount: blueFen,
      redAmount: redFen,
    })),
    items: report.items.map(({ amountFen, redFen, ...item }) => ({ ...item, amount: amountFen, redAmount: redFen })),
    voids: report.voids.map(({ number, ...rest }) => ({ ...rest, eInvoiceNumber: numberText(number) })),
    events: events.map(({ kind, atMs, by, text, result }) => ({
      ...{ kind, at: rfc3339(atMs), by, text },
      result: result ?? null,
    })),
    links: { self, lines: `${self}/csv?part=lines`, items: `${self}/csv?part=items`, voids: `${self}/csv?part=voids` },
  };
}

const encodeCursor = (cutoff: string): string => Buffer.from(`w.${cutoff}`).toString("base64url");

function parseCursor(text: string): string {
  const cutoff = /^w\.(\d{8})$/.exec(Buffer.from(text, "base64url").toString("latin1"))?.[1];
  if (cutoff !== undefined && encodeCursor(cutoff) === text) return cutoff;
  const problem = { zh: "不是本接口给出的 cursor", en: "not a cursor that this interface gave" };
  throw invalidFields([{ code: "field_malformed", pointer: "/query/cursor", ...problem }]);
}

const notFound = (): HttpProblem =>
  new HttpProblem("write_off_not_found", { zh: "本单位没有这张核销单", en: "the unit has no such write-off" });

function problemOf(result: FileRefusal): HttpProblem {
  switch (result.kind) {
    case "not_over": {
      const problem = { zh: "截止日期尚未过完，次日起可申报", en: "the day is not over: file from the next day on" };
      return invalidFields([{ code: "not_over", pointer: "/cutoff", ...problem }]);
    }
    case "period_filed":
      return new HttpProblem("period_filed", {
        zh: `截至 ${result.lastCutoff} 的票据已申报核销，请用更晚的截止日期`,
        en: `all through ${result.lastCutoff} is filed already: give a later day`,
      });
    case "nothing":
      return new HttpProblem("nothing_to_write_off", {
        zh: "上次核销以来没有用票，无需申报",
        en: "no number was used since the last write-off: there is nothing to file",
      });
    case "not_anchored":
      return new HttpProblem("not_anchored", {
        zh: `号段 ${result.bookIds.join("、")} 还有票据未上链，请稍后再报`,
        en: `receipts of the books ${result.bookIds.join(", ")} are not on chain yet: file again later`,
      });
    case "differs":
      return new HttpProblem("write_off_differs", {
        zh: `号码或金额勾稽不符，未申报，请联系财政部门核查：${result.reasons.join("；")}`,
        en: `the numbers do not add up, nothing was filed; have the bureau look into it: ${result.reasons.join("; ")}`,
      });
  }
}
