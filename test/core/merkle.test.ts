import { sha256 } from "@noble/hashes/sha2.js";
import { expect } from "chai";
import fc from "fast-check";
import { concatBytes, equalBytes, u32, u8 } from "../../service/core/bytes.ts";
import {
  buildTree,
  pathLength,
  RECEIPT_INNER,
  rootFromPath,
  SEGMENT_INNER,
  treePath,
  treeRoot,
} from "../../service/core/merkle.ts";
import { refusalOf } from "./refusal.ts";

const leavesOf = (count: number): Uint8Array[] => Array.from({ length: count }, (_, index) => sha256(u32(index)));

/** RFC 6962, section 2.1, word by word. */
function plainRoot(leaves: readonly Uint8Array[], prefix: number): Uint8Array {
  const [first = new Uint8Array()] = leaves;
  if (leaves.length === 1) return first;
  const split = splitOf(leaves.length);
  const halves = [leaves.slice(0, split), leaves.slice(split)];
  return sha256(concatBytes(u8(prefix), ...halves.map((half) => plainRoot(half, prefix))));
}

function plainPath(leaves: readonly Uint8Array[], index: number, prefix: number): Uint8Array[] {
  if (leaves.length === 1) return [];
  const split = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  if (index < split) return [...plainPath(left, index, prefix), plainRoot(right, prefix)];
  return [...plainPath(right, index - split, prefix), plainRoot(left, prefix)];
}

function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}

const place = fc.integer({ min: 1, max: 130 }).chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)));

describe("core/merkle", () => {
  it("gives the roots and paths of RFC 6962 for every size to 70 and every index", () => {
    for (let size = 1; size <= 70; size += 1) {
      const leaves = leavesOf(size);
      const tree = buildTree(leaves, RECEIPT_INNER);
      expect(tree.root).to.deep.equal(plainRoot(leaves, RECEIPT_INNER));
      expect(treeRoot(leaves, SEGMENT_INNER)).to.deep.equal(plainRoot(leaves, SEGMENT_INNER));
      for (let index = 0; index < size; index += 1) {
        expect(tree.path(index)).to.deep.equal(plainPath(leaves, index, RECEIPT_INNER));
        expect(pathLength(index, size)).to.equal(tree.path(index).length);
      }
    }
  });

  it("leads from a leaf to the root, for any size and index", () => {
    fc.assert(
      fc.property(place, ([size, index]) => {
        const leaves = leavesOf(size);
        const path = treePath(leaves, index, RECEIPT_INNER);
        const root = rootFromPath(leaves[index] ?? u8(0), index, size, path, RECEIPT_INNER);
        expect(root).to.deep.equal(treeRoot(leaves, RECEIPT_INNER));
      }),
    );
  });

  it("leads elsewhere, or is refused, with a bit flipped, another index, another size or another prefix", () => {
    fc.assert(
      fc.property(place, fc.nat(), fc.nat(255), fc.integer({ min: 1, max: 130 }), ([size, index], pick, bit, other) => {
        const leaves = leavesOf(size);
        const root = treeRoot(leaves, RECEIPT_INNER);
        const nodes = [leaves[index] ?? u8(0), ...treePath(leaves, index, RECEIPT_INNER)];
        const isTaken = (list: readonly Uint8Array[], at: number, count: number, prefix: number): boolean => {
          const [leaf = u8(0), ...path] = list;
          let reached: Uint8Array = u8(0);
          const refusal = refusalOf(() => (reached = rootFromPath(leaf, at, count, path, prefix)));
          return refusal === "none" && equalBytes(reached, root);
        };
        const bent = nodes.map((node, at) => (at === pick % nodes.length ? flip(node, bit) : node));
        expect(isTaken(nodes, index, size, RECEIPT_INNER)).to.equal(true);
        expect(isTaken(bent, index, size, RECEIPT_INNER)).to.equal(false);
        if (size > 1) expect(isTaken(nodes, index, size, SEGMENT_INNER)).to.equal(false);
        const elsewhere = pick % size;
        if (elsewhere !== index) expect(isTaken(nodes, elsewhere, size, RECEIPT_INNER)).to.equal(false);
        expect(isTaken([...nodes, root], index, size, RECEIPT_INNER)).to.equal(false);
        expect(isTaken(nodes.slice(0, -1), index, size, RECEIPT_INNER)).to.equal(false);
        if (pathLength(Math.min(index, other - 1), other) !== nodes.length - 1) {
          expect(isTaken(nodes, Math.min(index, other - 1), other, RECEIPT_INNER)).to.equal(false);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("does not take an inner node for a leaf's place", () => {
    const leaves = leavesOf(4);
    const inner = sha256(concatBytes(u8(RECEIPT_INNER), leaves[0] ?? u8(0), leaves[1] ?? u8(0)));
    const path = treePath(leaves, 0, RECEIPT_INNER).slice(1);
    expect(refusalOf(() => rootFromPath(inner, 0, 4, path, RECEIPT_INNER))).to.equal("path_malformed");
  });

  it("refuses no leaves, leaves and siblings that are not 32 bytes, and indices outside", () => {
    const leaves = leavesOf(3);
    expect(refusalOf(() => treeRoot([], RECEIPT_INNER))).to.equal("tree_malformed");
    expect(refusalOf(() => buildTree([], RECEIPT_INNER))).to.equal("tree_malformed");
    expect(refusalOf(() => treeRoot([...leaves, new Uint8Array(31)], RECEIPT_INNER))).to.equal("tree_malformed");
    for (const index of [-1, 3, 0.5, Number.NaN]) {
      expect(refusalOf(() => treePath(leaves, index, RECEIPT_INNER))).to.equal("index_out_of_range");
      expect(refusalOf(() => pathLength(index, 3))).to.equal("index_out_of_range");
    }
    const [leaf = u8(0), second = u8(0), third = u8(0)] = leaves;
    expect(refusalOf(() => rootFromPath(leaf, 0, 3, [second, new Uint8Array(33)], RECEIPT_INNER))).to.equal(
      "path_malformed",
    );
    expect(refusalOf(() => rootFromPath(u8(0), 0, 3, [second, third], RECEIPT_INNER))).to.equal("path_malformed");
    expect(refusalOf(() => rootFromPath(leaf, 0, 0, [], RECEIPT_INNER))).to.equal("index_out_of_range");
  });

  it("is unharmed if its caller changes the root that it was given", () => {
    const tree = buildTree(leavesOf(1), RECEIPT_INNER);
    tree.root.fill(0);
    expect(buildTree(leavesOf(1), RECEIPT_INNER).root).to.deep.equal(leavesOf(1)[0]);
  });

  it("gives a tree of 100,000 leaves in well under the time that peers take", function () {
    const leaves = leavesOf(100_000);
    const start = performance.now();
    treeRoot(leaves, RECEIPT_INNER);
    expect(performance.now() - start).to.be.lessThan(2000);
  });
});

function flip(node: Uint8Array, bit: number): Uint8Array {
  const bent = node.slice();
  bent[bit >> 3] = (bent[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return bent;
}
