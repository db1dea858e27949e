import { expect } from "chai";
import fc from "fast-check";
import { MAX_NUMBER, numberText, parseNumberText } from "../../service/domain/number.ts";
import { codeThrownBy } from "./fixtures.ts";

describe("domain/number", () => {
  it("pads to 10 digits and reads back", () => {
    expect(numberText(83_613_149)).to.equal("0083613149");
    expect(numberText(0)).to.equal("0000000000");
    expect(numberText(MAX_NUMBER)).to.equal("9999999999");
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MAX_NUMBER }), (n) => {
        expect(parseNumberText(numberText(n))).to.equal(n);
      }),
    );
  });

  it("refuses the first value past each bound", () => {
    for (const bad of [-1, MAX_NUMBER + 1, 1.5, NaN])
      expect(codeThrownBy(() => numberText(bad))).to.equal("number_malformed");
    for (const bad of ["", "123456789", "12345678901", "123456789x", "-123456789", " 123456789"]) {
      expect(codeThrownBy(() => parseNumberText(bad))).to.equal("number_malformed");
    }
  });
});
