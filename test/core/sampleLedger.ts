import { bytesOfHex, concatBytes, hexOf, u32, u40, u64, u8, utf8 } from "../../service/core/bytes.ts";
import { encodeEvidenceCall, type Evidence, type LedgerReader } from "../../service/core/ledgerCall.ts";

export const SAMPLE_CONTRACT = "0x5fbdb2315678afecb367f032d93f642f64180aa3";
export const SAMPLE_CHAIN_ID = 31337;
export const ZERO32 = new Uint8Array(32);

export const NO_EVIDENCE: Evidence = {
  batch: { root: ZERO32, head: ZERO32, timeS: 0, segmentCount: 0 },
  book: { unitId: 0, code: 0, first: 0, last: 0, next: 0 },
  unit: { creditCode: "", signer: `0x${"00".repeat(20)}`, admittedAtS: 0, suspendedAtS: 0, nonce: 0 },
  root: { addedAtS: 0, revokedFromS: 0 },
  status: {
    reversed: false,
    onPaper: false,
    reversedByCode: 0,
    reversedByNumber: 0,
    capFen: 0,
    usedFen: 0,
    lockedFen: 0,
  },
};

/** The records that a contract holds, each under its own key: what it knows nothing of is all zero. */
export type SampleRecords = {
  readonly batchNo: number;
  readonly batch: Evidence["batch"];
  readonly bookId: number;
  readonly book: Evidence["book"];
  readonly unit: Evidence["unit"];
  readonly rootDigest: Uint8Array;
  readonly root: Evidence["root"];
  readonly leaf: Uint8Array;
  readonly status: Evidence["status"];
};

/** A node with one contract; answers like IReceiptLedger.evidence. */
export function sampleReader(records: SampleRecords, chainId = SAMPLE_CHAIN_ID): LedgerReader {
  const at = (bytes: Uint8Array, word: number): string => hexOf(bytes.slice(4 + 32 * word, 36 + 32 * word));
  return {
    chainId: async () => BigInt(chainId),
    blockNumber: async () => 77n,
    call: async (to, data) => {
      if (to !== SAMPLE_CONTRACT) return "0x";
      const asked = bytesOfHex(data);
      const known = bytesOfHex(encodeEvidenceCall(records.batchNo, records.bookId, records.rootDigest, records.leaf));
      const isKnown = (word: number): boolean => at(asked, word) === at(known, word);
      return encodeEvidence({
        batch: isKnown(0) ? records.batch : NO_EVIDENCE.batch,
        book: isKnown(1) ? records.book : NO_EVIDENCE.book,
        unit: isKnown(1) ? records.unit : NO_EVIDENCE.unit,
        root: isKnown(2) ? records.root : NO_EVIDENCE.root,
        status: isKnown(3) ? records.status : NO_EVIDENCE.status,
      });
    },
  };
}

export function encodeEvidence({ batch, book, unit, root, status }: Evidence): string {
  const left = (bytes: Uint8Array): Uint8Array => concatBytes(new Uint8Array(32 - bytes.length), bytes);
  const right = (bytes: Uint8Array): Uint8Array => concatBytes(bytes, new Uint8Array(32 - bytes.length));
  return hexOf(
    concatBytes(
      ...[batch.root, batch.head, u64(batch.timeS), u32(batch.segmentCount)].map(left),
      ...[u32(book.unitId), u32(book.code), u40(book.first), u40(book.last), u40(book.next)].map(left),
      right(utf8(unit.creditCode)),
      ...[bytesOfHex(unit.signer), u64(unit.admittedAtS), u64(unit.suspendedAtS), u64(unit.nonce)].map(left),
      ...[u64(root.addedAtS), u64(root.revokedFromS)].map(left),
      ...[u8(status.reversed ? 1 : 0), u8(status.onPaper ? 1 : 0)].map(left),
      ...[u32(status.reversedByCode), u40(status.reversedByNumber)].map(left),
      ...[u64(status.capFen), u64(status.usedFen), u64(status.lockedFen)].map(left),
    ),
  );
}
