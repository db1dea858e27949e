import { bytesOfHex, concatBytes, hexOf, readUint, u16, u32, u40, u64, u8 } from "./bytes.ts";
import { AppError } from "./errors.ts";
import { leafOf, type Leaf } from "./leaf.ts";
import { pathLength, RECEIPT_INNER, rootFromPath, SEGMENT_INNER } from "./merkle.ts";
import { segmentHash, segmentHeader, type Header } from "./segment.ts";

/** The way of one receipt up to a batch on chain (docs/ledger.md, Proof). Version 1. */
export type Proof = Leaf & {
  readonly chainId: number;
  /** 20 bytes */
  readonly contract: Uint8Array;
  /** The batch's number, from 1. */
  readonly batch: number;
  readonly header: Header;
  /** Siblings of the receipt in its segment, bottom up, 32 bytes each. */
  readonly leafPath: readonly Uint8Array[];
  readonly segmentIndex: number;
  readonly segmentCount: number;
  /** Siblings of the segment in its batch, bottom up, 32 bytes each. */
  readonly batchPath: readonly Uint8Array[];
};

/** A proof with the same names as JSON: bytes as 0x-prefixed lower-case hexadecimal. */
export type ProofJson = {
  readonly version: 1;
  readonly chainId: number;
  readonly contract: string;
  readonly batch: number;
  readonly code: number;
  readonly number: number;
  readonly dataDigest: string;
  readonly documentDigest: string;
  readonly issuedFen: number;
  readonly reversedFen: number;
  readonly header: Header;
  readonly leafPath: readonly string[];
  readonly segmentIndex: number;
  readonly segmentCount: number;
  readonly batchPath: readonly string[];
};

/** The deepest paths that room is reserved for; no deeper proof is accepted. */
export const MAX_LEAF_DEPTH = 24;
export const MAX_BATCH_DEPTH = 12;

const VERSION = 1;
const FIXED_LENGTH = 144;

/** What a proof computes on its way up, 32 bytes each. */
export type ProofPath = {
  readonly leaf: Uint8Array;
  readonly segmentRoot: Uint8Array;
  readonly segmentHash: Uint8Array;
  readonly batchRoot: Uint8Array;
};

/** Climbs from the leaf to the batch root. @throws AppError proof_malformed */
export function climbProof(proof: Proof): ProofPath {
  assertProof(proof);
  const { header } = proof;
  const leaf = leafOf(proof);
  const root = rootFromPath(leaf, proof.number - header.from, header.count, proof.leafPath, RECEIPT_INNER);
  const hash = segmentHash(header, root);
  const top = rootFromPath(hash, proof.segmentIndex, proof.segmentCount, proof.batchPath, SEGMENT_INNER);
  return { leaf, segmentRoot: root, segmentHash: hash, batchRoot: top };
}

/** The bytes of a proof, 144 and 32 for each sibling. @throws AppError proof_malformed, integer_out_of_range */
export function encodeProof(proof: Proof): Uint8Array {
  assertProof(proof);
  return concatBytes(
    u8(VERSION),
    u64(proof.chainId),
    proof.contract,
    u64(proof.batch),
    u32(proof.code),
    u40(proof.number),
    proof.dataDigest,
    proof.documentDigest,
    u64(proof.issuedFen),
    u64(proof.reversedFen),
    segmentHeader(proof.header),
    u8(proof.leafPath.length),
    ...proof.leafPath,
    u16(proof.segmentIndex),
    u16(proof.segmentCount),
    u8(proof.batchPath.length),
    ...proof.batchPath,
  );
}

/** Reads the bytes of a proof; nothing may follow. @throws AppError proof_malformed */
export function parseProof(bytes: Uint8Array): Proof {
  const take = reader(bytes);
  if (readUint(take(1)) !== VERSION) throw malformed("its version is not 1");
  const proof: Proof = {
    chainId: takeU64(take),
    contract: take(20),
    batch: takeU64(take),
    code: readUint(take(4)),
    number: readUint(take(5)),
    dataDigest: take(32),
    documentDigest: take(32),
    issuedFen: takeU64(take),
    reversedFen: takeU64(take),
    header: { bookId: readUint(take(4)), from: readUint(take(5)), count: readUint(take(3)) },
    leafPath: takeSiblings(take),
    segmentIndex: readUint(take(2)),
    segmentCount: readUint(take(2)),
    batchPath: takeSiblings(take),
  };
  const length = FIXED_LENGTH + 32 * (proof.leafPath.length + proof.batchPath.length);
  if (bytes.length !== length) throw malformed(`${bytes.length - length} bytes follow it`);
  assertProof(proof);
  return proof;
}

/** @throws AppError proof_malformed, integer_out_of_range */
export function proofToJson(proof: Proof): ProofJson {
  assertProof(proof);
  const { header } = proof;
  return {
    version: VERSION,
    chainId: proof.chainId,
    contract: hexOf(proof.contract),
    batch: proof.batch,
    code: proof.code,
    number: proof.number,
    dataDigest: hexOf(proof.dataDigest),
    documentDigest: hexOf(proof.documentDigest),
    issuedFen: proof.issuedFen,
    reversedFen: proof.reversedFen,
    header: { bookId: header.bookId, from: header.from, count: header.count },
    leafPath: proof.leafPath.map(hexOf),
    segmentIndex: proof.segmentIndex,
    segmentCount: proof.segmentCount,
    batchPath: proof.batchPath.map(hexOf),
  };
}

/** Reads what `proofToJson` writes; missing and unknown keys are refused. @throws AppError proof_malformed */
export function proofFromJson(json: unknown): Proof {
  const keys = "batch batchPath chainId code contract dataDigest documentDigest header issuedFen leafPath number";
  const source = record(json, `${keys} reversedFen segmentCount segmentIndex version`);
  if (source["version"] !== VERSION) throw malformed("its version is not 1");
  const header = record(source["header"], "bookId count from");
  const proof: Proof = {
    chainId: wholeNumber(source["chainId"]),
    contract: hexBytes(source["contract"], 20),
    batch: wholeNumber(source["batch"]),
    code: wholeNumber(source["code"]),
    number: wholeNumber(source["number"]),
    dataDigest: hexBytes(source["dataDigest"], 32),
    documentDigest: hexBytes(source["documentDigest"], 32),
    issuedFen: wholeNumber(source["issuedFen"]),
    reversedFen: wholeNumber(source["reversedFen"]),
    header: {
      bookId: wholeNumber(header["bookId"]),
      from: wholeNumber(header["from"]),
      count: wholeNumber(header["count"]),
    },
    leafPath: hexList(source["leafPath"]),
    segmentIndex: wholeNumber(source["segmentIndex"]),
    segmentCount: wholeNumber(source["segmentCount"]),
    batchPath: hexList(source["batchPath"]),
  };
  return parseProof(encodeJsonProof(proof));
}

function assertProof(proof: Proof): void {
  const { header, leafPath, batchPath } = proof;
  const index = proof.number - header.from;
  if (proof.dataDigest.length !== 32 || proof.documentDigest.length !== 32)
    throw malformed("a digest has not 32 bytes");
  if (proof.issuedFen > 0 && proof.reversedFen > 0) throw malformed("it both issues and reverses");
  if (proof.contract.length !== 20) throw malformed("its contract's address has not 20 bytes");
  if (proof.batch < 1) throw malformed("batches are numbered from 1");
  if (!(index >= 0 && index < header.count)) throw malformed("its number is not in its segment");
  if (!(proof.segmentIndex >= 0 && proof.segmentIndex < proof.segmentCount)) {
    throw malformed("its segment is not in its batch");
  }
  if (leafPath.length > MAX_LEAF_DEPTH || batchPath.length > MAX_BATCH_DEPTH) throw malformed("its path is too deep");
  if (
    leafPath.length !== pathLength(index, header.count) ||
    batchPath.length !== pathLength(proof.segmentIndex, proof.segmentCount) ||
    [...leafPath, ...batchPath].some((sibling) => sibling.length !== 32)
  ) {
    throw malformed("a path has not the siblings that its index asks for");
  }
}

type Take = (length: number) => Uint8Array;

function reader(bytes: Uint8Array): Take {
  let offset = 0;
  return (length) => {
    if (offset + length > bytes.length) throw malformed("it ends too early");
    offset += length;
    return bytes.slice(offset - length, offset);
  };
}

function takeU64(take: Take): number {
  const bytes = take(8);
  if (readUint(bytes, 0, 4) > 0x1fffff) throw malformed("a number is past 2^53 - 1");
  return readUint(bytes);
}

function takeSiblings(take: Take): readonly Uint8Array[] {
  const depth = readUint(take(1));
  return Array.from({ length: depth }, () => take(32));
}

function encodeJsonProof(proof: Proof): Uint8Array {
  try {
    return encodeProof(proof);
  } catch (cause) {
    if (cause instanceof AppError) throw malformed(cause.message, cause);
    throw cause;
  }
}

function record(value: unknown, keys: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Object.keys(value).sort().join(" ") !== sorted(keys)) {
    throw malformed("its keys are not those of a proof");
  }
  return { ...value };
}

function sorted(keys: string): string {
  return keys.split(" ").sort().join(" ");
}

function wholeNumber(value: unknown): number {
  if (typeof value !== "number") throw malformed("a number was expected");
  return value;
}

function hexBytes(value: unknown, length: number): Uint8Array {
  if (typeof value !== "string") throw malformed("hexadecimal text was expected");
  try {
    return bytesOfHex(value, length);
  } catch (cause) {
    throw malformed("hexadecimal text is malformed", cause);
  }
}

function hexList(value: unknown): readonly Uint8Array[] {
  if (!Array.isArray(value)) throw malformed("a list of siblings was expected");
  return value.map((item: unknown) => hexBytes(item, 32));
}

function malformed(why: string, cause?: unknown): AppError {
  return new AppError("proof_malformed", `the proof cannot be read: ${why}`, cause === undefined ? {} : { cause });
}
