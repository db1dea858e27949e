import { expect } from "chai";
import { missingCharacters } from "../../../service/adapters/pdf/fontBook.ts";
import { fonts, RARE } from "./faceSamples.ts";

describe("fontBook", function () {
  this.timeout(60_000);

  it("draws every character of GB 2312 and GBK with the text face", () => {
    const decoder = new TextDecoder("gbk", { fatal: true });
    const others: string[] = [];
    for (let lead = 0x81; lead <= 0xfe; lead++) {
      for (let trail = 0x40; trail <= 0xfe; trail++) {
        if (trail === 0x7f) continue;
        const character = tryDecode(decoder, lead, trail);
        if (
          /^\p{Unified_Ideograph}$/u.test(character) &&
          fonts().book.find(character.codePointAt(0) ?? 0)?.font !== 0
        ) {
          others.push(character);
        }
      }
    }
    expect(others).to.deep.equal([]);
  });

  it("draws rare characters of names", () => {
    expect(missingCharacters(fonts().book, [RARE, "𬱖𬤇𬭳𪩘𫍯𨱔㑇㙍䴙𬸪𫖮赟镕喆堃犇"])).to.deep.equal([]);
  });

  it("draws all of Extension B from one font or the other", () => {
    const missing: number[] = [];
    for (let cp = 0x20000; cp <= 0x2a6d6; cp++) if (fonts().book.find(cp) === undefined) missing.push(cp);
    expect(missing).to.deep.equal([]);
  });

  it("names each character that no font has, once, in the order met", () => {
    expect(missingCharacters(fonts().book, ["张🙂三", "🙂𰻞"])).to.deep.equal(["🙂", "𰻞"]);
  });

  it("refuses private-use and control characters but takes line breaks and tabs as spaces", () => {
    expect(missingCharacters(fonts().book, ["a\ue000b", "\u{f0001}", "\u0001"])).to.deep.equal([
      "\ue000",
      "\u{f0001}",
      "\u0001",
    ]);
    expect(missingCharacters(fonts().book, ["a\r\n\tb"])).to.deep.equal([]);
  });

  it("keeps apart characters that the font draws alike", () => {
    const [one, radical] = [0x4e00, 0x2f00].map((cp) => fonts().book.find(cp));
    expect(radical?.glyph).to.equal(one?.glyph);
    expect(radical?.codePoint).to.equal(0x2f00);
    expect(one?.codePoint).to.equal(0x4e00);
  });
});

function tryDecode(decoder: InstanceType<typeof TextDecoder>, lead: number, trail: number): string {
  try {
    return decoder.decode(Uint8Array.of(lead, trail));
  } catch {
    return "";
  }
}
