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
  text,
} from "./shared.ts";

/** 非税收入统一票据: kind 0101 (docs/domain.md 2.1, 2.8). */
export const nontax: Kind = {
  id: "nontax",
  eInvoiceName: { zh: "非税收入统一票据（电子）", en: "Unified non-tax revenue receipt (electronic)" },
  classCode: "01",
  kindCode: "01",
  isConfirmed: true,
  specimenVersion: "01",
  face: {
    layout: "nontax",
    ...PAYER,
    columnSets: 1,
    minRows: 5,
    maxRows: 10,
    columns: NONTAX_COLUMNS,
    auxColumns: AUX_COLUMNS,
  },
  mainExt: [
    ...BUSINESS_FIELDS,
    text("payCode", "缴款码", "Pay code", 20, { charset: "digits" }),
    text("exeAgencyCode", "执收单位编码", "Agency code", 50),
    text("exeAgencyName", "执收单位名称", "Agency name", 100, { isOnFace: false }),
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
