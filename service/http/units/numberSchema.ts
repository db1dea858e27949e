import { z } from "zod";
import { MAX_PLACES } from "../../app/setPlace.ts";
import { applicationStates } from "../../app/numberPorts.ts";
import { MAX_LENGTHS } from "../../domain/limits.ts";
import { MAX_APPLIED } from "../../domain/numberRules.ts";
import { noted } from "../apiSchemas.ts";
import { text } from "./schema.ts";
import { fieldProblem } from "./view.ts";

const MAX_NAME = 50;
const MAX_NOTE = 200;

const time = noted(z.iso.datetime({ offset: true }), { description: "RFC 3339, +08:00" });
const code = noted(z.string().regex(/^\d{8}$/), { description: "票据代码" });
const number = noted(z.string().regex(/^\d{10}$/), { description: "票据号码" });
const count = z.int().min(0);
const kind = noted(z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/), { description: "票据种类" });
const year = noted(z.int().min(2000).max(2099), { description: "年度；默认当年，12 月起可申领下一年度" });
const named = (description: string) => noted(text(MAX_NAME, 1), { description, minLength: 1, maxLength: MAX_NAME });
const note = (description: string) => noted(text(MAX_NOTE), { description, maxLength: MAX_NOTE }).default("");
const phone = noted(z.string().regex(/^[0-9+() -]{0,30}$/), { description: "联系电话" }).default("");
const contact = noted(text(MAX_NAME), { description: "联系人", maxLength: MAX_NAME }).default("");

/** The unit's own number of an application or return; those that the program makes begin otherwise. */
export const recordNo = noted(z.string().regex(/^(?!auto-|year-|suspension-)[A-Za-z0-9._-]{1,40}$/), {
  description: "单位自编单号，凭它幂等（字母、数字、._-，至多 40 位）",
});
/** In a path, any. */
export const anyRecordNo = z.string().regex(/^[A-Za-z0-9._-]{1,60}$/);

const applied = {
  kind,
  year: year.optional(),
  count: noted(z.int().min(1).max(MAX_APPLIED), { description: "申领数量" }),
  contact,
  phone,
  address: note("地址"),
  author: named("申请人；审核人须另有其人"),
  memo: note("备注"),
};

export const applicationInput = noted(
  z.strictObject({
    applicationNo: recordNo,
    ...applied,
    isSubmitted: noted(z.boolean(), { description: "false：只保存为草稿" }).default(true),
  }),
  { id: "NumberApplicationInput", description: "申领票号 (an application for numbers)" },
);

export const applicationEdit = noted(z.strictObject(applied), {
  id: "NumberApplicationEdit",
  description: "修改未提交或被退回的申请 (new content of one that is not under way)",
});

const review = z.strictObject({ reviewer: z.string(), reviewedAt: time, opinion: z.string() });

export const applicationView = noted(
  z.strictObject({
    applicationNo: z.string(),
    kind,
    eInvoiceCode: code,
    count: noted(z.int().min(1), { description: "申领数量" }),
    contact: z.string(),
    phone: z.string(),
    address: z.string(),
    author: z.string(),
    memo: z.string(),
    source: noted(z.enum(["unit", "low_water"]), { description: "low_water：低于预警线自动申领" }),
    state: noted(z.enum(applicationStates), {
      description: "new 新建；saved 已保存；submitted 已提交；passed 已通过；returned 已退回",
    }),
    stateCode: noted(z.int().min(0).max(4), { description: "0 新建 1 保存 2 提交 3 通过 4 退回" }),
    createdAt: time,
    submittedAt: time.optional(),
    review: review.optional(),
    range: z.strictObject({ first: number, last: number }).optional(),
    bookId: noted(z.int().min(1).optional(), { description: "已上链发放的号段 (once it is granted on chain)" }),
    grantedAt: time.optional(),
    warnings: noted(z.array(fieldProblem).optional(), {
      description: "仅在提交的应答中：以往期间未核销、未整改或未申报的项目 (only in the answer to its submission)",
    }),
  }),
  { id: "NumberApplication", description: "申领单 (an application as its unit sees it)" },
);

const nextCursor = noted(z.string().nullable(), { description: "下一页的 cursor；null 表示没有下一页" });

export const applicationList = noted(z.strictObject({ applications: z.array(applicationView), nextCursor }), {
  id: "NumberApplicationList",
});

export const returnInput = noted(
  z.strictObject({
    returnNo: recordNo,
    bookId: z.int().min(1).max(4_294_967_295),
    first: noted(number.optional(), { description: "从此号起退回；默认全部未用票号" }),
    reason: noted(text(MAX_NOTE, 1), { description: "退票原因", minLength: 1, maxLength: MAX_NOTE }),
    author: named("申请人"),
  }),
  { id: "BookReturnInput", description: "退回未用票号 (returns a book's unused end)" },
);

export const returnView = noted(
  z.strictObject({
    returnNo: z.string(),
    bookId: z.int().min(1),
    eInvoiceCode: code,
    first: number,
    last: number,
    count,
    reason: z.string(),
    author: z.string(),
    source: noted(z.enum(["unit", "year", "suspension"]), {
      description: "year：年度终了自动退回；suspension：单位停用",
    }),
    state: z.enum(["submitted", "passed", "returned"]),
    createdAt: time,
    review: review.optional(),
    doneAt: noted(time.optional(), { description: "上链时间 (when the chain had it)" }),
  }),
  { id: "BookReturn", description: "退票单 (a return as its unit sees it)" },
);

export const returnList = noted(z.strictObject({ returns: z.array(returnView), nextCursor }), { id: "BookReturnList" });

export const stockLedger = noted(
  z.strictObject({
    from: time,
    before: time,
    lines: z.array(
      z.strictObject({
        eInvoiceCode: code,
        opening: noted(z.int(), { description: "期初" }),
        granted: noted(count, { description: "领入" }),
        returned: noted(count, { description: "退回" }),
        blue: noted(count, { description: "蓝票" }),
        red: noted(count, { description: "红票" }),
        void: noted(count, { description: "空白作废，计入取号当期" }),
        closing: noted(z.int(), { description: "期末" }),
        difference: noted(z.int(), { description: "期初 + 领入 − 退回 − 蓝 − 红 − 作废 − 期末；应为 0" }),
      }),
    ),
    nextCursor,
  }),
  { id: "StockLedger", description: "库存账 (opening + granted - returned = blue + red + void + closing, by code)" },
);

const mark = {
  kind,
  threshold: noted(z.int().min(0).max(MAX_APPLIED), { description: "预警线：剩余低于此数即预警；0 不预警" }),
  pushNumber: noted(z.int().min(1).max(MAX_APPLIED), { description: "自动申领的数量" }),
  isAuto: noted(z.boolean(), { description: "低于预警线时自动申领（每次越线一次）" }).default(false),
  contact,
  phone,
  address: note("地址"),
};

export const lowWaterInput = noted(z.strictObject(mark), {
  id: "LowWater",
  description: "库存预警线 (low-water mark)",
});
export const lowWaterList = noted(z.strictObject({ marks: z.array(lowWaterInput) }), { id: "LowWaterList" });

/** As receipts name it. */
const placeCode = noted(text(MAX_LENGTHS.placeCode, 1), {
  ...{ description: "开票点编码", minLength: 1, maxLength: MAX_LENGTHS.placeCode },
});

export const placeInput = noted(
  z.strictObject({
    placeCode,
    name: named("开票点名称"),
    isOpen: noted(z.boolean(), { description: "false：停用，其专用号段归还全单位共用" }).default(true),
  }),
  { id: "Place", description: "开票点 (issuing place)" },
);
export const placeList = noted(z.strictObject({ places: z.array(placeInput).max(MAX_PLACES) }), { id: "PlaceList" });

export const bookPlaceInput = noted(
  z.strictObject({ placeCode: noted(placeCode.nullable(), { description: "null：全单位共用" }) }),
  { id: "BookPlace", description: "号段归哪个开票点专用 (whose own the book is)" },
);

export const numberListQuery = {
  state: z.enum(applicationStates),
  limit: noted(z.string().regex(/^([1-9]\d?|[1-4]\d\d|500)$/), { description: "1-500" }),
  cursor: z.string().regex(/^[A-Za-z0-9_-]{1,120}$/),
} as const;

export const stockQuery = {
  from: z.iso.datetime({ offset: true }),
  before: z.iso.datetime({ offset: true }),
  cursor: z.string().regex(/^\d{8}$/),
} as const;
