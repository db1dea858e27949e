import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { bitsOfCheck, bitsOfRequest, checkPolicy, guessBound, isWithinDay } from "../../service/domain/checkPolicy.ts";

const NONE = { receipt: 1, address: 0, everybody: 0 };

describe("the price of a check", () => {
  it("is nothing for the first misses of a receipt, and doubles from step to step up to the most", () => {
    const bits = [1, 3, 4, 6, 7, 21, 22, 30].map((receipt) => bitsOfCheck({ ...NONE, receipt }, false));
    expect(bits).to.deep.equal([0, 0, 16, 16, 17, 21, 22, 22]);
  });

  it("is nothing for the first misses of an address, and rises with them", () => {
    const bits = [0, 9, 10, 14, 15, 39, 40, 500].map((address) => bitsOfCheck({ ...NONE, address }, false));
    expect(bits).to.deep.equal([0, 0, 16, 16, 17, 21, 22, 22]);
  });

  it("rises for everybody when everybody misses", () => {
    const misses = [1_999, 2_000, 19_999, 20_000, 199_999, 200_000, 10_000_000];
    const bits = misses.map((everybody) => bitsOfCheck({ ...NONE, everybody }, false));
    expect(bits).to.deep.equal([0, 16, 16, 18, 18, 20, 20]);
    expect(bitsOfCheck({ ...NONE, everybody: 2_000 }, true)).to.equal(16);
  });

  it("is never nothing for a row of a list, and rises gently with its address's misses", () => {
    const bits = [0, 49, 50, 299, 300, 5_000].map((address) => bitsOfCheck({ ...NONE, address }, true));
    expect(bits).to.deep.equal([12, 12, 13, 17, 18, 18]);
    expect(bitsOfCheck({ ...NONE, receipt: 4 }, true)).to.equal(16);
  });

  it("is the sum of its checks for a request", () => {
    expect(bitsOfRequest([])).to.equal(0);
    expect(bitsOfRequest([0, 0])).to.equal(0);
    expect(bitsOfRequest([12])).to.equal(12);
    expect(bitsOfRequest([12, 12])).to.equal(13);
    expect(bitsOfRequest([12, 12, 12])).to.equal(14);
    expect(bitsOfRequest(new Array<number>(1_000).fill(12))).to.equal(22);
  });

  it("bars a receipt past its day's misses", () => {
    expect(isWithinDay(checkPolicy.receiptMaxMissesPerDay)).to.equal(true);
    expect(isWithinDay(checkPolicy.receiptMaxMissesPerDay + 1)).to.equal(false);
  });
});

describe("the bound on guessing check codes", () => {
  const bound = guessBound();

  it("follows from the constants", () => {
    expect(checkPolicy.checkCodes).to.equal(56_800_235_584);
    expect(bound.yearlyChanceOfOneReceipt).to.equal((30 * 365) / 56_800_235_584);
    const ladder = [0, ...[16, 17, 18, 19, 20, 21].map((bits) => 3 * 2 ** bits), 9 * 2 ** 22];
    expect(bound.yearlyHashesOfOneReceipt).to.equal(365 * ladder.reduce((a, b) => a + b));
    expect(bound.yearsOfFreeTries).to.be.closeTo(3_242, 1);
    expect(bound.hashesPerHit).to.equal(56_800_235_584 * 2 ** 16);
  });

  it("leaves nobody a chance worth having", () => {
    expect(bound.yearlyChanceOfOneReceipt).to.be.below(1e-6);
    expect(bound.yearsOfFreeTries).to.be.greaterThan(1_000);
    expect(bound.hashesPerHit).to.be.greaterThan(1e15);
  });

  it("is what docs/security.md says", () => {
    const text = readFileSync(path.resolve(import.meta.dirname, "../../docs/security.md"), "utf8");
    const said = [
      checkPolicy.checkCodes.toLocaleString("en-US"),
      `${checkPolicy.receiptMaxMissesPerDay} misses a day`,
      bound.yearlyChanceOfOneReceipt.toExponential(1),
      bound.yearlyHashesOfOneReceipt.toExponential(1),
      Math.round(bound.yearsOfFreeTries).toLocaleString("en-US"),
      bound.hashesPerHit.toExponential(1),
      checkPolicy.addressMaxChecksPerHour.toLocaleString("en-US"),
    ];
    for (const figure of said) expect(text).to.include(figure);
  });
});
