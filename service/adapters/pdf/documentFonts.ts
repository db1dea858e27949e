import { invariant } from "../../core/errors.ts";
import type { FontBook, FoundGlyph } from "./fontBook.ts";
import { hex4, makeFontSubset, putFont, type FontSubset } from "./pdfFont.ts";
import { packQuickly, type PdfBuilder, type PdfObjectRef } from "./pdfObjects.ts";

/** A glyph as a page's content names it: the font's name in the page's resources and four hex digits. */
export type GlyphCode = { readonly resource: string; readonly code: string };

export type GlyphEncoder = { encode(glyph: FoundGlyph): GlyphCode };

/** The characters that a face's frame and figures are made of: a font that is made once and put into every document. */
export type StaticFont = { readonly subset: FontSubset; readonly codes: ReadonlyMap<FoundGlyph, GlyphCode> };

/** The fonts of one document: the static one, and one subset of each font for what the static one lacks. */
export type DocumentFonts = GlyphEncoder & {
  /** Writes the fonts and returns what the pages' resources say of them. Nothing may be encoded after. */
  put(doc: PdfBuilder): Readonly<Record<string, PdfObjectRef>>;
};

const STATIC_NAME = "S";
const TAG_LETTERS = "ABCDEFGH";

/** The characters that no font has, or not the text face, are left out. */
export function makeStaticFont(book: FontBook, characters: string): StaticFont {
  const codePoints = [...new Set(characters)].map((c) => c.codePointAt(0) ?? 0).toSorted((a, b) => a - b);
  const glyphs = codePoints.flatMap((codePoint) => {
    const found = book.find(codePoint);
    return found?.font === 0 ? [found] : [];
  });
  return {
    subset: makeFontSubset(book, "LPFACE", 0, glyphs),
    codes: new Map(glyphs.map((glyph, index) => [glyph, { resource: STATIC_NAME, code: hex4(index + 1) }])),
  };
}

/** Writes with the static font alone: for what is drawn once for all documents. */
export function staticEncoder(font: StaticFont): GlyphEncoder {
  return {
    encode: (glyph) => {
      const code = font.codes.get(glyph);
      invariant(code !== undefined, `the static font has U+${glyph.codePoint.toString(16)}`);
      return code;
    },
  };
}

export function openDocumentFonts(book: FontBook, staticFont: StaticFont): DocumentFonts {
  const used = book.fonts.map((): FoundGlyph[] => []);
  const codes = new Map<FoundGlyph, GlyphCode>();
  return {
    encode: (glyph) => {
      const known = staticFont.codes.get(glyph) ?? codes.get(glyph);
      if (known !== undefined) return known;
      const glyphs = used[glyph.font];
      invariant(glyphs !== undefined, "the glyph is of this book");
      glyphs.push(glyph);
      const code = { resource: `D${glyph.font}`, code: hex4(glyphs.length) };
      codes.set(glyph, code);
      return code;
    },
    put: (doc) => {
      const entries = used.flatMap((glyphs, font) =>
        glyphs.length === 0
          ? []
          : [
              [
                `D${font}`,
                putFont(doc, makeFontSubset(book, `LPTEX${TAG_LETTERS[font] ?? "X"}`, font, glyphs, packQuickly)),
              ] as const,
            ],
      );
      return { [STATIC_NAME]: putFont(doc, staticFont.subset), ...Object.fromEntries(entries) };
    },
  };
}
