import { z } from "zod";
import { parseDate } from "../../domain/fiscalTime.ts";
import { writeOffParts } from "../../domain/writeOffCsv.ts";
import { noted } from "../apiSchemas.ts";
import { plainText } from "./schema.ts";

const time = noted(z.iso.datetime({ offset: true }), { description: "RFC 3339, +08:00" });
const count = z.int().min(0);
const fen = noted(z.int().min(0), { description: "金额，分 (whole fen)" });
const code = noted(z.string().regex(/^\d{8}$/), { description: "票据代码" });
const number = noted(z.string().regex(/^\d{10}$/), { description: "票据号码" });
const date = noted(z.iso.date(), { description: "日期 yyyy-MM-dd (a day in Asia/Shanghai)" });
const id = noted(z.string().regex(/^HX\d{8}-\d{8}$/), { description: "单号" });
const MAX_TEXT = 1000;

/** The body of POST /v1/write-offs. */
export const writeOffInput = noted(
  z.strictObject({
    cutoff: noted(
      date.refine((text) => parseDate(text) !== undefined),
      { description: "截止日期（含），须已过去；从上次核销之后起算 (the last day, itself included)" },
    ),
  }),
  { id: "WriteOffInput", description: "核销申报 (accounts for all numbers used through a day)" },
);

/** The body of POST …/rectification. */
export const rectificationInput = noted(
  z.strictObject({
    text: noted(plainText(MAX_TEXT, 1), { description: "整改情况 (what was put right)" }),
    by: noted(plainText(100, 1), { description: "整改人 (who answers for it)" }),
  }),
  { id: "RectificationInput", description: "整改说明 (after the result 3)" },
);

export const writeOffQuery = {
  limit: noted(z.string().regex(/^([1-9]|[1-4]\d|50)$/), { description: "1-50" }),
  cursor: z.string().regex(/^[A-Za-z0-9_-]{1,80}$/),
} as const;
export const csvQuery = { part: z.enum(writeOffParts) } as const;

const head = {
  writeOffId: id,
  cutoff: date,
  filedAt: time,
  state: noted(z.enum(["filed", "reviewed"]), { description: "filed 未审验；reviewed 已审验" }),
  result: noted(z.int().min(1).max(4).nullable(), { description: "1 良好 2 合格 3 问题 4 整改通过；null 尚未审验" }),
  receiptCount: noted(count, { description: "份数，不含作废 (receipts, without voids)" }),
  totalAmount: noted(fen, { description: "蓝字票据总金额，分 (of blue receipts, fen)" }),
  redAmount: noted(fen, { description: "红字票据总金额，分 (of red-letter receipts, fen)" }),
  voidCount: count,
};

const line = z.strictObject({
  bookId: z.int(),
  eInvoiceCode: code,
  eInvoiceName: z.string(),
  first: number.nullable(),
  last: number.nullable(),
  count: noted(count, { description: "用票数：蓝、红、作废 (numbers used)" }),
  blueCount: count,
  blueAmount: fen,
  redCount: count,
  redAmount: fen,
  voidCount: count,
  openingCount: noted(count, { description: "期初库存" }),
  grantedCount: noted(count, { description: "领用" }),
  returnedCount: noted(count, { description: "退票" }),
  closingCount: noted(count, { description: "期末库存" }),
});

export const writeOffView = noted(
  z.strictObject({
    ...head,
    lines: noted(z.array(line), {
      description: "按号段 (one of each book): 期初 + 领用 - 退票 = 蓝 + 红 + 作废 + 期末",
    }),
    items: z.array(
      z.strictObject({
        itemCode: z.string(),
        itemName: z.string(),
        itemUnit: z.string(),
        amount: fen,
        redAmount: fen,
      }),
    ),
    voids: z.array(z.strictObject({ eInvoiceCode: code, eInvoiceNumber: number, reason: z.string() })),
    events: noted(
      z.array(
        z.strictObject({
          kind: z.enum(["filed", "reviewed", "rectified"]),
          at: time,
          by: z.string(),
          text: noted(z.string(), { description: "审验意见或整改情况" }),
          result: z.int().min(1).max(4).nullable(),
        }),
      ),
      { description: "经过，只增不改 (what happened to it, in order)" },
    ),
    links: z.strictObject({ self: z.string(), lines: z.string(), items: z.string(), voids: z.string() }),
  }),
  { id: "WriteOff", description: "核销单 (a unit's account of its numbers)" },
);

export const writeOffList = noted(
  z.strictObject({
    writeOffs: z.array(z.strictObject({ ...head, self: z.string() })),
    nextCursor: z.string().nullable(),
  }),
  { id: "WriteOffList", description: "核销单列表，新的在前 (newest first)" },
);

export type WriteOffView = z.infer<typeof writeOffView>;
export type WriteOffSummary = z.infer<typeof writeOffList>["writeOffs"][number];
