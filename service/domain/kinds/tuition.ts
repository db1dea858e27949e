import type { Kind } from "../kind.ts";
import {
  AMOUNTS,
  AUX_COLUMNS,
  AUX_ITEMS,
  BUSINESS_FIELDS,
  NONTAX_COLUMNS,
  PAY_CHANNEL_CODES,
  PAYER,
  PRICED_ITEMS,
  PRICED_RULES,
  REQUIRED_FIELDS,
  UNCONDITIONAL,
  choice,
  text,
  word,
} from "./shared.ts";

const TERMS = [word("第一学期", "first term"), word("第二学期", "second term"), word("全学年", "whole year")];

/** 教育收费票据 (docs/domain.md 2.3, 2.8). No source confirms its class and kind code: 0202 is an example. */
export const tuition: Kind = {
  id: "tuition",
  eInvoiceName: { zh: "教育收费票据（电子）", en: "Tuition receipt (electronic)" },
  classCode: "02",
  kindCode: "02",
  isConfirmed: false,
  specimenVersion: "01",
  face: {
    layout: "nontax",
    ...PAYER,
    columnSets: 1,
    minRows: 5,
    maxRows: 9,
    columns: NONTAX_COLUMNS,
    auxColumns: AUX_COLUMNS,
  },
  mainExt: [
    ...BUSINESS_FIELDS,
    text("school", "学校", "School", 100, { isRequired: true }),
    text("faculty", "院系", "Faculty", 60, { isPersonal: true }),
    text("major", "专业", "Major", 60, { isPersonal: true }),
    text("classes", "班级", "Class", 60, { isPersonal: true }),
    text("studentID", "学号", "Student number", 30, { isPersonal: true, charset: "alphanumeric" }),
    text("schoolYear", "学年", "School year", 9, { isRequired: true }),
    choice("schoolTerm", "学期", "Term", TERMS, { isRequired: true }),
    text("payCode", "缴款码", "Pay code", 20, { charset: "digits" }),
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
