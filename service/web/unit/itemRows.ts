import type { Kind } from "../../domain/kind.ts";
import { yuanOf } from "../../domain/money.ts";
import type { FieldProblem, ReceiptItem } from "../../domain/receipt.ts";
import { both, el } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import type { Item } from "./answers.ts";
import { fenOf, rowAmount } from "./compute.ts";
import { NO_AMOUNT } from "./formField.ts";
import { tellAt } from "./parts.ts";

/** The rows of items: a table to type in. */
export type ItemRows = {
  readonly element: HTMLElement;
  /** undefined amounts are what is no amount; rows in which nothing stands are left out. */
  readonly read: () => { readonly items: readonly ReceiptItem[]; readonly malformed: readonly FieldProblem[] };
  readonly write: (items: readonly ReceiptItem[]) => void;
  /** Adds a row and goes to it. */
  readonly add: () => void;
  /** Takes away the row that has the focus; the last one is emptied. */
  readonly removeHere: () => void;
  /** The control and its place for a problem, by a pointer below /items; of a pointer to no cell, the first one. */
  readonly cellAt: (pointer: string) => Cell | undefined;
  readonly cells: () => readonly Cell[];
};

export type Cell = { readonly control: HTMLInputElement; readonly problem: HTMLElement; readonly pointer: string };

type Name = keyof ReceiptItem;
type Row = { readonly element: HTMLElement; readonly inputs: ReadonlyMap<Name, Cell>; isAmountOwn: boolean };

const COLUMNS = [
  ["itemCode", "项目编码", "Code", "w-code"],
  ["itemName", "项目名称", "Item", "w-name"],
  ["itemQuantity", "数量", "Quantity", "w-short"],
  ["itemUnit", "单位", "Unit", "w-short"],
  ["itemStd", "标准（元）", "Unit price", "w-money"],
  ["itemAmount", "金额（元）", "Amount", "w-money"],
  ["itemRemark", "备注", "Remark", "w-name"],
] as const satisfies readonly (readonly [Name, string, string, string])[];

const LIST_ID = "items-known";
let ids = 0;

/** @param known the items that the unit charges, offered by code */
export function itemRows(kind: Kind, known: readonly Item[], changed: () => void): ItemRows {
  const rows: Row[] = [];
  const body = el("tbody");
  const add = (): Row => {
    const row = rowOf(kind, known, changed);
    rows.push(row);
    body.append(row.element);
    return row;
  };
  const remove = (row: Row): void => {
    if (rows.length > 1) {
      rows.splice(rows.indexOf(row), 1);
      row.element.remove();
    } else {
      for (const { control } of row.inputs.values()) control.value = "";
    }
    rows.at(-1)?.inputs.get("itemCode")?.control.focus();
    changed();
  };
  add();
  return {
    element: el("div", { class: "items" }, tableOf(body), listOf(known)),
    read: () => readRows(rows),
    write(items) {
      rows.splice(0);
      body.replaceChildren();
      for (const item of items.length === 0 ? [undefined] : items) writeRow(add(), item);
    },
    add() {
      add().inputs.get("itemCode")?.control.focus();
      changed();
    },
    removeHere() {
      const row = rows.find(({ element }) => element.contains(document.activeElement)) ?? rows.at(-1);
      if (row !== undefined) remove(row);
    },
    cellAt(pointer) {
      const [, , index = "", name = ""] = pointer.split("/");
      const row = filled(rows)[Number(index)] ?? rows[0];
      return [...(row?.inputs ?? [])].find(([each]) => each === name)?.[1] ?? row?.inputs.get("itemAmount");
    },
    cells: () => rows.flatMap((row) => [...row.inputs.values()]),
  };
}

function tableOf(body: HTMLElement): HTMLElement {
  const heads = COLUMNS.map(([, zh, en, width]) => el("th", { scope: "col", class: width }, both(words(zh, en))));
  return el("table", { class: "rows" }, el("thead", {}, el("tr", {}, ...heads)), body);
}

/** What the browser offers while a code is typed. */
function listOf(known: readonly Item[]): HTMLElement {
  const options = known.map((item) => el("option", { value: item.itemCode }, `${item.itemName} ${item.itemStd}`));
  return el("datalist", { id: LIST_ID }, ...options);
}

function rowOf(kind: Kind, known: readonly Item[], changed: () => void): Row {
  const made = COLUMNS.map(([name, zh, en, width]): readonly [Name, Cell, HTMLElement] => {
    const id = `item${++ids}`;
    const isNumber = name === "itemQuantity" || name === "itemStd" || name === "itemAmount";
    const control = el("input", {
      ...{ id, type: "text", autocomplete: "off", "aria-label": `${zh} ${en}` },
      ...(isNumber ? { inputmode: "decimal", class: "money" } : {}),
      ...(name === "itemCode" && known.length > 0 ? { list: LIST_ID } : {}),
      ...(kind.items.requiredFields.includes(name) || name === "itemAmount" ? { "aria-required": "true" } : {}),
    });
    const problem = el("p", { class: "field-problem", id: `${id}-problem` });
    const cell = el("td", { class: width, "data-label": zh }, control, problem);
    return [name, { control, problem, pointer: name }, cell];
  });
  const inputs = new Map(made.map(([name, cell]) => [name, cell]));
  const row: Row = { element: el("tr", {}, ...made.map(([, , cell]) => cell)), inputs, isAmountOwn: false };
  row.element.addEventListener("input", (event) => {
    follow(row, known, event.target);
    changed();
  });
  return row;
}

/** A known code fills in its item; quantity and price fill in the amount, unless somebody typed one. */
function follow(row: Row, known: readonly Item[], target: EventTarget | null): void {
  const control = (name: Name): HTMLInputElement | undefined => row.inputs.get(name)?.control;
  const amount = control("itemAmount");
  if (amount !== undefined && target === amount) row.isAmountOwn = amount.value !== "";
  const item = known.find(({ itemCode }) => itemCode === control("itemCode")?.value.trim());
  if (target === control("itemCode") && item !== undefined) {
    for (const name of ["itemName", "itemUnit", "itemStd"] as const) {
      const each = control(name);
      if (each !== undefined) each.value = item[name];
    }
    const quantity = control("itemQuantity");
    if (quantity?.value === "") quantity.value = "1";
  }
  if (row.isAmountOwn || amount === undefined) return;
  const fen = rowAmount(control("itemQuantity")?.value.trim() ?? "", control("itemStd")?.value.trim() ?? "");
  if (fen !== undefined) amount.value = yuanOf(fen);
}

const textOf = (row: Row, name: Name): string => row.inputs.get(name)?.control.value.trim() ?? "";
const filled = (rows: readonly Row[]): readonly Row[] => {
  const some = rows.filter((row) => COLUMNS.some(([name]) => textOf(row, name) !== ""));
  return some.length === 0 ? rows.slice(0, 1) : some;
};

function readRows(rows: readonly Row[]): ReturnType<ItemRows["read"]> {
  const malformed: FieldProblem[] = [];
  const items = filled(rows).map((row, index): ReceiptItem => {
    const fen = fenOf(textOf(row, "itemAmount"));
    if (fen === undefined) {
      malformed.push({ code: "amount_malformed", pointer: `/items/${index}/itemAmount`, ...NO_AMOUNT });
    }
    return {
      itemCode: textOf(row, "itemCode"),
      itemName: textOf(row, "itemName"),
      itemQuantity: textOf(row, "itemQuantity"),
      itemUnit: textOf(row, "itemUnit"),
      itemStd: textOf(row, "itemStd"),
      itemAmount: fen ?? 0,
      itemRemark: textOf(row, "itemRemark"),
    };
  });
  return { items, malformed };
}

function writeRow(row: Row, item: ReceiptItem | undefined): void {
  if (item === undefined) return;
  for (const [name, { control, problem }] of row.inputs) {
    const value = item[name];
    control.value = typeof value === "number" ? yuanOf(value) : value;
    tellAt(control, problem, undefined);
  }
  row.isAmountOwn = true;
}
