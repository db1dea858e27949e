import { z } from "zod";
import { noted } from "../apiSchemas.ts";
import type { AnswerDoc, ContentDoc, OperationDoc, ParameterDoc } from "../route.ts";
import { contactDocs } from "./contact.ts";
import { deliveryDocs } from "./deliveries.ts";
import { batchExample, conflictExample, issueExamples, receiptExample } from "./examples.ts";
import { listQuery } from "./read.ts";
import { paperDocs } from "./paperDocs.ts";
import { reversalDocs } from "./reversalDocs.ts";
import { batchAnswer, bookList, proofView, receiptFile, receiptList, receiptView } from "./view.ts";
import { batchInput, issueInput } from "./schema.ts";

const receiptContent: Readonly<Record<string, ContentDoc>> = {
  "application/json": { schema: receiptView, example: receiptExample },
};

const prefer: ParameterDoc = {
  name: "Prefer",
  in: "header",
  schema: z.string(),
  description: {
    zh: "RFC 7240：wait=N 最多等 N 秒（N ≤ 60）；until=rendered 等文件，until=anchored（默认）等上链",
    en: "RFC 7240: wait=N waits up to N seconds (N <= 60) for until=rendered or until=anchored (default)",
  },
  example: "wait=10, until=rendered",
};

const place: readonly ParameterDoc[] = [
  {
    name: "code",
    in: "path",
    schema: noted(z.string().regex(/^\d{8}$/), {}),
    description: { zh: "票据代码，8 位", en: "receipt code, 8 digits" },
    example: "44060126",
  },
  {
    name: "number",
    in: "path",
    schema: noted(z.string().regex(/^\d{10}$/), {}),
    description: { zh: "票据号码，10 位", en: "receipt number, 10 digits" },
    example: "0000000001",
  },
];

const { getDeliveries, release, revokeLinks } = deliveryDocs(place);
const paper = paperDocs(place);
const { reverse, reissue } = reversalDocs(place, receiptContent);
const { putContact, resend } = contactDocs(place);

const applied = {
  "Preference-Applied": { zh: "实际采用的等待", en: "the preference as it was applied" },
} as const;
const located = { Location: { zh: "票据的路径", en: "the receipt's path" }, ...applied } as const;

const file = (zh: string, en: string, type: string, content: ContentDoc = {}): AnswerDoc => ({
  status: 200,
  description: { zh, en },
  headers: { "Content-Disposition": { zh: "文件名", en: "the file's name" } },
  content: { [type]: content },
});

/** What /openapi.json says of each operation of units. */
export const unitDocs = {
  issueReceipt: {
    operationId: "issueReceipt",
    tag: "receipts",
    summary: { zh: "开票", en: "Issue a receipt" },
    description: {
      zh: "票号落库即返回。以业务流水号幂等：同内容重发返回同一张票（200），内容不同则冲突（409）。超时后请原样重发。",
      en:
        "Answers once the number is durable. Idempotent by busNo: the same content again gives the same receipt " +
        "(200), other content is a conflict (409). After a timeout send the same again.",
    },
    parameters: [prefer],
    request: { schema: issueInput, examples: issueExamples },
    answers: [
      { status: 201, description: { zh: "已开票", en: "Issued" }, headers: located, content: receiptContent },
      {
        status: 200,
        description: { zh: "此前已开，返回同一张", en: "Issued before: the same receipt" },
        headers: located,
        content: receiptContent,
      },
    ],
    problems: ["bus_no_conflict", "invalid_fields", "refused_by_rule", "no_numbers", "queue_full"],
  },
  issueBatch: {
    operationId: "issueBatch",
    tag: "receipts",
    summary: { zh: "批量开票（1–500 张）", en: "Issue 1 to 500 receipts" },
    description: {
      zh: "总是 200：每张票各有结果和状态码，一张有误不影响其他；errors 的 pointer 指向整个请求体。503 时结果未知，请原样重发。",
      en:
        "Always 200: each receipt has its own result and status, a bad one spoils no other; pointers are into the " +
        "whole body. After a 503 the outcome is not known: send the same again.",
    },
    parameters: [prefer],
    request: { schema: batchInput, examples: { two: batchExample } },
    answers: [
      {
        status: 200,
        description: { zh: "各票结果，顺序同请求", en: "The results, in the order of the request" },
        headers: applied,
        content: { "application/json": { schema: batchAnswer, example: conflictExample } },
      },
    ],
    problems: ["invalid_fields", "queue_full"],
  },
  listReceipts: {
    operationId: "listReceipts",
    tag: "receipts",
    summary: { zh: "查票：按业务流水号，或按条件分页", en: "Find receipts by busNo, or list them page by page" },
    description: {
      zh: "按开票时间从早到晚；nextCursor 不为 null 时带上它取下一页。",
      en: "Oldest first; while nextCursor is not null, pass it to get the next page.",
    },
    parameters: [
      query("busNo", "业务流水号；不与其他参数同用", "busNo, alone", "HIS-20261122-0001"),
      query("kind", "票据种类", "kind", "outpatient"),
      query("status", "状态", "status", "anchored"),
      query("issuedFrom", "开票时间起（含），RFC 3339", "issued at or after", "2026-11-22T00:00:00+08:00"),
      query("issuedBefore", "开票时间止（不含），RFC 3339", "issued before", "2026-11-23T00:00:00+08:00"),
      query("limit", "每页张数，1–500，默认 100", "page size, 1 to 500, default 100", "100"),
      query("cursor", "上一页的 nextCursor", "nextCursor of the page before", "MS4xNzk1MzEyODAwMDAwLjQ0MDYwMTI2LjE"),
    ],
    answers: [
      {
        status: 200,
        description: { zh: "票据列表", en: "The receipts" },
        content: {
          "application/json": { schema: receiptList, example: { receipts: [receiptExample], nextCursor: null } },
        },
      },
    ],
    problems: ["invalid_fields"],
  },
  getReceipt: {
    operationId: "getReceipt",
    tag: "receipts",
    summary: { zh: "查一张票", en: "One receipt" },
    parameters: place,
    answers: [{ status: 200, description: { zh: "票据", en: "The receipt" }, content: receiptContent }],
    problems: ["receipt_not_found"],
  },
  getPdf: {
    operationId: "getPdf",
    tag: "receipts",
    summary: { zh: "下载 PDF（已上链则含证明）", en: "The PDF, sealed with its proof once anchored" },
    parameters: place,
    answers: [
      {
        ...file("签名的 PDF", "The signed PDF", "application/pdf"),
        headers: {
          "Content-Disposition": { zh: "文件名", en: "the file's name" },
          "Lianpiao-Sealed": { zh: "true：已嵌入上链证明", en: "true: it carries its proof" },
        },
      },
    ],
    problems: ["receipt_not_found", "not_rendered", "receipt_void", "receipt_destroyed"],
  },
  getPng: {
    operationId: "getPng",
    tag: "receipts",
    summary: { zh: "票面图片（PNG），仅供查看", en: "The face as a picture (PNG), to look at" },
    description: {
      zh: "图上注明不是票据原件、不作报销凭证；原件是签名的 PDF。只画第一页。",
      en: "The picture says that it is not the receipt: the original is the signed PDF. The first page alone is drawn.",
    },
    parameters: place,
    answers: [file("PNG 图片", "The picture", "image/png")],
    problems: ["receipt_not_found", "not_rendered", "receipt_void", "too_many_pictures", "queue_full"],
  },
  getXml: {
    operationId: "getXml",
    tag: "receipts",
    summary: { zh: "下载 XML（EInvoice）", en: "The EInvoice XML" },
    parameters: place,
    answers: [file("EInvoice XML", "The EInvoice XML", "application/xml")],
    problems: ["receipt_not_found", "receipt_void", "receipt_destroyed"],
  },
  getJson: {
    operationId: "getJson",
    tag: "receipts",
    summary: { zh: "下载持票人文件（数据与秘密）", en: "The holder's file: data and secret" },
    parameters: place,
    answers: [file("持票人文件", "The holder's file", "application/json", { schema: receiptFile })],
    problems: ["receipt_not_found", "receipt_void", "receipt_destroyed"],
  },
  getProof: {
    operationId: "getProof",
    tag: "receipts",
    summary: { zh: "下载上链证明", en: "The proof" },
    description: {
      zh: "默认二进制；Accept: application/json 则为 JSON。",
      en: "Bytes, or JSON with Accept: application/json.",
    },
    parameters: place,
    answers: [
      {
        status: 200,
        description: { zh: "证明", en: "The proof" },
        content: { "application/octet-stream": {}, "application/json": { schema: proofView } },
      },
    ],
    problems: ["receipt_not_found", "not_anchored", "receipt_void", "receipt_destroyed"],
  },
  reverse,
  reissue,
  ...paper,
  getDeliveries,
  release,
  revokeLinks,
  putContact,
  resend,
  listBooks: {
    operationId: "listBooks",
    tag: "books",
    summary: { zh: "号段与库存", en: "Books and stock" },
    answers: [
      {
        status: 200,
        description: { zh: "号段", en: "The books" },
        content: { "application/json": { schema: bookList } },
      },
    ],
    problems: [],
  },
} as const satisfies Readonly<Record<string, OperationDoc>>;

function query(name: keyof typeof listQuery, zh: string, en: string, example: string): ParameterDoc {
  return { name, in: "query", schema: listQuery[name], description: { zh, en }, example };
}
