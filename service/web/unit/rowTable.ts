import { both, el, type Attributes } from "../shared/dom.ts";
import { words } from "../shared/words.ts";

/** A place to type in, and where what is wrong with it is told. */
export type Cell = { readonly control: HTMLInputElement; readonly problem: HTMLElement };

/** `width`: a class of unit.css. */
export type Column<Name extends string> = readonly [name: Name, zh: string, en: string, width: string];

export type TableRow<Name extends string> = {
  readonly element: HTMLElement;
  readonly cells: ReadonlyMap<Name, Cell>;
  readonly text: (name: Name) => string;
  readonly put: (name: Name, text: string) => void;
  /** Somebody typed the amount: it follows nothing any more. */
  isAmountOwn: boolean;
};

/** Rows of fields to type in, one under another. */
export type RowTable<Name extends string> = {
  readonly element: HTMLElement;
  readonly rows: () => readonly TableRow<Name>[];
  readonly add: () => TableRow<Name>;
  readonly remove: (row: TableRow<Name>) => void;
  readonly clear: () => void;
  /** The row that has the focus. */
  readonly here: () => TableRow<Name> | undefined;
  readonly cells: () => readonly Cell[];
};

export type RowTableUse<Name extends string> = {
  readonly columns: readonly Column<Name>[];
  readonly numbers: readonly Name[];
  readonly isRequired: (name: Name) => boolean;
  /** Of single controls. */
  readonly attributes?: Readonly<Partial<Record<Name, Attributes>>>;
  readonly typed: (row: TableRow<Name>, name: Name | undefined) => void;
};

let ids = 0;

export function rowTable<Name extends string>(use: RowTableUse<Name>): RowTable<Name> {
  const rows: TableRow<Name>[] = [];
  const body = el("tbody");
  const heads = use.columns.map(([, zh, en, width]) => el("th", { scope: "col", class: width }, both(words(zh, en))));
  return {
    element: el("table", { class: "rows" }, el("thead", {}, el("tr", {}, ...heads)), body),
    rows: () => rows,
    add() {
      const row = rowOf(use);
      rows.push(row);
      body.append(row.element);
      return row;
    },
    remove(row) {
      rows.splice(rows.indexOf(row), 1);
      row.element.remove();
    },
    clear() {
      rows.splice(0);
      body.replaceChildren();
    },
    here: () => rows.find(({ element }) => element.contains(document.activeElement)),
    cells: () => rows.flatMap((row) => [...row.cells.values()]),
  };
}

/** The cell at "/<list>/<index>/<name>"; of a pointer to no cell, that of the fallback in the row, or in the first one. */
export function cellAt<Name extends string>(
  rows: readonly TableRow<Name>[],
  pointer: string,
  fallback: Name,
): Cell | undefined {
  const [, , index = "", name = ""] = pointer.split("/");
  const row = rows[Number(index)] ?? rows[0];
  return [...(row?.cells ?? [])].find(([each]) => each === name)?.[1] ?? row?.cells.get(fallback);
}

function rowOf<Name extends string>({
  columns,
  numbers,
  isRequired,
  attributes,
  typed,
}: RowTableUse<Name>): TableRow<Name> {
  const made = columns.map(([name, zh, en, width]): readonly [Name, Cell, HTMLElement] => {
    const id = `cell${++ids}`;
    const control = el("input", {
      ...{ id, type: "text", autocomplete: "off", "aria-label": `${zh} ${en}`, ...attributes?.[name] },
      ...(numbers.includes(name) ? { inputmode: "decimal", class: "money" } : {}),
      ...(isRequired(name) ? { "aria-required": "true" } : {}),
    });
    const problem = el("p", { class: "field-problem", id: `${id}-problem` });
    return [name, { control, problem }, el("td", { class: width, "data-label": zh }, control, problem)];
  });
  const cells = new Map(made.map(([name, cell]) => [name, cell]));
  const row: TableRow<Name> = {
    element: el("tr", {}, ...made.map(([, , cell]) => cell)),
    cells,
    text: (name) => cells.get(name)?.control.value.trim() ?? "",
    put(name, text) {
      const control = cells.get(name)?.control;
      if (control !== undefined) control.value = text;
    },
    isAmountOwn: false,
  };
  row.element.addEventListener("input", ({ target }) => {
    typed(row, [...cells].find(([, { control }]) => control === target)?.[0]);
  });
  return row;
}
