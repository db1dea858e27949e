import { expect } from "chai";
import { drawFaceData } from "../../../service/adapters/pdf/faceData.ts";
import {
  faceGeometryOf,
  INFO_LABEL_WIDTH,
  PAGE_HEIGHT,
  QR,
  TABLE_BOTTOM,
  TABLE_LEFT,
  TABLE_RIGHT,
  UNIT_SEAL,
} from "../../../service/adapters/pdf/faceGeometry.ts";
import { faceRowsOf } from "../../../service/adapters/pdf/faceRows.ts";
import { drawFrame } from "../../../service/adapters/pdf/frame.ts";
import { advanceOf, glyphsOf } from "../../../service/adapters/pdf/glyphText.ts";
import { drawPageNumber } from "../../../service/adapters/pdf/listPages.ts";
import { PLAIN, RED_LETTER } from "../../../service/adapters/pdf/palette.ts";
import type { Pen } from "../../../service/adapters/pdf/pen.ts";
import { boxOf, type Box } from "../../../service/adapters/pdf/placeText.ts";
import type { Kind } from "../../../service/domain/kind.ts";
import { builtinKinds } from "../../../service/domain/kinds/builtin.ts";
import type { ReceiptData } from "../../../service/domain/receipt.ts";
import { numberReceipt, numberingOf, redDraftOf } from "../../../service/domain/receiptAssembly.ts";
import { NOON, receiptOf } from "../../domain/fixtures.ts";
import { fonts, fullest, longest } from "./faceSamples.ts";

type Written = { readonly text: string; readonly box: Box };

/** Of the 45 modules that a receipt's code has on a side, four: ISO/IEC 18004, 6.3.8. */
const QUIET = (QR.size / 45) * 4;
const ROUNDING = 0.01;

describe("faceGeometry", () => {
  for (const kind of builtinKinds) {
    it(`keeps apart all that a ${kind.id} face says, plain and red, with the least and with the most`, () => {
      for (const blue of [receiptOf(kind.id, 0), fullest(kind), longest(kind)]) {
        const red = numberReceipt(redDraftOf(blue, "退费"), numberingOf(blue.eInvoiceCode, 124, "bngFFX", NOON));
        for (const data of [blue, red]) {
          const written = facesTexts(kind, data);
          expectApart(written);
          expectClear(written, squareOf(UNIT_SEAL), (text) => data.invoicingPartyName.includes(text.slice(0, 4)));
          expectClear(written, { ...qrWithQuietZone }, () => false);
          expectInside(kind, written);
        }
      }
    });
  }
});

const qrWithQuietZone: Box = {
  left: QR.x - QUIET,
  top: QR.y - QUIET,
  right: QR.x + QR.size + QUIET,
  bottom: QR.y + QR.size + QUIET,
};

/** Every text of the face with the box that its characters fill. */
function facesTexts(kind: Kind, data: ReceiptData): readonly Written[] {
  const { book } = fonts();
  const written: Written[] = [];
  const pen: Pen = {
    text: (text, { x, y, size, align = "left", isTabular = false }) => {
      const width = (advanceOf(glyphsOf(book, text), { isTabular }) * size) / 1000;
      const left = x - (align === "right" ? width : align === "center" ? width / 2 : 0);
      written.push({ text, box: boxOf(book, { text, x: left, y, size }, { isTabular }) });
    },
    ...{ line: () => undefined, rectangle: () => undefined, raw: () => undefined, content: () => "" },
  };
  const geometry = faceGeometryOf(kind);
  const palette = data.totalAmount < 0 ? RED_LETTER : PLAIN;
  drawFrame(book, pen, geometry, palette, true);
  drawFaceData(book, pen, geometry, palette, data, faceRowsOf(book, geometry, data.items, kind.face.maxRows));
  drawPageNumber(pen, palette, 1, 23);
  return written;
}

function expectApart(written: readonly Written[]): void {
  for (const [index, { text, box }] of written.entries()) {
    for (const other of written.slice(index + 1)) {
      if (overlap(box, other.box)) expect.fail(`“${text}” and “${other.text}” overlap`);
    }
  }
}

function expectClear(written: readonly Written[], area: Box, isFree: (text: string) => boolean): void {
  for (const { text, box } of written) if (overlap(box, area) && !isFree(text)) expect.fail(`“${text}” is covered`);
}

/** Item texts in their cells, the others of the table in its parts, nothing beside the table or off the page. */
function expectInside(kind: Kind, written: readonly Written[]): void {
  const { tableTop, headHeight, columns, lineCount, lineHeight, totalTop, infoTop } = faceGeometryOf(kind);
  const cell = (left: number, top: number, right: number, bottom: number): Box => ({ left, top, right, bottom });
  const rows = Array.from({ length: lineCount }, (_, line) => tableTop + headHeight + line * lineHeight);
  const cells = [
    ...columns.flatMap(({ x, width }) => [
      cell(x, tableTop, x + width, tableTop + headHeight),
      ...rows.map((top) => cell(x, top, x + width, top + lineHeight)),
    ]),
    cell(TABLE_LEFT, totalTop, TABLE_RIGHT, infoTop),
    cell(TABLE_LEFT, infoTop, TABLE_LEFT + INFO_LABEL_WIDTH, TABLE_BOTTOM),
    cell(TABLE_LEFT + INFO_LABEL_WIDTH, infoTop, TABLE_RIGHT, TABLE_BOTTOM),
    cell(TABLE_LEFT, 0, TABLE_RIGHT, tableTop),
    cell(TABLE_LEFT, TABLE_BOTTOM, TABLE_RIGHT, PAGE_HEIGHT),
  ];
  for (const { text, box } of written) {
    if (!cells.some((each) => contains(each, box))) expect.fail(`“${text}” crosses a line`);
  }
}

function squareOf({ x, y, size }: typeof UNIT_SEAL): Box {
  return { left: x - size / 2, top: y - size / 2, right: x + size / 2, bottom: y + size / 2 };
}

function overlap(a: Box, b: Box): boolean {
  return (
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > ROUNDING &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > ROUNDING
  );
}

function contains(outer: Box, { left, top, right, bottom }: Box): boolean {
  return (
    left >= outer.left - ROUNDING &&
    right <= outer.right + ROUNDING &&
    top >= outer.top - ROUNDING &&
    bottom <= outer.bottom + ROUNDING
  );
}
