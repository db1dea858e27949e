import { z } from "zod";
import type { OperationDoc } from "../route.ts";
import { checkBody, checkListBody, checkListView, checkView } from "./checkSchema.ts";

const example = {
  eInvoiceCode: "44060126",
  eInvoiceNumber: "0000000001",
  randomNumber: "3f7484",
  totalAmount: 23621,
  issueDate: "20260306",
};

const problems = [
  "invalid_fields",
  "challenge_required",
  "too_many_checks",
  "database_unreachable",
] as const satisfies OperationDoc["problems"];

const page = (operationId: string, zh: string, en: string): OperationDoc => ({
  operationId,
  tag: "pages",
  summary: { zh, en },
  answers: [{ status: 200, description: { zh: "网页", en: "The page" }, content: { "text/html": {} } }],
  problems: [],
});

/** What /openapi.json says of checks by typing and scanning. */
export const checkDocs = {
  check: {
    operationId: "checkReceipt",
    tag: "checks",
    summary: { zh: "按五要素或二维码查验", en: "Check a receipt by its five elements or its QR code" },
    description: {
      zh: "不需要签名。查无此票与要素不符的回答完全相同。失败数次后须先完成一次计算（challenge_required）；带本站签名的二维码不需要。",
      en: "No signature is needed. No such receipt and an element that differs are answered alike. After some misses work has to be shown (challenge_required); a QR code with our signature needs none.",
    },
    request: {
      schema: checkBody,
      examples: { typed: { summary: { zh: "五要素", en: "The five elements" }, value: example } },
    },
    answers: [
      {
        status: 200,
        description: { zh: "查验结果", en: "What came of it" },
        content: { "application/json": { schema: checkView } },
      },
    ],
    problems: [...problems, "receipt_check_limit"],
  },
  checkList: {
    operationId: "checkReceipts",
    tag: "checks",
    summary: { zh: "批量查验，最多 1,000 张", en: "Check up to 1,000 receipts" },
    description: {
      zh: "手工填写的每行都要先完成计算（challenge_required 给出总量），带本系统签名的二维码不用，各行结果互不影响。",
      en: "Each typed row costs work (challenge_required says how much in all), a QR code with our signature none; no row's result affects another.",
    },
    request: {
      schema: checkListBody,
      examples: { two: { summary: { zh: "一行", en: "One row" }, value: { checks: [example] } } },
    },
    answers: [
      {
        status: 200,
        description: { zh: "逐行结果", en: "Each row's result" },
        content: { "application/json": { schema: checkListView } },
      },
    ],
    problems: [...problems],
  },
  scanPage: {
    ...page("getScanPage", "扫码查验网页（二维码所指）", "The page that QR codes lead to"),
    parameters: (["t", "a", "d", "s"] as const).map((name) => ({
      name,
      in: "query" as const,
      schema: z.string().max(100),
      description: { zh: "二维码参数", en: "of the QR code" },
      example: name === "d" ? "44060126_0000000001_3f7484_236.21_20260306" : "1",
    })),
  },
  checkPage: page("getCheckPage", "输入查验网页", "The page to type a check"),
  bulkPage: page("getBulkCheckPage", "批量查验网页", "The page to check many"),
} as const satisfies Readonly<Record<string, OperationDoc>>;
