import type { TrueTypeFont } from "./trueType.ts";

const ARGS_ARE_WORDS = 0x0001;
const HAS_SCALE = 0x0008;
const MORE_COMPONENTS = 0x0020;
const HAS_XY_SCALE = 0x0040;
const HAS_TWO_BY_TWO = 0x0080;

export type SubsetTable = { readonly tag: string; readonly bytes: Uint8Array };

/**
 * The glyphs with .notdef before them and, at the end, whatever parts composite glyphs are made of. A glyph's place in
 * the list is its number in the subset.
 */
export function withComponents(font: TrueTypeFont, glyphs: readonly number[]): readonly number[] {
  const all = [0, ...glyphs];
  const seen = new Set(all);
  for (let i = 0; i < all.length; i++) {
    forEachComponent(font.outlineBytes(all[i] ?? 0), (_, component) => {
      if (seen.has(component)) return;
      seen.add(component);
      all.push(component);
    });
  }
  return all;
}

/**
 * A font file of the given glyphs, numbered by their place in the list: outlines are copied, never decoded, so the
 * same list always gives the same bytes. Only what a PDF needs (ISO 32000-1, 9.9) plus `extra` tables.
 */
export function buildFontFile(
  font: TrueTypeFont,
  glyphs: readonly number[],
  extra: readonly SubsetTable[] = [],
): Uint8Array {
  const numbers = new Map(glyphs.map((glyph, index) => [glyph, index]));
  const outlines = glyphs.map((glyph) => renumbered(font.outlineBytes(glyph), numbers));
  const loca = new DataView(new ArrayBuffer(4 * (glyphs.length + 1)));
  const hmtx = new DataView(new ArrayBuffer(4 * glyphs.length));
  let end = 0;
  for (const [index, glyph] of glyphs.entries()) {
    end += outlines[index]?.length ?? 0;
    end += -end & 3;
    loca.setUint32(4 * (index + 1), end);
    hmtx.setUint16(4 * index, font.advanceOf(glyph));
    hmtx.setInt16(4 * index + 2, font.leftBearingOf(glyph));
  }
  const glyf = new Uint8Array(end);
  for (const [index, outline] of outlines.entries()) glyf.set(outline, loca.getUint32(4 * index));
  return assemble([
    ...extra,
    { tag: "glyf", bytes: glyf },
    { tag: "head", bytes: patched(font, "head", (head) => head.setInt16(50, 1)) },
    { tag: "hhea", bytes: patched(font, "hhea", (hhea) => hhea.setUint16(34, glyphs.length)) },
    { tag: "hmtx", bytes: new Uint8Array(hmtx.buffer) },
    { tag: "loca", bytes: new Uint8Array(loca.buffer) },
    { tag: "maxp", bytes: patched(font, "maxp", (maxp) => maxp.setUint16(4, glyphs.length)) },
  ]);
}

function patched(font: TrueTypeFont, tag: string, change: (table: DataView) => void): Uint8Array {
  const copy = Uint8Array.from(font.tables.get(tag) ?? []);
  change(new DataView(copy.buffer));
  return copy;
}

/** A composite glyph's outline with its parts' new numbers; a simple one as it is. */
function renumbered(outline: Uint8Array, numbers: ReadonlyMap<number, number>): Uint8Array {
  if (!isComposite(outline)) return outline;
  const copy = Uint8Array.from(outline);
  const view = new DataView(copy.buffer);
  forEachComponent(copy, (at, component) => view.setUint16(at, numbers.get(component) ?? 0));
  return copy;
}

function isComposite(outline: Uint8Array): boolean {
  return outline.length >= 10 && ((outline[0] ?? 0) & 0x80) !== 0;
}

/**
 * Calls with the offset of each part's glyph number and the number. OpenType 1.9, glyf, Composite Glyph Description.
 */
function forEachComponent(outline: Uint8Array, use: (at: number, glyph: number) => void): void {
  if (!isComposite(outline)) return;
  const view = new DataView(outline.buffer, outline.byteOffset, outline.byteLength);
  for (let at = 10, flags = MORE_COMPONENTS; (flags & MORE_COMPONENTS) !== 0;) {
    flags = view.getUint16(at);
    use(at + 2, view.getUint16(at + 2));
    at += 4 + ((flags & ARGS_ARE_WORDS) !== 0 ? 4 : 2);
    if ((flags & HAS_SCALE) !== 0) at += 2;
    else if ((flags & HAS_XY_SCALE) !== 0) at += 4;
    else if ((flags & HAS_TWO_BY_TWO) !== 0) at += 8;
  }
}

/** The sfnt wrapper; tables stand in the order of their tags. */
function assemble(unsorted: readonly SubsetTable[]): Uint8Array {
  const tables = unsorted.toSorted((a, b) => (a.tag < b.tag ? -1 : 1));
  const start = 12 + 16 * tables.length;
  const file = new Uint8Array(tables.reduce((size, { bytes }) => size + bytes.length + (-bytes.length & 3), start));
  const view = new DataView(file.buffer);
  const power = Math.floor(Math.log2(tables.length));
  view.setUint32(0, 0x00010000);
  view.setUint16(4, tables.length);
  view.setUint16(6, 16 * 2 ** power);
  view.setUint16(8, power);
  view.setUint16(10, 16 * (tables.length - 2 ** power));
  let at = start;
  for (const [index, { tag, bytes }] of tables.entries()) {
    const entry = 12 + 16 * index;
    for (let i = 0; i < 4; i++) file[entry + i] = tag.charCodeAt(i);
    file.set(bytes, at);
    view.setUint32(entry + 4, checksum(view, at, bytes.length));
    view.setUint32(entry + 8, at);
    view.setUint32(entry + 12, bytes.length);
    at += bytes.length + (-bytes.length & 3);
  }
  return file;
}

function checksum(file: DataView, start: number, length: number): number {
  let sum = 0;
  for (let at = start; at < start + length; at += 4) sum = (sum + file.getUint32(at)) | 0;
  return sum >>> 0;
}
