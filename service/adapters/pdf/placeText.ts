import { beginningOf, fitText } from "./fitText.ts";
import type { FontBook } from "./fontBook.ts";
import { advanceOf, glyphsOf, type TextStyle } from "./glyphText.ts";

/** The room of a value on the face, in points from the page's top left corner. */
export type Place = {
  readonly x: number;
  /** The baseline, were the text one line. */
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly size: number;
  readonly minSize: number;
};

/** A line of a text; x and y are its baseline's left end. */
export type PlacedLine = { readonly text: string; readonly x: number; readonly y: number; readonly size: number };

export type PlacedText = {
  readonly lines: readonly PlacedLine[];
  /** false: only the beginning is there, with a mark that says where the rest stands. */
  readonly isWhole: boolean;
};

/** Between the baselines of a value's lines, of their size. */
export const LEADING = 1.16;
/** From the baseline up to the middle of the characters, of their size. */
export const MIDDLE = 0.36;

export const CONTINUED_MARK = "…（见续页）";

/** The text's lines around the middle of the one line that the place is made for. */
export function placeText(book: FontBook, text: string, place: Place, style: TextStyle = {}): PlacedText {
  if (text === "") return { lines: [], isWhole: true };
  const fitted = fitText(book, text, place, style);
  const { lines, size } = fitted ?? beginningOf(book, text, { ...place, size: place.minSize + 1 }, CONTINUED_MARK);
  const middle = place.y - place.size * MIDDLE;
  const first = middle - ((lines.length - 1) * size * LEADING) / 2 + size * MIDDLE;
  const placed = lines.map((line, index) => ({
    text: line,
    x: place.x,
    y: lines.length === 1 ? place.y : first + index * size * LEADING,
    size,
  }));
  return { lines: placed, isWhole: fitted !== undefined };
}

export type Box = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };

/** What the characters of a line may fill: full-width ones reach this far above and below the baseline. */
export function boxOf(book: FontBook, { text, x, y, size }: PlacedLine, style: TextStyle = {}): Box {
  const width = (advanceOf(glyphsOf(book, text), style) * size) / 1000;
  return { left: x, right: x + width, top: y - 0.88 * size, bottom: y + 0.16 * size };
}
