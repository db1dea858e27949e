import { AppError } from "../../core/errors.ts";
import { singleLine, type FontBook, type FoundGlyph } from "./fontBook.ts";

/** Digits of money columns stand on this width, thousandths of the size: the widest digit's is 562. */
const TABULAR_ADVANCE = 560;

export type TextStyle = { readonly isTabular?: boolean };

/** The glyphs of a text, in order. Throws AppError("character_not_drawable") that names the characters no font has. */
export function glyphsOf(book: FontBook, text: string): readonly FoundGlyph[] {
  const glyphs: FoundGlyph[] = [];
  for (const character of singleLine(text)) {
    const found = book.find(character.codePointAt(0) ?? 0);
    if (found === undefined) throw notDrawable(character);
    glyphs.push(found);
  }
  return glyphs;
}

/** Thousandths of the type size. */
export function advanceOf(glyphs: readonly FoundGlyph[], style: TextStyle = {}): number {
  let sum = 0;
  for (const glyph of glyphs) sum += style.isTabular === true && isDigit(glyph) ? TABULAR_ADVANCE : glyph.advance;
  return sum;
}

/**
 * How far a digit is moved to the right inside its tabular width, and what is left after it; thousandths of the size.
 */
export function tabularMargins(glyph: FoundGlyph): readonly [before: number, after: number] {
  if (!isDigit(glyph)) return [0, 0];
  const before = Math.round((TABULAR_ADVANCE - glyph.advance) / 2);
  return [before, TABULAR_ADVANCE - glyph.advance - before];
}

function isDigit({ codePoint }: FoundGlyph): boolean {
  return codePoint >= 0x30 && codePoint <= 0x39;
}

function notDrawable(character: string): AppError {
  const codePoint = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
  return new AppError(
    "character_not_drawable",
    `没有字体能显示字符 ${codePoint} / No font can draw the character ${codePoint}`,
    { details: { codePoint } },
  );
}
