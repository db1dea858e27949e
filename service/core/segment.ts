import { keccak_256 } from "@noble/hashes/sha3.js";
import { concatBytes, u24, u32, u40, u64, u8, utf8 } from "./bytes.ts";
import { AppError } from "./errors.ts";
import { hashOf } from "./hash.ts";
import { SEGMENT_INNER, treePath, treeRoot } from "./merkle.ts";

/** A run of consecutive numbers of one book: u32, u40, u24. */
export type Header = { readonly bookId: number; readonly from: number; readonly count: number };

/** A reversal that a red-letter receipt of the segment makes: the original's leaf hash, and the red-letter receipt's number. */
export type Reversal = { readonly leaf: Uint8Array; readonly by: number };

/** What a unit signs of its segment. root: 32 bytes. */
export type SegmentClaim = Header & { readonly root: Uint8Array; readonly reversals: readonly Reversal[] };

export type DeclarationClaim = {
  readonly bookId: number;
  readonly through: number;
  readonly issuedFen: number;
  readonly reversedFen: number;
  readonly voidCount: number;
};

export type PaperClaim = {
  readonly unitId: number;
  readonly leaf: Uint8Array;
  readonly onPaper: boolean;
  readonly nonce: number;
};

const SEGMENT_PREFIX = u8(0x02);
const HEAD_PREFIX = u8(0x06);
const MAX_U40 = 2 ** 40 - 1;

/** bookId:u32 || from:u40 || count:u24, 12 bytes. @throws AppError integer_out_of_range, segment_malformed (empty, past u40) */
export function segmentHeader(header: Header): Uint8Array {
  if (header.count < 1 || header.from + header.count - 1 > MAX_U40) {
    throw new AppError("segment_malformed", "a segment has at least one number, and all within 40 bits", {
      details: { from: header.from, count: header.count },
    });
  }
  return concatBytes(u32(header.bookId), u40(header.from), u24(header.count));
}

/** H(0x02 || header || root), 32 bytes. */
export function segmentHash(header: Header, root: Uint8Array): Uint8Array {
  return hashOf(SEGMENT_PREFIX, segmentHeader(header), bytes32(root));
}

/** The root over a batch's segment hashes in their order, 32 bytes. @throws AppError tree_malformed */
export function batchRoot(hashes: readonly Uint8Array[]): Uint8Array {
  return treeRoot(hashes, SEGMENT_INNER);
}

/** The siblings of one segment in its batch, bottom up. @throws AppError tree_malformed, index_out_of_range */
export function batchPath(hashes: readonly Uint8Array[], index: number): readonly Uint8Array[] {
  return treePath(hashes, index, SEGMENT_INNER);
}

/** head(n) = H(0x06 || head(n-1) || n || root || time), 32 bytes; head(0) is 32 zero bytes. timeS: the block's, seconds. */
export function nextHead(head: Uint8Array, batchNo: number, root: Uint8Array, timeS: number): Uint8Array {
  return hashOf(HEAD_PREFIX, bytes32(head), u64(batchNo), bytes32(root), u64(timeS));
}

/** The EIP-712 domain separator, 32 bytes. contract: 20 bytes. @throws AppError contract_malformed */
export function domainSeparator(domain: { readonly chainId: number; readonly contract: Uint8Array }): Uint8Array {
  if (domain.contract.length !== 20) throw new AppError("contract_malformed", "a contract's address has 20 bytes");
  return hashWords(
    typeHash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
    keccak_256(utf8("Lianpiao")),
    keccak_256(utf8("1")),
    u64(domain.chainId),
    domain.contract,
  );
}

/** What the unit signs to have a segment anchored, 32 bytes. @param domain from `domainSeparator` */
export function segmentSigningDigest(domain: Uint8Array, segment: SegmentClaim): Uint8Array {
  segmentHeader(segment);
  const reversals = segment.reversals.map(({ leaf, by }) =>
    hashWords(typeHash("Reversal(bytes32 leaf,uint40 by)"), bytes32(leaf), u40(by)),
  );
  return signingDigest(
    domain,
    hashWords(
      typeHash(
        "Segment(uint32 bookId,uint40 from,uint24 count,bytes32 root,Reversal[] reversals)Reversal(bytes32 leaf,uint40 by)",
      ),
      u32(segment.bookId),
      u40(segment.from),
      u24(segment.count),
      bytes32(segment.root),
      keccak_256(concatBytes(...reversals)),
    ),
  );
}

/** What the unit signs to declare a book's totals, 32 bytes. @param domain from `domainSeparator` */
export function declarationSigningDigest(domain: Uint8Array, claim: DeclarationClaim): Uint8Array {
  return signingDigest(
    domain,
    hashWords(
      typeHash("Declaration(uint32 bookId,uint40 through,uint64 issuedFen,uint64 reversedFen,uint40 voidCount)"),
      u32(claim.bookId),
      u40(claim.through),
      u64(claim.issuedFen),
      u64(claim.reversedFen),
      u40(claim.voidCount),
    ),
  );
}

/** What the unit signs to mark a receipt as changed to paper, or to take it back, 32 bytes. @param domain from `domainSeparator` */
export function paperSigningDigest(domain: Uint8Array, claim: PaperClaim): Uint8Array {
  return signingDigest(
    domain,
    hashWords(
      typeHash("Paper(uint32 unitId,bytes32 leaf,bool onPaper,uint64 nonce)"),
      u32(claim.unitId),
      bytes32(claim.leaf),
      u8(claim.onPaper ? 1 : 0),
      u64(claim.nonce),
    ),
  );
}

function signingDigest(domain: Uint8Array, structHash: Uint8Array): Uint8Array {
  return keccak_256(concatBytes(Uint8Array.of(0x19, 0x01), bytes32(domain), structHash));
}

function typeHash(type: string): Uint8Array {
  return keccak_256(utf8(type));
}

/** Keccak-256 over words of 32 bytes; a shorter value is padded on the left, as ABI encoding does with numbers and addresses. */
function hashWords(...values: readonly Uint8Array[]): Uint8Array {
  const words = new Uint8Array(values.length * 32);
  values.forEach((value, index) => words.set(value, (index + 1) * 32 - value.length));
  return keccak_256(words);
}

function bytes32(value: Uint8Array): Uint8Array {
  if (value.length !== 32) throw new AppError("digest_malformed", `a digest has 32 bytes, got ${value.length}`);
  return value;
}
