import type { Column, Kind } from "../../domain/kind.ts";
import { sumFen, yuanOf, type Fen } from "../../domain/money.ts";
import type { ReceiptData } from "../../domain/receipt.ts";
import type { Continued } from "./faceData.ts";
import { dateText, itemText } from "./faceFields.ts";
import { NOTICE_Y, PAGE_WIDTH, TABLE_LEFT, TABLE_RIGHT, mm, placeColumns } from "./faceGeometry.ts";
import type { FontBook } from "./fontBook.ts";
import { beginningOf, fitText, wrapText } from "./fitText.ts";
import type { Palette } from "./palette.ts";
import type { Pen } from "./pen.ts";
import { SAMPLE_TEXT } from "./seals.ts";

/** One page behind the face: its table, not yet drawn. */
export type ListPage = {
  readonly title: string;
  readonly columns: readonly Column<string>[];
  readonly rows: readonly ListRow[];
  /** 本页小计, and on the list's last page 合计; none on a page of continued texts. */
  readonly sums: readonly { readonly label: string; readonly fen: Fen }[];
};

type ListRow = { readonly lines: readonly (readonly string[])[]; readonly height: number; readonly fen: Fen };

const SIZE = 7.5;
const LINE = SIZE * 1.25;
const ROW_PADDING = 3.4;
const TOP = mm(31);
const HEAD_HEIGHT = mm(5.6);
const SUM_HEIGHT = mm(5.6);
const BOTTOM = mm(133);
const PADDING = mm(1);
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
  columns: readonly Column<string>[],
  entries: readonly Entry[],
  hasSums: boolean,
): readonly ListPage[] {
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

function measured(book: FontBook, columns: readonly Column<string>[], { texts, fen }: Entry): ListRow {
  const lines = placeColumns(columns, 1).map(({ width }, index) =>
    wrapText(book, texts[index] ?? "", width - 2 * PADDING, SIZE),
  );
  return { lines, height: Math.max(...lines.map(({ length }) => length)) * LINE + ROW_PADDING, fen };
}

/** The amount stays with the first part. */
function broken(row: ListRow, room: number): readonly ListRow[] {
  if (row.height <= room) return [row];
  const count = Math.floor((room - ROW_PADDING) / LINE);
  const head = row.lines.map((lines) => lines.slice(0, count));
  const tail = row.lines.map((lines) => lines.slice(count));
  const rest = Math.max(...tail.map(({ length }) => length));
  return [
    { lines: head, height: count * LINE + ROW_PADDING, fen: row.fen },
    ...broken({ lines: tail, height: rest * LINE + ROW_PADDING, fen: 0 }, room),
  ];
}

export type ListPlace = { readonly pageNumber: number; readonly pageCount: number; readonly isSample: boolean };

export function drawListPage(
  book: FontBook,
  pen: Pen,
  palette: Palette,
  data: ReceiptData,
  page: ListPage,
  { pageNumber, pageCount, isSample }: ListPlace,
): void {
  if (isSample) {
    pen.text(SAMPLE_TEXT, { x: PAGE_WIDTH / 2, y: NOTICE_Y, size: 7, align: "center", color: palette.label });
  }
  drawHead(book, pen, palette, data, page.title);
  drawTable(pen, palette, page);
  drawPageNumber(pen, palette, pageNumber, pageCount);
}

export function drawPageNumber(pen: Pen, palette: Palette, pageNumber: number, pageCount: number): void {
  const place = { x: TABLE_RIGHT, y: NOTICE_Y, size: 7, align: "right", color: palette.label } as const;
  pen.text(`第${pageNumber}页　共${pageCount}页`, place);
}

function drawHead(book: FontBook, pen: Pen, palette: Palette, data: ReceiptData, title: string): void {
  const heading = `${data.eInvoiceName}${title}`;
  const box = { width: TABLE_RIGHT - TABLE_LEFT, height: mm(8), size: 14, minSize: 6 };
  const { lines, size } = fitText(book, heading, box) ?? { lines: [title], size: box.size };
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
    ["交款人：", data.payerPartyName, mm(10)],
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
  const { lines, size } = fitText(book, value, box) ?? {
    lines: [beginningOf(book, value, box.width, 6, "…（全文见首页或续页）")],
    size: 6,
  };
  for (const [index, line] of lines.entries()) {
    const offset = (index - (lines.length - 1) / 2) * size * 1.16;
    pen.text(line, { x: left, y: y + offset, size, color: palette.value });
  }
}

function drawTable(pen: Pen, palette: Palette, { columns, rows, sums }: ListPage): void {
  const placed = placeColumns(columns, 1);
  let y = TOP + HEAD_HEIGHT;
  for (const { zh, x, width } of placed) {
    const place = { x: x + width / 2, y: TOP + HEAD_HEIGHT / 2 + SIZE * 0.36, size: SIZE } as const;
    pen.text(zh, { ...place, align: "center", color: palette.label });
  }
  pen.line(TABLE_LEFT, y, TABLE_RIGHT, y, 0.6, palette.line);
  for (const row of rows) {
    for (const [index, { x, width, align }] of placed.entries()) {
      const left = align === "left" ? x + PADDING : align === "right" ? x + width - PADDING : x + width / 2;
      for (const [i, line] of (row.lines[index] ?? []).entries()) {
        const baseline = y + ROW_PADDING / 2 + i * LINE + LINE / 2 + SIZE * 0.36;
        pen.text(line, { x: left, y: baseline, size: SIZE, align, isTabular: align === "right", color: palette.value });
      }
    }
    y += row.height;
    pen.line(TABLE_LEFT, y, TABLE_RIGHT, y, 0.2, palette.line);
  }
  for (const { x } of placed.slice(1)) pen.line(x, TOP, x, y, 0.4, palette.line);
  for (const { label, fen } of sums) {
    const baseline = y + SUM_HEIGHT / 2 + SIZE * 0.36;
    pen.text(label, { x: TABLE_LEFT + PADDING, y: baseline, size: SIZE, color: palette.label });
    const place = { x: TABLE_RIGHT - PADDING, y: baseline, size: SIZE, align: "right", isTabular: true } as const;
    pen.text(`${yuanOf(fen)}元`, { ...place, color: palette.value });
    y += SUM_HEIGHT;
    pen.line(TABLE_LEFT, y, TABLE_RIGHT, y, 0.4, palette.line);
  }
  pen.rectangle(TABLE_LEFT, TOP, TABLE_RIGHT - TABLE_LEFT, y - TOP, 1, palette.line);
}
