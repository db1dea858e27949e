import { z } from "zod";
import { noted } from "../apiSchemas.ts";

/** Most rows of a list. */
export const MAX_CHECKS = 1_000;

const code = noted(z.string().regex(/^\d{8}$/), { description: "票据代码" });
const number = noted(z.string().regex(/^\d{10}$/), { description: "票据号码" });
const work = noted(z.string().max(200).optional(), {
  description: "“令牌:随机数”：收到 challenge_required 后完成计算所得 (token:nonce, after challenge_required)",
});

const elements = {
  eInvoiceCode: code,
  eInvoiceNumber: number,
  randomNumber: noted(z.string().regex(/^[0-9A-Za-z]{6}$/), { description: "校验码，区分大小写" }),
  totalAmount: noted(z.int(), { description: "票据金额，分；红字票据为负 (fen)" }),
  issueDate: noted(z.string().regex(/^\d{8}$/), { description: "开票日期 yyyyMMdd" }),
};
const qr = noted(z.string().min(1).max(400), {
  description: "二维码全文，含签名 s (the text of the QR code, with its signature)",
});

/** A check by typing, and one by scanning: told apart by whether there is a `qr`. */
export const typedRow = z.strictObject(elements);
export const scannedRow = z.strictObject({ qr });
export const typedBody = z.strictObject({ ...elements, work });
export const scannedBody = z.strictObject({ qr, work });
/** Its rows are read one by one. */
export const listBody = z.strictObject({ checks: z.array(z.unknown()).min(1).max(MAX_CHECKS), work });

export const checkBody = noted(z.union([typedBody, scannedBody]), {
  id: "CheckRequest",
  description: "五要素或二维码 (the five elements, or the QR code's text)",
});

export const checkListBody = noted(
  z.strictObject({
    checks: z
      .array(z.union([typedRow, scannedRow]))
      .min(1)
      .max(MAX_CHECKS),
    work,
  }),
  { id: "CheckListRequest" },
);

const flag = z.boolean().nullable();
const date = z.string().regex(/^(\d{8})?$/);
const codeOrNone = z.string().regex(/^(\d{8})?$/);
const numberOrNone = z.string().regex(/^(\d{10})?$/);

export const financeCheckView = noted(
  z.strictObject({
    Result: z.boolean(),
    IsExchangePaper: flag,
    RelatedInvoiceCode: codeOrNone,
    RelatedInvoiceNumber: numberOrNone,
    IsReversal: flag,
    ReversalInvoiceCode: codeOrNone,
    ReversalInvoiceNumber: numberOrNone,
    IsAccounted: flag,
    AccDate: noted(z.string().regex(/^(\d{8})?$/), {
      description:
        "入账日期 yyyyMMdd（北京时间）：尚未取消的最近一次入账所在区块的日期；未入账，或服务尚未读到构成 AccAmount 的全部链上记录时为空 " +
        '(the day of the latest claim that stands, by the contract\'s events in confirmed blocks; "" if nothing is entered, ' +
        "or while the service has not read all claims that make up AccAmount)",
    }),
    AccAmount: noted(z.string().regex(/^(\d+\.\d{2})?$/), { description: "元 (yuan)" }),
  }),
  { id: "FinanceCheck", description: "DA/T 95-2022 FinanceCheck；null 表示无法确定 (null: could not be told)" },
);

const face = noted(
  z.strictObject({
    eInvoiceName: z.string(),
    eInvoiceCode: code,
    eInvoiceNumber: number,
    totalAmount: z.int(),
    totalAmountCapitals: z.string(),
    issueDate: date,
    invoicingPartyCode: z.string(),
    invoicingPartyName: z.string(),
    payerPartyType: z.enum(["1", "2"]),
    payerPartyName: noted(z.string(), { description: "个人已脱敏 (a person's is masked)" }),
    payerPartyCode: noted(z.string(), { description: "已脱敏 (masked)" }),
    isRedLetter: z.boolean(),
  }),
  { id: "CheckFace", description: "票面信息，不含明细 (the face without details)" },
);

const hex = z.string().regex(/^0x([0-9a-f]{2})*$/);

const ledger = noted(
  z.strictObject({
    chainId: z.int(),
    contract: hex,
    batchNo: z.int(),
    blockNumber: noted(z.int().nullable(), { description: "读取状态时的区块；null 表示未能读取" }),
  }),
  { id: "CheckLedger" },
);

const time = z.iso.datetime({ offset: true });

const noMatch = z.strictObject({
  result: z.literal("no_match"),
  financeCheck: financeCheckView,
});
const limited = z.strictObject({ result: z.literal("limited") });
const match = {
  result: z.literal("match"),
  state: z.enum(["valid", "reversed", "exchanged", "entered", "locked", "void", "not_anchored", "status_unknown"]),
  checkedBefore: noted(z.int(), { description: "此前查验一致的次数 (checks that agreed before this one)" }),
  leftFen: noted(z.int().optional(), { description: "尚可入账的金额，分" }),
  financeCheck: financeCheckView,
  face,
  ledger: ledger.nullable(),
  proof: noted(hex.nullable(), { description: "上链证明 (docs/ledger.md, Proof)" }),
};

export const checkView = noted(
  z.union([
    z.strictObject({ ...noMatch.shape, checkedAt: time }),
    z.strictObject({
      ...match,
      checkedAt: time,
      proofJson: noted(z.looseObject({}).nullable(), { description: "同一证明的 JSON (the same as JSON)" }),
      disclosure: noted(z.string().nullable(), { description: "披露文件 (docs/verify.md, Disclosure file)" }),
    }),
  ]),
  { id: "Check", description: "查验结果；不符时只有一种回答 (one answer alone if anything differs)" },
);

export const checkListView = noted(
  z.strictObject({
    checkedAt: time,
    results: z.array(z.union([noMatch, limited, z.strictObject(match)])).max(MAX_CHECKS),
  }),
  { id: "CheckList", description: "按请求顺序 (in the order of the request)" },
);

export type CheckView = z.infer<typeof checkView>;
export type CheckRowView = z.infer<typeof checkListView>["results"][number];
export type CheckListView = z.infer<typeof checkListView>;
