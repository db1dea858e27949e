import { expect } from "chai";
import fc from "fast-check";
import {
  MAX_FEN,
  assertFen,
  compareDecimals,
  isFen,
  multiplyRoundHalfUp,
  negateFen,
  parseYuan,
  scaleRoundHalfUp,
  sumFen,
  trySumFen,
  yuanGrouped,
  yuanOf,
} from "../../service/domain/money.ts";
import { codeThrownBy } from "./fixtures.ts";

const fen = fc.integer({ min: -MAX_FEN, max: MAX_FEN });

describe("domain/money", () => {
  it("takes whole fen through 2^53 - 1 either way and nothing else", () => {
    expect([0, MAX_FEN, -MAX_FEN].every(isFen)).to.equal(true);
    expect([MAX_FEN + 1, -MAX_FEN - 1, 0.5, NaN, Infinity].some(isFen)).to.equal(false);
    expect(assertFen(MAX_FEN)).to.equal(MAX_FEN);
    for (const bad of [MAX_FEN + 1, -MAX_FEN - 1, 0.5, NaN, Infinity]) {
      expect(codeThrownBy(() => assertFen(bad))).to.equal("amount_out_of_range");
    }
  });

  it("turns -0 into 0", () => {
    expect(Object.is(assertFen(-0), 0)).to.equal(true);
    expect(Object.is(sumFen([-0]), 0)).to.equal(true);
    expect(Object.is(negateFen(0), 0)).to.equal(true);
    expect(Object.is(parseYuan("-0.00"), 0)).to.equal(true);
  });

  it("sums through the bound and refuses one fen more", () => {
    expect(sumFen([])).to.equal(0);
    expect(sumFen([MAX_FEN - 1, 1])).to.equal(MAX_FEN);
    expect(codeThrownBy(() => sumFen([MAX_FEN, 1]))).to.equal("amount_out_of_range");
    expect(codeThrownBy(() => sumFen([-MAX_FEN, -1]))).to.equal("amount_out_of_range");
    expect(trySumFen([MAX_FEN, 1, -1])).to.equal(undefined);
    expect(trySumFen([1, 0.5, 0.5])).to.equal(undefined);
  });

  it("sums as integers without bound do, or refuses", () => {
    fc.assert(
      fc.property(fc.array(fen, { maxLength: 8 }), (amounts) => {
        const exact = amounts.reduce((sum, amount) => sum + BigInt(amount), 0n);
        const sum = trySumFen(amounts);
        if (sum !== undefined) expect(BigInt(sum)).to.equal(exact);
        else expect(amounts.length).to.be.greaterThan(1);
      }),
    );
  });

  it("reads yuan", () => {
    const cases = {
      "236.21": 23621,
      "236.2": 23620,
      "236": 23600,
      "0.05": 5,
      "-0.05": -5,
      "0": 0,
      "-12580.50": -1_258_050,
    };
    for (const [text, expected] of Object.entries(cases)) expect(parseYuan(text), text).to.equal(expected);
    expect(parseYuan("90071992547409.91")).to.equal(MAX_FEN);
    expect(parseYuan("-90071992547409.91")).to.equal(-MAX_FEN);
  });

  it("refuses yuan in any other form", () => {
    const bad = [
      "",
      "1.",
      ".5",
      "1.234",
      "01",
      "+1",
      "1e3",
      " 1",
      "1 ",
      "1,000.00",
      "--1",
      "NaN",
      "０",
      "1\n",
      "-",
      "100000000000000",
    ];
    for (const text of bad)
      expect(
        codeThrownBy(() => parseYuan(text)),
        JSON.stringify(text),
      ).to.equal("amount_malformed");
    expect(codeThrownBy(() => parseYuan("90071992547409.92"))).to.equal("amount_out_of_range");
    expect(codeThrownBy(() => parseYuan("-90071992547409.92"))).to.equal("amount_out_of_range");
  });

  it("writes yuan with two decimals", () => {
    const cases: [number, string, string][] = [
      [0, "0.00", "0.00"],
      [5, "0.05", "0.05"],
      [-5, "-0.05", "-0.05"],
      [99_999, "999.99", "999.99"],
      [100_000, "1000.00", "1,000.00"],
      [-1_258_050, "-12580.50", "-12,580.50"],
      [MAX_FEN, "90071992547409.91", "90,071,992,547,409.91"],
    ];
    for (const [amount, plain, grouped] of cases) {
      expect(yuanOf(amount)).to.equal(plain);
      expect(yuanGrouped(amount)).to.equal(grouped);
    }
    expect(codeThrownBy(() => yuanOf(0.5))).to.equal("amount_out_of_range");
  });

  it("reads back what it wrote", () => {
    fc.assert(
      fc.property(fen, (amount) => {
        expect(parseYuan(yuanOf(amount))).to.equal(amount);
      }),
    );
    fc.assert(
      fc.property(fen, (amount) => {
        expect(parseYuan(yuanGrouped(amount).replaceAll(",", ""))).to.equal(amount);
      }),
    );
  });

  it("multiplies exactly and rounds half up, away from zero", () => {
    const cases: [string, string, number][] = [
      ["3", "12.65", 3795],
      ["1.005", "1", 101],
      ["1.004", "1", 100],
      ["0.0049", "1", 0],
      ["0.005", "1", 1],
      ["-0.005", "1", -1],
      ["-1.005", "1", -101],
      ["0.1", "0.7", 7],
      ["1.1", "1.1", 121],
      ["0.3333", "3", 100],
      ["0", "5", 0],
    ];
    for (const [quantity, std, expected] of cases)
      expect(multiplyRoundHalfUp(quantity, std), quantity).to.equal(expected);
    expect(multiplyRoundHalfUp("90071992547409.91", "1")).to.equal(MAX_FEN);
    expect(codeThrownBy(() => multiplyRoundHalfUp("90071992547409.915", "1"))).to.equal("amount_out_of_range");
    for (const bad of ["", "1.", ".5", "1e3", "1,0", " 1", "x", "1.123456789", "123456789012345678901"]) {
      expect(
        codeThrownBy(() => multiplyRoundHalfUp(bad, "1")),
        bad,
      ).to.equal("decimal_malformed");
      expect(
        codeThrownBy(() => multiplyRoundHalfUp("1", bad)),
        bad,
      ).to.equal("decimal_malformed");
    }
  });

  it("gives the negative of a row the negative amount", () => {
    const decimal = fc
      .tuple(fc.nat(99_999), fc.nat(9999))
      .map(([whole, part]) => `${whole}.${String(part).padStart(4, "0")}`);
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        expect(multiplyRoundHalfUp(`-${a}`, b)).to.equal(negateFen(multiplyRoundHalfUp(a, b)));
      }),
    );
  });

  it("scales by a factor, exactly", () => {
    expect(scaleRoundHalfUp(20_000, "0.03")).to.equal(600);
    expect(scaleRoundHalfUp(50, "0.01")).to.equal(1);
    expect(scaleRoundHalfUp(49, "0.01")).to.equal(0);
    expect(scaleRoundHalfUp(MAX_FEN, "1")).to.equal(MAX_FEN);
    expect(codeThrownBy(() => scaleRoundHalfUp(MAX_FEN, "1.01"))).to.equal("amount_out_of_range");
  });

  it("compares decimals by value", () => {
    expect(compareDecimals("1.0", "1.000")).to.equal(0);
    expect(compareDecimals("0.9999", "1")).to.equal(-1);
    expect(compareDecimals("10", "9.99")).to.equal(1);
    expect(compareDecimals("-1", "-0.5")).to.equal(-1);
  });
});
