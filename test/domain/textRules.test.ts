import { expect } from "chai";
import fc from "fast-check";
import { textProblems } from "../../service/domain/textRules.ts";
import { told } from "./fixtures.ts";

const SPEC = { zh: "交款人", en: "Payer", maxLength: 4, isRequired: false };

function codes(value: string, isRequired = false): string[] {
  return told(textProblems({ ...SPEC, isRequired }, ["payerPartyName"], value));
}

describe("domain/textRules", () => {
  it("refuses emptiness where a text is required, and blanks with it", () => {
    for (const empty of ["", " ", "\u3000", "\t\n"])
      expect(codes(empty, true)).to.deep.equal(["field_required /payerPartyName"]);
    expect(codes("")).to.deep.equal([]);
    expect(codes("\n")).to.deep.equal(["field_bad_characters /payerPartyName"]);
  });

  it("counts characters, not UTF-16 units", () => {
    expect(codes("𠮷𠮷𠮷𠮷")).to.deep.equal([]);
    expect(codes("𠮷𠮷𠮷𠮷一")).to.deep.equal(["field_too_long /payerPartyName"]);
    expect(codes("abcd")).to.deep.equal([]);
    expect(codes("abcde")).to.deep.equal(["field_too_long /payerPartyName"]);
  });

  it("takes rare names and every ordinary mark", () => {
    for (const good of ["李𠮷", "王䶮", "㛃𬭎", "买·买提", "O'Ré", "ＡＢ", "１ ２"])
      expect(codes(good), good).to.deep.equal([]);
  });

  it("refuses controls, hidden marks, noncharacters and broken surrogates", () => {
    const bad = [
      0x00, 0x09, 0x0a, 0x1f, 0x7f, 0x85, 0xad, 0x61c, 0x200b, 0x200e, 0x2028, 0x202e, 0x2066, 0xfeff, 0xfffe, 0xd800,
      0xdfff, 0xe0041,
    ];
    for (const point of bad) {
      expect(codes(`a${String.fromCodePoint(point)}b`), point.toString(16)).to.deep.equal([
        "field_bad_characters /payerPartyName",
      ]);
    }
    for (const point of [
      0x20, 0x7e, 0xa0, 0xac, 0xae, 0x200a, 0x2010, 0x2027, 0x202f, 0x205f, 0x2070, 0xfffd, 0x20bb7,
    ]) {
      expect(codes(`a${String.fromCodePoint(point)}b`), point.toString(16)).to.deep.equal([]);
    }
  });

  it("tells everything that is wrong at once, and never the text", () => {
    expect(codes("12345\u0000")).to.deep.equal([
      "field_too_long /payerPartyName",
      "field_bad_characters /payerPartyName",
    ]);
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("㛃", "𬭎", "\u0007"), minLength: 5, maxLength: 9 }), (text) => {
        for (const { zh, en } of textProblems(SPEC, ["x"], text)) expect(zh + en).not.to.match(/[㛃𬭎\u0007]/u);
      }),
    );
  });

  it("leaves only text that UTF-8 can hold", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((n) => String.fromCharCode(n)) }),
        (text) => {
          const found = textProblems({ ...SPEC, maxLength: 1000 }, ["x"], text);
          if (found.length === 0) expect(text.isWellFormed()).to.equal(true);
        },
      ),
    );
  });
});
