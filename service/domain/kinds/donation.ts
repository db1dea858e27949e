import type { Column, ItemColumn, Kind } from "../kind.ts";
import {
  AMOUNTS,
  AUX_COLUMNS,
  AUX_ITEMS,
  BUSINESS_FIELDS,
  PAY_CHANNEL_CODES,
  PRICED_ITEMS,
  PRICED_RULES,
  REQUIRED_FIELDS,
  choice,
  date,
  text,
  word,
} from "./shared.ts";

/** One row for money, one for each sort of goods; goods stand at fair value (docs/domain.md 2.8). */
const COLUMNS: readonly Column<ItemColumn>[] = [
  { field: "itemName", zh: "货币（实物）种类", en: "Currency or goods", share: 36, align: "left" },
  { field: "itemQuantity", zh: "数量", en: "Quantity", share: 12, align: "right" },
  { field: "itemUnit", zh: "单位", en: "Unit", share: 9, align: "center" },
  { field: "itemStd", zh: "单价", en: "Unit value", share: 13, align: "right" },
  { field: "itemAmount", zh: "金额（元）", en: "Amount (yuan)", share: 16, align: "right" },
  { field: "itemRemark", zh: "备注", en: "Remark", share: 14, align: "left" },
];

const MONEY = word("货币", "money");
const GOODS = word("实物", "goods");

/** 公益事业捐赠统一票据: kind 0501, seen on a receipt of Jiangsu (docs/domain.md 2.1, 2.8). */
export const donation: Kind = {
  id: "donation",
  eInvoiceName: { zh: "公益事业捐赠统一票据（电子）", en: "Donation receipt (electronic)" },
  classCode: "05",
  kindCode: "01",
  isConfirmed: true,
  specimenVersion: "01",
  face: {
    layout: "nontax",
    payerLabel: { zh: "捐赠人", en: "Donor" },
    note: null,
    columnSets: 1,
    minRows: 5,
    maxRows: 10,
    columns: COLUMNS,
    auxColumns: AUX_COLUMNS,
  },
  mainExt: [
    ...BUSINESS_FIELDS,
    text("donationProject", "捐赠项目", "Project", 100, { isRequired: true }),
    choice("donationForm", "捐赠形式", "Form", [MONEY, GOODS], { isRequired: true }),
    date("donationDate", "捐赠日期", "Donated on", { isRequired: true }),
    text("valuationBasis", "计价依据", "Basis of the fair value", 100),
  ],
  dateOrders: [],
  conditions: [
    {
      field: "donationForm",
      value: GOODS.value,
      extFields: ["valuationBasis"],
      itemFields: ["itemQuantity", "itemUnit", "itemStd"],
    },
  ],
  anonymousPayerName: "爱心人士",
  requiredFields: REQUIRED_FIELDS,
  items: { ...PRICED_ITEMS, requiredFields: ["itemName"] },
  auxItems: AUX_ITEMS,
  payChannels: { isRequired: false, codes: PAY_CHANNEL_CODES },
  amounts: { ...AMOUNTS, minTotalFen: 1 },
  rules: PRICED_RULES.filter(({ rule }) => rule !== "A13"),
  surcharge: null,
};
