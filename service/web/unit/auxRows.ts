import type { Kind } from "../../domain/kind.ts";
import { yuanOf } from "../../domain/money.ts";
import type { FieldProblem, ReceiptAuxItem, ReceiptItem } from "../../domain/receipt.ts";
import { both, el } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import { fenOf, rowAmount } from "./compute.ts";
import { NO_AMOUNT } from "./formField.ts";
import type { Cell } from "./itemRows.ts";
import { button } from "./parts.ts";

/** The lines of the list (明细清单) that stands behind the items: none until one is added. */
export type AuxRows = {
  readonly element: HTMLElement;
  /** @param items what the lines belong to, by code */
  readonly read: (items: readonly ReceiptItem[]) => {
    readonly auxItems: readonly ReceiptAuxItem[];
    readonly malformed: readonly FieldProblem[];
  };
  readonly write: (lines: readonly ReceiptAuxItem[]) => void;
  /** Takes away the line that has the focus; false if none has. */
  readonly removeHere: () => boolean;
  /** By a pointer below /auxItems; of a pointer to no cell, the amount of the first line. */
  readonly cellAt: (pointer: string) => Cell | undefined;
  readonly cells: () => readonly Cell[];
};

type Name = Exclude<keyof ReceiptAuxItem, "auxItemRelatedName">;
type Row = { readonly element: HTMLElement; readonly cells: ReadonlyMap<Name, Cell>; isAmountOwn: boolean };

const COLUMNS = [
  ["auxItemRelatedCode", "对应项目编码", "Item code", "w-code"],
  ["auxItemCode", "明细编码", "Line code", "w-code"],
  ["auxItemName", "明细名称", "Line name", "w-name"],
  ["auxItemSpecification", "规格", "Specification", "w-short"],
  ["auxItemQuantity", "明细数量", "Line quantity", "w-short"],
  ["auxItemUnit", "明细单位", "Line unit", "w-short"],
  ["auxItemStd", "单价（元）", "Line price", "w-short"],
  ["auxItemAmount", "明细金额（元）", "Line amount", "w-money"],
  ["auxItemRemark", "明细备注", "Line remark", "w-short"],
] as const satisfies readonly (readonly [Name, string, string, string])[];
const NUMBERS: ReadonlySet<string> = new Set(["auxItemQuantity", "auxItemStd", "auxItemAmount"]);

let ids = 0;

/** @param itemCodes of the items in the form now: a new line belongs to the last of them */
export function auxRows(kind: Kind, itemCodes: () => readonly string[], changed: () => void): AuxRows {
  const rows: Row[] = [];
  const body = el("tbody");
  const heads = COLUMNS.map(([, zh, en, width]) => el("th", { scope: "col", class: width }, both(words(zh, en))));
  const lines = el("table", { class: "rows", hidden: "" }, el("thead", {}, el("tr", {}, ...heads)), body);
  const add = (): Row => {
    const row = rowOf(kind, changed);
    rows.push(row);
    body.append(row.element);
    lines.hidden = false;
    return row;
  };
  const addHere = (): void => {
    const before = rows.at(-1);
    const row = add();
    const code = before === undefined ? itemCodes().at(-1) : textOf(before, "auxItemRelatedCode");
    put(row, "auxItemRelatedCode", code ?? "");
    row.cells.get(code === undefined || code === "" ? "auxItemRelatedCode" : "auxItemCode")?.control.focus();
    changed();
  };
  const more = button(words("加一行明细", "Add a line"), addHere, { class: "plain", "data-skip": "" });
  const element = el(
    "details",
    { "data-part": "list" },
    el("summary", {}, both(words("明细清单", "List lines"))),
    lines,
    more,
  );
  return {
    element,
    read: (items) => readRows(rows, items),
    write(given) {
      rows.splice(0);
      body.replaceChildren();
      lines.hidden = true;
      element.open = given.length > 0;
      for (const line of given) {
        const row = add();
        row.isAmountOwn = true;
        for (const [name] of COLUMNS) {
          const value = line[name];
          put(row, name, typeof value === "number" ? yuanOf(value) : value);
        }
      }
    },
    removeHere() {
      const index = rows.findIndex((row) => row.element.contains(document.activeElement));
      const [row] = index < 0 ? [] : rows.splice(index, 1);
      if (row === undefined) return false;
      row.element.remove();
      lines.hidden = rows.length === 0;
      (rows.at(-1)?.cells.get("auxItemCode")?.control ?? more).focus();
      changed();
      return true;
    },
    cellAt(pointer) {
      const [, , index = "", name = ""] = pointer.split("/");
      const row = rows[Number(index)] ?? rows[0];
      return [...(row?.cells ?? [])].find(([each]) => each === name)?.[1] ?? row?.cells.get("auxItemAmount");
    },
    cells: () => rows.flatMap((row) => [...row.cells.values()]),
  };
}

function rowOf(kind: Kind, changed: () => void): Row {
  const made = COLUMNS.map(([name, zh, en, width]): readonly [Name, Cell, HTMLElement] => {
    const id = `line${++ids}`;
    const control = el("input", {
      ...{ id, type: "text", autocomplete: "off", "aria-label": `${zh} ${en}` },
      ...(NUMBERS.has(name) ? { inputmode: "decimal", class: "money" } : {}),
      ...(kind.auxItems.requiredFields.includes(name) || name === "auxItemAmount" ? { "aria-required": "true" } : {}),
    });
    const problem = el("p", { class: "field-problem", id: `${id}-problem` });
    const cell = el("td", { class: width, "data-label": zh }, control, problem);
    return [name, { control, problem, pointer: name }, cell];
  });
  const cells = new Map(made.map(([name, cell]) => [name, cell]));
  const row: Row = { element: el("tr", {}, ...made.map(([, , cell]) => cell)), cells, isAmountOwn: false };
  row.element.addEventListener("input", (event) => {
    const amount = cells.get("auxItemAmount")?.control;
    if (amount !== undefined && event.target === amount) row.isAmountOwn = amount.value !== "";
    const fen = rowAmount(textOf(row, "auxItemQuantity"), textOf(row, "auxItemStd"));
    if (!row.isAmountOwn && fen !== undefined) put(row, "auxItemAmount", yuanOf(fen));
    changed();
  });
  return row;
}

const textOf = (row: Row, name: Name): string => row.cells.get(name)?.control.value.trim() ?? "";

function put(row: Row, name: Name, text: string): void {
  const control = row.cells.get(name)?.control;
  if (control !== undefined) control.value = text;
}

function readRows(rows: readonly Row[], items: readonly ReceiptItem[]): ReturnType<AuxRows["read"]> {
  const malformed: FieldProblem[] = [];
  const auxItems = rows.map((row, index): ReceiptAuxItem => {
    const fen = fenOf(textOf(row, "auxItemAmount"));
    if (fen === undefined) {
      malformed.push({ code: "amount_malformed", pointer: `/auxItems/${index}/auxItemAmount`, ...NO_AMOUNT });
    }
    const auxItemRelatedCode = textOf(row, "auxItemRelatedCode");
    return {
      auxItemRelatedCode,
      auxItemRelatedName: items.find(({ itemCode }) => itemCode === auxItemRelatedCode)?.itemName ?? "",
      auxItemCode: textOf(row, "auxItemCode"),
      auxItemName: textOf(row, "auxItemName"),
      auxItemSpecification: textOf(row, "auxItemSpecification"),
      auxItemQuantity: textOf(row, "auxItemQuantity"),
      auxItemUnit: textOf(row, "auxItemUnit"),
      auxItemStd: textOf(row, "auxItemStd"),
      auxItemAmount: fen ?? 0,
      auxItemRemark: textOf(row, "auxItemRemark"),
    };
  });
  return { auxItems, malformed };
}
