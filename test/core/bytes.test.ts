import { expect } from "chai";
import fc from "fast-check";
import {
  bytesOfHex,
  concatBytes,
  equalBytes,
  hexOf,
  latin1,
  latin1Bytes,
  readUint,
  textOfUtf8,
  u16,
  u24,
  u32,
  u40,
  u64,
  u8,
  utf8,
} from "../../service/core/bytes.ts";
import { refusalOf } from "./refusal.ts";

describe("core/bytes", () => {
  const widths: [string, (value: number) => Uint8Array, number, number][] = [
    ["u8", u8, 1, 0xff],
    ["u16", u16, 2, 0xffff],
    ["u24", u24, 3, 0xffffff],
    ["u32", u32, 4, 0xffffffff],
    ["u40", u40, 5, 0xffffffffff],
    ["u64", u64, 8, Number.MAX_SAFE_INTEGER],
  ];
  for (const [name, encode, width, last] of widths) {
    it(`${name} takes 0 to its last and refuses what is past, negative or no whole number`, () => {
      expect(encode(0)).to.deep.equal(new Uint8Array(width));
      expect(readUint(encode(last))).to.equal(last);
      expect(encode(last)).to.have.length(width);
      for (const value of [last + 1, -1, 0.5, Number.NaN, Infinity, 2 ** 53]) {
        expect(
          refusalOf(() => encode(value)),
          String(value),
        ).to.equal("integer_out_of_range");
      }
    });
  }

  it("encodes big-endian", () => {
    expect(u40(0x0102030405)).to.deep.equal(Uint8Array.of(1, 2, 3, 4, 5));
    expect(u64(2 ** 53 - 1)).to.deep.equal(Uint8Array.of(0, 0x1f, 255, 255, 255, 255, 255, 255));
  });

  it("refuses to read a number past 2^53 - 1", () => {
    expect(readUint(Uint8Array.of(0, 0x1f, 255, 255, 255, 255, 255, 255))).to.equal(2 ** 53 - 1);
    expect(refusalOf(() => readUint(Uint8Array.of(0, 0x20, 0, 0, 0, 0, 0, 0)))).to.equal("integer_out_of_range");
  });

  it("reads back the hexadecimal that it writes", () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => equalBytes(bytesOfHex(hexOf(bytes)), bytes)));
    expect(hexOf(Uint8Array.of(0, 0xab))).to.equal("0x00ab");
  });

  it("refuses hexadecimal in another form or length", () => {
    for (const text of ["", "00", "0X00", "0x0", "0xAB", "0xzz", " 0x00", "0x00\n"]) {
      expect(
        refusalOf(() => bytesOfHex(text)),
        text,
      ).to.equal("hex_malformed");
    }
    expect(bytesOfHex("0x0102", 2)).to.deep.equal(Uint8Array.of(1, 2));
    expect(refusalOf(() => bytesOfHex("0x0102", 1))).to.equal("hex_malformed");
    expect(refusalOf(() => bytesOfHex("0x0102", 3))).to.equal("hex_malformed");
  });

  it("writes UTF-8 as the platform does, and reads it back", () => {
    const text = fc.string({ unit: "binary", maxLength: 50 });
    fc.assert(
      fc.property(text, (sample) => {
        expect(utf8(sample)).to.deep.equal(new Uint8Array(new TextEncoder().encode(sample)));
        expect(textOfUtf8(utf8(sample))).to.equal(sample);
      }),
    );
    const long = "欧阳𠮷𬭎a\u{10ffff}".repeat(3000);
    expect(textOfUtf8(utf8(long))).to.equal(long);
  });

  it("refuses a lone surrogate", () => {
    for (const text of ["\ud800", "a\udc00", "\ud800\ud800", "\udc00\ud800", "\ud83dx"]) {
      expect(refusalOf(() => utf8(text))).to.equal("text_malformed");
    }
  });

  it("refuses all that the platform's strict decoder refuses, and nothing else", () => {
    const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const isText = (bytes: Uint8Array): boolean => {
      try {
        strict.decode(bytes.slice());
        return true;
      } catch {
        return false;
      }
    };
    const edges = [
      "c080",
      "c1bf",
      "c280",
      "dfbf",
      "e09fbf",
      "e0a080",
      "ed9fbf",
      "eda080",
      "edbfbf",
      "ee8080",
      "efbfbf",
    ];
    const more = ["f08fbfbf", "f0908080", "f48fbfbf", "f4908080", "f5808080", "80", "bf", "c2", "e0a0", "f09080", "ff"];
    for (const hex of [...edges, ...more]) {
      const bytes = bytesOfHex(`0x${hex}`);
      expect(
        refusalOf(() => textOfUtf8(bytes)),
        hex,
      ).to.equal(isText(bytes) ? "none" : "text_malformed");
    }
    const byte = fc.oneof(fc.nat(255), fc.constantFrom(0x80, 0xbf, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4));
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 6 }), (list) => {
        const bytes = Uint8Array.from(list);
        expect(refusalOf(() => textOfUtf8(bytes))).to.equal(isText(bytes) ? "none" : "text_malformed");
      }),
      { numRuns: 2000 },
    );
  });

  it("joins, compares, and reads bytes as characters", () => {
    expect(concatBytes()).to.have.length(0);
    expect(concatBytes(Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3))).to.deep.equal(Uint8Array.of(1, 2, 3));
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).to.equal(true);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).to.equal(false);
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 2))).to.equal(false);
    const all = Uint8Array.from({ length: 256 }, (_, index) => index);
    expect(latin1Bytes(latin1(all))).to.deep.equal(all);
  });
});
