/**
 * Makes the vendored fonts in service/adapters/pdf/fonts from the originals (needed only to renew them; see README.md
 * there):
 *   node scripts/fonts.ts NotoSerifSC_400Regular.ttf HanaMinA.ttf HanaMinB.ttf
 */
import { readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";
import { buildFontFile, withComponents } from "../service/adapters/pdf/fontSubset.ts";
import { parseTrueType, type TrueTypeFont } from "../service/adapters/pdf/trueType.ts";

const FOLDER = new URL("../service/adapters/pdf/fonts/", import.meta.url);

const [noto, ...rest] = process.argv.slice(2);
if (noto === undefined || rest.length !== 2) {
  console.error("usage: node scripts/fonts.ts NotoSerifSC_400Regular.ttf HanaMinA.ttf HanaMinB.ttf");
  process.exit(1);
}
const covered = new Set<number>();
for (const path of [noto, ...rest]) {
  const bytes = readFileSync(path);
  const font = parseTrueType(bytes);
  const wanted = font.codePoints().filter((cp) => !covered.has(cp) && (path === noto || isHan(cp)));
  for (const cp of wanted) covered.add(cp);
  store(font.postscriptName, path === noto ? bytes : reduced(font, wanted), wanted.length);
}

/** Unified and compatibility ideographs. Private-use ones are left out: there, every system draws something else. */
function isHan(cp: number): boolean {
  return (
    (cp >= 0x3400 && cp <= 0x4dbf) || (cp >= 0x4e00 && cp <= 0x9fff) || (cp >= 0xf900 && cp <= 0xfaff) || cp >> 16 === 2
  );
}

function reduced(font: TrueTypeFont, codePoints: readonly number[]): Uint8Array {
  const glyphs = withComponents(font, [...new Set(codePoints.map((cp) => font.glyphOf(cp)))]);
  const numbers = new Map(glyphs.map((glyph, index) => [glyph, index]));
  const pairs = codePoints
    .map((cp) => [cp, numbers.get(font.glyphOf(cp)) ?? 0] as const)
    .toSorted((a, b) => a[0] - b[0]);
  const name = font.tables.get("name") ?? new Uint8Array();
  return buildFontFile(font, glyphs, [
    { tag: "cmap", bytes: cmapOf(pairs) },
    { tag: "name", bytes: name },
  ]);
}

/** A cmap of one format 12 subtable, one group a code point. */
function cmapOf(pairs: readonly (readonly [number, number])[]): Uint8Array {
  const cmap = new DataView(new ArrayBuffer(12 + 16 + 12 * pairs.length));
  cmap.setUint16(2, 1);
  cmap.setUint16(4, 3);
  cmap.setUint16(6, 10);
  cmap.setUint32(8, 12);
  cmap.setUint16(12, 12);
  cmap.setUint32(16, 16 + 12 * pairs.length);
  cmap.setUint32(24, pairs.length);
  for (const [index, [codePoint, glyph]] of pairs.entries()) {
    cmap.setUint32(28 + 12 * index, codePoint);
    cmap.setUint32(32 + 12 * index, codePoint);
    cmap.setUint32(36 + 12 * index, glyph);
  }
  return new Uint8Array(cmap.buffer);
}

function store(name: string, bytes: Uint8Array, count: number): void {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
  const packed = brotliCompressSync(bytes, { params });
  writeFileSync(new URL(`${name}.ttf.br`, FOLDER), packed);
  console.log(`${name}: ${count} characters, ${bytes.length} bytes, stored in ${packed.length}`);
}
