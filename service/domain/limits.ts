/** 开票总金额 N14,2: at most 999,999,999,999.99 yuan, of one row as of the whole. docs/domain.md 4.3. */
export const MAX_AMOUNT_FEN = 99_999_999_999_999;

/** Rows of a receipt that no kind may exceed. */
export const MAX_ITEMS = 500;
export const MAX_AUX_ITEMS = 2_000;
export const MAX_OTHER_INFO = 30;
export const MAX_PAY_CHANNELS = 20;
export const MAX_PAY_MENT_VOUCHERS = 100;

/** Greatest lengths in characters (code points). docs/domain.md 4.3. */
export const MAX_LENGTHS = {
  busNo: 50,
  placeCode: 50,
  payerPartyName: 100,
  payerPartyCode: 30,
  payerAcct: 50,
  payerOpBk: 100,
  payMode: 20,
  handlingPerson: 100,
  checker: 100,
  remark: 200,
  itemCode: 50,
  itemName: 100,
  itemUnit: 20,
  itemRemark: 200,
  auxItemRelatedCode: 50,
  auxItemRelatedName: 100,
  auxItemCode: 50,
  auxItemName: 100,
  auxItemSpecification: 100,
  auxItemUnit: 20,
  auxItemRemark: 200,
  infoName: 60,
  infoValue: 200,
} as const;
