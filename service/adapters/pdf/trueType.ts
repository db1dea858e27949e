import { AppError } from "../../core/errors.ts";

/** A TrueType (glyf) font, read in place: nothing is decoded until it is asked for, nothing is remembered. */
export type TrueTypeFont = {
  readonly unitsPerEm: number;
  readonly ascent: number;
  readonly descent: number;
  readonly capHeight: number;
  /** xMin, yMin, xMax, yMax */
  readonly bbox: readonly [number, number, number, number];
  readonly glyphCount: number;
  readonly postscriptName: string;
  /** Raw tables by tag, views into the file. */
  readonly tables: ReadonlyMap<string, Uint8Array>;
  /** The glyph of a code point; 0 (.notdef) if the font has none. */
  glyphOf(codePoint: number): number;
  /** Every code point that has a glyph. */
  codePoints(): readonly number[];
  /** In font units. */
  advanceOf(glyph: number): number;
  leftBearingOf(glyph: number): number;
  /** The glyph's bytes in `glyf`, empty for a blank one. */
  outlineBytes(glyph: number): Uint8Array;
};

type CmapGroup = { readonly first: number; readonly last: number; readonly glyph: number };

/** Throws AppError("font_unreadable") if the file is not a TrueType font with glyf outlines. */
export function parseTrueType(bytes: Uint8Array): TrueTypeFont {
  const tables = readDirectory(bytes);
  const head = view(tables, "head");
  const hhea = view(tables, "hhea");
  const glyphCount = view(tables, "maxp").getUint16(4);
  const metrics = view(tables, "hmtx");
  const metricCount = hhea.getUint16(34);
  const offsets = readOffsets(view(tables, "loca"), head.getInt16(50) === 1, glyphCount);
  const glyf = table(tables, "glyf");
  const groups = readCmap(view(tables, "cmap"));
  const os2 = tables.has("OS/2") ? view(tables, "OS/2") : undefined;

  return {
    unitsPerEm: head.getUint16(18),
    ascent: hhea.getInt16(4),
    descent: hhea.getInt16(6),
    capHeight: os2 !== undefined && os2.getUint16(0) >= 2 ? os2.getInt16(88) : hhea.getInt16(4),
    bbox: [head.getInt16(36), head.getInt16(38), head.getInt16(40), head.getInt16(42)],
    glyphCount,
    postscriptName: readPostscriptName(view(tables, "name")),
    tables,
    glyphOf: (codePoint) => lookUp(groups, codePoint),
    codePoints: () => groups.flatMap((g) => Array.from({ length: g.last - g.first + 1 }, (_, i) => g.first + i)),
    advanceOf: (glyph) => metrics.getUint16(Math.min(glyph, metricCount - 1) * 4),
    leftBearingOf: (glyph) =>
      glyph < metricCount
        ? metrics.getInt16(glyph * 4 + 2)
        : metrics.getInt16(metricCount * 4 + (glyph - metricCount) * 2),
    outlineBytes: (glyph) => glyf.subarray(offsets[glyph] ?? 0, offsets[glyph + 1] ?? 0),
  };
}

function readDirectory(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const file = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || file.getUint32(0) !== 0x00010000) throw unreadable("no TrueType outlines");
  const tables = new Map<string, Uint8Array>();
  for (let i = 0; i < file.getUint16(4); i++) {
    const entry = 12 + 16 * i;
    const tag = String.fromCharCode(...bytes.subarray(entry, entry + 4));
    const start = file.getUint32(entry + 8);
    tables.set(tag, bytes.subarray(start, start + file.getUint32(entry + 12)));
  }
  return tables;
}

function table(tables: ReadonlyMap<string, Uint8Array>, tag: string): Uint8Array {
  const found = tables.get(tag);
  if (found === undefined) throw unreadable(`no table ${tag}`);
  return found;
}

function view(tables: ReadonlyMap<string, Uint8Array>, tag: string): DataView {
  const bytes = table(tables, tag);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function readOffsets(loca: DataView, isLong: boolean, glyphCount: number): Uint32Array {
  const offsets = new Uint32Array(glyphCount + 1);
  for (let i = 0; i <= glyphCount; i++) offsets[i] = isLong ? loca.getUint32(i * 4) : loca.getUint16(i * 2) * 2;
  return offsets;
}

/** The full Unicode map (format 12) if there is one, otherwise the basic plane's (format 4). */
function readCmap(cmap: DataView): readonly CmapGroup[] {
  const subtables = Array.from({ length: cmap.getUint16(2) }, (_, i) => cmap.getUint32(4 + 8 * i + 4));
  const full = subtables.find((at) => cmap.getUint16(at) === 12);
  if (full !== undefined) return readFormat12(cmap, full);
  const basic = subtables.find((at) => cmap.getUint16(at) === 4);
  if (basic === undefined) throw unreadable("no Unicode cmap");
  return readFormat4(cmap, basic);
}

function readFormat12(cmap: DataView, at: number): readonly CmapGroup[] {
  return Array.from({ length: cmap.getUint32(at + 12) }, (_, i) => ({
    first: cmap.getUint32(at + 16 + 12 * i),
    last: cmap.getUint32(at + 16 + 12 * i + 4),
    glyph: cmap.getUint32(at + 16 + 12 * i + 8),
  }));
}

function readFormat4(cmap: DataView, at: number): readonly CmapGroup[] {
  const doubleCount = cmap.getUint16(at + 6);
  const groups: CmapGroup[] = [];
  for (let i = 0; i < doubleCount; i += 2) {
    const last = cmap.getUint16(at + 14 + i);
    const first = cmap.getUint16(at + 16 + doubleCount + i);
    const delta = cmap.getUint16(at + 16 + 2 * doubleCount + i);
    const rangeAt = at + 16 + 3 * doubleCount + i;
    const range = cmap.getUint16(rangeAt);
    for (let cp = first; cp <= last && cp !== 0xffff; cp++) {
      const raw = range === 0 ? cp : cmap.getUint16(rangeAt + range + 2 * (cp - first));
      const glyph = range !== 0 && raw === 0 ? 0 : (raw + delta) & 0xffff;
      if (glyph !== 0) groups.push({ first: cp, last: cp, glyph });
    }
  }
  return groups;
}

function lookUp(groups: readonly CmapGroup[], codePoint: number): number {
  let low = 0;
  let high = groups.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const group = groups[middle];
    if (group === undefined) return 0;
    if (codePoint < group.first) high = middle - 1;
    else if (codePoint > group.last) low = middle + 1;
    else return group.glyph + codePoint - group.first;
  }
  return 0;
}

/** Name record 6 in its Windows form (UTF-16BE, always ASCII by the OpenType rules). */
function readPostscriptName(name: DataView): string {
  const storage = name.getUint16(4);
  for (let i = 0; i < name.getUint16(2); i++) {
    const record = 6 + 12 * i;
    if (name.getUint16(record) !== 3 || name.getUint16(record + 6) !== 6) continue;
    const start = storage + name.getUint16(record + 10);
    const length = name.getUint16(record + 8) / 2;
    return String.fromCharCode(...Array.from({ length }, (_, k) => name.getUint16(start + 2 * k)));
  }
  return "Unnamed";
}

function unreadable(reason: string): AppError {
  return new AppError("font_unreadable", `字体文件无法读取 / The font file cannot be read: ${reason}.`);
}
