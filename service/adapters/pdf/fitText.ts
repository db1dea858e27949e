import type { FontBook, FoundGlyph } from "./fontBook.ts";
import { advanceOf, glyphsOf, type TextStyle } from "./glyphText.ts";

/** Where a text has to go: points. */
export type TextBox = {
  readonly width: number;
  readonly height: number;
  readonly size: number;
  readonly minSize: number;
};

export type FittedText = { readonly lines: readonly string[]; readonly size: number };

const LEADING = 1.2;
const SHRINK_STEP = 0.5;
/** What never begins a line. */
const CLOSING = new Set("，。、；：？！）》」』】〉”’,.;:?!)]}%");

/**
 * The text in the largest size, from `size` down to `minSize`, at which it fits on one line; else in the largest at
 * which it fits the height on several, but for figures (tabular), which are never broken. undefined: it does not fit
 * even so. Nothing is ever left out.
 */
export function fitText(book: FontBook, text: string, box: TextBox, style: TextStyle = {}): FittedText | undefined {
  const width = advanceOf(glyphsOf(book, text), style);
  if ((width * box.size) / 1000 <= box.width) return { lines: [text], size: box.size };
  // One line that is a little smaller reads better than two.
  const oneLine = Math.floor((box.width * 1000 * 10) / width) / 10;
  if (oneLine >= Math.max(box.minSize, box.size * 0.8)) return { lines: [text], size: oneLine };
  if (style.isTabular === true) return oneLine >= box.minSize ? { lines: [text], size: oneLine } : undefined;
  for (let size = box.size; size >= box.minSize; size -= SHRINK_STEP) {
    const lines = wrapText(book, text, box.width, size);
    if (lines.length * size * LEADING <= box.height) return { lines, size };
  }
  return oneLine >= box.minSize ? { lines: [text], size: oneLine } : undefined;
}

/** As much of the text as the box takes in its `size`, before a mark that says where the rest stands. */
export function beginningOf(book: FontBook, text: string, box: Omit<TextBox, "minSize">, mark: string): FittedText {
  const { width, height, size } = box;
  const count = Math.max(1, Math.floor(height / (size * LEADING)));
  const lines = wrapText(book, text, width, size);
  const rest = lines.slice(count - 1).join("");
  return { lines: [...lines.slice(0, count - 1), cutBefore(book, rest, width, size, mark)], size };
}

function cutBefore(book: FontBook, text: string, width: number, size: number, mark: string): string {
  const room = (width * 1000) / size - advanceOf(glyphsOf(book, mark));
  let taken = "";
  let used = 0;
  for (const glyph of glyphsOf(book, text)) {
    used += glyph.advance;
    if (used > room) break;
    taken += String.fromCodePoint(glyph.codePoint);
  }
  return taken + mark;
}

/** Height of a number of lines, points. */
export function linesHeight(count: number, size: number): number {
  return count * size * LEADING;
}

/** Breaks between any two characters but within words and numbers that fit a line, and before no closing mark. */
export function wrapText(book: FontBook, text: string, width: number, size: number): readonly string[] {
  const room = (width * 1000) / size;
  const lines: string[] = [];
  let line = "";
  let used = 0;
  for (const word of wordsOf(glyphsOf(book, text))) {
    const pieces = advanceOf(word) <= room ? [word] : word.map((glyph) => [glyph]);
    for (const piece of pieces) {
      const advance = advanceOf(piece);
      if (used + advance > room && line !== "") {
        lines.push(line.trimEnd());
        line = "";
        used = 0;
      }
      line += textOf(piece);
      used += advance;
    }
  }
  return line === "" && lines.length > 0 ? lines : [...lines, line];
}

/** Runs of Latin letters and digits, and each other character with the closing marks after it. */
function wordsOf(glyphs: readonly FoundGlyph[]): readonly (readonly FoundGlyph[])[] {
  const words: FoundGlyph[][] = [];
  let previous: FoundGlyph | undefined;
  for (const glyph of glyphs) {
    const isJoined =
      previous !== undefined &&
      (CLOSING.has(String.fromCodePoint(glyph.codePoint)) || (isWordPart(previous) && isWordPart(glyph)));
    if (isJoined) words.at(-1)?.push(glyph);
    else words.push([glyph]);
    previous = glyph;
  }
  return words;
}

function isWordPart({ codePoint }: FoundGlyph): boolean {
  return codePoint > 0x20 && codePoint < 0x2000 && codePoint !== 0x2d && codePoint !== 0x2f;
}

function textOf(glyphs: readonly FoundGlyph[]): string {
  return glyphs.map(({ codePoint }) => String.fromCodePoint(codePoint)).join("");
}
