import { expect } from "chai";
import fc from "fast-check";
import { beginningOf, fitText, wrapText } from "../../../service/adapters/pdf/fitText.ts";
import { advanceOf, glyphsOf } from "../../../service/adapters/pdf/glyphText.ts";
import { fonts, RARE } from "./faceSamples.ts";

const width = (text: string, size: number): number => (advanceOf(glyphsOf(fonts().book, text)) * size) / 1000;
const text = fc
  .array(fc.constantFrom(...Array.from(`财政电子票据abcXYZ0123456789，。（）·- ${RARE}`)), { maxLength: 120 })
  .map((characters) => characters.join(""));

describe("fitText", function () {
  this.timeout(60_000);

  it("keeps a text that fits in its full size, to the last thousandth", () => {
    const box = { width: 80, height: 12, size: 8, minSize: 5 };
    expect(fitText(fonts().book, "财政电子票据财政电子", box)).to.deep.equal({
      lines: ["财政电子票据财政电子"],
      size: 8,
    });
    const tight = fitText(fonts().book, "财政电子票据财政电子", { ...box, width: 79.99 });
    expect(tight).to.deep.equal({ lines: ["财政电子票据财政电子"], size: 7.9 });
  });

  it("wraps when one line would be too small, and says when nothing fits", () => {
    const box = { width: 40, height: 14.4, size: 8, minSize: 5 };
    expect(fitText(fonts().book, "财政电子票据财政电子", box)).to.deep.equal({
      lines: ["财政电子票据", "财政电子"],
      size: 6,
    });
    expect(fitText(fonts().book, "财".repeat(17), { ...box, height: 11 })).to.equal(undefined);
  });

  it("never loses a character and never runs over its box", () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 20, max: 300 }), fc.integer({ min: 7, max: 40 }), (content, w, h) => {
        const box = { width: w, height: h, size: 8, minSize: 5 };
        const fitted = fitText(fonts().book, content, box);
        if (fitted === undefined) return;
        const { lines, size } = fitted;
        expect(lines.join("").replaceAll(" ", "")).to.equal(content.replaceAll(" ", ""));
        expect(size).to.be.within(5, 8);
        for (const line of lines) expect(width(line.trimEnd(), size)).to.be.at.most(w + 1e-6);
        if (lines.length > 1) expect(lines.length * size * 1.2).to.be.at.most(h);
      }),
    );
  });

  it("breaks neither words nor numbers that fit a line", () => {
    expect(wrapText(fonts().book, "票据票据abcd1234", 60, 8)).to.deep.equal(["票据票据", "abcd1234"]);
    expect(wrapText(fonts().book, "a".repeat(40), 60, 8).length).to.be.greaterThan(2);
  });

  it("starts no line with a closing mark", () => {
    expect(wrapText(fonts().book, "财政电子，票据", 32, 8)).to.deep.equal(["财政电", "子，票据"]);
    expect(wrapText(fonts().book, "财政电子（票据", 32, 8)).to.deep.equal(["财政电子", "（票据"]);
  });

  it("shortens with a mark, inside the width, on as many lines as the height takes", () => {
    const box = { width: 100, height: 10, size: 8 };
    const [short = "", ...none] = beginningOf(fonts().book, "财".repeat(50), box, "…（见续页）").lines;
    expect(none).to.deep.equal([]);
    expect(short).to.match(/^财{5,7}…（见续页）$/);
    expect(width(short, 8)).to.be.at.most(100);
    const two = beginningOf(fonts().book, "财".repeat(50), { ...box, height: 20 }, "…（见续页）");
    expect(two).to.deep.equal({ lines: ["财".repeat(12), short], size: 8 });
  });

  it("never breaks figures: they stand on one line, smaller, or not at all", () => {
    const fit = (text: string) =>
      fitText(fonts().book, text, { width: 40, height: 100, size: 8, minSize: 5 }, { isTabular: true });
    expect(fit("98765432109.87")).to.deep.equal({ lines: ["98765432109.87"], size: 5.2 });
    expect(fit("9876543210987654321.09")).to.equal(undefined);
  });
});
