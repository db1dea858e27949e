import { expect } from "chai";
import fc from "fast-check";
import { MAX_DIFFERENCES, diffInputs, diffReceipts } from "../../service/domain/diffReceipts.ts";
import { sampleInput } from "../../service/domain/samples.ts";
import { changed, receiptOf } from "./fixtures.ts";

const INPUT = sampleInput("outpatient", 0);

describe("domain/diffReceipts", () => {
  it("finds nothing between equals, whatever the order of names", () => {
    expect(diffInputs(INPUT, structuredClone(INPUT))).to.deep.equal([]);
    const turned = Object.fromEntries(Object.entries(INPUT).reverse()) as typeof INPUT;
    expect(diffInputs(INPUT, turned)).to.deep.equal([]);
    const without = changed(INPUT, "/totalAmount", undefined);
    expect(diffInputs({ ...without, totalAmount: undefined }, without)).to.deep.equal([]);
  });

  it("names each place, both ways", () => {
    const other = changed(changed(changed(INPUT, "/payerPartyName", "x"), "/items/1/itemAmount", 1), "/mainExt/age", 3);
    const expected = ["/payerPartyName", "/mainExt/age", "/items/1/itemAmount"];
    expect([...diffInputs(INPUT, other)].sort()).to.deep.equal([...expected].sort());
    expect([...diffInputs(other, INPUT)].sort()).to.deep.equal([...expected].sort());
  });

  it("names what only one of them has, once", () => {
    expect(diffInputs(INPUT, { ...INPUT, items: INPUT.items.slice(0, 1) })).to.deep.equal(["/items/1", "/items/2"]);
    expect(diffInputs(INPUT, changed(INPUT, "/totalAmount", undefined))).to.deep.equal(["/totalAmount"]);
    expect(diffInputs(INPUT, changed(INPUT, "/mainExt/a~1", "x"))).to.deep.equal(["/mainExt/a~01"]);
    expect(diffInputs(INPUT, changed(INPUT, "/mainExt/toString", "x"))).to.deep.equal(["/mainExt/toString"]);
  });

  it("compares receipts, too, and stops at its limit", () => {
    const blue = receiptOf("nontax", 0);
    expect(diffReceipts(blue, { ...blue, randomNumber: "000000" })).to.deep.equal(["/randomNumber"]);
    const many = {
      ...INPUT,
      items: Array.from({ length: MAX_DIFFERENCES + 9 }, () => ({ ...INPUT.items[0], itemAmount: 1 })),
    };
    expect(diffInputs(INPUT, many as typeof INPUT)).to.have.length(MAX_DIFFERENCES);
  });

  it("finds a difference exactly where two samples are not equal", () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(50), (a, b) => {
        expect(diffInputs(sampleInput("penalty", a), sampleInput("penalty", b)).length === 0).to.equal(a === b);
      }),
    );
  });
});
