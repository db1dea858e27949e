import { expect } from "chai";
import fc from "fast-check";
import { capitalsOf } from "../../service/domain/capitals.ts";
import { MAX_FEN, parseYuan } from "../../service/domain/money.ts";
import { codeThrownBy } from "./fixtures.ts";

const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const PLACES: Record<string, bigint> = { 拾: 10n, 佰: 100n, 仟: 1000n };

/** Reads capitals by summing digit times place, with no regard to how they were written: the other way round. */
function fenOfCapitals(text: string): bigint {
  let [total, section, digit] = [0n, 0n, 0n];
  for (const character of text.replace("负", "")) {
    const place = PLACES[character];
    if (DIGITS.includes(character)) digit = BigInt(DIGITS.indexOf(character));
    else if (place !== undefined) [section, digit] = [section + digit * place, 0n];
    else if (character === "万") [section, digit] = [(section + digit) * 10_000n, 0n];
    else if (character === "亿") [total, section, digit] = [(total + section + digit) * 100_000_000n, 0n, 0n];
    else if (character === "元") [total, section, digit] = [(total + section + digit) * 100n, 0n, 0n];
    else if (character === "角") [total, digit] = [total + digit * 10n, 0n];
    else if (character === "分") [total, digit] = [total + digit, 0n];
    else if (character !== "整") throw new Error(`what is ${character}?`);
  }
  return text.startsWith("负") ? -total : total;
}

describe("domain/capitals", () => {
  const cases: Record<string, string> = {
    "325.04": "叁佰贰拾伍元零肆分",
    "16409.02": "壹万陆仟肆佰零玖元零贰分",
    "1680.32": "壹仟陆佰捌拾元叁角贰分",
    "107000.53": "壹拾万柒仟元零伍角叁分",
    "10005.60": "壹万零伍元陆角整",
    "0.00": "零元整",
    "236.21": "贰佰叁拾陆元贰角壹分",
    "12580.50": "壹万贰仟伍佰捌拾元伍角整",
    "10.00": "壹拾元整",
    "100.00": "壹佰元整",
    "1001.00": "壹仟零壹元整",
    "1010.10": "壹仟零壹拾元壹角整",
    "100.50": "壹佰元零伍角整",
    "10.05": "壹拾元零伍分",
    "0.01": "壹分",
    "0.10": "壹角整",
    "0.15": "壹角伍分",
    "1.01": "壹元零壹分",
    "10000.00": "壹万元整",
    "100005.00": "壹拾万零伍元整",
    "1000000.00": "壹佰万元整",
    "10010000.00": "壹仟零壹万元整",
    "100000000.00": "壹亿元整",
    "100010000.00": "壹亿零壹万元整",
    "100000001.00": "壹亿零壹元整",
    "100005000.00": "壹亿零伍仟元整",
    "110000000.00": "壹亿壹仟万元整",
    "1000000000000.00": "壹万亿元整",
    "1000100000000.01": "壹万零壹亿元零壹分",
    "1000000000005.00": "壹万亿零伍元整",
    "90071992547409.91": "玖拾万零柒佰壹拾玖亿玖仟贰佰伍拾肆万柒仟肆佰零玖元玖角壹分",
    "-36.21": "负叁拾陆元贰角壹分",
    "-0.05": "负伍分",
  };
  for (const [yuan, capitals] of Object.entries(cases)) {
    it(`writes ${yuan} as ${capitals}`, () => expect(capitalsOf(parseYuan(yuan))).to.equal(capitals));
  }

  it("can be read back to the amount, for any amount", () => {
    const sparse = fc
      .array(fc.constantFrom("0", "0", "0", "1", "9"), { minLength: 1, maxLength: 15 })
      .map((digits) => Number(digits.join("")));
    fc.assert(
      fc.property(fc.oneof(fc.integer({ min: -MAX_FEN, max: MAX_FEN }), fc.nat(1_000_000), sparse), (amount) => {
        expect(fenOfCapitals(capitalsOf(amount))).to.equal(BigInt(amount));
      }),
      { numRuns: 3000 },
    );
  });

  it("never writes two 零 in a row, 零 before a unit, nor 整 after 分", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MAX_FEN }), fc.nat(9), (amount, zeros) => {
        const text = capitalsOf(Math.floor(amount / 10 ** zeros) * 10 ** zeros);
        if (text !== "零元整") expect(text).not.to.match(/零零|零[拾佰仟万亿元角分整]|分整|亿万|^零|^[拾佰仟]/);
        expect(text.endsWith("整")).to.equal(!text.endsWith("分"));
      }),
      { numRuns: 3000 },
    );
  });

  it("refuses what is no whole fen or past the bound", () => {
    for (const bad of [0.5, NaN, MAX_FEN + 1])
      expect(codeThrownBy(() => capitalsOf(bad))).to.equal("amount_out_of_range");
  });
});
