import { capitalsOf } from "../../domain/capitals.ts";
import { yuanOf } from "../../domain/money.ts";
import type { ReceiptData } from "../../domain/receipt.ts";
import { dateText, freeText } from "./faceFields.ts";
import {
  FOOTER,
  FOOTER_Y,
  HEADER,
  INFO_ROW_HEIGHT,
  TABLE_RIGHT,
  TITLE,
  TOTAL_HEIGHT,
  mm,
  type FaceGeometry,
} from "./faceGeometry.ts";
import type { FaceRows } from "./faceRows.ts";
import { afterTotalLabel, CELL_PADDING, FIGURES_X, infoBaseline, INFO_SIZE, TOTAL_SIZE } from "./frame.ts";
import type { FontBook } from "./fontBook.ts";
import { advanceOf, glyphsOf } from "./glyphText.ts";
import { beginningOf, fitText } from "./fitText.ts";
import type { Palette } from "./palette.ts";
import type { Pen } from "./pen.ts";

/** A text that its place on the face cannot hold, to be printed in full on a further page. */
export type Continued = { readonly label: string; readonly text: string };

type Place = {
  readonly x: number;
  /** The baseline, were the text one line. */
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly size: number;
  readonly minSize: number;
};

const MARK = "…（见续页）";
const MIN_SIZE = 5;
const HEADER_PITCH = HEADER.rowY[1] - HEADER.rowY[0];

/**
 * Draws what is this receipt's own on its face, but for QR code, seal and page number, and returns what had to be
 * shortened.
 */
export function drawFaceData(
  book: FontBook,
  pen: Pen,
  geometry: FaceGeometry,
  palette: Palette,
  data: ReceiptData,
  rows: FaceRows,
): readonly Continued[] {
  const continued: Continued[] = [];
  const write = (label: string, text: string, place: Place, isTabular = false): void => {
    const isWhole = writeFitted(book, pen, palette, text, place, isTabular);
    if (!isWhole) continued.push({ label, text });
  };
  drawTitle(book, pen, palette, data.eInvoiceName, write);
  drawHeader(book, geometry, data, write);
  drawRows(pen, geometry, palette, rows);
  drawTotal(book, geometry, data, write);
  for (const { field, x, y, width } of geometry.cells) {
    const label = `${field.label}：`;
    const labelWidth = widthOf(book, label, INFO_SIZE);
    const place = { x: x + labelWidth, y: infoBaseline(y), width: width - labelWidth, height: INFO_ROW_HEIGHT };
    write(field.label, field.valueOf(data), { ...place, size: INFO_SIZE, minSize: MIN_SIZE }, field.isMoney);
  }
  drawFree(book, pen, geometry, palette, freeText(data, geometry.note), continued);
  for (const [index, { label, x, width }] of FOOTER.fields.entries()) {
    const labelWidth = widthOf(book, label, FOOTER.size);
    const place = { x: x + labelWidth, y: FOOTER_Y, width: width - labelWidth, height: mm(6), size: FOOTER.size };
    const text = [data.invoicingPartyName, data.checker, data.handlingPerson][index] ?? "";
    write(label, text, { ...place, minSize: MIN_SIZE });
  }
  return continued;
}

type Write = (label: string, text: string, place: Place, isTabular?: boolean) => void;

function drawTitle(book: FontBook, pen: Pen, palette: Palette, name: string, write: Write): void {
  const box = { width: TITLE.width, height: TITLE.size, size: TITLE.size, minSize: 10 };
  const fitted = fitText(book, name, { ...box, height: box.size * 1.2 });
  if (fitted === undefined || fitted.lines.length > 1) {
    const left = TITLE.x - TITLE.width / 2;
    write("票据名称", name, { ...box, x: left, y: TITLE.y, height: mm(13), minSize: 8 });
    return;
  }
  pen.text(name, { x: TITLE.x, y: TITLE.y, size: fitted.size, align: "center", color: palette.label });
}

function drawHeader(book: FontBook, geometry: FaceGeometry, data: ReceiptData, write: Write): void {
  const left = [data.eInvoiceCode, data.payerPartyCode, data.payerPartyName];
  const right = [data.eInvoiceNumber, data.randomNumber, dateText(data.issueDate)];
  const columns = [
    { labels: geometry.headerLeft, texts: left, x: HEADER.leftX, width: HEADER.leftWidth },
    { labels: HEADER.right, texts: right, x: HEADER.rightX, width: HEADER.rightWidth },
  ];
  for (const { labels, texts, x, width } of columns) {
    for (const [row, y] of HEADER.rowY.entries()) {
      const label = labels[row] ?? "";
      const labelWidth = widthOf(book, label, HEADER.size);
      const place = { x: x + labelWidth, y, width: width - labelWidth, height: HEADER_PITCH, size: HEADER.size };
      write(label, texts[row] ?? "", { ...place, minSize: MIN_SIZE });
    }
  }
}

function drawRows(pen: Pen, geometry: FaceGeometry, { value: color }: Palette, rows: FaceRows): void {
  for (const { column, line, text } of rows.cells) {
    const { size, lines } = text;
    const middle = geometry.tableTop + geometry.headHeight + (line + 0.5) * geometry.lineHeight;
    const first = middle - ((lines.length - 1) * size * LEADING) / 2 + size * 0.36;
    const x =
      column.align === "left"
        ? column.x + CELL_PADDING
        : column.align === "right"
          ? column.x + column.width - CELL_PADDING
          : column.x + column.width / 2;
    for (const [index, content] of lines.entries()) {
      const y = first + index * size * LEADING;
      pen.text(content, { x, y, size, align: column.align, isTabular: column.align === "right", color });
    }
  }
}

const LEADING = 1.16;

function drawTotal(book: FontBook, geometry: FaceGeometry, data: ReceiptData, write: Write): void {
  const y = geometry.totalTop + TOTAL_HEIGHT / 2 + TOTAL_SIZE * 0.36;
  const place = { y, height: TOTAL_HEIGHT, size: TOTAL_SIZE, minSize: MIN_SIZE };
  const [capitalsX, figuresX] = [afterTotalLabel(book, 0) + mm(2), afterTotalLabel(book, 1) + mm(1)];
  write("大写", capitalsOf(data.totalAmount), { ...place, x: capitalsX, width: FIGURES_X - capitalsX });
  write("小写", yuanOf(data.totalAmount), { ...place, x: figuresX, width: TABLE_RIGHT - figuresX - mm(1) }, true);
}

function drawFree(
  book: FontBook,
  pen: Pen,
  geometry: FaceGeometry,
  { value: color }: Palette,
  text: string,
  continued: Continued[],
): void {
  if (text === "") return;
  const { x, y, width, height } = geometry.free;
  const fitted = fitText(book, text, { width, height, size: INFO_SIZE, minSize: MIN_SIZE });
  if (fitted === undefined) continued.push({ label: "其他信息", text });
  const { lines, size } = fitted ?? { lines: [beginningOf(book, text, width, INFO_SIZE, MARK)], size: INFO_SIZE };
  for (const [index, line] of lines.entries()) {
    pen.text(line, { x, y: y + size + 2 + index * size * 1.2, size, color });
  }
}

/** false: only the beginning was drawn. Lines are set around the middle of the one line that the place is made for. */
function writeFitted(
  book: FontBook,
  pen: Pen,
  { value: color }: Palette,
  text: string,
  place: Place,
  isTabular: boolean,
): boolean {
  if (text === "") return true;
  const fitted = fitText(book, text, place, { isTabular });
  const { lines, size } = fitted ?? {
    lines: [beginningOf(book, text, place.width, place.minSize + 1, MARK)],
    size: place.minSize + 1,
  };
  const middle = place.y - place.size * 0.36;
  const first = middle - ((lines.length - 1) * size * LEADING) / 2 + size * 0.36;
  for (const [index, line] of lines.entries()) {
    pen.text(line, {
      x: place.x,
      y: lines.length === 1 ? place.y : first + index * size * LEADING,
      size,
      isTabular,
      color,
    });
  }
  return fitted !== undefined;
}

function widthOf(book: FontBook, text: string, size: number): number {
  return (advanceOf(glyphsOf(book, text)) * size) / 1000;
}
