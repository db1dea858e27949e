import { concat, sha256, toBeHex } from "ethers";

/** The root as RFC 6962 2.1 defines it, by recursion: the oracle of the contract's loop. */
export function rootOf(hashes: readonly string[], prefix: string): string {
  const [only] = hashes;
  if (only === undefined) throw new Error("no hashes");
  if (hashes.length === 1) return only;
  const split = splitOf(hashes.length);
  return sha256(concat([prefix, rootOf(hashes.slice(0, split), prefix), rootOf(hashes.slice(split), prefix)]));
}

/** The path of one hash as RFC 6962 2.1.1 defines it, bottom up. */
export function pathOf(hashes: readonly string[], index: number, prefix: string): string[] {
  if (hashes.length === 1) return [];
  const split = splitOf(hashes.length);
  const [left, right] = [hashes.slice(0, split), hashes.slice(split)];
  return index < split
    ? [...pathOf(left, index, prefix), rootOf(right, prefix)]
    : [...pathOf(right, index - split, prefix), rootOf(left, prefix)];
}

/** docs/ledger.md: H(0x02 || header || segmentRoot). */
export function segmentHash(segment: {
  readonly bookId: number;
  readonly from: number;
  readonly count: number;
  readonly root: string;
}): string {
  const header = [toBeHex(segment.bookId, 4), toBeHex(segment.from, 5), toBeHex(segment.count, 3)];
  return sha256(concat(["0x02", ...header, segment.root]));
}

/** The largest power of two below size. */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}
