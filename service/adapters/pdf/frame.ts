import type { StaticFont } from "./documentFonts.ts";
import { makeStaticFont } from "./documentFonts.ts";
import {
  FOOTER,
  FOOTER_Y,
  HEADER,
  INFO_LABEL_WIDTH,
  INFO_ROW_HEIGHT,
  NOTICE_Y,
  PAGE_HEIGHT,
  PAGE_WIDTH,
  SUPERVISION_SEAL,
  TABLE_BOTTOM,
  TABLE_LEFT,
  TABLE_RIGHT,
  TOTAL_HEIGHT,
  mm,
  type FaceGeometry,
} from "./faceGeometry.ts";
import type { FontBook } from "./fontBook.ts";
import { advanceOf, glyphsOf } from "./glyphText.ts";
import { fitText } from "./fitText.ts";
import type { Palette } from "./palette.ts";
import { fixed, type Pen } from "./pen.ts";
import { SAMPLE_TEXT, supervisionSealPlaceholder } from "./seals.ts";

/** What the frame never says but nearly every receipt needs: figures and the words of an amount. */
const FIGURES = "0123456789.,-/: 零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整负";
const TOTAL_LABELS = ["金额合计（大写）", "（小写）"] as const;
const INFO_LABEL = "其他信息";

export const INFO_SIZE = 7.5;
export const TOTAL_SIZE = 9;
/** Where the amount in figures begins, with its label. */
export const FIGURES_X = mm(138);
export const CELL_PADDING = mm(1);

/** One font for a face's name, labels and figures. */
export function faceFont(book: FontBook, geometry: FaceGeometry, name: string): StaticFont {
  const labels = [
    name,
    ...geometry.headerLeft,
    ...HEADER.right,
    ...FOOTER.fields.map(({ label }) => label),
    ...geometry.columns.map(({ zh }) => zh),
    ...geometry.cells.map(({ field }) => `${field.label}：`),
    ...TOTAL_LABELS,
    INFO_LABEL,
    SAMPLE_TEXT,
    FIGURES,
  ];
  return makeStaticFont(book, labels.join(""));
}

/**
 * Draws all of a face that no receipt changes: lines, labels, the place of the supervision seal, the line that says it is
 * a sample. `faceFont` has every character of it.
 */
export function drawFrame(book: FontBook, pen: Pen, geometry: FaceGeometry, palette: Palette, isSample: boolean): void {
  drawSupervisionSeal(book, pen);
  drawHeaderAndFooter(pen, geometry, palette);
  drawTable(pen, geometry, palette);
  drawColumnHeads(book, pen, geometry, palette);
  drawInfoLabels(book, pen, geometry, palette);
  if (isSample) {
    pen.text(SAMPLE_TEXT, { x: PAGE_WIDTH / 2, y: NOTICE_Y, size: 7, align: "center", color: palette.label });
  }
}

function drawSupervisionSeal(book: FontBook, pen: Pen): void {
  const { x, y } = SUPERVISION_SEAL;
  pen.raw(`1 0 0 1 ${fixed(x)} ${fixed(PAGE_HEIGHT - y)} cm ${supervisionSealPlaceholder(book)}`);
}

function drawHeaderAndFooter(pen: Pen, geometry: FaceGeometry, { label: color }: Palette): void {
  for (const [row, y] of HEADER.rowY.entries()) {
    pen.text(geometry.headerLeft[row] ?? "", { x: HEADER.leftX, y, size: HEADER.size, color });
    pen.text(HEADER.right[row] ?? "", { x: HEADER.rightX, y, size: HEADER.size, color });
  }
  for (const { label, x } of FOOTER.fields) pen.text(label, { x, y: FOOTER_Y, size: FOOTER.size, color });
}

function drawTable(pen: Pen, geometry: FaceGeometry, { line, label }: Palette): void {
  const { tableTop, headHeight, totalTop, infoTop, lineCount, lineHeight } = geometry;
  pen.rectangle(TABLE_LEFT, tableTop, TABLE_RIGHT - TABLE_LEFT, TABLE_BOTTOM - tableTop, 1, line);
  for (const y of [tableTop + headHeight, totalTop, infoTop]) pen.line(TABLE_LEFT, y, TABLE_RIGHT, y, 0.6, line);
  for (let i = 1; i < lineCount; i++) {
    const y = tableTop + headHeight + i * lineHeight;
    pen.line(TABLE_LEFT, y, TABLE_RIGHT, y, 0.2, line);
  }
  for (const { x } of geometry.columns.slice(1)) pen.line(x, tableTop, x, totalTop, 0.6, line);
  const infoLine = TABLE_LEFT + INFO_LABEL_WIDTH;
  pen.line(infoLine, infoTop, infoLine, TABLE_BOTTOM, 0.6, line);
  const y = totalTop + TOTAL_HEIGHT / 2 + TOTAL_SIZE * 0.36;
  pen.text(TOTAL_LABELS[0], { x: TABLE_LEFT + CELL_PADDING, y, size: TOTAL_SIZE, color: label });
  pen.text(TOTAL_LABELS[1], { x: FIGURES_X, y, size: TOTAL_SIZE, color: label });
}

/** Where a total's value begins, after its label. */
export function afterTotalLabel(book: FontBook, which: 0 | 1): number {
  const start = which === 0 ? TABLE_LEFT + CELL_PADDING : FIGURES_X;
  return start + (advanceOf(glyphsOf(book, TOTAL_LABELS[which])) * TOTAL_SIZE) / 1000;
}

function drawColumnHeads(book: FontBook, pen: Pen, geometry: FaceGeometry, { label: color }: Palette): void {
  const middle = geometry.tableTop + geometry.headHeight / 2;
  for (const { zh, x, width } of geometry.columns) {
    const box = { width: width - CELL_PADDING, height: geometry.headHeight, size: 8, minSize: 4 };
    const { lines, size } = fitText(book, zh, box) ?? { lines: [zh], size: box.minSize };
    const top = middle - ((lines.length - 1) * size * 1.1) / 2;
    for (const [index, line] of lines.entries()) {
      pen.text(line, { x: x + width / 2, y: top + index * size * 1.1 + size * 0.36, size, align: "center", color });
    }
  }
}

/** The block's name stands upright, one character below the other. */
function drawInfoLabels(book: FontBook, pen: Pen, geometry: FaceGeometry, { label: color }: Palette): void {
  for (const { field, x, y } of geometry.cells) {
    pen.text(`${field.label}：`, { x, y: infoBaseline(y), size: INFO_SIZE, color });
  }
  const characters = Array.from(INFO_LABEL);
  const pitch = Math.min(mm(5), (TABLE_BOTTOM - geometry.infoTop) / (characters.length + 0.5));
  const middle = (geometry.infoTop + TABLE_BOTTOM) / 2;
  for (const [index, character] of characters.entries()) {
    const y = middle + (index - (characters.length - 1) / 2) * pitch + 3;
    pen.text(character, { x: TABLE_LEFT + INFO_LABEL_WIDTH / 2, y, size: 8.5, align: "center", color });
  }
}

export function infoBaseline(cellTop: number): number {
  return cellTop + INFO_ROW_HEIGHT / 2 + INFO_SIZE * 0.36;
}
