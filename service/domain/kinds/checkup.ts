import type { Kind } from "../kind.ts";
import { MEDICAL_COLUMNS, MEDICAL_ITEMS, MEDICAL_RULES, PATIENT_FIELDS } from "./medical.ts";
import {
  AMOUNTS,
  AUX_COLUMNS,
  AUX_ITEMS,
  BUSINESS_FIELDS,
  PAY_CHANNEL_CODES,
  PAYER,
  REQUIRED_FIELDS,
  UNCONDITIONAL,
  date,
  integer,
  text,
} from "./shared.ts";

/** 医疗体检收费票据: paid by the person or by a unit for its staff, never by insurance. 0604 is an example, as registration's. */
export const checkup: Kind = {
  id: "checkup",
  eInvoiceName: { zh: "医疗体检收费票据（电子）", en: "Medical check-up receipt (electronic)" },
  classCode: "06",
  kindCode: "04",
  isConfirmed: false,
  specimenVersion: "01",
  face: {
    layout: "medical",
    ...PAYER,
    columnSets: 2,
    minRows: 6,
    maxRows: 18,
    columns: MEDICAL_COLUMNS,
    auxColumns: AUX_COLUMNS,
  },
  mainExt: [
    ...BUSINESS_FIELDS,
    ...PATIENT_FIELDS,
    text("orgType", "医疗机构类型", "Institution type", 60),
    text("checkupNumber", "体检号", "Check-up number", 30, { isPersonal: true }),
    date("checkupDate", "体检日期", "Date of check-up", { isRequired: true, isPersonal: true }),
    text("checkupPackage", "体检套餐", "Package", 60, { isPersonal: true }),
    integer("checkupCount", "体检人数", "Persons examined", 6),
  ],
  dateOrders: [],
  ...UNCONDITIONAL,
  requiredFields: REQUIRED_FIELDS,
  items: MEDICAL_ITEMS,
  auxItems: AUX_ITEMS,
  payChannels: { isRequired: true, codes: PAY_CHANNEL_CODES.filter((code) => code !== "11") },
  amounts: { ...AMOUNTS, minTotalFen: 1 },
  rules: MEDICAL_RULES.filter(({ rule }) => rule !== "A6" && rule !== "A7"),
  surcharge: null,
};
