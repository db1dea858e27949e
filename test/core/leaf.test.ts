import { expect } from "chai";
import { hexOf } from "../../service/core/bytes.ts";
import { leafOf, voidLeafOf, type Leaf } from "../../service/core/leaf.ts";
import { refusalOf } from "./refusal.ts";

const LEAF: Leaf = {
  code: 44060126,
  number: 1001,
  dataDigest: new Uint8Array(32).fill(1),
  documentDigest: new Uint8Array(32).fill(2),
  issuedFen: 100,
  reversedFen: 0,
};

describe("core/leaf", () => {
  it("changes with each of its parts", () => {
    const changes: Partial<Leaf>[] = [
      {},
      { code: 44060127 },
      { number: 1002 },
      { dataDigest: new Uint8Array(32).fill(3) },
      { documentDigest: new Uint8Array(32).fill(3) },
      { issuedFen: 101 },
      { issuedFen: 0, reversedFen: 100 },
      { dataDigest: LEAF.documentDigest, documentDigest: LEAF.dataDigest },
    ];
    const leaves = changes.map((change) => hexOf(leafOf({ ...LEAF, ...change })));
    expect(new Set([...leaves, hexOf(voidLeafOf(44060126, 1001))]).size).to.equal(changes.length + 1);
  });

  it("takes the last of each range and refuses the first past it", () => {
    const last = { code: 2 ** 32 - 1, number: 2 ** 40 - 1, issuedFen: 2 ** 53 - 1 };
    expect(leafOf({ ...LEAF, ...last })).to.have.length(32);
    for (const change of [{ code: 2 ** 32 }, { number: 2 ** 40 }, { issuedFen: 2 ** 53 }, { issuedFen: -1 }]) {
      expect(refusalOf(() => leafOf({ ...LEAF, ...change }))).to.equal("integer_out_of_range");
    }
    expect(refusalOf(() => leafOf({ ...LEAF, issuedFen: 0.5 }))).to.equal("integer_out_of_range");
    expect(refusalOf(() => voidLeafOf(1, 2 ** 40))).to.equal("integer_out_of_range");
  });

  it("refuses digests of another length, and both amounts at once", () => {
    expect(refusalOf(() => leafOf({ ...LEAF, dataDigest: new Uint8Array(31) }))).to.equal("leaf_malformed");
    expect(refusalOf(() => leafOf({ ...LEAF, documentDigest: new Uint8Array(33) }))).to.equal("leaf_malformed");
    expect(refusalOf(() => leafOf({ ...LEAF, issuedFen: 1, reversedFen: 1 }))).to.equal("leaf_malformed");
    expect(refusalOf(() => leafOf({ ...LEAF, issuedFen: 0, reversedFen: 0 }))).to.equal("none");
  });
});
