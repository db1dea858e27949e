import { capitalsOf } from "../../domain/capitals.ts";
import { yuanOf } from "../../domain/money.ts";
import type { ReceiptData } from "../../domain/receipt.ts";
import { dateText, freeText } from "./faceFields.ts";
import {
  FOOTER,
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
import { placeFooterText } from "./footer.ts";
import type { Palette } from "./palette.ts";
import type { Pen } from "./pen.ts";
import { CONTINUED_MARK, LEADING, MIDDLE, placeText, type Place, type PlacedText } from "./placeText.ts";

/** A text that its place on the face cannot hold, to be printed in full on a further page. */
export type Continued = { readonly label: string; readonly text: string };

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
    draw(label, text, placeText(book, text, place, { isTabular }), isTabular);
  };
  const draw = (label: string, text: string, { lines, isWhole }: PlacedText, isTabular = false): void => {
    for (const { text: line, ...place } of lines) pen.text(line, { ...place, isTabular, color: palette.value });
    if (!isWhole) continued.push({ label, text });
  };
  continued.push(...drawTitle(book, pen, palette, data.eInvoiceName));
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
  const footer = [data.invoicingPartyName, data.checker, data.handlingPerson];
  for (const index of [0, 1, 2] as const) {
    const text = footer[index] ?? "";
    draw(FOOTER.fields[index].label, text, placeFooterText(book, index, text));
  }
  return continued;
}

type Write = (label: string, text: string, place: Place, isTabular?: boolean) => void;

/** Centred, on one line or two. */
function drawTitle(book: FontBook, pen: Pen, palette: Palette, name: string): readonly Continued[] {
  const { x, y, size, width, bandHeight } = TITLE;
  const oneLine = fitText(book, name, { width, height: size * 1.2, size, minSize: 10 });
  const place = { x, y: y - (size - 10) * MIDDLE, width, height: bandHeight, size: 10, minSize: 7 };
  const { lines, isWhole } =
    oneLine === undefined ? placeText(book, name, place) : { lines: [{ text: name, x, y, ...oneLine }], isWhole: true };
  for (const { text, ...at } of lines) pen.text(text, { ...at, align: "center", color: palette.label });
  return isWhole ? [] : [{ label: "票据名称", text: name }];
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
    const first = middle - ((lines.length - 1) * size * LEADING) / 2 + size * MIDDLE;
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

function drawTotal(book: FontBook, geometry: FaceGeometry, data: ReceiptData, write: Write): void {
  const y = geometry.totalTop + TOTAL_HEIGHT / 2 + TOTAL_SIZE * MIDDLE;
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
  const box = { width, height, size: INFO_SIZE, minSize: MIN_SIZE };
  const fitted = fitText(book, text, box);
  if (fitted === undefined) continued.push({ label: "其他信息", text });
  const { lines, size } = fitted ?? beginningOf(book, text, { ...box, size: MIN_SIZE + 1 }, CONTINUED_MARK);
  const pitch = lines.length === 1 ? INFO_ROW_HEIGHT : Math.min(INFO_ROW_HEIGHT, height / lines.length);
  for (const [index, line] of lines.entries()) {
    pen.text(line, { x, y: y + (index + 0.5) * pitch + size * MIDDLE, size, color });
  }
}

function widthOf(book: FontBook, text: string, size: number): number {
  return (advanceOf(glyphsOf(book, text)) * size) / 1000;
}
