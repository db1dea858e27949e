import { expect } from "chai";
import fc from "fast-check";
import { creditCheckCharacter, isCreditCode, maskPersonCode } from "../../service/domain/creditCode.ts";

const ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const first17 = fc
  .array(fc.constantFrom(...Array.from(ALPHABET)), { minLength: 17, maxLength: 17 })
  .map((characters) => characters.join(""));

describe("domain/creditCode", () => {
  it("accepts codes whose check character is published", () => {
    for (const code of ["91350100M000100Y43", "91110000802100433B"]) expect(isCreditCode(code), code).to.equal(true);
  });

  it("accepts the computed check character and refuses every other", () => {
    fc.assert(
      fc.property(first17, (first) => {
        const valid = Array.from(ALPHABET).filter((last) => isCreditCode(first + last));
        expect(valid).to.deep.equal([creditCheckCharacter(first)]);
      }),
    );
  });

  it("refuses other lengths and the letters that are not used", () => {
    for (const bad of ["", "91350100M000100Y4", "91350100M000100Y433", "91350100I000100Y43", "91350100m000100y43"]) {
      expect(isCreditCode(bad), bad).to.equal(false);
    }
  });

  it("hides the middle of identity numbers, and of nothing else", () => {
    expect(maskPersonCode("440301199001011234")).to.equal("4403**********1234");
    expect(maskPersonCode("44030119900101123X")).to.equal("4403**********123X");
    expect(maskPersonCode("440301900101123")).to.equal("4403*******1123");
    for (const text of ["4403**********1234", "E12345678", "", "4403011990010112345"])
      expect(maskPersonCode(text)).to.equal(text);
  });
});
