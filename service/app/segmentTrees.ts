import { AppError } from "../core/errors.ts";
import { leafOf, voidLeafOf } from "../core/leaf.ts";
import { buildTree, RECEIPT_INNER, type Tree } from "../core/merkle.ts";
import type { LedgerEntry, PlacedSegment, ReceiptStore } from "./storePorts.ts";

/** A segment's tree of receipts, ready to give paths. */
export type SegmentTree = { readonly segment: PlacedSegment; readonly tree: Tree };

/** Trees of anchored segments never change, so the last used are kept. */
export type SegmentTrees = { load(bookId: number, number: number): Promise<SegmentTree | undefined> };

const KEPT = 32;

type Kept = { readonly segment: PlacedSegment; readonly tree: Promise<SegmentTree> };

export function createSegmentTrees(store: ReceiptStore): SegmentTrees {
  /** The last used at the end. */
  const kept = new Map<string, Kept>();
  const keep = (one: Kept): Promise<SegmentTree> => {
    kept.delete(keyOf(one.segment));
    kept.set(keyOf(one.segment), one);
    for (const oldest of kept.keys()) {
      if (kept.size <= KEPT) break;
      kept.delete(oldest);
    }
    return one.tree;
  };
  const build = (segment: PlacedSegment): Kept => {
    const tree = buildFor(store, segment);
    tree.catch(() => kept.delete(keyOf(segment)));
    return { segment, tree };
  };
  return {
    async load(bookId, number) {
      const known = [...kept.values()].find(({ segment }) => holds(segment, bookId, number));
      if (known !== undefined) return keep(known);
      const segment = await store.segmentOf(bookId, number);
      if (segment === undefined) return undefined;
      // Another may have come to this segment while we asked for it.
      return keep(kept.get(keyOf(segment)) ?? build(segment));
    },
  };
}

const keyOf = ({ bookId, from }: PlacedSegment): string => `${bookId} ${from}`;

function holds(segment: PlacedSegment, bookId: number, number: number): boolean {
  return segment.bookId === bookId && segment.from <= number && number < segment.from + segment.count;
}

async function buildFor(store: ReceiptStore, segment: PlacedSegment): Promise<SegmentTree> {
  const entries = await store.entries(segment.bookId, segment.from, segment.count);
  return { segment, tree: buildTree(entries.map(entryLeaf), RECEIPT_INNER) };
}

/**
 * The leaf of a finished number.
 * @throws AppError not_rendered if it has neither document nor void mark
 */
export function entryLeaf(entry: LedgerEntry): Uint8Array {
  const { code, number, issuedFen, reversedFen, dataDigest, documentDigest } = entry;
  if (entry.isVoid) return voidLeafOf(code, number);
  if (dataDigest === undefined || documentDigest === undefined) {
    throw new AppError("not_rendered", `receipt ${code} ${number} has no document yet`);
  }
  return leafOf({ code, number, dataDigest, documentDigest, issuedFen, reversedFen });
}
