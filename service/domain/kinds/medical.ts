import type { Column, ExtField, ItemColumn, Kind, RowsSpec } from "../kind.ts";
import { MAX_ITEMS } from "../limits.ts";
import type { ReceiptItem } from "../receipt.ts";
import { choice, money, text, word } from "./shared.ts";

/** docs/domain.md 2.4: two sets of these side by side. */
export const MEDICAL_COLUMNS: readonly Column<ItemColumn>[] = [
  { field: "itemName", zh: "项目名称", en: "Item", share: 40, align: "left" },
  { field: "itemQuantityUnit", zh: "数量/单位", en: "Quantity/unit", share: 20, align: "center" },
  { field: "itemAmount", zh: "金额（元）", en: "Amount (yuan)", share: 22, align: "right" },
  { field: "itemRemark", zh: "备注", en: "Remark", share: 18, align: "left" },
];

export const MEDICAL_ITEMS: RowsSpec<keyof ReceiptItem> = {
  minCount: 1,
  maxCount: MAX_ITEMS,
  requiredFields: ["itemCode", "itemName"],
  isStdChecked: false,
  isNegativeAllowed: false,
};

/** docs/domain.md 2.3: 性别 年龄 地址 and 医疗类别, which stand before the fields of each medical kind. */
export const PATIENT_FIELDS: readonly ExtField[] = [
  choice("gender", "性别", "Gender", [word("男", "male"), word("女", "female"), word("未说明", "not stated")], {
    isPersonal: true,
  }),
  text("age", "年龄", "Age", 10, { isOnFace: false, isPersonal: true }),
  text("address", "地址", "Address", 200, { isOnFace: false, isPersonal: true }),
  text("medicalType", "医疗类别", "Medical type", 60, { isOnFace: false, isPersonal: true }),
];

/** docs/domain.md 2.3, 2.5: institution, insurance and who paid which part; "无金额填 0". */
export const INSURANCE_FIELDS: readonly ExtField[] = [
  text("orgType", "医疗机构类型", "Institution type", 60),
  text("medicalInsuranceType", "医保类型", "Insurance type", 60, { isPersonal: true }),
  text("medicalInsuranceID", "医保编号", "Insurance number", 30, { isPersonal: true }),
  money("fundPayAmount", "医保统筹基金支付", "Paid by the insurance pool"),
  money("otherPayAmount", "其他支付", "Paid by others"),
  money("accountPayAmount", "个人账户支付", "Paid from the personal account"),
  money("ownPayAmount", "个人现金支付", "Paid by the person in cash"),
  money("selfpaymentAmount", "个人自付", "Borne by the person within the catalogue"),
  money("selfpaymentCost", "个人自费", "Borne by the person outside the catalogue"),
];

/** docs/domain.md 2.6, those that both medical kinds share. */
export const MEDICAL_RULES: Kind["rules"] = [
  { rule: "A1", onBreach: "refuse" },
  { rule: "A2", onBreach: "refuse" },
  { rule: "A3", onBreach: "refuse" },
  { rule: "A4", onBreach: "refuse" },
  { rule: "A5", onBreach: "refuse" },
  { rule: "A6", onBreach: "refuse" },
  { rule: "A7", onBreach: "warn" },
  { rule: "A11", onBreach: "refuse" },
  { rule: "A12", onBreach: "refuse" },
  { rule: "A14", onBreach: "refuse" },
];
