import { expect } from "chai";
import fc from "fast-check";
import { buildFontFile, withComponents } from "../../../service/adapters/pdf/fontSubset.ts";
import { parseTrueType, type TrueTypeFont } from "../../../service/adapters/pdf/trueType.ts";
import { AppError } from "../../../service/core/errors.ts";
import { fonts } from "./faceSamples.ts";

describe("fontSubset", function () {
  this.timeout(60_000);

  /** A subset has no cmap and name; the reader wants them, and does not care what they say. */
  const reread = (font: TrueTypeFont, glyphs: readonly number[]): TrueTypeFont =>
    parseTrueType(
      buildFontFile(font, glyphs, [
        { tag: "cmap", bytes: font.tables.get("cmap") ?? new Uint8Array() },
        { tag: "name", bytes: font.tables.get("name") ?? new Uint8Array() },
      ]),
    );

  it("keeps outline, advance and bearing of every glyph, in each of the fonts", () => {
    for (const font of fonts().book.fonts) {
      fc.assert(
        fc.property(fc.uniqueArray(fc.integer({ min: 1, max: font.glyphCount - 1 }), { maxLength: 60 }), (list) => {
          const glyphs = withComponents(font, list);
          const subset = reread(font, glyphs);
          expect(subset.glyphCount).to.equal(glyphs.length);
          for (const [index, glyph] of glyphs.entries()) {
            const outline = font.outlineBytes(glyph);
            expect(Buffer.compare(subset.outlineBytes(index).subarray(0, outline.length), outline)).to.equal(0);
            expect(subset.advanceOf(index)).to.equal(font.advanceOf(glyph));
            expect(subset.leftBearingOf(index)).to.equal(font.leftBearingOf(glyph));
          }
        }),
        { numRuns: 20 },
      );
    }
  });

  it("gives the same bytes for the same glyphs, whatever was made before", () => {
    const [font] = fonts().book.fonts;
    if (font === undefined) throw new Error("no font");
    const before = buildFontFile(font, [0, 100, 200]);
    buildFontFile(font, [0, 300]);
    expect(Buffer.compare(buildFontFile(font, [0, 100, 200]), before)).to.equal(0);
  });

  it("writes checksums that add up, table by table", () => {
    const [font] = fonts().book.fonts;
    if (font === undefined) throw new Error("no font");
    const file = buildFontFile(font, [0, 100]);
    const view = new DataView(file.buffer);
    for (let i = 0; i < view.getUint16(4); i++) {
      const [sum, start, length] = [4, 8, 12].map((at) => view.getUint32(12 + 16 * i + at));
      let added = 0;
      for (let at = start ?? 0; at < (start ?? 0) + (length ?? 0); at += 4) added = (added + view.getUint32(at)) >>> 0;
      expect(added).to.equal(sum);
      expect((start ?? 1) % 4).to.equal(0);
    }
  });

  it("takes the parts of composite glyphs along and renumbers them", () => {
    const [source] = fonts().book.fonts;
    if (source === undefined) throw new Error("no font");
    // A composite of two parts: words for arguments, then bytes and a scale (OpenType, glyf).
    const composite = Uint8Array.of(
      ...[0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0],
      0,
      0x21,
      0,
      7,
      0,
      1,
      0,
      2,
      0,
      0x08,
      0,
      9,
      1,
      2,
      0x40,
      0,
    );
    const font: TrueTypeFont = { ...source, outlineBytes: (g) => (g === 5 ? composite : source.outlineBytes(g)) };
    const glyphs = withComponents(font, [5]);
    expect(glyphs).to.deep.equal([0, 5, 7, 9]);
    const outline = reread(font, glyphs).outlineBytes(1);
    expect([...outline.subarray(12, 14)], "glyph 7").to.deep.equal([0, 2]);
    expect([...outline.subarray(20, 22)], "glyph 9").to.deep.equal([0, 3]);
  });

  it("refuses what is no TrueType font", () => {
    for (const bytes of [new Uint8Array(), new Uint8Array(12), Buffer.from("OTTO00000000")]) {
      try {
        parseTrueType(bytes);
        expect.fail("it was taken");
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        expect(error.code).to.equal("font_unreadable");
      }
    }
  });
});
