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

/** 医疗挂号收费票据. No source confirms a code of its own within class 06: 0603 is an example. */
export const registration: Kind = {
  id: "registration",
  eInvoiceName: { zh: "医疗挂号收费票据（电子）", en: "Hospital registration receipt (electronic)" },
  classCode: "06",
  kindCode: "03",
  isConfirmed: false,
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
    text("departmentName", "挂号科室", "Department", 50, { isRequired: true, isPersonal: true }),
    text("registrationType", "号别", "Sort of registration", 30, { isPersonal: true }),
    text("queueNumber", "就诊序号", "Turn", 10, { isPersonal: true, isOnFace: false }),
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
