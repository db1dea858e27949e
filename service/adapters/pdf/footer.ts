import { FOOTER, FOOTER_Y, mm } from "./faceGeometry.ts";
import type { FontBook } from "./fontBook.ts";
import { advanceOf, glyphsOf } from "./glyphText.ts";
import { placeText, type PlacedText } from "./placeText.ts";

const MIN_SIZE = 5;

/** The value behind one of FOOTER's labels. */
export function placeFooterText(book: FontBook, index: 0 | 1 | 2, text: string): PlacedText {
  const { label, x, width } = FOOTER.fields[index];
  const labelWidth = (advanceOf(glyphsOf(book, label)) * FOOTER.size) / 1000;
  const place = { x: x + labelWidth, y: FOOTER_Y, width: width - labelWidth, height: mm(6) };
  return placeText(book, text, { ...place, size: FOOTER.size, minSize: MIN_SIZE });
}
