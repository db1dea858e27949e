import type { Kind } from "../kind.ts";
import {
  AMOUNTS,
  AUX_COLUMNS,
  AUX_ITEMS,
  BUSINESS_FIELDS,
  NONTAX_COLUMNS,
  PAY_CHANNEL_CODES,
  PRICED_ITEMS,
  PRICED_RULES,
  REQUIRED_FIELDS,
  UNCONDITIONAL,
  text,
} from "./shared.ts";

/**
 * 社会团体会费票据 (docs/domain.md 2.8). Class 07 is in one published list, no receipt confirms it: 0701 is an example. The
 * standard of the dues is the item's 标准.
 */
export const societyDues: Kind = {
  id: "societyDues",
  eInvoiceName: { zh: "社会团体会费统一票据（电子）", en: "Society dues receipt (electronic)" },
  classCode: "07",
  kindCode: "01",
  isConfirmed: false,
  specimenVersion: "01",
  face: {
    layout: "nontax",
    payerLabel: { zh: "会员", en: "Member" },
    note: null,
    columnSets: 1,
    minRows: 5,
    maxRows: 10,
    columns: NONTAX_COLUMNS.map((column) => (column.field === "itemStd" ? { ...column, zh: "会费标准" } : column)),
    auxColumns: AUX_COLUMNS,
  },
  mainExt: [
    ...BUSINESS_FIELDS,
    text("memberNumber", "会员号", "Member number", 30, { isPersonal: true }),
    text("memberGrade", "会员类别", "Grade of membership", 30),
    text("duesYear", "会费年度", "Year of the dues", 9, { isRequired: true }),
  ],
  dateOrders: [],
  ...UNCONDITIONAL,
  requiredFields: REQUIRED_FIELDS,
  items: { ...PRICED_ITEMS, requiredFields: ["itemCode", "itemName", "itemUnit", "itemQuantity", "itemStd"] },
  auxItems: AUX_ITEMS,
  payChannels: { isRequired: false, codes: PAY_CHANNEL_CODES },
  amounts: { ...AMOUNTS, minTotalFen: 1 },
  rules: PRICED_RULES,
  surcharge: null,
};
