import type { Choice, Column, ExtField, ItemColumn, Kind, RowsSpec } from "../kind.ts";
import { MAX_AMOUNT_FEN, MAX_AUX_ITEMS, MAX_ITEMS } from "../limits.ts";
import type { ReceiptAuxItem, ReceiptItem } from "../receipt.ts";

type Flags = Partial<Pick<ExtField, "isRequired" | "isOnFace" | "isPersonal" | "charset">>;

const PLAIN = { charset: "any", choices: [], isRequired: false, isOnFace: true, isPersonal: false } as const;

export function text(name: string, zh: string, en: string, maxLength: number, flags: Flags = {}): ExtField {
  return { ...PLAIN, name, zh, en, type: "text", maxLength, ...flags };
}

export function date(name: string, zh: string, en: string, flags: Flags = {}): ExtField {
  return { ...PLAIN, name, zh, en, type: "date", maxLength: 8, ...flags };
}

export function dateTime(name: string, zh: string, en: string, flags: Flags = {}): ExtField {
  return { ...PLAIN, name, zh, en, type: "dateTime", maxLength: 14, ...flags };
}

export function money(name: string, zh: string, en: string, flags: Flags = {}): ExtField {
  return { ...PLAIN, name, zh, en, type: "money", maxLength: 0, ...flags };
}

export function integer(name: string, zh: string, en: string, maxLength: number, flags: Flags = {}): ExtField {
  return { ...PLAIN, name, zh, en, type: "integer", maxLength, ...flags };
}

export function choice(name: string, zh: string, en: string, choices: readonly Choice[], flags: Flags = {}): ExtField {
  return { ...PLAIN, name, zh, en, type: "choice", maxLength: 0, choices, ...flags };
}

/** A choice whose value is the Chinese word on the face. */
export function word(zh: string, en: string): Choice {
  return { value: zh, zh, en };
}

export const BUSINESS_FIELDS: readonly ExtField[] = [
  text("businessNumber", "业务单号", "Business number", 50, { isOnFace: false }),
  date("businessDate", "业务日期", "Business date", { isOnFace: false }),
];

/** What most kinds have of a face's words, and none of the rarer properties. */
export const PAYER: Pick<Kind["face"], "payerLabel" | "note"> = {
  payerLabel: { zh: "交款人", en: "Payer" },
  note: null,
};
export const UNCONDITIONAL: Pick<Kind, "conditions" | "anonymousPayerName"> = {
  conditions: [],
  anonymousPayerName: "",
};

export const AMOUNTS: Kind["amounts"] = { minTotalFen: 0, maxTotalFen: MAX_AMOUNT_FEN, maxRoundingFen: 99 };

/** docs/domain.md 4.3: 02 cash, 04 Alipay, 05 WeChat, 07 card, 11 medical insurance, 99 other. */
export const PAY_CHANNEL_CODES: readonly string[] = ["02", "04", "05", "07", "11", "99"];

/** docs/domain.md 2.6, of kinds with priced items. A13 speaks only where the region has a catalogue (docs/kinds.md). */
export const PRICED_RULES: Kind["rules"] = (["A1", "A2", "A5", "A11", "A12", "A13", "A14"] as const).map((rule) => ({
  rule,
  onBreach: "refuse",
}));

export const REQUIRED_FIELDS: Kind["requiredFields"] = [
  "busNo",
  "placeCode",
  "payerPartyName",
  "handlingPerson",
  "checker",
];

export const AUX_ITEMS: RowsSpec<keyof ReceiptAuxItem> = {
  minCount: 0,
  maxCount: MAX_AUX_ITEMS,
  requiredFields: ["auxItemName"],
  isStdChecked: true,
  isNegativeAllowed: true,
};

export const PRICED_ITEMS: RowsSpec<keyof ReceiptItem> = {
  minCount: 1,
  maxCount: MAX_ITEMS,
  requiredFields: ["itemCode", "itemName"],
  isStdChecked: true,
  isNegativeAllowed: false,
};

export const AUX_COLUMNS: readonly Column<keyof ReceiptAuxItem>[] = [
  { field: "auxItemName", zh: "项目名称", en: "Item", share: 34, align: "left" },
  { field: "auxItemSpecification", zh: "规格", en: "Specification", share: 18, align: "left" },
  { field: "auxItemQuantity", zh: "数量", en: "Quantity", share: 9, align: "right" },
  { field: "auxItemUnit", zh: "单位", en: "Unit", share: 8, align: "center" },
  { field: "auxItemStd", zh: "单价", en: "Unit price", share: 10, align: "right" },
  { field: "auxItemAmount", zh: "金额（元）", en: "Amount (yuan)", share: 11, align: "right" },
  { field: "auxItemRemark", zh: "备注", en: "Remark", share: 10, align: "left" },
];

/** docs/domain.md 2.4, non-tax. */
export const NONTAX_COLUMNS: readonly Column<ItemColumn>[] = [
  { field: "itemCode", zh: "项目编码", en: "Item code", share: 16, align: "left" },
  { field: "itemName", zh: "项目名称", en: "Item", share: 30, align: "left" },
  { field: "itemUnit", zh: "单位", en: "Unit", share: 8, align: "center" },
  { field: "itemQuantity", zh: "数量", en: "Quantity", share: 9, align: "right" },
  { field: "itemStd", zh: "标准", en: "Standard", share: 11, align: "right" },
  { field: "itemAmount", zh: "金额（元）", en: "Amount (yuan)", share: 14, align: "right" },
  { field: "itemRemark", zh: "备注", en: "Remark", share: 12, align: "left" },
];
