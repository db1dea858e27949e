import { expect } from "chai";
import { checkRows } from "../../service/domain/checkRows.ts";
import { MAX_AUX_ITEMS, MAX_ITEMS, MAX_OTHER_INFO, MAX_PAY_CHANNELS } from "../../service/domain/limits.ts";
import { sampleInput } from "../../service/domain/samples.ts";
import { changed, kindOf, told } from "./fixtures.ts";

const kind = kindOf("outpatient");
const WORKED = sampleInput("outpatient", 0);

function check(pointer: string, value: unknown): string[] {
  return told(checkRows(kind, changed(WORKED, pointer, value)));
}

function times<T>(row: T | undefined, count: number): T[] {
  if (row === undefined) return expect.fail("no row");
  return Array.from({ length: count }, () => row);
}

describe("domain/checkRows", () => {
  it("takes as many rows as each list may have, and no more", () => {
    const lists: [string, unknown, number][] = [
      ["items", WORKED.items[0], MAX_ITEMS],
      ["auxItems", WORKED.auxItems[0], MAX_AUX_ITEMS],
      ["otherInfo", { infoName: "a", infoValue: "" }, MAX_OTHER_INFO],
      ["payChannels", WORKED.payChannels[0], MAX_PAY_CHANNELS],
    ];
    for (const [name, row, max] of lists) {
      expect(check(`/${name}`, times(row, max)), name).to.deep.equal([]);
      expect(check(`/${name}`, times(row, max + 1)), name).to.deep.equal([`too_many_rows /${name}`]);
    }
    expect([MAX_ITEMS, MAX_AUX_ITEMS]).to.deep.equal([500, 2000]);
  });

  it("wants an item, and a pay channel where the kind does", () => {
    expect(check("/items", [])).to.deep.equal(["too_few_rows /items"]);
    expect(check("/payChannels", [])).to.deep.equal(["too_few_rows /payChannels"]);
    expect(told(checkRows(kindOf("nontax"), { ...sampleInput("nontax", 0), payChannels: [] }))).to.deep.equal([]);
  });

  it("takes quantities and prices of at most 10 and 4 digits", () => {
    for (const name of [
      "/items/0/itemQuantity",
      "/items/0/itemStd",
      "/auxItems/0/auxItemQuantity",
      "/auxItems/0/auxItemStd",
    ]) {
      for (const good of ["", "0", "0.5", "1.2345", "9999999999.9999"])
        expect(check(name, good), good).to.deep.equal([]);
      for (const bad of ["1.23456", "10000000000", "01", ".5", "5.", "1e3", "+1", "1,0", "x", "１"]) {
        expect(check(name, bad), bad).to.deep.equal([`field_malformed ${name}`]);
      }
    }
  });

  it("takes negative rows in the list alone", () => {
    expect(check("/auxItems/0/auxItemQuantity", "-1")).to.deep.equal([]);
    expect(check("/auxItems/0/auxItemAmount", -1)).to.deep.equal([]);
    expect(check("/items/0/itemQuantity", "-1")).to.deep.equal(["field_malformed /items/0/itemQuantity"]);
    expect(check("/items/0/itemAmount", -1)).to.deep.equal(["amount_negative /items/0/itemAmount"]);
    expect(check("/payChannels/0/payChannelValue", -1)).to.deep.equal([
      "amount_negative /payChannels/0/payChannelValue",
    ]);
  });

  it("takes rounding of less than a yuan either way", () => {
    const rows = {
      "/payChannels/0": (fen: number) => ({ payChannelCode: "HBWC", payChannelValue: fen }),
      "/items/0": (fen: number) => ({ ...WORKED.items[0], itemCode: "HBWC", itemAmount: fen }),
      "/auxItems/0": (fen: number) => ({ ...WORKED.auxItems[0], auxItemCode: "HBWC", auxItemAmount: fen }),
    };
    for (const [pointer, row] of Object.entries(rows)) {
      for (const fen of [-99, 99]) expect(check(pointer, row(fen))).to.deep.equal([]);
      for (const fen of [-100, 100])
        expect(check(pointer, row(fen)).join()).to.match(new RegExp(`^rounding_too_large ${pointer}/`));
    }
  });

  it("knows the pay channels of the kind and the one of rounding", () => {
    for (const code of ["02", "04", "05", "07", "11", "99", "HBWC"]) {
      expect(check("/payChannels/0", { payChannelCode: code, payChannelValue: 1 })).to.deep.equal([]);
    }
    for (const code of ["", "03", "2", "hbwc"]) {
      expect(check("/payChannels/0/payChannelCode", code)).to.deep.equal([
        "pay_channel_unknown /payChannels/0/payChannelCode",
      ]);
    }
  });

  it("wants the fields that the kind wants", () => {
    expect(check("/items/2/itemName", "")).to.deep.equal(["field_required /items/2/itemName"]);
    expect(check("/auxItems/1/auxItemName", " ")).to.deep.equal(["field_required /auxItems/1/auxItemName"]);
    expect(check("/otherInfo", [{ infoName: "", infoValue: "x" }])).to.deep.equal([
      "field_required /otherInfo/0/infoName",
    ]);
    const nontax = sampleInput("nontax", 0);
    for (const name of ["itemUnit", "itemQuantity", "itemStd"]) {
      const found = checkRows(kindOf("nontax"), changed(nontax, `/items/1/${name}`, ""));
      expect(told(found)).to.deep.equal([`field_required /items/1/${name}`]);
    }
  });
});
