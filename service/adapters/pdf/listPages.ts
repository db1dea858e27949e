import type { Column, Kind } from "../../domain/kind.ts";
import { sumFen, yuanOf, type Fen } from "../../domain/money.ts";
import type { ReceiptData } from "../../domain/receipt.ts";
import type { Continued } from "./faceData.ts";
import { dateText, itemText } from "./faceFields.ts";
import { NOTICE_Y, PAGE_WIDTH, TABLE_LEFT, TABLE_RIGHT, mm, placeColumns, type PlacedColumn } from "./faceGeometry.ts";
import type { FontBook } from "./fontBook.ts";
import { beginningOf, fitText, wrapText, type FittedText } from "./fitText.ts";
import type { Palette } from "./palette.ts";
import type { Pen } from "./pen.ts";
import { LEADING, MIDDLE } from "./placeText.ts";
import { SAMPLE_TEXT } from "./seals.ts";

/** One page behind the face: its table, not yet drawn. */
export type ListPage = {
  readonly title: string;
  readonly columns: readonly PlacedColumn<string>[];
  readonly rows: readonly ListRow[];
  /** 本页小计, and on the list's last page 合计; none on a page of continued texts. */
  readonly sums: readonly { readonly label: string; readonly fen: Fen }[];
};

type ListRow = { readonly cells: readonly FittedText[]; readonly height: number; readonly fen: Fen };

const SIZE = 7.5;
const LINE = SIZE * 1.25;
const ROW_PADDING = 3.4;
const TOP = mm(31);
const HEAD_HEIGHT = mm(5.6);
const SUM_HEIGHT = mm(5.6);
const BOTTOM = mm(133);
const PADDING = mm(1);
const FIGURES = { height: LINE, size: SIZE, minSize: 4 };
/** The sums stand below the amounts, their unit behind them. */
const AMOUNT_FIELDS: readonly string[] = ["itemAmount", "auxItemAmount"];
const CARRIED = "（接上页）";
const CONTINUED_COLUMNS: readonly Column<string>[] = [
  { field: "label", zh: "票面栏目", en: "Field of the face", share: 18, align: "left" },
  { field: "text", zh: "全文", en: "Full text", share: 82, align: "left" },
];

/**
 * All items if the face cannot show them, the list of details (明细清单), and what the face shortened; [] if there is none.
 */
export function listPagesOf(
  book: FontBook,
  kind: Kind,
  data: ReceiptData,
  isListed: boolean,
  continued: readonly Continued[],
): readonly ListPage[] {
  const { columns, auxColumns } = kind.face;
  const items = data.items.map((item) => ({
    texts: columns.map(({ field }) => itemText(item, field)),
    fen: item.itemAmount,
  }));
  const auxItems = data.auxItems.map((item) => ({
    texts: auxColumns.map(({ field }) => (field === "auxItemAmount" ? yuanOf(item.auxItemAmount) : item[field])),
    fen: item.auxItemAmount,
  }));
  const notes = continued.map(({ label, text }) => ({ texts: [label.replace(/：$/, ""), text], fen: 0 }));
  return [
    ...(isListed ? paged(book, "项目清单", columns, items, true) : []),
    ...(auxItems.length > 0 ? paged(book, "明细清单", auxColumns, auxItems, true) : []),
    ...(notes.length > 0 ? paged(book, "续页", CONTINUED_COLUMNS, notes, false) : []),
  ];
}

type Entry = { readonly texts: readonly string[]; readonly fen: Fen };

/** A page takes rows while they fit; a row higher than a page is broken over as many as it needs. */
function paged(
  book: FontBook,
  title: string,
  kindColumns: readonly Column<string>[],
  entries: readonly Entry[],
  hasSums: boolean,
): readonly ListPage[] {
  const columns = placeColumns(kindColumns, 1);
  const room = BOTTOM - TOP - HEAD_HEIGHT - (hasSums ? 2 * SUM_HEIGHT : 0);
  const pages: ListRow[][] = [[]];
  let used = 0;
  for (const row of entries.flatMap((entry) => broken(measured(book, columns, entry), room))) {
    if (used + row.height > room) {
      pages.push([]);
      used = 0;
    }
    pages.at(-1)?.push(row);
    used += row.height;
  }
  const total = sumFen(entries.map(({ fen }) => fen));
  return pages.map((rows, index) => {
    const subtotal = { label: "本页小计", fen: sumFen(rows.map(({ fen }) => fen)) };
    const last = index === pages.length - 1 ? [{ label: "合　　计", fen: total }] : [];
    return { title, columns, rows, sums: hasSums ? [subtotal, ...last] : [] };
  });
}

function measured(book: FontBook, columns: readonly PlacedColumn<string>[], { texts, fen }: Entry): ListRow {
  const cells = columns.map((column, index) => cellOf(book, column, texts[index] ?? ""));
  return { cells, height: heightOf(cells), fen };
}

/** Figures are never broken: they stand on one line, smaller if need be. */
function cellOf(book: FontBook, { width, align }: PlacedColumn<string>, text: string): FittedText {
  const room = width - 2 * PADDING;
  const figures = align === "right" ? fitText(book, text, { ...FIGURES, width: room }, { isTabular: true }) : undefined;
  return figures ?? { lines: wrapText(book, text, room, SIZE), size: SIZE };
}

function heightOf(cells: readonly FittedText[]): number {
  return Math.max(...cells.map(({ lines }) => lines.length)) * LINE + ROW_PADDING;
}

/** The amount stays with the first part; the others say whose they are. */
function broken(row: ListRow, room: number): readonly ListRow[] {
  if (row.height <= room) return [row];
  const count = Math.floor((room - ROW_PADDING) / LINE);
  const head = row.cells.map(({ lines, size }) => ({ lines: lines.slice(0, count), size }));
  const tail = row.cells.map(({ lines, size }, index) => {
    const left = lines.slice(count);
    return { lines: index === 0 && left.length === 0 ? [CARRIED] : left, size };
  });
  return [
    { cells: head, height: heightOf(head), fen: row.fen },
    ...broken({ cells: tail, height: heightOf(tail), fen: 0 }, room),
  ];
}

export type ListPlace = {
  /** What the payer is called, as on the face. */
  readonly payerLabel: string;
  readonly pageNumber: number;
  readonly pageCount: number;
  readonly isSample: boolean;
};

export function drawListPage(
  book: FontBook,
  pen: Pen,
  palette: Palette,
  data: ReceiptData,
  page: ListPage,
  { payerLabel, pageNumber, pageCount, isSample }: ListPlace,
): void {
  if (isSample) {
    pen.text(SAMPLE_TEXT, { x: PAGE_WIDTH / 2, y: NOTICE_Y, size: 7, align: "center", color: palette.label });
  }
  drawHead(book, pen, palette, data, `${data.eInvoiceName}${page.title}`, `${payerLabel}：`);
  drawTable(pen, palette, page);
  drawPageNumber(pen, palette, pageNumber, pageCount);
}

export function drawPageNumber(pen: Pen, palette: Palette, pageNumber: number, pageCount: number): void {
  const place = { x: TABLE_RIGHT, y: NOTICE_Y, size: 7, align: "right", color: palette.label } as const;
  pen.text(`第${pageNumber}页　共${pageCount}页`, place);
}

function drawHead(
  book: FontBook,
  pen: Pen,
  palette: Palette,
  data: ReceiptData,
  heading: string,
  payerLabel: string,
): void {
  const box = { width: TABLE_RIGHT - TABLE_LEFT, height: mm(8), size: 14, minSize: 6 };
  const { lines, size } = fitText(book, heading, box) ?? beginningOf(book, heading, { ...box, size: box.minSize }, "…");
  for (const [index, line] of lines.entries()) {
    const y = mm(14) + index * size * 1.2;
    pen.text(line, { x: PAGE_WIDTH / 2, y, size, align: "center", color: palette.label });
  }
  const fields = [
    ["票据代码：", data.eInvoiceCode, mm(10), mm(45)],
    ["票据号码：", data.eInvoiceNumber, mm(57), mm(45)],
    ["校验码：", data.randomNumber, mm(104), mm(40)],
    ["开票日期：", dateText(data.issueDate), mm(160), mm(40)],
  ] as const;
  for (const [label, value, x] of fields)
    writeField(book, pen, palette, label, value, { x, y: mm(23.5), width: mm(60) });
  const parties = [
    [payerLabel, data.payerPartyName, mm(10)],
    ["收款单位：", data.invoicingPartyName, mm(104)],
  ] as const;
  for (const [label, value, x] of parties)
    writeField(book, pen, palette, label, value, { x, y: mm(28.6), width: mm(92) });
}

function writeField(
  book: FontBook,
  pen: Pen,
  palette: Palette,
  label: string,
  value: string,
  { x, y, width }: { readonly x: number; readonly y: number; readonly width: number },
): void {
  pen.text(label, { x, y, size: 8, color: palette.label });
  const left = x + label.length * 8;
  const box = { width: width - (left - x), height: mm(5), size: 8, minSize: 5 };
  const { lines, size } =
    fitText(book, value, box) ?? beginningOf(book, value, { ...box, size: 6 }, "…（全文见首页或续页）");
  for (const [index, line] of lines.entries()) {
    const offset = (index - (lines.length - 1) / 2) * size * LEADING;
    pen.text(line, { x: left, y: y + offset, size, color: palette.value });
  }
}

function drawTable(pen: Pen, palette: Palette, { columns, rows, sums }: ListPage): void {
  let y = TOP + HEAD_HEIGHT;
  for (const { zh, x, width } of columns) {
    const place = { x: x + width / 2, y: TOP + HEAD_HEIGHT / 2 + SIZE * MIDDLE, size: SIZE } as const;
    pen.text(zh, { ...place, align: "center", color: palette.label });
  }
  const rules: number[] = [];
  for (const row of rows) {
    for (const [index, column] of columns.entries()) {
      const cell = row.cells[index];
      if (cell !== undefined) drawCell(pen, palette, column, cell, y + ROW_PADDING / 2);
    }
    y += row.height;
    rules.push(y);
  }
  pen.line(TABLE_LEFT, TOP + HEAD_HEIGHT, TABLE_RIGHT, TOP + HEAD_HEIGHT, 0.6, palette.line);
  for (const rule of rules) pen.line(TABLE_LEFT, rule, TABLE_RIGHT, rule, 0.2, palette.line);
  for (const { x } of columns.slice(1)) pen.line(x, TOP, x, y, 0.4, palette.line);
  const amounts = columns.find(({ field }) => AMOUNT_FIELDS.includes(field));
  const right = Math.min(TABLE_RIGHT, (amounts?.x ?? 0) + (amounts?.width ?? 0) + SIZE) - PADDING;
  for (const { label, fen } of sums) {
    const baseline = y + SUM_HEIGHT / 2 + SIZE * MIDDLE;
    pen.text(label, { x: TABLE_LEFT + PADDING, y: baseline, size: SIZE, color: palette.label });
    const place = { x: right, y: baseline, size: SIZE, align: "right", isTabular: true } as const;
    pen.text(`${yuanOf(fen)}元`, { ...place, color: palette.value });
    y += SUM_HEIGHT;
    pen.line(TABLE_LEFT, y, TABLE_RIGHT, y, 0.4, palette.line);
  }
  pen.rectangle(TABLE_LEFT, TOP, TABLE_RIGHT - TABLE_LEFT, y - TOP, 1, palette.line);
}

function drawCell(
  pen: Pen,
  { value: color }: Palette,
  { x, width, align }: PlacedColumn<string>,
  { lines, size }: FittedText,
  top: number,
): void {
  const left = align === "left" ? x + PADDING : align === "right" ? x + width - PADDING : x + width / 2;
  for (const [index, line] of lines.entries()) {
    const y = top + (index + 0.5) * LINE + size * MIDDLE;
    pen.text(line, { x: left, y, size, align, isTabular: align === "right", color });
  }
}
