import { AppError } from "../../core/errors.ts";
import { readZip } from "../shared/zip.ts";
import type { Table } from "./readCsv.ts";

/** More columns than these are not looked at, and no more rows unless asked: whoever made the file says how many there are. */
const MAX_ROWS = 2_000;
const MAX_COLUMNS = 64;
/** Days from the epoch of Excel's 1900 calendar, with its false leap day, to that of ours. */
const EPOCH_DAYS = 25_569;
const DAY_MS = 86_400_000;
/** Built-in number formats that show a date (ECMA-376, 18.8.30), in Chinese ones, too. */
const DATE_FORMATS = new Set([14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58]);

/**
 * The first sheet of a workbook (ECMA-376): shared and inline texts, numbers, formulas by their stored results, dates as yyyy-MM-dd.
 * @throws AppError xlsx_malformed, and what readZip throws
 */
export async function readXlsx(bytes: Uint8Array<ArrayBuffer>): Promise<Table> {
  const rows = (await readSheet(bytes, MAX_ROWS)).map(({ cells }) => cells);
  return rows.filter((cells) => cells.some((value) => value.trim() !== ""));
}

/**
 * The same with empty rows in their places, so that a row's index tells its line.
 * @throws AppError table_too_long, and what readXlsx throws
 */
export async function readXlsxLines(bytes: Uint8Array<ArrayBuffer>, maxLines: number): Promise<Table> {
  const lines: (readonly string[])[] = [];
  for (const { line, cells } of await readSheet(bytes, maxLines + 1)) {
    if (line > maxLines) throw new AppError("table_too_long", `the sheet has more than ${maxLines} lines`);
    while (lines.length < line - 1) lines.push([]);
    lines.push(cells);
  }
  return lines;
}

type Line = { readonly line: number; readonly cells: readonly string[] };

async function readSheet(bytes: Uint8Array<ArrayBuffer>, maxRows: number): Promise<readonly Line[]> {
  const entries = new Map(readZip(bytes).map((entry) => [entry.name, entry]));
  const part = async (name: string): Promise<Document | undefined> => {
    const entry = entries.get(name);
    return entry === undefined ? undefined : parseXml(await entry.read());
  };
  const sheetName = await firstSheet(part);
  const sheet = await part(sheetName);
  if (sheet === undefined) throw malformed("it has no sheet");
  const texts = elements(await part("xl/sharedStrings.xml"), "si").map(textIn);
  const isDate = dateStyles(await part("xl/styles.xml"));
  const rows = elements(sheet, "row").slice(0, maxRows);
  return rows.map((row, index) => {
    const given = /^[1-9]\d{0,6}$/.exec(row.getAttribute("r") ?? "")?.[0];
    return { line: given === undefined ? index + 1 : Number(given), cells: cellsOf(row, texts, isDate) };
  });
}

async function firstSheet(part: (name: string) => Promise<Document | undefined>): Promise<string> {
  const [sheet] = elements(await part("xl/workbook.xml"), "sheet");
  const id = sheet?.getAttributeNS("http://schemas.openxmlformats.org/officeDocument/2006/relationships", "id");
  const relations = elements(await part("xl/_rels/workbook.xml.rels"), "Relationship");
  const target = relations.find((each) => each.getAttribute("Id") === id)?.getAttribute("Target");
  if (target === null || target === undefined) return "xl/worksheets/sheet1.xml";
  return target.startsWith("/") ? target.slice(1) : `xl/${target}`;
}

function cellsOf(row: Element, texts: readonly string[], isDate: readonly boolean[]): readonly string[] {
  const cells: string[] = [];
  for (const cell of elements(row, "c")) {
    const at = columnOf(cell.getAttribute("r")) ?? cells.length;
    if (at >= MAX_COLUMNS) continue;
    while (cells.length < at) cells.push("");
    cells[at] = valueOf(cell, texts, isDate);
  }
  return cells;
}

function valueOf(cell: Element, texts: readonly string[], isDate: readonly boolean[]): string {
  const type = cell.getAttribute("t") ?? "n";
  if (type === "inlineStr") return textIn(cell);
  const value = elements(cell, "v")[0]?.textContent ?? "";
  if (type === "s") return texts[Number(value)] ?? "";
  if (type !== "n" || value === "") return value;
  if (isDate[Number(cell.getAttribute("s") ?? "0")] === true) return dateOf(Number(value));
  // A stored number may carry the dust of binary fractions: 236.20999999999998
  return Number.isFinite(Number(value)) ? String(Number(Number(value).toPrecision(15))) : value;
}

/** Which of the cells' styles show a date. */
function dateStyles(styles: Document | undefined): readonly boolean[] {
  const custom = new Map(
    elements(styles, "numFmt").map((format) => [
      format.getAttribute("numFmtId"),
      format.getAttribute("formatCode") ?? "",
    ]),
  );
  const [formats] = elements(styles, "cellXfs");
  return elements(formats, "xf").map((format) => {
    const id = format.getAttribute("numFmtId");
    const code = (custom.get(id) ?? "").replace(/"[^"]*"|\[[^\]]*\]|\\./g, "");
    return DATE_FORMATS.has(Number(id)) || /[yd]/i.test(code);
  });
}

function dateOf(days: number): string {
  const date = new Date((Math.floor(days) - EPOCH_DAYS) * DAY_MS);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString().slice(0, 10);
}

/** B7 -> 1 */
function columnOf(reference: string | null): number | undefined {
  const letters = /^([A-Z]{1,3})\d+$/.exec(reference ?? "")?.[1];
  if (letters === undefined) return undefined;
  return Array.from(letters).reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

/** All of its text but what only tells how it is read aloud. */
function textIn(element: Element): string {
  return elements(element, "t")
    .filter((text) => text.parentElement?.localName !== "rPh")
    .map((text) => text.textContent)
    .join("");
}

function elements(node: Document | Element | undefined, name: string): readonly Element[] {
  return node === undefined ? [] : [...node.getElementsByTagNameNS("*", name)];
}

/** A browser's parser loads nothing from outside and expands no entities without end. */
function parseXml(bytes: Uint8Array): Document {
  const document = new DOMParser().parseFromString(new TextDecoder().decode(bytes), "application/xml");
  if (document.getElementsByTagName("parsererror").length > 0) throw malformed("a part of it is no XML");
  return document;
}

function malformed(why: string): AppError {
  return new AppError("xlsx_malformed", `the workbook cannot be read: ${why}`);
}
