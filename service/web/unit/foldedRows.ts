import type { Text } from "../../core/reportTexts.ts";
import { both, el } from "../shared/dom.ts";
import { button } from "./parts.ts";
import { cellAt, rowTable, type Cell, type RowTable, type RowTableUse, type TableRow } from "./rowTable.ts";

/** Rows in a fold, none until one is added. */
export type FoldedRows<Name extends string> = {
  readonly element: HTMLElement;
  readonly rows: RowTable<Name>["rows"];
  /** Empties the fold and fills it anew; open if there is something in it. */
  readonly refill: <Value>(values: readonly Value[], write: (row: TableRow<Name>, value: Value) => void) => void;
  /** Takes away the row that has the focus; false if none has. */
  readonly removeHere: () => boolean;
  readonly cellAt: (pointer: string) => Cell | undefined;
  readonly cells: () => readonly Cell[];
};

export type FoldUse<Name extends string> = RowTableUse<Name> & {
  /** The value of data-part. */
  readonly part: string;
  readonly summary: Text;
  readonly more: Text;
  /** Fills in a new row and goes to its first field. @param before the row above it */
  readonly begin: (row: TableRow<Name>, before: TableRow<Name> | undefined) => void;
  /** Of which a problem with a whole row is told. */
  readonly fallback: Name;
  readonly changed: () => void;
};

export function foldedRows<Name extends string>(use: FoldUse<Name>): FoldedRows<Name> {
  const { changed, fallback } = use;
  const table = rowTable<Name>(use);
  const show = (): void => {
    table.element.hidden = table.rows().length === 0;
  };
  const add = (): void => {
    const before = table.rows().at(-1);
    const row = table.add();
    show();
    use.begin(row, before);
    changed();
  };
  const more = button(use.more, add, { class: "plain", "data-skip": "" });
  const element = el("details", { "data-part": use.part }, el("summary", {}, both(use.summary)), table.element, more);
  show();
  return {
    element,
    rows: table.rows,
    refill(values, write) {
      table.clear();
      for (const value of values) {
        const row = table.add();
        row.isAmountOwn = true;
        write(row, value);
      }
      element.open = values.length > 0;
      show();
    },
    removeHere() {
      const row = table.here();
      if (row === undefined) return false;
      table.remove(row);
      show();
      (table.rows().at(-1)?.cells.values().next().value?.control ?? more).focus();
      changed();
      return true;
    },
    cellAt: (pointer) => cellAt(table.rows(), pointer, fallback),
    cells: table.cells,
  };
}
