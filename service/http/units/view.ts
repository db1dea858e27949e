import { z } from "zod";
import { MAX_BATCH } from "./schema.ts";
import { reasonCodes } from "./reversalSchema.ts";
import { noted } from "../apiSchemas.ts";

const time = noted(z.iso.datetime({ offset: true }), { description: "RFC 3339, +08:00" });
const code = noted(z.string().regex(/^\d{8}$/), { description: "票据代码" });
const number = noted(z.string().regex(/^\d{10}$/), { description: "票据号码" });
const hash = z.string().regex(/^0x[0-9a-f]{64}$/);
const count = z.int().min(0);

export const fieldProblem = noted(
  z.strictObject({
    pointer: noted(z.string(), { description: "JSON Pointer (RFC 6901) into the request's body" }),
    code: z.string(),
    message: z.string(),
  }),
  { id: "FieldProblem", description: "一个字段的问题 (what is wrong, or odd, with one field)" },
);

/** RFC 9457. */
export const problemView = noted(
  z.looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: noted(z.string(), { description: "稳定的错误代码，见 /docs/problems (stable, for programs)" }),
    detail: z.string(),
    requestId: z.string(),
    errors: z.array(fieldProblem),
    existing: noted(z.strictObject({ eInvoiceCode: code, eInvoiceNumber: number }).optional(), {
      description: "bus_no_conflict: 已开出的票据 (the receipt that exists)",
    }),
  }),
  { id: "Problem", description: "RFC 9457 problem details" },
);

const receiptStatus = noted(z.enum(["issued", "rendered", "anchored", "void"]), {
  description: "issued 已取号；rendered 已生成并签名；anchored 已上链；void 空号作废",
});

const anchoring = noted(
  z.strictObject({
    chainId: z.int(),
    contract: z.string().regex(/^0x[0-9a-f]{40}$/),
    batchNo: z.int().min(1),
    txHash: hash,
    blockNumber: count,
  }),
  { id: "Anchoring", description: "上链位置 (where it stands on chain, read back and confirmed)" },
);

const reversal = noted(
  z.strictObject({
    eInvoiceCode: code,
    eInvoiceNumber: number,
    reasonCode: noted(z.enum(reasonCodes), { description: "冲红原因" }),
    reason: z.string(),
    documentNo: noted(z.string(), { description: "文书编号" }),
    reversedAt: time,
  }),
  { id: "Reversal", description: "冲红：对方票据及原因 (the other receipt of the reversal, and why)" },
);

const paperState = noted(z.enum(["requested", "given", "returning", "returned", "replaced", "refused"]), {
  description:
    "requested 正在上链，勿交付；given 已换开；returning 收回中；returned 已收回作废；replaced 已重新换开；refused 被合约拒绝",
});
const paperFields = {
  paperCode: noted(z.string(), { description: "纸质票据代码" }),
  paperNumber: noted(z.string(), { description: "纸质票据号码" }),
  state: paperState,
  requestedAt: time,
};
const standingPaper = noted(z.strictObject(paperFields), { id: "StandingPaper", description: "纸质票据 (paper)" });

export const exchangeView = noted(
  z.strictObject({
    ...paperFields,
    eInvoiceCode: code,
    eInvoiceNumber: number,
    placeCode: z.string(),
    operator: noted(z.string(), { description: "经办人" }),
    reason: noted(z.string(), { description: "收回、重开或被拒的原因" }),
    settledAt: time.optional(),
  }),
  { id: "PaperExchange", description: "换开记录 (one paper that stands, or stood, for a receipt)" },
);

export const exchangeList = noted(z.strictObject({ exchanges: z.array(exchangeView) }), { id: "PaperExchangeList" });

export const paperStockView = noted(
  z.strictObject({
    books: z.array(
      z.strictObject({
        paperCode: z.string(),
        placeCode: noted(z.string(), { description: "开票点；空为全单位共用" }),
        first: z.string(),
        last: z.string(),
        given: noted(count, { description: "已用于换开（含收回、重开）的张数" }),
        spoilt: noted(count, { description: "作废空白的张数" }),
        left: count,
      }),
    ),
  }),
  { id: "PaperStock", description: "纸质票据库存 (paper numbers; granted = given + spoilt + left)" },
);

export const spoiltView = noted(z.strictObject({ spoilt: count }), { id: "SpoiltBlanks" });

export const receiptView = noted(
  z.strictObject({
    eInvoiceCode: code,
    eInvoiceNumber: number,
    randomNumber: noted(z.string().regex(/^[0-9A-Za-z]{6}$/), { description: "校验码" }),
    busNo: noted(z.string(), { description: "业务流水号" }),
    kind: z.string(),
    totalAmount: noted(z.int(), { description: "总金额，分 (fen)" }),
    status: receiptStatus,
    issuedAt: time,
    renderedAt: time.optional(),
    anchoredAt: time.optional(),
    voidReason: z.string().optional(),
    warnings: z.array(fieldProblem),
    anchoring: anchoring.optional(),
    reversedBy: noted(reversal.optional(), {
      description: "已冲红：红字票据 (the red-letter receipt that reversed it)",
    }),
    reverses: noted(reversal.optional(), { description: "红字票据所冲的原票 (on a red-letter receipt: the original)" }),
    paper: noted(standingPaper.optional(), {
      description: "已换开（或正在换开）的纸质票据 (the paper that stands for it)",
    }),
    links: z.strictObject({
      self: z.string(),
      pdf: z.string(),
      xml: z.string(),
      json: z.string(),
      proof: z.string(),
      verify: noted(z.string(), { description: "公开查验地址，即二维码内容 (the text of the QR code)" }),
    }),
  }),
  { id: "Receipt", description: "票据 (a receipt as its unit sees it)" },
);

export const receiptList = noted(
  z.strictObject({
    receipts: z.array(receiptView),
    nextCursor: noted(z.string().nullable(), { description: "下一页的 cursor；null 表示没有下一页" }),
  }),
  { id: "ReceiptList" },
);

export const batchResult = noted(
  z.strictObject({
    index: noted(z.int().min(0), { description: "在请求 receipts 中的位置，从 0 起" }),
    status: noted(z.int(), { description: "该票的状态码，与单张开票相同 (as POST /v1/receipts would answer)" }),
    receipt: receiptView.optional(),
    problem: problemView.optional(),
  }),
  { id: "BatchResult" },
);

export const batchAnswer = noted(z.strictObject({ results: z.array(batchResult).max(MAX_BATCH) }), {
  id: "BatchAnswer",
  description: "每张票各有结果，一张有误不影响其他 (one bad receipt never spoils the others)",
});

export const receiptFile = noted(
  z.looseObject({
    data: noted(z.looseObject({}), { description: "票据数据 (docs/ledger.md, Data digest)" }),
    secret: noted(z.string(), { description: "持票人的秘密：凭它可逐项披露，勿公开" }),
  }),
  { id: "ReceiptFile", description: "持票人文件，与 PDF 附件 receipt.json 相同 (for the holder alone)" },
);

const hex = noted(z.string().regex(/^0x([0-9a-f]{2})*$/), { description: "0x-prefixed lower-case hexadecimal" });

export const proofView = noted(
  z.strictObject({
    version: z.literal(1),
    chainId: z.int(),
    contract: hex,
    batch: z.int(),
    code: z.int(),
    number: z.int(),
    dataDigest: hex,
    documentDigest: hex,
    issuedFen: count,
    reversedFen: count,
    header: z.strictObject({ bookId: z.int(), from: z.int(), count: z.int() }),
    leafPath: z.array(hex),
    segmentIndex: z.int(),
    segmentCount: z.int(),
    batchPath: z.array(hex),
  }),
  { id: "Proof", description: "上链证明 (docs/ledger.md, Proof)" },
);

export const bookList = noted(
  z.strictObject({
    stock: noted(
      z.array(
        z.strictObject({
          eInvoiceCode: code,
          kind: z.string(),
          left: noted(count, { description: "剩余票号" }),
          lowWater: noted(count, { description: "低于此数即预警" }),
          isLow: z.boolean(),
        }),
      ),
      { description: "各票据代码的库存 (what is left of each code)" },
    ),
    books: z.array(
      z.strictObject({
        bookId: z.int(),
        eInvoiceCode: code,
        kind: z.string(),
        first: number,
        last: number,
        next: noted(number.nullable(), { description: "下一个票号；null 表示已用完" }),
        left: count,
        rendered: noted(count, { description: "已生成文件（或已作废）的张数" }),
        anchored: noted(count, { description: "已上链的张数" }),
        heldReason: noted(z.string().optional(), { description: "暂停上链的原因" }),
        placeCode: noted(z.string().optional(), { description: "专用的开票点；没有则全单位共用" }),
        returning: noted(count.optional(), { description: "退票在办、已停用的票号数" }),
      }),
    ),
  }),
  { id: "BookList", description: "号段 (the unit's books, in order)" },
);

export const healthView = noted(z.strictObject({ status: z.literal("ok") }), { id: "Health" });

export const readinessView = noted(
  z.strictObject({
    status: noted(z.enum(["ready", "degraded", "unready"]), {
      description: "degraded: 可以开票，但部分功能未就绪 (issuing works, something else does not)",
    }),
    checks: z.record(z.string(), z.strictObject({ isOk: z.boolean(), isRequired: z.boolean() })),
  }),
  { id: "Readiness" },
);

/** Of POST …/reissue. */
export const reissueView = noted(
  z.strictObject({
    reversal: receiptView,
    receipt: receiptView,
  }),
  {
    id: "Reissue",
    description: "冲红并重开：reversal 红字票据，receipt 重开的票据 (the red-letter receipt, and that for the rest)",
  },
);

export type ReceiptView = z.infer<typeof receiptView>;
export type BatchResult = z.infer<typeof batchResult>;
export type ExchangeView = z.infer<typeof exchangeView>;
export type PaperStockView = z.infer<typeof paperStockView>;
export type BookList = z.infer<typeof bookList>;
export type ReadinessView = z.infer<typeof readinessView>;
