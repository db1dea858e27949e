/** Rows of cells, as text. */
export type Table = readonly (readonly string[])[];

/**
 * Reads comma, semicolon or tab separated text (RFC 4180): UTF-8 with or without its mark, UTF-16 with it, or else GB18030, as
 * Excel in Chinese writes. Empty rows are left out.
 */
export function readCsv(bytes: Uint8Array): Table {
  return readCsvLines(bytes).filter((cells) => cells.some((value) => value.trim() !== ""));
}

/** The same with empty rows in their places. */
export function readCsvLines(bytes: Uint8Array): Table {
  const text = textOf(bytes);
  const firstLine = text.slice(0, text.search(/[\r\n]|$/));
  const separator = [",", "\t", ";"].sort((a, b) => firstLine.split(b).length - firstLine.split(a).length)[0] ?? ",";
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    const cell = text[at] === '"' ? quoted(text, at + 1) : plain(text, at, separator);
    row.push(cell.value);
    at = cell.end;
    if (text[at] === separator) {
      at += 1;
      if (at < text.length) continue;
      row.push("");
    }
    rows.push(row);
    row = [];
    at += text.startsWith("\r\n", at) ? 2 : 1;
  }
  return rows;
}

type Cell = { readonly value: string; readonly end: number };

/** Two marks in a row stand for one; what follows the closing mark up to the separator is left out. */
function quoted(text: string, from: number): Cell {
  let value = "";
  for (let at = from; ;) {
    const mark = text.indexOf('"', at);
    if (mark < 0) return { value: value + text.slice(at), end: text.length };
    value += text.slice(at, mark);
    if (text[mark + 1] !== '"') return { value, end: mark + 1 };
    value += '"';
    at = mark + 2;
  }
}

function plain(text: string, from: number, separator: string): Cell {
  let end = from;
  while (end < text.length && text[end] !== separator && text[end] !== "\n" && text[end] !== "\r") end += 1;
  return { value: text.slice(from, end), end };
}

function textOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}
