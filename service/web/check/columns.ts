import type { Text } from "../../core/reportTexts.ts";
import { yuanOf } from "../../domain/money.ts";
import { dashedDate, words } from "../shared/words.ts";
import { ELEMENT_NAMES, parseElements, parseScan, type ElementName, type Question } from "./elements.ts";
import type { Table } from "./readCsv.ts";

/** One line of a list: what it asks, or what is wrong with it. */
export type ListRow = {
  /** The file, and the line in it, from 1. */
  readonly source: string;
  readonly line: number;
  readonly cells: Readonly<Record<ElementName, string>>;
  readonly question?: Question;
  readonly problem?: Text;
};

/** What columns are called, in tables that people have: the national platform's, vendors', and ours. */
const NAMES: Readonly<Record<ElementName | "qr", RegExp>> = {
  eInvoiceCode: /^(?:电子)?(?:财政)?(?:票据)?代码$|^einvoicecode$|^code$/i,
  eInvoiceNumber: /^(?:电子)?(?:财政)?(?:票据)?号码?$|^einvoicenumber$|^number$/i,
  randomNumber: /校验码|^randomnumber$|^check ?code$/i,
  totalAmount: /金额|^totalamount$|^amount$|^total$/i,
  issueDate: /日期|^issuedate$|^date$/i,
  qr: /二维码|链接|^qr|^url$/i,
};

type Columns = Readonly<Record<ElementName | "qr", number>>;

const IN_ORDER: Columns = {
  ...{ eInvoiceCode: 0, eInvoiceNumber: 1, randomNumber: 2, totalAmount: 3, issueDate: 4, qr: 0 },
};

/** Reads a table whose first line may name its columns; without names they are code, number, check code, amount, date, or a QR text. */
export function readList(table: Table, source: string): readonly ListRow[] {
  const named = columnsIn(table[0] ?? []);
  const columns = named ?? IN_ORDER;
  const first = named === undefined ? 0 : 1;
  return table.slice(first).map((cells, index) => rowOf(cells, columns, { source, line: first + index + 1 }));
}

function columnsIn(header: readonly string[]): Columns | undefined {
  const at = (name: ElementName | "qr"): number =>
    header.findIndex((cell) => NAMES[name].test(cell.replace(/[（(].*$/s, "").trim()));
  const found = {
    ...{ eInvoiceCode: at("eInvoiceCode"), eInvoiceNumber: at("eInvoiceNumber"), randomNumber: at("randomNumber") },
    ...{ totalAmount: at("totalAmount"), issueDate: at("issueDate"), qr: at("qr") },
  };
  return ELEMENT_NAMES.every((name) => found[name] >= 0) || found.qr >= 0 ? found : undefined;
}

function rowOf(cells: readonly string[], columns: Columns, place: Pick<ListRow, "source" | "line">): ListRow {
  const scan = parseScan(cells[columns.qr] ?? "");
  if (scan !== undefined) return { ...place, cells: cellsOf(scan.elements), question: scan };
  const cell = (name: ElementName): string => (cells[columns[name]] ?? "").trim();
  const typed = {
    // A table program takes codes for numbers, and drops their leading zeros.
    eInvoiceCode: /^\d{1,8}$/.test(cell("eInvoiceCode")) ? cell("eInvoiceCode").padStart(8, "0") : cell("eInvoiceCode"),
    ...{ eInvoiceNumber: cell("eInvoiceNumber"), randomNumber: cell("randomNumber") },
    ...{ totalAmount: cell("totalAmount"), issueDate: cell("issueDate") },
  };
  const parsed = parseElements(typed);
  if ("elements" in parsed) {
    const { elements } = parsed;
    return { ...place, cells: cellsOf(elements), question: { body: elements, elements } };
  }
  const problems = ELEMENT_NAMES.flatMap((name) => parsed.problems[name] ?? []);
  return { ...place, cells: typed, problem: joined(problems) };
}

/** As a face has them, however they were typed: so that the same receipt looks the same. */
function cellsOf({ totalAmount, issueDate, ...texts }: Question["elements"]): ListRow["cells"] {
  const amount = totalAmount === undefined ? "" : yuanOf(totalAmount);
  return { ...texts, totalAmount: amount, issueDate: dashedDate(issueDate) };
}

function joined(problems: readonly Text[]): Text {
  return words(problems.map(({ zh }) => zh).join("；"), problems.map(({ en }) => en).join("; "));
}
