import { AppError } from "../core/errors.ts";
import { leafOf, voidLeafOf } from "../core/leaf.ts";
import { buildTree, RECEIPT_INNER, type Tree } from "../core/merkle.ts";
import type { LedgerEntry, PlacedSegment, ReceiptStore } from "./storePorts.ts";

/** A segment's tree of receipts, ready to give paths. */
export type SegmentTree = { readonly segment: PlacedSegment; readonly tree: Tree };

/** Trees of anchored segments never change, so the last used are kept. */
export type SegmentTrees = { load(bookId: number, number: number): Promise<SegmentTree | undefined> };

const KEPT = 32;

export function createSegmentTrees(store: ReceiptStore): SegmentTrees {
  const kept = new Map<string, Promise<SegmentTree>>();
  return {
    async load(bookId, number) {
      const segment = await store.segmentOf(bookId, number);
      if (segment === undefined) return undefined;
      const key = `${bookId} ${segment.from}`;
      const tree = kept.get(key) ?? buildFor(store, segment);
      kept.delete(key);
      kept.set(key, tree);
      tree.catch(() => kept.delete(key));
      for (const oldest of kept.keys()) {
        if (kept.size <= KEPT) break;
        kept.delete(oldest);
      }
      return tree;
    },
  };
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
