import { sampleInput } from "../../domain/samples.ts";
import type { ExampleDoc } from "../route.ts";
import type { BatchResult, ReceiptView } from "./view.ts";

/** One request of each kind, as in docs/examples: the domain's worked samples, without what is empty. */
export const issueExamples: Readonly<Record<string, ExampleDoc>> = {
  outpatient: { summary: { zh: "医疗门诊", en: "Outpatient" }, value: exampleOf("outpatient") },
  inpatient: { summary: { zh: "医疗住院", en: "Inpatient" }, value: exampleOf("inpatient") },
  penalty: { summary: { zh: "交通罚款（逾期）", en: "Traffic penalty, paid late" }, value: exampleOf("penalty") },
  nontax: { summary: { zh: "非税收入统一票据", en: "Non-tax, general" }, value: exampleOf("nontax") },
  registration: { summary: { zh: "医疗挂号", en: "Hospital registration" }, value: exampleOf("registration") },
  checkup: { summary: { zh: "医疗体检", en: "Medical check-up" }, value: exampleOf("checkup") },
  tuition: { summary: { zh: "教育收费", en: "Tuition" }, value: exampleOf("tuition") },
  donation: {
    summary: { zh: "公益捐赠（匿名，实物）", en: "Donation, anonymous, in goods" },
    value: exampleOf("donation"),
  },
  societyDues: { summary: { zh: "社会团体会费", en: "Society dues" }, value: exampleOf("societyDues") },
  currentSettlement: {
    summary: { zh: "资金往来结算", en: "Current settlement" },
    value: exampleOf("currentSettlement"),
  },
};

export const batchExample: ExampleDoc = {
  summary: { zh: "两张", en: "Two receipts" },
  value: { receipts: [exampleOf("outpatient"), exampleOf("inpatient")] },
};

const self = "/v1/receipts/44060125/0000000001";

export const receiptExample: ReceiptView = {
  eInvoiceCode: "44060125",
  eInvoiceNumber: "0000000001",
  randomNumber: "3f7484",
  busNo: "EXAMPLE-OUTPATIENT-1",
  kind: "outpatient",
  totalAmount: 23621,
  status: "anchored",
  issuedAt: "2025-03-06T10:21:33.120+08:00",
  renderedAt: "2025-03-06T10:21:33.480+08:00",
  anchoredAt: "2025-03-06T10:21:38.000+08:00",
  warnings: [],
  anchoring: {
    chainId: 31337,
    contract: "0x5fbdb2315678afecb367f032d93f642f64180aa3",
    batchNo: 7,
    txHash: `0x${"7a".repeat(32)}`,
    blockNumber: 42,
  },
  links: {
    self,
    pdf: `${self}/pdf`,
    xml: `${self}/xml`,
    json: `${self}/json`,
    proof: `${self}/proof`,
    verify: "https://localhost/d?t=1&a=demo&d=44060125_0000000001_3f7484_236.21_20250306&s=8A5F4B1C02D3E6F7",
  },
};

/** One receipt that repeats an earlier request, and one that a rule refuses. */
export const conflictExample: { readonly results: readonly BatchResult[] } = {
  results: [
    { index: 0, status: 200, receipt: receiptExample },
    {
      index: 1,
      status: 422,
      problem: {
        type: "https://localhost/docs/problems#invalid_fields",
        title: "字段有误",
        status: 422,
        code: "invalid_fields",
        detail: "1 个字段有误，未开票，也未占用票号；请按 errors 逐项改正",
        requestId: "5f0c7f6e-8a8e-4b37-9d8b-2f5a5a0c9a11",
        errors: [
          {
            pointer: "/receipts/1/items/0/itemAmount",
            code: "wrong_type",
            message: "类型不对，应为整数（分），不能有小数",
          },
        ],
      },
    },
  ],
};

function exampleOf(kind: string): unknown {
  return withoutEmpty({ ...sampleInput(kind, 0), busNo: `EXAMPLE-${kind.toUpperCase()}-1` });
}

/** Optional fields may be left out, so an example is shorter without them. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([, part]) => part !== "" && !(Array.isArray(part) && part.length === 0));
  return Object.fromEntries(kept.map(([key, part]) => [key, withoutEmpty(part)]));
}
