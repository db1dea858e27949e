import { loadFontFiles, openFontBook, type FontBook } from "../../../service/adapters/pdf/fontBook.ts";
import { negateFen } from "../../../service/domain/money.ts";
import type { ReceiptData, ReceiptItem } from "../../../service/domain/receipt.ts";
import { renderSample } from "../../../scripts/bench/renderSample.ts";

export const AT_MS = Date.UTC(2026, 2, 6, 2, 21, 33);
export const RARE = "𠮷䶮㛃𬭎";

/** Opened at the first use: importing this file costs nothing. */
let opened: { readonly files: readonly Uint8Array[]; readonly book: FontBook } | undefined;

export function fonts(): { readonly files: readonly Uint8Array[]; readonly book: FontBook } {
  if (opened === undefined) {
    const files = loadFontFiles();
    opened = { files, book: openFontBook(files) };
  }
  return opened;
}

export function item(over: Partial<ReceiptItem> = {}): ReceiptItem {
  const base = { itemCode: "0801", itemName: "西药费", itemQuantity: "1", itemUnit: "项", itemStd: "", itemRemark: "" };
  return { ...base, itemAmount: 2362, ...over };
}

/** Receipts of the built-in kinds with few items. */
export const faceSamples: Readonly<Record<"outpatient" | "inpatient" | "penalty" | "nontax", () => ReceiptData>> = {
  outpatient: () => {
    const sample = renderSample(1);
    return { ...sample, items: sample.items.slice(0, 3), totalAmount: sum(sample.items.slice(0, 3)) };
  },
  inpatient: () => ({
    ...renderSample(2),
    eInvoiceName: "广东省医疗住院收费票据（电子）",
    eInvoiceCode: "44060226",
    mainExt: {
      ...renderSample(2).mainExt,
      ...{ caseNumber: "BL20260001", hospitalizationNumber: "ZY20260301001", departmentName: "心血管内科一病区" },
      ...{ inHospitalDate: "20260301", outHospitalDate: "20260306" },
      ...{ prepayAmount: 500_000, rechargeAmount: 0, refundAmount: 191_950 },
    },
  }),
  penalty: () => {
    const items = [
      item({ itemCode: "103050101", itemName: "交通违法罚款", itemUnit: "笔", itemStd: "200.00", itemAmount: 20_000 }),
      item({
        itemCode: "JCFK",
        itemName: "加处罚款",
        itemQuantity: "20",
        itemUnit: "天",
        itemStd: "6.00",
        itemAmount: 12_000,
      }),
    ];
    return {
      ...renderSample(3),
      eInvoiceName: "广东省罚没票据（电子）",
      eInvoiceCode: "44020126",
      invoicingPartyName: "示例市公安局交通警察局",
      totalAmount: sum(items),
      mainExt: {
        ...{ payCode: "44030026000000000012", exeAgencyCode: "440300101", penaltyDecisionNo: "4403001234567890" },
        ...{ penaltyDecisionType: "简易程序", penaltyDate: "20260201093000", paidDate: "20260306" },
        ...{ principal: 20_000, overdueFine: 12_000, relatedInvoiceCode: "", relatedInvoiceNumber: "" },
      },
      items,
    };
  },
  nontax: () => {
    const items = [
      item({ itemCode: "103042703", itemName: "高中学费", itemUnit: "学期", itemStd: "1250.00", itemAmount: 125_000 }),
    ];
    return {
      ...renderSample(4),
      eInvoiceName: "广东省非税收入统一票据（电子）",
      eInvoiceCode: "44010126",
      invoicingPartyName: "示例高级中学",
      totalAmount: sum(items),
      mainExt: {
        payCode: "44030026000000000099",
        exeAgencyCode: "440300205",
        relatedInvoiceCode: "",
        relatedInvoiceNumber: "",
      },
      items,
      remark: "2025-2026学年第二学期",
    };
  },
};

/** The red-letter receipt of another. */
export function reversed(data: ReceiptData): ReceiptData {
  const negated = Object.entries(data.mainExt).map(([name, value]) => [
    name,
    typeof value === "number" ? negateFen(value) : value,
  ]);
  return {
    ...data,
    totalAmount: negateFen(data.totalAmount),
    items: data.items.map((row) => ({ ...row, itemAmount: negateFen(row.itemAmount) })),
    mainExt: {
      ...Object.fromEntries(negated),
      relatedInvoiceCode: data.eInvoiceCode,
      relatedInvoiceNumber: "0000009001",
    },
  };
}

function sum(items: readonly ReceiptItem[]): number {
  return items.reduce((total, { itemAmount }) => total + itemAmount, 0);
}
