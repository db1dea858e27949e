import type { Kind } from "../../domain/kind.ts";
import { yuanOf } from "../../domain/money.ts";
import type { FieldProblem, ReceiptItem } from "../../domain/receipt.ts";
import { el } from "../shared/dom.ts";
import type { Item } from "./answers.ts";
import { fenOf, rowAmount } from "./compute.ts";
import { NO_AMOUNT } from "./formField.ts";
import { tellAt } from "./parts.ts";
import { cellAt, rowTable, type Cell, type Column, type TableRow } from "./rowTable.ts";

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

type Name = keyof ReceiptItem;
type Row = TableRow<Name>;

const COLUMNS: readonly Column<Name>[] = [
  ["itemCode", "项目编码", "Code", "w-code"],
  ["itemName", "项目名称", "Item", "w-name"],
  ["itemQuantity", "数量", "Quantity", "w-short"],
  ["itemUnit", "单位", "Unit", "w-short"],
  ["itemStd", "标准（元）", "Unit price", "w-money"],
  ["itemAmount", "金额（元）", "Amount", "w-money"],
  ["itemRemark", "备注", "Remark", "w-name"],
];

const LIST_ID = "items-known";

/** @param known the items that the unit charges, offered by code */
export function itemRows(kind: Kind, known: readonly Item[], changed: () => void): ItemRows {
  const table = rowTable<Name>({
    columns: COLUMNS,
    numbers: ["itemQuantity", "itemStd", "itemAmount"],
    isRequired: (name) => kind.items.requiredFields.includes(name) || name === "itemAmount",
    attributes: known.length > 0 ? { itemCode: { list: LIST_ID } } : {},
    typed(row, name) {
      follow(row, known, name);
      changed();
    },
  });
  const remove = (row: Row): void => {
    if (table.rows().length > 1) table.remove(row);
    else for (const { control } of row.cells.values()) control.value = "";
    table.rows().at(-1)?.cells.get("itemCode")?.control.focus();
    changed();
  };
  table.add();
  return {
    element: el("div", { class: "items" }, table.element, listOf(known)),
    read: () => readRows(table.rows()),
    write(items) {
      table.clear();
      for (const item of items.length === 0 ? [undefined] : items) writeRow(table.add(), item);
    },
    add() {
      table.add().cells.get("itemCode")?.control.focus();
      changed();
    },
    removeHere() {
      const row = table.here() ?? table.rows().at(-1);
      if (row !== undefined) remove(row);
    },
    cellAt: (pointer) => cellAt(filled(table.rows()), pointer, "itemAmount"),
    cells: table.cells,
  };
}

/** What the browser offers while a code is typed. */
function listOf(known: readonly Item[]): HTMLElement {
  const options = known.map((item) => el("option", { value: item.itemCode }, `${item.itemName} ${item.itemStd}`));
  return el("datalist", { id: LIST_ID }, ...options);
}

/** A known code fills in its item; quantity and price fill in the amount, unless somebody typed one. */
function follow(row: Row, known: readonly Item[], name: Name | undefined): void {
  if (name === "itemAmount") row.isAmountOwn = row.text(name) !== "";
  const item = name === "itemCode" ? known.find(({ itemCode }) => itemCode === row.text(name)) : undefined;
  if (item !== undefined) {
    for (const each of ["itemName", "itemUnit", "itemStd"] as const) row.put(each, item[each]);
    if (row.text("itemQuantity") === "") row.put("itemQuantity", "1");
  }
  if (row.isAmountOwn) return;
  const fen = rowAmount(row.text("itemQuantity"), row.text("itemStd"));
  if (fen !== undefined) row.put("itemAmount", yuanOf(fen));
}

const filled = (rows: readonly Row[]): readonly Row[] => {
  const some = rows.filter((row) => COLUMNS.some(([name]) => row.text(name) !== ""));
  return some.length === 0 ? rows.slice(0, 1) : some;
};

function readRows(rows: readonly Row[]): ReturnType<ItemRows["read"]> {
  const malformed: FieldProblem[] = [];
  const items = filled(rows).map((row, index): ReceiptItem => {
    const fen = fenOf(row.text("itemAmount"));
    if (fen === undefined) {
      malformed.push({ code: "amount_malformed", pointer: `/items/${index}/itemAmount`, ...NO_AMOUNT });
    }
    return {
      itemCode: row.text("itemCode"),
      itemName: row.text("itemName"),
      itemQuantity: row.text("itemQuantity"),
      itemUnit: row.text("itemUnit"),
      itemStd: row.text("itemStd"),
      itemAmount: fen ?? 0,
      itemRemark: row.text("itemRemark"),
    };
  });
  return { items, malformed };
}

function writeRow(row: Row, item: ReceiptItem | undefined): void {
  if (item === undefined) return;
  for (const [name, { control, problem }] of row.cells) {
    const value = item[name];
    row.put(name, typeof value === "number" ? yuanOf(value) : value);
    tellAt(control, problem, undefined);
  }
  row.isAmountOwn = true;
}
