import { bytesOfHex, concatBytes, hexOf, readUint, u32, u64 } from "./bytes.ts";
import { AppError } from "./errors.ts";

/**
 * How the chain is read: three questions to any node. Each may throw whatever it likes if the node does not answer; a verifier
 * takes that as "could not tell".
 */
export type LedgerReader = {
  chainId(): Promise<bigint>;
  /** The newest block's number. */
  blockNumber(): Promise<bigint>;
  /** eth_call at that block; addresses and data as 0x-prefixed lower-case hexadecimal. */
  call(to: string, data: string, block: bigint): Promise<string>;
};

/** Sends one JSON-RPC request and gives its result. */
export type RpcRequest = (method: string, params: readonly unknown[]) => Promise<unknown>;

/** What `evidence` of the contract answers (IReceiptLedger.Evidence). A record that does not exist is all zero. */
export type Evidence = {
  readonly batch: {
    readonly root: Uint8Array;
    readonly head: Uint8Array;
    /** seconds; 0: unknown batch */
    readonly timeS: number;
    readonly segmentCount: number;
  };
  readonly book: {
    /** 0: unknown book */
    readonly unitId: number;
    readonly code: number;
    readonly first: number;
    readonly last: number;
    readonly next: number;
  };
  readonly unit: {
    /** 18 characters; "" if unknown */
    readonly creditCode: string;
    readonly signer: string;
    /** seconds; 0: unknown unit */
    readonly admittedAtS: number;
    /** seconds; 0: not suspended */
    readonly suspendedAtS: number;
    readonly nonce: number;
  };
  readonly root: {
    /** seconds; 0: unknown root */
    readonly addedAtS: number;
    /** seconds from which it no longer counts; 0: not revoked */
    readonly revokedFromS: number;
  };
  readonly status: LeafStatus;
};

export type LeafStatus = {
  readonly reversed: boolean;
  readonly onPaper: boolean;
  readonly reversedByCode: number;
  readonly reversedByNumber: number;
  readonly capFen: number;
  readonly usedFen: number;
  readonly lockedFen: number;
};

const WORD = 32;
const EVIDENCE_WORDS = 23;
/** Of `evidence(uint64,uint32,bytes32,bytes32)`. As a number, so that no verifier needs Keccak for it. */
const SELECTOR = u32(0x4f482f57);

/** A reader over any JSON-RPC transport. Answers that are no hexadecimal text are refused with AppError rpc_malformed. */
export function jsonRpcReader(request: RpcRequest): LedgerReader {
  return {
    chainId: async () => quantity(await request("eth_chainId", [])),
    blockNumber: async () => quantity(await request("eth_blockNumber", [])),
    call: async (to, data, block) => text(await request("eth_call", [{ to, data }, `0x${block.toString(16)}`])),
  };
}

/**
 * The calldata of evidence(batchNo, bookId, rootDigest, leaf), as 0x-prefixed hexadecimal.
 * @param rootDigest SHA-256 of the root certificate's SubjectPublicKeyInfo, 32 bytes
 * @param leaf the receipt's leaf hash, 32 bytes
 * @throws AppError integer_out_of_range, digest_malformed
 */
export function encodeEvidenceCall(batchNo: number, bookId: number, rootDigest: Uint8Array, leaf: Uint8Array): string {
  if (rootDigest.length !== WORD || leaf.length !== WORD) {
    throw new AppError("digest_malformed", "rootDigest and leaf have 32 bytes each");
  }
  return hexOf(concatBytes(SELECTOR, padded(u64(batchNo)), padded(u32(bookId)), rootDigest, leaf));
}

/**
 * Reads the answer. Every word must be within its type, and padded with zeros.
 * @throws AppError evidence_malformed: that is no answer of the contract
 */
export function decodeEvidence(hex: string): Evidence {
  const bytes = evidenceBytes(hex);
  let offset = 0;
  const word = (): Uint8Array => bytes.subarray(offset, (offset += WORD));
  const uint = (width: number): number => uintIn(word(), width);
  return {
    batch: { root: word().slice(), head: word().slice(), timeS: uint(8), segmentCount: uint(4) },
    book: { unitId: uint(4), code: uint(4), first: uint(5), last: uint(5), next: uint(5) },
    unit: {
      creditCode: creditCodeIn(word()),
      signer: addressIn(word()),
      admittedAtS: uint(8),
      suspendedAtS: uint(8),
      nonce: uint(8),
    },
    root: { addedAtS: uint(8), revokedFromS: uint(8) },
    status: {
      reversed: boolIn(word()),
      onPaper: boolIn(word()),
      reversedByCode: uint(4),
      reversedByNumber: uint(5),
      capFen: uint(8),
      usedFen: uint(8),
      lockedFen: uint(8),
    },
  };
}

function evidenceBytes(hex: string): Uint8Array {
  if (!/^0x[0-9a-f]*$/.test(hex) || hex.length !== 2 + 2 * WORD * EVIDENCE_WORDS) {
    throw malformed("it has not the length of an answer; perhaps there is no such contract");
  }
  return bytesOfHex(hex);
}

function uintIn(word: Uint8Array, width: number): number {
  if (word.subarray(0, WORD - width).some((byte) => byte !== 0)) throw malformed("a number does not fit its type");
  if (width === 8 && readUint(word, 24, 4) > 0x1fffff) throw malformed("a number is past 2^53 - 1");
  return readUint(word, WORD - width, width);
}

function boolIn(word: Uint8Array): boolean {
  const value = uintIn(word, 1);
  if (value > 1) throw malformed("a boolean is neither 0 nor 1");
  return value === 1;
}

function addressIn(word: Uint8Array): string {
  if (word.subarray(0, 12).some((byte) => byte !== 0)) throw malformed("an address does not fit its type");
  return hexOf(word.subarray(12));
}

/** bytes18, ASCII, padded on the right. */
function creditCodeIn(word: Uint8Array): string {
  const code = String.fromCharCode(...word.subarray(0, 18));
  const isUnknown = word.every((byte) => byte === 0);
  if (word.subarray(18).some((byte) => byte !== 0) || !(isUnknown || /^[0-9A-Z]{18}$/.test(code))) {
    throw malformed("a credit code is not 18 characters");
  }
  return isUnknown ? "" : code;
}

function padded(value: Uint8Array): Uint8Array {
  return concatBytes(new Uint8Array(WORD - value.length), value);
}

function quantity(value: unknown): bigint {
  const digits = text(value);
  if (!/^0x[0-9a-f]{1,16}$/.test(digits)) throw new AppError("rpc_malformed", "the node's answer is no number");
  return BigInt(digits);
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new AppError("rpc_malformed", "the node's answer is no text");
  return value;
}

function malformed(why: string): AppError {
  return new AppError("evidence_malformed", `the contract's answer cannot be read: ${why}`);
}
