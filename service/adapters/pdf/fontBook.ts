import { readFileSync } from "node:fs";
import { brotliDecompressSync } from "node:zlib";
import { parseTrueType, type TrueTypeFont } from "./trueType.ts";

/** In the order in which they are asked for a character: the text face, then what it lacks. */
const FILES = ["NotoSerifSC-Regular.ttf.br", "HanaMinA.ttf.br", "HanaMinB.ttf.br"];

/** The fonts of this program. A glyph is named by the font's index and its number there. */
export type FontBook = {
  readonly fonts: readonly TrueTypeFont[];
  /** undefined: no font can draw it. */
  find(codePoint: number): FoundGlyph | undefined;
};

export type FoundGlyph = {
  readonly font: number;
  readonly glyph: number;
  readonly codePoint: number;
  /** Thousandths of the type size. */
  readonly advance: number;
};

/** The vendored font files, unpacked; shared between threads without copying. */
export function loadFontFiles(): readonly Uint8Array[] {
  return FILES.map((name) => {
    const bytes = brotliDecompressSync(readFileSync(new URL(`./fonts/${name}`, import.meta.url)));
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    return shared;
  });
}

export function openFontBook(files: readonly Uint8Array[]): FontBook {
  const fonts = files.map(parseTrueType);
  // By code point up to U+FFFF, where nearly all text lies; the others in a map.
  const known = new Array<FoundGlyph | undefined>(0x10000).fill(undefined);
  const knownAbove = new Map<number, FoundGlyph>();
  return {
    fonts,
    find: (codePoint) => {
      const before = codePoint < known.length ? known[codePoint] : knownAbove.get(codePoint);
      if (before !== undefined) return before;
      const found = isPrivate(codePoint) ? undefined : search(fonts, codePoint);
      if (found !== undefined && codePoint < known.length) known[codePoint] = found;
      else if (found !== undefined) knownAbove.set(codePoint, found);
      return found;
    },
  };
}

/** The characters that no font can draw, each once, in the order met. Line breaks and tabs are drawn as spaces. */
export function missingCharacters(book: FontBook, texts: readonly string[]): readonly string[] {
  const missing = new Set<string>();
  for (const given of texts) {
    const text = singleLine(given);
    for (let at = 0; at < text.length;) {
      const codePoint = text.codePointAt(at) ?? 0;
      if (book.find(codePoint) === undefined) missing.add(String.fromCodePoint(codePoint));
      at += codePoint > 0xffff ? 2 : 1;
    }
  }
  return [...missing];
}

/** The text as it is drawn: each run of line breaks and tabs is one space. */
export function singleLine(text: string): string {
  return /[\t\n\r]/.test(text) ? text.replaceAll(/[\t\n\r]+/g, " ") : text;
}

/** What a private-use character looks like differs from system to system: on a receipt it would mean nothing. */
function isPrivate(codePoint: number): boolean {
  return (codePoint >= 0xe000 && codePoint <= 0xf8ff) || codePoint >= 0xf0000;
}

function search(fonts: readonly TrueTypeFont[], codePoint: number): FoundGlyph | undefined {
  for (const [font, face] of fonts.entries()) {
    const glyph = face.glyphOf(codePoint);
    if (glyph === 0) continue;
    return { font, glyph, codePoint, advance: Math.round((face.advanceOf(glyph) * 1000) / face.unitsPerEm) };
  }
  return undefined;
}
