import { u32, u40, u64, u8 } from "./bytes.ts";
import { AppError } from "./errors.ts";
import { hashOf } from "./hash.ts";

/** What one receipt is in the ledger (docs/ledger.md, Leaf and segment). */
export type Leaf = {
  /** 票据代码 as a number, u32 */
  readonly code: number;
  /** 票据号码 as a number, u40 */
  readonly number: number;
  /** 32 bytes */
  readonly dataDigest: Uint8Array;
  /** 32 bytes */
  readonly documentDigest: Uint8Array;
  /** fen, from 0 to 2^53 - 1; 0 on a red-letter receipt */
  readonly issuedFen: number;
  /** fen, from 0 to 2^53 - 1; 0 unless a red-letter receipt */
  readonly reversedFen: number;
};

const RECEIPT_LEAF = u8(0x00);
const VOID_LEAF = u8(0x0a);

/**
 * The leaf hash of a receipt, 32 bytes.
 * @throws AppError leaf_malformed (a digest that is not 32 bytes, both amounts above 0), integer_out_of_range
 */
export function leafOf(leaf: Leaf): Uint8Array {
  assertLeaf(leaf);
  return hashOf(
    RECEIPT_LEAF,
    u32(leaf.code),
    u40(leaf.number),
    leaf.dataDigest,
    leaf.documentDigest,
    u64(leaf.issuedFen),
    u64(leaf.reversedFen),
  );
}

/** The leaf hash of a number that was taken and never became a receipt, 32 bytes. @throws AppError integer_out_of_range */
export function voidLeafOf(code: number, number: number): Uint8Array {
  return hashOf(VOID_LEAF, u32(code), u40(number));
}

function assertLeaf(leaf: Leaf): void {
  if (leaf.dataDigest.length !== 32 || leaf.documentDigest.length !== 32) {
    throw new AppError("leaf_malformed", "dataDigest and documentDigest have 32 bytes each");
  }
  if (leaf.issuedFen > 0 && leaf.reversedFen > 0) {
    throw new AppError("leaf_malformed", "a receipt either issues or reverses: one of the amounts is 0");
  }
}
