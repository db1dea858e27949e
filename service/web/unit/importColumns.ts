import type { ExtField, Kind } from "../../domain/kind.ts";
import { parseDate, parseDateTime } from "../../domain/fiscalTime.ts";
import type { FieldProblem, IssueInput, ReceiptItem } from "../../domain/receipt.ts";
import { fenOf, rowAmount } from "./compute.ts";
import { NO_AMOUNT, NO_TIME } from "./formField.ts";

/** One column of a list of receipts of a kind. */
export type ImportColumn = { readonly name: string; readonly isRequired: boolean; readonly pointer: string };

/** A receipt that rows of a list make, with where in the list its fields stand. */
export type ImportReceipt = {
  /** Lines of the sheet, the first 2: the receipt's own and those that add items to it. */
  readonly lines: readonly number[];
  readonly input: IssueInput;
  readonly malformed: readonly FieldProblem[];
  /** "/items/1/itemName" -> "C7" */
  readonly cellOf: (pointer: string) => string;
};

const FIRST_LINE = 2;
const KEY = "业务流水号";
const ITEM_COLUMNS = [
  ["项目编码", "itemCode"],
  ["项目名称", "itemName"],
  ["数量", "itemQuantity"],
  ["单位", "itemUnit"],
  ["标准", "itemStd"],
  ["金额", "itemAmount"],
  ["项目备注", "itemRemark"],
] as const satisfies readonly (readonly [string, keyof ReceiptItem])[];

/** The columns of a kind's list, in order. Rows with the same 业务流水号 as the row above add items to its receipt. */
export function importColumns(kind: Kind): readonly ImportColumn[] {
  const required: readonly string[] = kind.requiredFields;
  return [
    { name: KEY, isRequired: false, pointer: "/busNo" },
    { name: "交款人", isRequired: required.includes("payerPartyName"), pointer: "/payerPartyName" },
    { name: "交款人类型（1个人 2单位）", isRequired: false, pointer: "/payerPartyType" },
    { name: "交款人代码", isRequired: required.includes("payerPartyCode"), pointer: "/payerPartyCode" },
    ...asked(kind).map(({ zh, name, isRequired }) => ({ name: zh, isRequired, pointer: `/mainExt/${name}` })),
    ...ITEM_COLUMNS.map(([name, field]) => ({
      name,
      isRequired: kind.items.requiredFields.includes(field) || field === "itemAmount",
      pointer: `/items/0/${field}`,
    })),
    {
      name: `渠道（${kind.payChannels.codes.join("/")}）`,
      isRequired: kind.payChannels.isRequired,
      pointer: "/payChannels",
    },
    { name: "备注", isRequired: false, pointer: "/remark" },
    { name: "手机", isRequired: false, pointer: "/delivery/phone" },
    { name: "邮箱", isRequired: false, pointer: "/delivery/email" },
  ];
}

const asked = ({ mainExt, surcharge }: Kind): readonly ExtField[] =>
  mainExt.filter(({ name }) => name !== surcharge?.fineField && name !== surcharge?.surchargeField);

/** The rows of a list as receipts. Names of columns are found whatever their order; "＊" and spaces in them are nothing. */
export function readImport(kind: Kind, table: readonly (readonly string[])[]): readonly ImportReceipt[] | undefined {
  const [head = [], ...rows] = table;
  const bare = (name: string): string => name.replace(/[\s＊*]/g, "");
  const places = new Map(importColumns(kind).map(({ name, pointer }) => [pointer, head.map(bare).indexOf(bare(name))]));
  if ((places.get("/payerPartyName") ?? -1) < 0 || (places.get("/items/0/itemAmount") ?? -1) < 0) return undefined;
  const groups: { lines: number[]; rows: (readonly string[])[] }[] = [];
  for (const [index, row] of rows.entries()) {
    if (row.every((value) => value.trim() === "")) continue;
    const key = row[places.get("/busNo") ?? -1]?.trim() ?? "";
    const last = groups.at(-1);
    const lastKey = last?.rows[0]?.[places.get("/busNo") ?? -1]?.trim();
    if (last !== undefined && key !== "" && lastKey === key) {
      last.lines.push(index + FIRST_LINE);
      last.rows.push(row);
    } else {
      groups.push({ lines: [index + FIRST_LINE], rows: [row] });
    }
  }
  return groups.map((group) => receiptOf(kind, places, group));
}

type Group = { readonly lines: readonly number[]; readonly rows: readonly (readonly string[])[] };

function receiptOf(kind: Kind, places: ReadonlyMap<string, number>, { lines, rows }: Group): ImportReceipt {
  const malformed: FieldProblem[] = [];
  const text = (pointer: string, row = rows[0]): string => row?.[places.get(pointer) ?? -1]?.trim() ?? "";
  const wrong = (pointer: string, why: typeof NO_AMOUNT): void => {
    malformed.push({ code: "field_malformed", pointer, ...why });
  };
  const mainExt: Record<string, string | number> = {};
  for (const field of asked(kind)) {
    const value = extValue(field, text(`/mainExt/${field.name}`));
    if (value === undefined) wrong(`/mainExt/${field.name}`, field.type === "money" ? NO_AMOUNT : NO_TIME);
    else if (value !== "" && value !== 0) mainExt[field.name] = value;
  }
  const items = rows.map((row, index) =>
    itemOf(
      (name) => text(`/items/0/${name}`, row),
      () => wrong(`/items/${index}/itemAmount`, NO_AMOUNT),
    ),
  );
  const [phone, email, channel] = [text("/delivery/phone"), text("/delivery/email"), text("/payChannels")];
  const contacts = { ...(phone === "" ? {} : { phone }), ...(email === "" ? {} : { email }) };
  const totalFen = items.reduce((sum, item) => sum + item.itemAmount, 0);
  const input: IssueInput = {
    ...{ kind: kind.id, busNo: text("/busNo"), placeCode: "", handlingPerson: "", checker: "" },
    payerPartyType: text("/payerPartyType") === "2" ? "2" : "1",
    ...{ payerPartyName: text("/payerPartyName"), payerPartyCode: text("/payerPartyCode") },
    ...{
      payerAcct: "",
      payerOpBk: "",
      payMode: "",
      remark: text("/remark"),
      mainExt,
      items,
      auxItems: [],
      otherInfo: [],
    },
    payChannels: channel === "" ? [] : [{ payChannelCode: channel.padStart(2, "0"), payChannelValue: totalFen }],
    ...(phone + email === "" ? {} : { delivery: contacts }),
  };
  return { lines, input, malformed, cellOf: (pointer) => cellOf(places, lines, pointer) };
}

function itemOf(text: (name: keyof ReceiptItem) => string, wrong: () => void): ReceiptItem {
  const [quantity, std] = [text("itemQuantity"), text("itemStd")];
  const given = text("itemAmount");
  const fen = given === "" ? rowAmount(quantity, std) : fenOf(given);
  if (fen === undefined) wrong();
  return {
    ...{ itemCode: text("itemCode"), itemName: text("itemName"), itemQuantity: quantity, itemUnit: text("itemUnit") },
    ...{ itemStd: std, itemAmount: fen ?? 0, itemRemark: text("itemRemark") },
  };
}

/** undefined: no such value. */
function extValue({ type }: ExtField, typed: string): string | number | undefined {
  if (typed === "") return "";
  if (type === "money") return fenOf(typed);
  if (type === "date") return parseDate(typed.replaceAll("/", "-"));
  if (type === "dateTime") return parseDateTime(typed.replaceAll("/", "-"));
  return typed;
}

/** Where a spreadsheet shows it. */
function cellOf(places: ReadonlyMap<string, number>, lines: readonly number[], pointer: string): string {
  const index = Number(/^\/items\/(\d+)/.exec(pointer)?.[1] ?? "0");
  const line = lines[index] ?? lines[0] ?? 0;
  const known = pointer.replace(/^\/items\/\d+/, "/items/0").replace(/^\/payChannels.*/, "/payChannels");
  const column = places.get(known) ?? -1;
  return column < 0 ? `第 ${line} 行 line ${line}` : `${String.fromCharCode(65 + (column % 26))}${line}`;
}
