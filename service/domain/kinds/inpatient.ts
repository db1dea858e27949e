import type { Kind } from "../kind.ts";
import { INSURANCE_FIELDS, MEDICAL_COLUMNS, MEDICAL_ITEMS, MEDICAL_RULES, PATIENT_FIELDS } from "./medical.ts";
import {
  AMOUNTS,
  AUX_COLUMNS,
  AUX_ITEMS,
  BUSINESS_FIELDS,
  PAY_CHANNEL_CODES,
  REQUIRED_FIELDS,
  date,
  money,
  text,
} from "./shared.ts";

/** 医疗住院收费票据: kind 0602 (docs/domain.md 2.1). */
export const inpatient: Kind = {
  id: "inpatient",
  eInvoiceName: { zh: "医疗住院收费票据（电子）", en: "Inpatient medical receipt (electronic)" },
  classCode: "06",
  kindCode: "02",
  isConfirmed: true,
  specimenVersion: "01",
  face: {
    layout: "medical",
    columnSets: 2,
    minRows: 6,
    maxRows: 18,
    columns: MEDICAL_COLUMNS,
    auxColumns: AUX_COLUMNS,
  },
  mainExt: [
    ...BUSINESS_FIELDS,
    ...PATIENT_FIELDS,
    ...INSURANCE_FIELDS,
    text("caseNumber", "病历号", "Case number", 50, { isPersonal: true }),
    text("hospitalizationNumber", "住院号", "Hospitalization number", 50, { isRequired: true, isPersonal: true }),
    text("departmentName", "住院科别", "Department", 50, { isPersonal: true }),
    date("inHospitalDate", "入院日期", "Admitted on", { isRequired: true, isPersonal: true }),
    date("outHospitalDate", "出院日期", "Discharged on", { isRequired: true, isPersonal: true }),
    money("prepayAmount", "预缴金额", "Prepaid"),
    money("rechargeAmount", "补缴金额", "Paid in addition"),
    money("refundAmount", "退费金额", "Paid back"),
  ],
  dateOrders: [{ earlier: "inHospitalDate", later: "outHospitalDate" }],
  requiredFields: REQUIRED_FIELDS,
  items: MEDICAL_ITEMS,
  auxItems: AUX_ITEMS,
  payChannels: { isRequired: true, codes: PAY_CHANNEL_CODES },
  amounts: AMOUNTS,
  rules: [
    ...MEDICAL_RULES,
    { rule: "A8", onBreach: "warn" },
    { rule: "A9", onBreach: "warn" },
    { rule: "A10", onBreach: "warn" },
  ],
  surcharge: null,
};
