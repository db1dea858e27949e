import { expect } from "chai";
import {
  checkA1,
  checkA11,
  checkA12,
  checkA14,
  checkA2,
  checkA3,
  checkA4,
  checkA5,
  totalOf,
} from "../../service/domain/arithmetic.ts";
import { MAX_AMOUNT_FEN } from "../../service/domain/limits.ts";
import type { IssueInput } from "../../service/domain/receipt.ts";
import { redDraftOf } from "../../service/domain/receiptAssembly.ts";
import { sampleInput } from "../../service/domain/samples.ts";
import { changed, codeThrownBy, kindOf, receiptOf, told } from "./fixtures.ts";

const outpatient = kindOf("outpatient");
const nontax = kindOf("nontax");
const WORKED = sampleInput("outpatient", 0);
const NONTAX = sampleInput("nontax", 0);

function withRounding(input: IssueInput, fen: number): IssueInput {
  const [line] = input.auxItems;
  if (line === undefined) return expect.fail("no list");
  const rounding = {
    ...line,
    auxItemRelatedCode: "",
    auxItemCode: "HBWC",
    auxItemName: "货币误差",
    auxItemAmount: fen,
  };
  return { ...input, auxItems: [...input.auxItems, rounding] };
}

describe("domain/arithmetic", () => {
  it("holds for the worked samples", () => {
    for (const check of [checkA1, checkA2, checkA3, checkA4, checkA5, checkA12, checkA14]) {
      expect(check(outpatient, WORKED), check.name).to.deep.equal([]);
    }
  });

  it("A1: takes the items' sum as the total, and refuses one fen more or less", () => {
    expect(totalOf(WORKED)).to.equal(23_621);
    expect(totalOf(changed(WORKED, "/totalAmount", undefined))).to.equal(23_621);
    expect(checkA1(outpatient, changed(WORKED, "/totalAmount", undefined))).to.deep.equal([]);
    for (const total of [23_620, 23_622]) {
      const [found] = checkA1(outpatient, { ...WORKED, totalAmount: total });
      expect(found).to.deep.include({ code: "a1_items_total", pointer: "/totalAmount" });
      expect(found?.zh).to.include("236.21");
    }
  });

  it("A2: allows one fen either way, not two", () => {
    const priced = { ...NONTAX.items[0], itemQuantity: "3", itemStd: "0.333" };
    const row = (fen: number) => checkA2(nontax, changed(NONTAX, "/items/0", { ...priced, itemAmount: fen }));
    for (const fen of [99, 100, 101]) expect(row(fen), String(fen)).to.deep.equal([]);
    for (const fen of [98, 102])
      expect(told(row(fen)), String(fen)).to.deep.equal(["a2_row_product /items/0/itemAmount"]);
  });

  it("A2: leaves alone rows without both, rounding rows, and the item rows of a medical receipt", () => {
    expect(checkA2(nontax, changed(NONTAX, "/items/0/itemStd", ""))).to.deep.equal([]);
    expect(checkA2(nontax, changed(NONTAX, "/items/0/itemQuantity", ""))).to.deep.equal([]);
    const off = changed(changed(NONTAX, "/items/0/itemAmount", 7), "/items/0/itemCode", "HBWC");
    expect(checkA2(nontax, off)).to.deep.equal([]);
    const priced = changed(changed(WORKED, "/items/0/itemStd", "1.00"), "/items/0/itemQuantity", "1");
    expect(checkA2(outpatient, priced)).to.deep.equal([]);
    const list = changed(WORKED, "/auxItems/1/auxItemStd", "1.00");
    expect(told(checkA2(outpatient, list))).to.deep.equal(["a2_row_product /auxItems/1/auxItemAmount"]);
  });

  it("A2: checks returned goods, whose quantity is negative", () => {
    const returned = (fen: number) => {
      const row = { ...WORKED.auxItems[0], auxItemQuantity: "-2", auxItemStd: "5.00", auxItemAmount: fen };
      return told(checkA2(outpatient, changed(WORKED, "/auxItems/0", row)));
    };
    expect(returned(-1000)).to.deep.equal([]);
    expect(returned(1000)).to.deep.equal(["a2_row_product /auxItems/0/auxItemAmount"]);
  });

  it("A3: wants the list to add up to the total, if there is one", () => {
    expect(checkA3(outpatient, { ...WORKED, auxItems: [] })).to.deep.equal([]);
    const off = changed(WORKED, "/auxItems/0/auxItemAmount", 3001);
    expect(told(checkA3(outpatient, off))).to.deep.equal(["a3_list_total /auxItems"]);
    expect(checkA3(outpatient, withRounding(off, -1))).to.deep.equal([]);
  });

  it("A4: wants each item's lines to add up to it, within what rounding rows take up", () => {
    const off = changed(WORKED, "/auxItems/0/auxItemAmount", 3001);
    expect(told(checkA4(outpatient, off))).to.deep.equal(["a4_item_lines /items/0/itemAmount"]);
    expect(checkA4(outpatient, withRounding(off, -1))).to.deep.equal([]);
    const twoOff = changed(WORKED, "/auxItems/0/auxItemAmount", 3002);
    expect(told(checkA4(outpatient, withRounding(twoOff, -1)))).to.deep.equal(["a4_item_lines /items/0/itemAmount"]);
  });

  it("A4: adds up all rows of one code, and names a line of no item", () => {
    const [first, ...rest] = WORKED.items;
    if (first === undefined) return expect.fail("no items");
    const split = { ...WORKED, items: [{ ...first, itemAmount: 1000 }, { ...first, itemAmount: 2000 }, ...rest] };
    expect(checkA4(outpatient, split)).to.deep.equal([]);
    const lost = changed(WORKED, "/auxItems/3/auxItemRelatedCode", "9999");
    expect(told(checkA4(outpatient, lost))).to.deep.equal([
      "a4_line_unrelated /auxItems/3/auxItemRelatedCode",
      "a4_item_lines /items/2/itemAmount",
    ]);
  });

  it("A4: goes by name where a line gives no code", () => {
    expect(checkA4(outpatient, changed(WORKED, "/auxItems/0/auxItemRelatedCode", ""))).to.deep.equal([]);
    const unnamed = changed(
      changed(WORKED, "/auxItems/0/auxItemRelatedCode", ""),
      "/auxItems/0/auxItemRelatedName",
      "",
    );
    expect(told(checkA4(outpatient, unnamed))).to.include("a4_line_unrelated /auxItems/0/auxItemRelatedCode");
  });

  it("A5: wants the channels to add up to the total, if any are given", () => {
    expect(checkA5(outpatient, { ...WORKED, payChannels: [] })).to.deep.equal([]);
    const off = changed(WORKED, "/payChannels/1/payChannelValue", 3620);
    expect(told(checkA5(outpatient, off))).to.deep.equal(["a5_channels_total /payChannels"]);
    const rounded = { ...off, payChannels: [...off.payChannels, { payChannelCode: "HBWC", payChannelValue: 1 }] };
    expect(checkA5(outpatient, rounded)).to.deep.equal([]);
  });

  it("A11: holds for every red-letter draft, and names each amount that is not the negative", () => {
    const blue = receiptOf("inpatient", 0);
    const red = redDraftOf(blue, "退费");
    expect(checkA11(blue, red)).to.deep.equal([]);
    const pointers = [
      "/totalAmount",
      "/items/1/itemAmount",
      "/auxItems/2/auxItemAmount",
      "/payChannels/0/payChannelValue",
      "/mainExt/prepayAmount",
    ];
    for (const pointer of pointers) {
      expect(told(checkA11(blue, changed(red, pointer, 1)))).to.deep.equal([`a11_reversal ${pointer}`]);
    }
    expect(told(checkA11(blue, { ...red, items: red.items.slice(1) }))).to.include("a11_reversal /items/3/itemAmount");
  });

  it("A12: names each item row of amount 0, and no other", () => {
    expect(told(checkA12(outpatient, changed(WORKED, "/items/1/itemAmount", 0)))).to.deep.equal([
      "a12_zero_row /items/1/itemAmount",
    ]);
    expect(checkA12(outpatient, changed(WORKED, "/items/1/itemAmount", 1))).to.deep.equal([]);
    expect(checkA12(outpatient, changed(WORKED, "/auxItems/1/auxItemAmount", 0))).to.deep.equal([]);
  });

  it("A14: takes whole fen through the bound either way", () => {
    const pointers = [
      "/totalAmount",
      "/items/0/itemAmount",
      "/auxItems/0/auxItemAmount",
      "/payChannels/0/payChannelValue",
      "/mainExt/fundPayAmount",
    ];
    for (const pointer of pointers) {
      const codes = (fen: number) => told(checkA14(outpatient, changed(WORKED, pointer, fen)));
      expect(codes(0.5)).to.deep.equal([`a14_not_whole_fen ${pointer}`]);
      for (const bad of [MAX_AMOUNT_FEN + 1, -MAX_AMOUNT_FEN - 1, NaN, Infinity, 2 ** 53]) {
        expect(codes(bad), `${pointer} ${bad}`).to.deep.equal([`a14_amount_too_large ${pointer}`]);
      }
      if (!/\d/.test(pointer)) expect(codes(MAX_AMOUNT_FEN)).to.deep.equal([]);
    }
  });

  it("A14: bounds the sum of rows as it does each row", () => {
    const [row] = WORKED.items;
    if (row === undefined) return expect.fail("no items");
    const two = (fen: number) => ({
      ...WORKED,
      items: [
        { ...row, itemAmount: MAX_AMOUNT_FEN - 1 },
        { ...row, itemAmount: fen },
      ],
    });
    expect(checkA14(outpatient, two(1))).to.deep.equal([]);
    expect(told(checkA14(outpatient, two(2)))).to.deep.equal(["a14_amount_too_large /items"]);
  });

  it("refuses to add what A14 would not pass", () => {
    expect(codeThrownBy(() => checkA1(outpatient, changed(WORKED, "/items/0/itemAmount", 0.5)))).to.equal(
      "amount_out_of_range",
    );
  });
});
