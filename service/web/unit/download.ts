import { el } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import { saveLink } from "../check/save.ts";
import { writeXlsx } from "../check/writeXlsx.ts";

export const XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const WIDTH = 18;

/** A table to keep, as CSV and as XLSX; without buttons if there is nothing in it. @param rows the first names the columns */
export function downloads(name: string, rows: readonly (readonly string[])[]): HTMLElement {
  if (rows.length < 2) return el("p");
  const widths = (rows[0] ?? []).map(() => WIDTH);
  return el(
    "p",
    { class: "buttons" },
    saveLink(words("下载 CSV", "Download"), `${name}.csv`, "text/csv", () => csvOf(rows)),
    saveLink(words("下载 XLSX", "Download"), `${name}.xlsx`, XLSX_TYPE, () =>
      writeXlsx(rows, widths, name.slice(0, 31)),
    ),
  );
}

/** RFC 4180 with the mark by which Excel knows UTF-8; a cell that a spreadsheet would run as a formula is made text. */
export function csvOf(rows: readonly (readonly string[])[]): string {
  const cell = (text: string): string => {
    const safe = /^[=+@\t\r]|^-(?![\d.]+$)/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return `\ufeff${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}
