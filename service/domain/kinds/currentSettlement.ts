import type { Column, ItemColumn, Kind } from "../kind.ts";
import {
  AMOUNTS,
  AUX_COLUMNS,
  AUX_ITEMS,
  BUSINESS_FIELDS,
  PAY_CHANNEL_CODES,
  PAYER,
  PRICED_ITEMS,
  PRICED_RULES,
  REQUIRED_FIELDS,
  UNCONDITIONAL,
  text,
} from "./shared.ts";

const COLUMNS: readonly Column<ItemColumn>[] = [
  { field: "itemCode", zh: "项目编码", en: "Item code", share: 16, align: "left" },
  { field: "itemName", zh: "项目名称", en: "Item", share: 44, align: "left" },
  { field: "itemAmount", zh: "金额（元）", en: "Amount (yuan)", share: 18, align: "right" },
  { field: "itemRemark", zh: "备注", en: "Remark", share: 22, align: "left" },
];

/**
 * 资金往来结算票据: money that is not the unit's income, such as a deposit to be given back. Class 04 is in one published list,
 * no receipt confirms it: 0401 is an example. The face's note is docs/domain.md 2.8, unconfirmed: a bureau that words it
 * otherwise changes it.
 */
export const currentSettlement: Kind = {
  id: "currentSettlement",
  eInvoiceName: { zh: "资金往来结算票据（电子）", en: "Current settlement receipt (electronic)" },
  classCode: "04",
  kindCode: "01",
  isConfirmed: false,
  specimenVersion: "01",
  face: {
    layout: "nontax",
    ...PAYER,
    note: {
      zh: "往来结算款项，非收入；本票据本身不作为支出的报销依据",
      en: "A settlement, no income; not in itself a proof of expense",
    },
    columnSets: 1,
    minRows: 5,
    maxRows: 10,
    columns: COLUMNS,
    auxColumns: AUX_COLUMNS,
  },
  mainExt: [
    ...BUSINESS_FIELDS,
    text("settlementReason", "往来事由", "What for", 100, { isRequired: true }),
    text("contractNumber", "合同或文件号", "Contract or document", 60),
  ],
  dateOrders: [],
  ...UNCONDITIONAL,
  requiredFields: REQUIRED_FIELDS,
  items: PRICED_ITEMS,
  auxItems: AUX_ITEMS,
  payChannels: { isRequired: false, codes: PAY_CHANNEL_CODES },
  amounts: { ...AMOUNTS, minTotalFen: 1 },
  rules: PRICED_RULES.filter(({ rule }) => rule !== "A13"),
  surcharge: null,
};
