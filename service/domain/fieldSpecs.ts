import type { Bilingual } from "./kind.ts";
import { MAX_LENGTHS } from "./limits.ts";
import type { IssueInput, OtherInfo, ReceiptAuxItem, ReceiptItem } from "./receipt.ts";

/** A plain text field of the input, by name. Whether it may be empty is the kind's. */
export type FieldSpec<Name extends string> = Bilingual & { readonly name: Name; readonly maxLength: number };

type TextNames<T> = { [K in keyof T & string]-?: T[K] extends string ? K : never }[keyof T & string];
type TextName = keyof typeof MAX_LENGTHS;

export const MAIN_FIELDS: readonly FieldSpec<Extract<TextNames<IssueInput>, TextName>>[] = [
  field("busNo", "业务流水号", "Business serial number"),
  field("placeCode", "开票点编码", "Issuing place code"),
  field("payerPartyName", "交款人", "Payer"),
  field("payerPartyCode", "交款人代码", "Payer code"),
  field("payerAcct", "交款人账号", "Payer account"),
  field("payerOpBk", "交款人开户行", "Payer bank"),
  field("payMode", "交款方式", "Payment mode"),
  field("handlingPerson", "开票人", "Handling person"),
  field("checker", "复核人", "Checker"),
  field("remark", "备注", "Remark"),
];

export const ITEM_FIELDS: readonly FieldSpec<Extract<TextNames<ReceiptItem>, TextName>>[] = [
  field("itemCode", "项目编码", "Item code"),
  field("itemName", "项目名称", "Item name"),
  field("itemUnit", "项目单位", "Item unit"),
  field("itemRemark", "项目备注", "Item remark"),
];

export const AUX_ITEM_FIELDS: readonly FieldSpec<Extract<TextNames<ReceiptAuxItem>, TextName>>[] = [
  field("auxItemRelatedCode", "对应项目编码", "Related item code"),
  field("auxItemRelatedName", "对应项目名称", "Related item name"),
  field("auxItemCode", "明细编码", "List line code"),
  field("auxItemName", "明细名称", "List line name"),
  field("auxItemSpecification", "规格", "Specification"),
  field("auxItemUnit", "明细单位", "List line unit"),
  field("auxItemRemark", "明细备注", "List line remark"),
];

export const OTHER_INFO_FIELDS: readonly FieldSpec<keyof OtherInfo>[] = [
  field("infoName", "其他信息名称", "Other information's name"),
  field("infoValue", "其他信息内容", "Other information's value"),
];

function field<Name extends TextName>(name: Name, zh: string, en: string): FieldSpec<Name> {
  return { name, zh, en, maxLength: MAX_LENGTHS[name] };
}
