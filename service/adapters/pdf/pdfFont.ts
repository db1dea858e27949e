import { deflateSync } from "node:zlib";
import type { FontBook, FoundGlyph } from "./fontBook.ts";
import { buildFontFile, withComponents } from "./fontSubset.ts";
import { putObject, type PdfBuilder, type PdfObjectRef } from "./pdfObjects.ts";

/** A subset of one font, ready to be put into any number of documents. Glyph numbers are places in `glyphs`, from 1. */
export type FontSubset = {
  /** Six capital letters before the font's name (ISO 32000-1, 9.6.4). */
  readonly tag: string;
  readonly postscriptName: string;
  readonly descriptor: Record<string, unknown>;
  readonly widths: readonly number[];
  /** Deflated. */
  readonly file: Uint8Array;
  readonly fileLength: number;
  /** Deflated. */
  readonly toUnicode: Uint8Array;
};

/**
 * The subset of one font of the book with these glyphs, in this order. What a character extracts as is its own code
 * point, never that of another character which the font draws with the same glyph (which is then stored twice).
 */
export function makeFontSubset(
  book: FontBook,
  tag: string,
  font: number,
  glyphs: readonly FoundGlyph[],
  pack: (bytes: Uint8Array) => Uint8Array = deflateSync,
): FontSubset {
  const face = book.fonts[font];
  if (face === undefined) throw new RangeError(`no font ${font}`);
  const outlines = withComponents(
    face,
    glyphs.map(({ glyph }) => glyph),
  );
  const file = buildFontFile(face, outlines);
  const scale = (units: number): number => Math.round((units * 1000) / face.unitsPerEm);
  return {
    tag,
    postscriptName: face.postscriptName,
    descriptor: {
      FontBBox: face.bbox.map(scale),
      Ascent: scale(face.ascent),
      Descent: scale(face.descent),
      CapHeight: scale(face.capHeight),
    },
    widths: [scale(face.advanceOf(0)), ...glyphs.map((glyph) => glyph.advance)],
    file: pack(file),
    fileLength: file.length,
    toUnicode: pack(Buffer.from(toUnicodeOf(glyphs), "latin1")),
  };
}

/** Writes the subset as a composite font and returns the object that a page's resources refer to. */
export function putFont(doc: PdfBuilder, subset: FontSubset): PdfObjectRef {
  const name = `${subset.tag}+${subset.postscriptName}`;
  const packed = { Filter: "FlateDecode" };
  const descriptor = putObject(doc, {
    Type: "FontDescriptor",
    FontName: name,
    Flags: 4,
    ItalicAngle: 0,
    StemV: 80,
    ...subset.descriptor,
    FontFile2: putObject(doc, { ...packed, Length1: subset.fileLength }, subset.file),
  });
  const descendant = putObject(doc, {
    Type: "Font",
    Subtype: "CIDFontType2",
    BaseFont: name,
    CIDSystemInfo: { Registry: new String("Adobe"), Ordering: new String("Identity"), Supplement: 0 },
    FontDescriptor: descriptor,
    CIDToGIDMap: "Identity",
    DW: 1000,
    W: widthRuns(subset.widths),
  });
  return putObject(doc, {
    Type: "Font",
    Subtype: "Type0",
    BaseFont: name,
    Encoding: "Identity-H",
    DescendantFonts: [descendant],
    ToUnicode: putObject(doc, { ...packed }, subset.toUnicode),
  });
}

/** Only the widths that differ from DW 1000: [first [w w …] …]. ISO 32000-1, 9.7.4.3. */
function widthRuns(widths: readonly number[]): readonly (number | readonly number[])[] {
  const runs: (number | number[])[] = [];
  let run: number[] = [];
  for (const [index, width] of widths.entries()) {
    if (width === 1000) {
      run = [];
      continue;
    }
    if (run.length === 0) runs.push(index, run);
    run.push(width);
  }
  return runs;
}

function toUnicodeOf(glyphs: readonly FoundGlyph[]): string {
  const lines = glyphs.map(({ codePoint }, index) => `<${hex4(index + 1)}> <${utf16(codePoint)}>`);
  const blocks: string[] = [];
  for (let i = 0; i < lines.length; i += 100) {
    const block = lines.slice(i, i + 100);
    blocks.push(`${block.length} beginbfchar\n${block.join("\n")}\nendbfchar`);
  }
  return [
    "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
    "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
    "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
    "1 begincodespacerange <0000> <ffff> endcodespacerange",
    ...blocks,
    "endcmap CMapName currentdict /CMap defineresource pop end end",
  ].join("\n");
}

export function hex4(value: number): string {
  return value.toString(16).padStart(4, "0");
}

function utf16(codePoint: number): string {
  if (codePoint <= 0xffff) return hex4(codePoint);
  const above = codePoint - 0x10000;
  return hex4(0xd800 + (above >> 10)) + hex4(0xdc00 + (above & 0x3ff));
}
