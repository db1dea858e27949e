import { loadFontFiles, openFontBook, type FontBook } from "../../../service/adapters/pdf/fontBook.ts";
import type { ExtField, Kind } from "../../../service/domain/kind.ts";
import { MAX_AMOUNT_FEN, MAX_LENGTHS } from "../../../service/domain/limits.ts";
import { negateFen } from "../../../service/domain/money.ts";
import type { ReceiptData, ReceiptItem } from "../../../service/domain/receipt.ts";
import { renderSample } from "../../../scripts/bench/renderSample.ts";
import { receiptOf } from "../../domain/fixtures.ts";

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

/** As many items as the face takes, with a name that a careless font loses. */
export function fullest(kind: Kind): ReceiptData {
  const few = receiptOf(kind.id, 0);
  const row = few.items[0] ?? item();
  const items = Array.from({ length: kind.face.maxRows }, (_, i) => ({ ...row, itemAmount: 123_456 * (i + 1) }));
  return { ...few, items, totalAmount: sum(items), payerPartyName: `欧阳${RARE}`, remark: "家属代缴，联系人王女士" };
}

/** Every field as long as it may be. */
export function longest(kind: Kind): ReceiptData {
  const limits = MAX_LENGTHS;
  const items = Array.from({ length: kind.face.maxRows }, () => ({
    ...{ itemCode: filled("ITEM0801", limits.itemCode), itemName: filled("超声引导下穿刺引流术", limits.itemName) },
    ...{ itemUnit: filled("单位", limits.itemUnit), itemRemark: filled("按规定比例", limits.itemRemark) },
    ...{ itemQuantity: "999999.9999", itemStd: "99999999.9999", itemAmount: 4_876_543_210_987 },
  }));
  const info = { infoName: filled("信息名称", limits.infoName), infoValue: filled("值戊己庚", limits.infoValue) };
  return {
    ...receiptOf(kind.id, 0),
    ...{ items, totalAmount: sum(items), otherInfo: [info, info], remark: filled("备注甲乙", limits.remark) },
    mainExt: Object.fromEntries(kind.mainExt.map((field) => [field.name, longestValue(field)])),
    invoicingPartyName: filled("示例医科大学附属第三临床医学院", 100),
    payerPartyName: filled(`阿卜杜热合曼·买买提依明${RARE}`, limits.payerPartyName),
    payerPartyCode: filled("91440300", limits.payerPartyCode),
    bizCode: filled("HIS20260306-", limits.busNo),
    handlingPerson: filled("收费员姓名", limits.handlingPerson),
    checker: filled("复核人姓名", limits.checker),
  };
}

function longestValue({ type, zh, charset, maxLength, choices }: ExtField): string | number {
  if (type === "money") return MAX_AMOUNT_FEN;
  if (type === "date") return "20250306";
  if (type === "dateTime") return "20250306093000";
  if (type === "choice") return choices.at(-1)?.value ?? "";
  if (type === "integer" || charset === "digits") return "9".repeat(maxLength);
  return filled(charset === "alphanumeric" ? "A1B2" : zh, maxLength);
}

function filled(word: string, length: number): string {
  return Array.from(word.repeat(length)).slice(0, length).join("");
}

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
