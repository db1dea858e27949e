import { expect } from "chai";
import { createSegmentTrees, entryLeaf } from "../../service/app/segmentTrees.ts";
import type { LedgerEntry, PlacedSegment, ReceiptStore } from "../../service/app/storePorts.ts";
import { leafOf, voidLeafOf } from "../../service/core/leaf.ts";
import { RECEIPT_INNER, treeRoot } from "../../service/core/merkle.ts";

const SIZE = 4;
const digest = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const entry = (number: number): LedgerEntry => ({
  ...{ code: 44060126, number, isVoid: false, issuedFen: number, reversedFen: 0 },
  ...{ dataDigest: digest(1), documentDigest: digest(2) },
});

/** A store of segments of SIZE numbers each, which counts the trees that it is asked for. */
function countingStore(): { store: ReceiptStore; built: number[]; fail: (isFailing: boolean) => void } {
  const built: number[] = [];
  let isFailing = false;
  const store = {
    segmentOf: async (bookId: number, number: number): Promise<PlacedSegment | undefined> => {
      const from = Math.floor(number / SIZE) * SIZE;
      if (number >= 100_000) return undefined;
      return { batchNo: 1, segmentIndex: 0, bookId, from, count: SIZE, segmentHashes: [digest(9)] };
    },
    entries: async (bookId: number, from: number, count: number): Promise<readonly LedgerEntry[]> => {
      built.push(bookId * 1_000_000 + from);
      if (isFailing) throw new Error("the database does not answer");
      return Array.from({ length: count }, (_, index) => entry(from + index));
    },
  } as unknown as ReceiptStore;
  return { store, built, fail: (value) => (isFailing = value) };
}

describe("segmentTrees", () => {
  it("builds the tree of the segment that holds a number, once for all its numbers", async () => {
    const { store, built } = countingStore();
    const trees = createSegmentTrees(store);
    const [first, second] = await Promise.all([trees.load(1, 4), trees.load(1, 7)]);
    expect(first?.segment.from).to.equal(4);
    expect(first?.tree).to.equal(second?.tree);
    expect(first?.tree.root).to.deep.equal(
      treeRoot(
        [4, 5, 6, 7].map((n) => entryLeaf(entry(n))),
        RECEIPT_INNER,
      ),
    );
    expect(built).to.deep.equal([1_000_004]);
    expect((await trees.load(2, 4))?.segment.bookId).to.equal(2);
    expect(built).to.deep.equal([1_000_004, 2_000_004]);
  });

  it("keeps the 32 that were used last, and builds the others anew", async () => {
    const { store, built } = countingStore();
    const trees = createSegmentTrees(store);
    for (let n = 0; n < 32; n++) await trees.load(1, n * SIZE);
    await trees.load(1, 0);
    expect(built).to.have.length(32);
    await trees.load(1, 32 * SIZE);
    expect(built).to.have.length(33);
    await trees.load(1, 0);
    await trees.load(1, 2 * SIZE);
    expect(built).to.have.length(33);
    await trees.load(1, 1 * SIZE);
    expect(built).to.have.length(34);
  });

  it("forgets a failure", async () => {
    const { store, fail } = countingStore();
    const trees = createSegmentTrees(store);
    fail(true);
    expect(await trees.load(1, 4).catch(() => "failed")).to.equal("failed");
    fail(false);
    expect((await trees.load(1, 4))?.segment.from).to.equal(4);
  });

  it("has nothing of a number that is not anchored", async () => {
    expect(await createSegmentTrees(countingStore().store).load(1, 100_000)).to.equal(undefined);
  });

  it("makes the leaf of a receipt, of a void number, and refuses a number without a document", () => {
    const { isVoid: _, ...leaf } = entry(5);
    expect(entryLeaf(entry(5))).to.deep.equal(leafOf({ ...leaf, dataDigest: digest(1), documentDigest: digest(2) }));
    expect(entryLeaf({ ...entry(5), isVoid: true })).to.deep.equal(voidLeafOf(44060126, 5));
    const { documentDigest: __, ...undrawn } = entry(5);
    expect(() => entryLeaf(undrawn))
      .to.throw()
      .with.property("code", "not_rendered");
  });
});
