import { expect } from "chai";
import fc from "fast-check";
import { codeNumberOf, codeTextOf, isReceiptCode, parseReceiptCode, receiptCode } from "../../service/domain/code.ts";
import { codeThrownBy } from "./fixtures.ts";

const two = fc.nat(99).map((n) => String(n).padStart(2, "0"));
const parts = fc.record({ region: two, classCode: two, kindCode: two, year: fc.integer({ min: 2000, max: 2099 }) });

describe("domain/code", () => {
  it("makes and reads the codes of real receipts", () => {
    const guangdong = { region: "44", classCode: "06", kindCode: "01", year: 2022 };
    expect(receiptCode(guangdong)).to.equal("44060122");
    expect(parseReceiptCode("44060122")).to.deep.equal(guangdong);
    expect(receiptCode({ region: "00", classCode: "01", kindCode: "01", year: 2020 })).to.equal("00010120");
  });

  it("round trips, as text and as the ledger's number", () => {
    fc.assert(
      fc.property(parts, (one) => {
        const text = receiptCode(one);
        expect(parseReceiptCode(text)).to.deep.equal(one);
        expect(codeTextOf(codeNumberOf(text))).to.equal(text);
      }),
    );
  });

  it("keeps leading zeros in the number", () => {
    expect(codeNumberOf("00010120")).to.equal(10_120);
    expect(codeTextOf(10_120)).to.equal("00010120");
    expect(codeTextOf(0)).to.equal("00000000");
    expect(codeTextOf(99_999_999)).to.equal("99999999");
  });

  it("refuses the first value past each bound", () => {
    const good = { region: "44", classCode: "06", kindCode: "01", year: 2025 };
    expect(receiptCode({ ...good, year: 2000 })).to.equal("44060100");
    expect(receiptCode({ ...good, year: 2099 })).to.equal("44060199");
    for (const bad of [
      { year: 1999 },
      { year: 2100 },
      { year: 2025.5 },
      { region: "4" },
      { classCode: "006" },
      { kindCode: "x1" },
    ]) {
      expect(codeThrownBy(() => receiptCode({ ...good, ...bad }))).to.equal("code_malformed");
    }
    for (const bad of ["4406012", "440601225", "4406012x", "４４０６０１２２", "44060122\n"]) {
      expect(isReceiptCode(bad)).to.equal(false);
      expect(codeThrownBy(() => parseReceiptCode(bad))).to.equal("code_malformed");
      expect(codeThrownBy(() => codeNumberOf(bad))).to.equal("code_malformed");
    }
    for (const bad of [-1, 100_000_000, 0.5]) expect(codeThrownBy(() => codeTextOf(bad))).to.equal("code_malformed");
  });
});
