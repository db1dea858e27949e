import { expect } from "chai";
import type { CatalogueItem } from "../../service/domain/catalogue.ts";
import { checkA13 } from "../../service/domain/checkCatalogue.ts";
import { sampleInput } from "../../service/domain/samples.ts";
import { acceptance, changed, kindOf, refusal, told } from "./fixtures.ts";

const kind = kindOf("nontax");
const SAMPLE = sampleInput("nontax", 0);
const ENTRY: CatalogueItem = {
  itemCode: "",
  kinds: ["nontax"],
  minStd: "",
  maxStd: "",
  validFrom: "",
  validThrough: "",
};
const [first, second] = SAMPLE.items.map(({ itemCode }) => ({ ...ENTRY, itemCode }));

function check(entry: Partial<CatalogueItem>, input = SAMPLE, date = "20250306"): string[] {
  if (first === undefined || second === undefined) return expect.fail("two items are needed");
  return told(checkA13(kind, input, [{ ...first, ...entry }, second], date));
}

describe("domain/checkCatalogue", () => {
  it("takes items that the unit may charge, and names those that it may not", () => {
    expect(check({})).to.deep.equal([]);
    expect(check({ itemCode: "other" })).to.deep.equal(["a13_item_unknown /items/0/itemCode"]);
    expect(check({ kinds: ["penalty"] })).to.deep.equal(["a13_item_not_for_kind /items/0/itemCode"]);
  });

  it("holds an item to its days, the first and the last among them", () => {
    const days = { validFrom: "20250301", validThrough: "20250331" };
    for (const date of ["20250301", "20250331"]) expect(check(days, SAMPLE, date)).to.deep.equal([]);
    for (const date of ["20250228", "20250401"])
      expect(check(days, SAMPLE, date)).to.deep.equal(["a13_item_not_valid /items/0/itemCode"]);
  });

  it("holds the unit price to its standard, the bounds among it", () => {
    const bounds = { minStd: "100", maxStd: "1260.00" };
    const priced = (std: string) => check(bounds, changed(SAMPLE, "/items/0/itemStd", std));
    for (const std of ["100.0000", "1260"]) expect(priced(std)).to.deep.equal([]);
    for (const std of ["99.9999", "1260.0001"])
      expect(priced(std)).to.deep.equal(["a13_std_out_of_range /items/0/itemStd"]);
    expect(priced("")).to.deep.equal([]);
    expect(priced("malformed")).to.deep.equal([]);
  });

  it("goes by the standard of the day where it has changed", () => {
    if (first === undefined || second === undefined) return expect.fail("two items are needed");
    const old = { ...first, maxStd: "1", validThrough: "20241231" };
    const now = { ...first, maxStd: "9999", validFrom: "20250101" };
    expect(checkA13(kind, SAMPLE, [old, now, second], "20250306")).to.deep.equal([]);
    expect(told(checkA13(kind, SAMPLE, [old, now, second], "20241231"))).to.deep.equal([
      "a13_std_out_of_range /items/0/itemStd",
    ]);
  });

  it("is part of the decision only when a catalogue is given", () => {
    acceptance(SAMPLE);
    expect(refusal(SAMPLE, { catalogue: [] })).to.deep.equal([
      "a13_item_unknown /items/0/itemCode",
      "a13_item_unknown /items/1/itemCode",
    ]);
  });

  it("lets the surcharge row and rounding rows pass", () => {
    const fine = { ...ENTRY, itemCode: "103050101", kinds: ["penalty"] };
    expect(acceptance(sampleInput("penalty", 0), { catalogue: [fine] }).draft.items).to.have.length(2);
  });
});
