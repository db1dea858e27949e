import { yuanOf } from "../../domain/money.ts";
import type { ExtField, Kind } from "../../domain/kind.ts";
import type { ReceiptData, ReceiptItem } from "../../domain/receipt.ts";

/** One labelled value of the block 其他信息. */
export type FaceField = { readonly label: string; readonly isMoney: boolean; valueOf(data: ReceiptData): string };

/**
 * The lines of the national medical faces (docs/domain.md 2.5), 业务流水号 before the first; what is in none follows in the
 * kind's order.
 */
const LINES = [
  ["patientNumber", "medicalDate", "caseNumber", "hospitalizationNumber", "departmentName"],
  ["inHospitalDate", "prepayAmount", "rechargeAmount", "refundAmount"],
  ["orgType", "medicalInsuranceType", "medicalInsuranceID", "gender"],
  ["fundPayAmount", "otherPayAmount", "accountPayAmount", "ownPayAmount"],
  ["selfpaymentAmount", "selfpaymentCost"],
];

/** The fields that the kind prints, in lines of at most `perRow`; admission and discharge are one field (住院时间). */
export function faceFieldRows(kind: Kind, perRow: number): readonly (readonly FaceField[])[] {
  const fields = kind.mainExt.filter((field) => field.isOnFace);
  const isStay = ["inHospitalDate", "outHospitalDate"].every((name) => fields.some((field) => field.name === name));
  const shown = fields.filter(({ name }) => !(isStay && name === "outHospitalDate"));
  const toFace = (field: ExtField): FaceField => (isStay && field.name === "inHospitalDate" ? STAY : faceField(field));
  const [first = [], ...lines] = LINES.map((names) =>
    names.flatMap((name) => shown.filter((field) => field.name === name).map(toFace)),
  );
  const others = shown.filter(({ name }) => !LINES.some((names) => names.includes(name))).map(toFace);
  const isPlain = [first, ...lines].every(({ length }) => length === 0);
  const groups = isPlain ? [[BUSINESS, ...others]] : [[BUSINESS, ...first], ...lines, others];
  return groups.flatMap((group) => chunked(group, perRow));
}

const BUSINESS: FaceField = { label: "业务流水号", isMoney: false, valueOf: (data) => data.bizCode };

const STAY: FaceField = {
  label: "住院时间",
  isMoney: false,
  valueOf: (data) => {
    const [from, to] = [data.mainExt["inHospitalDate"], data.mainExt["outHospitalDate"]].map((v) =>
      dateText(String(v ?? "")),
    );
    return from === "" && to === "" ? "" : `${from ?? ""}至${to ?? ""}`;
  },
};

/** What a cell of an item row shows. */
export function itemText(item: ReceiptItem, field: keyof ReceiptItem | "itemQuantityUnit"): string {
  if (field === "itemAmount") return yuanOf(item.itemAmount);
  if (field !== "itemQuantityUnit") return item[field];
  return item.itemUnit === "" ? item.itemQuantity : `${item.itemQuantity}/${item.itemUnit}`;
}

/** yyyyMMdd as yyyy-MM-dd, yyyyMMddHHmmss with the time behind it; anything else as it is. */
export function dateText(text: string): string {
  const match = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2}))?$/.exec(text);
  if (match === null) return text;
  const [, year, month, day, hour, minute, second] = match;
  const date = [year, month, day].join("-");
  return hour === undefined ? date : `${date} ${[hour, minute, second].join(":")}`;
}

/** What stands below the fields: the original of a red-letter receipt, the free rows, the remark, the kind's note. */
export function freeText(data: ReceiptData, note: string): string {
  const { relatedInvoiceCode: code = "", relatedInvoiceNumber: number = "" } = data.mainExt;
  const parts = [
    ...(code === "" ? [] : [`原票据代码：${code}`, `原票据号码：${number}`]),
    ...data.otherInfo.map(({ infoName, infoValue }) => `${infoName}：${infoValue}`),
    ...(data.remark === "" ? [] : [`备注：${data.remark}`]),
    ...(note === "" ? [] : [`说明：${note}`]),
  ];
  return parts.join("　");
}

function faceField(field: ExtField): FaceField {
  return {
    label: field.zh,
    isMoney: field.type === "money",
    valueOf: (data) => {
      const value = data.mainExt[field.name] ?? "";
      if (typeof value === "number") return yuanOf(value);
      return field.type === "date" || field.type === "dateTime" ? dateText(value) : value;
    },
  };
}

function chunked<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
