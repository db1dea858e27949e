import type { Kind } from "../kind.ts";
import { INSURANCE_FIELDS, MEDICAL_COLUMNS, MEDICAL_ITEMS, MEDICAL_RULES, PATIENT_FIELDS } from "./medical.ts";
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
  text,
} from "./shared.ts";

/** 医疗门诊收费票据: kind 0601, seen on real receipts of four provinces (docs/domain.md 2.1). */
export const outpatient: Kind = {
  id: "outpatient",
  eInvoiceName: { zh: "医疗门诊收费票据（电子）", en: "Outpatient medical receipt (electronic)" },
  classCode: "06",
  kindCode: "01",
  isConfirmed: true,
  specimenVersion: "01",
  face: {
    layout: "medical",
    ...PAYER,
    columnSets: 2,
    minRows: 6,
    maxRows: 12,
    columns: MEDICAL_COLUMNS,
    auxColumns: AUX_COLUMNS,
  },
  mainExt: [
    ...BUSINESS_FIELDS,
    ...PATIENT_FIELDS,
    text("patientNumber", "门诊号", "Outpatient number", 30, { isPersonal: true }),
    date("medicalDate", "就诊日期", "Date of visit", { isRequired: true, isPersonal: true }),
    ...INSURANCE_FIELDS,
  ],
  dateOrders: [],
  ...UNCONDITIONAL,
  requiredFields: REQUIRED_FIELDS,
  items: MEDICAL_ITEMS,
  auxItems: AUX_ITEMS,
  payChannels: { isRequired: true, codes: PAY_CHANNEL_CODES },
  amounts: AMOUNTS,
  rules: MEDICAL_RULES,
  surcharge: null,
};
