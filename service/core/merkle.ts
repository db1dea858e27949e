import { u8 } from "./bytes.ts";
import { AppError } from "./errors.ts";
import { hashOf } from "./hash.ts";

/** Prefix of the inner nodes of a segment's tree, over leaves. */
export const RECEIPT_INNER = 0x01;
/** Prefix of the inner nodes of a batch's tree, over segment hashes. */
export const SEGMENT_INNER = 0x05;

/** A tree in the shape of RFC 6962, section 2.1, kept to give many paths. */
export type Tree = {
  /** 32 bytes */
  readonly root: Uint8Array;
  readonly size: number;
  /** The siblings of one leaf, bottom up. @throws AppError index_out_of_range */
  path(index: number): readonly Uint8Array[];
};

const WIDTH = 32;

/**
 * Builds the tree over leaf hashes in their order, level by level in flat arrays; a node without a partner moves up as it is,
 * which is RFC 6962's split at the largest power of two below n.
 * @throws AppError tree_malformed (no leaf, a leaf that is not 32 bytes)
 */
export function buildTree(leaves: readonly Uint8Array[], innerPrefix: number): Tree {
  const levels = [flatLeaves(leaves)];
  for (let nodes = levels[0]; nodes !== undefined && nodes.length > WIDTH; nodes = levels.at(-1)) {
    levels.push(parentsOf(nodes, innerPrefix));
  }
  const root = (levels.at(-1) ?? new Uint8Array(WIDTH)).slice();
  return { root, size: leaves.length, path: (index) => pathIn(levels, index, leaves.length) };
}

/** The root over leaf hashes in their order, 32 bytes. @throws AppError tree_malformed */
export function treeRoot(leaves: readonly Uint8Array[], innerPrefix: number): Uint8Array {
  let nodes = flatLeaves(leaves);
  while (nodes.length > WIDTH) nodes = parentsOf(nodes, innerPrefix);
  return nodes;
}

/** The siblings of the leaf at `index`, bottom up. @throws AppError tree_malformed, index_out_of_range */
export function treePath(leaves: readonly Uint8Array[], index: number, innerPrefix: number): readonly Uint8Array[] {
  return buildTree(leaves, innerPrefix).path(index);
}

/** How many siblings the path of `index` has in a tree of `size` leaves. @throws AppError index_out_of_range */
export function pathLength(index: number, size: number): number {
  assertIndex(index, size);
  let length = 0;
  for (let at = index, last = size - 1; last > 0; at = Math.floor(at / 2), last = Math.floor(last / 2)) {
    if (at % 2 === 1 || at < last) length += 1;
  }
  return length;
}

/**
 * The root that a leaf's path leads to. The index alone fixes the turns (docs/ledger.md, Leaf and segment).
 * @throws AppError path_malformed (not exactly the siblings that this index has, or one that is not 32 bytes), index_out_of_range
 */
export function rootFromPath(
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
  innerPrefix: number,
): Uint8Array {
  if (path.length !== pathLength(index, size) || [leaf, ...path].some((node) => node.length !== WIDTH)) {
    throw new AppError("path_malformed", `a path of ${pathLength(index, size)} siblings of 32 bytes was expected`, {
      details: { got: path.length, expected: pathLength(index, size) },
    });
  }
  const prefix = u8(innerPrefix);
  let node = leaf;
  let used = 0;
  for (let at = index, last = size - 1; last > 0; at = Math.floor(at / 2), last = Math.floor(last / 2)) {
    const sibling = at % 2 === 1 || at < last ? path[used] : undefined;
    if (sibling === undefined) continue;
    used += 1;
    node = at % 2 === 1 ? hashOf(prefix, sibling, node) : hashOf(prefix, node, sibling);
  }
  return node;
}

function flatLeaves(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) throw new AppError("tree_malformed", "a tree has at least one leaf");
  const flat = new Uint8Array(leaves.length * WIDTH);
  leaves.forEach((leaf, index) => {
    if (leaf.length !== WIDTH) {
      throw new AppError("tree_malformed", `leaf ${index} has ${leaf.length} bytes, not 32`, { details: { index } });
    }
    flat.set(leaf, index * WIDTH);
  });
  return flat;
}

function parentsOf(nodes: Uint8Array, innerPrefix: number): Uint8Array {
  const count = nodes.length / WIDTH;
  const parents = new Uint8Array(Math.ceil(count / 2) * WIDTH);
  const prefix = u8(innerPrefix);
  for (let i = 0; i + 1 < count; i += 2) {
    parents.set(hashOf(prefix, nodes.subarray(i * WIDTH, (i + 2) * WIDTH)), (i / 2) * WIDTH);
  }
  if (count % 2 === 1) parents.set(nodes.subarray((count - 1) * WIDTH), parents.length - WIDTH);
  return parents;
}

function pathIn(levels: readonly Uint8Array[], index: number, size: number): readonly Uint8Array[] {
  assertIndex(index, size);
  const path: Uint8Array[] = [];
  levels.forEach((nodes, height) => {
    const at = Math.floor(index / 2 ** height);
    const start = (at % 2 === 1 ? at - 1 : at + 1) * WIDTH;
    if (start < nodes.length) path.push(nodes.slice(start, start + WIDTH));
  });
  return path;
}

function assertIndex(index: number, size: number): void {
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(index) || index < 0 || index >= size) {
    throw new AppError("index_out_of_range", `index ${index} is not in a tree of ${size}`, {
      details: { index, size },
    });
  }
}
