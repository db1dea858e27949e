import { dataSlice, getAddress } from "ethers";

/** A proof's fields in the contract's struct, read from its bytes as docs/ledger.md lays them out. */
export function readProof(bytes: string) {
  let at = 0;
  const take = (width: number) => dataSlice(bytes, at, (at += width));
  const int = (width: number) => BigInt(take(width));
  const path = () => Array.from({ length: Number(int(1)) }, () => take(32));
  const proof = {
    version: int(1),
    chainId: int(8),
    ledger: getAddress(take(20)),
    batch: int(8),
    code: int(4),
    number: int(5),
    dataDigest: take(32),
    documentDigest: take(32),
    issuedFen: int(8),
    reversedFen: int(8),
    bookId: int(4),
    from: int(5),
    count: int(3),
    leafPath: path(),
    segmentIndex: int(2),
    segmentCount: int(2),
    batchPath: path(),
  };
  if (at !== (bytes.length - 2) / 2) throw new Error("bytes follow the proof");
  return proof;
}

export type Proof = ReturnType<typeof readProof>;
