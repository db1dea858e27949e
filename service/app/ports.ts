import type { LeafStatus } from "../core/ledgerCall.ts";
import type { Kind } from "../domain/kind.ts";
import type { ReceiptData } from "../domain/receipt.ts";
import type { BlockSpan, ReceiptAct } from "./actPorts.ts";

/** The only one to tell the time. */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
}

/** Cryptographic randomness. */
export interface Random {
  bytes(count: number): Uint8Array;
}

/** Wakes waiters in this process; what must be certain is read from the store. */
export interface Bell {
  ring(topic: string): void;
  /** Resolves at the next ring of the topic, or after timeoutMs. */
  heard(topic: string, timeoutMs: number): Promise<void>;
}

/** Structured log without personal data: codes, numbers, counts, durations. */
export interface Log {
  info(event: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void;
  error(event: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Where a test may kill the program: each durable step of a receipt's way. Does nothing in production. */
export type Failpoint = (step: FailStep) => void;
export const failSteps = [
  "number_taken",
  "pdf_stored",
  "signed",
  "batch_written",
  "transaction_recorded",
  "transaction_sent",
  "confirmed",
  "marked",
] as const;
/** The same for the steps of numbers' way from the bureau and back. */
export const numberFailSteps = ["book_granted", "grant_saved", "book_closed", "return_saved"] as const;
/** … and of a declaration's: it is on chain, and not marked. */
export const declareFailSteps = ["declaration_sent"] as const;
/** … and of following the ledger. */
export const followFailSteps = ["acts_read", "acts_kept"] as const;
export type FailStep = (
  typeof failSteps | typeof numberFailSteps | typeof declareFailSteps | typeof followFailSteps
)[number];

/** Draws and signs documents; runs in worker threads. */
export interface Renderer {
  /** Which characters of the texts no font can draw, each once; [] if all can be drawn. */
  missingCharacters(texts: readonly string[]): readonly string[];
  /** The outcomes in the order of the jobs. One job's failure never fails another. */
  render(jobs: readonly RenderJob[]): Promise<readonly RenderOutcome[]>;
  stop(): Promise<void>;
}

export type RenderJob = {
  readonly data: ReceiptData;
  /** The kind as it was when the receipt was issued; absent: the built-in one that code and name tell. */
  readonly kind?: Kind;
  /** 32 bytes: the secret of the data digest (docs/ledger.md). */
  readonly secret: Uint8Array;
  /** The unit's signing identity in the keystore. */
  readonly unitKeyId: string;
  /** The text of the QR code. */
  readonly qrText: string;
  /** Issue time; the document's dates come from it. */
  readonly issuedAtMs: number;
};

export type RenderOutcome =
  | {
      readonly kind: "rendered";
      readonly pdf: Uint8Array;
      readonly dataDigest: Uint8Array;
      readonly documentDigest: Uint8Array;
    }
  /** permanent: trying again cannot help, the number is to be voided. */
  | { readonly kind: "failed"; readonly isPermanent: boolean; readonly code: string; readonly message: string };

/** Documents by name, each written once. */
export interface BlobStore {
  /** Durable when it resolves. If the name is taken nothing is written; the answer says so. */
  put(name: string, bytes: Uint8Array): Promise<{ readonly isNew: boolean }>;
  /** The caller's own copy; undefined if there is none. */
  get(name: string): Promise<Uint8Array | undefined>;
  /** Durable when it resolves; nothing if there is none. Only an approved destruction may ask for it. */
  remove(name: string): Promise<void>;
  /** All names, in no order. */
  names(): AsyncIterable<string>;
}

/** Signs in a unit's name what goes on chain. */
export interface LedgerSigner {
  /** 65 bytes r || s || v (27 or 28) over an EIP-712 digest of 32 bytes, by the unit's secp256k1 key. */
  signDigest(unitKeyId: string, digest: Uint8Array): Promise<Uint8Array>;
}

/** A segment as it is submitted. Hex strings are 0x-prefixed lower case. */
export type SignedSegment = {
  readonly bookId: number;
  readonly from: number;
  readonly count: number;
  readonly root: string;
  readonly reversals: readonly { readonly leaf: string; readonly by: number }[];
  readonly signature: string;
};

/** The contract on its chain, as the anchorer uses it. Throws AppError("chain_unreachable") if the node does not answer. */
export interface Ledger {
  readonly chainId: number;
  /** 0x-prefixed lower case, 20 bytes. */
  readonly contract: string;
  /** The address that submits batches. */
  readonly anchorer: string;
  /** The last batch's number (0: none) and head hash, at the newest block. */
  head(): Promise<{ readonly batchCount: number; readonly headHash: string }>;
  /** undefined if there is no such batch. */
  batch(
    batchNo: number,
  ): Promise<
    { readonly root: string; readonly head: string; readonly timeS: number; readonly segmentCount: number } | undefined
  >;
  /** What became of a receipt by its leaf hash, at the newest block; all zero: nothing. */
  status(leaf: string): Promise<LeafStatus>;
  /** The next number to be anchored and the last of the range of each book, in the order asked. */
  books(bookIds: readonly number[]): Promise<readonly { readonly next: number; readonly last: number }[]>;
  /** Every grant and closing of a book so far, in the order of the chain. */
  bookEvents(): Promise<readonly BookEvent[]>;
  /** What was done to receipts in these blocks, in the order of the chain. */
  acts(span: BlockSpan): Promise<readonly ReceiptAct[]>;
  /** Runs the call without sending it. If refused: the custom error's name, its arguments as text, the book at fault if the error names one. */
  simulate(
    segments: readonly SignedSegment[],
  ): Promise<
    | { readonly kind: "accepted"; readonly gas: bigint }
    | { readonly kind: "refused"; readonly error: string; readonly details: string; readonly bookId?: number }
  >;
  /** Signs the transaction; nothing is sent. */
  prepare(
    segments: readonly SignedSegment[],
    nonce: number,
    fee: Fee,
    gas: bigint,
  ): Promise<{ readonly raw: string; readonly hash: string }>;
  /** What the network asks now; `bumped` is at least 12.5 % over `previous`, as replacement needs. */
  fee(previous?: Fee): Promise<Fee>;
  /** Sends a signed transaction. Sending one that the node knows already is no error. */
  send(raw: string): Promise<void>;
  /** undefined: not mined (yet, or any more). */
  receipt(hash: string): Promise<
    | {
        readonly blockNumber: number;
        readonly blockHash: string;
        readonly isSuccess: boolean;
        readonly batchNo?: number;
      }
    | undefined
  >;
  blockNumber(): Promise<number>;
  /** The number of the anchorer's transactions mined so far: its next nonce. */
  minedNonce(): Promise<number>;
}

export type BookEvent =
  | ({ readonly kind: "granted"; readonly bookId: number } & BookGrant)
  /** `last` is the book's last number from then on. */
  | { readonly kind: "closed"; readonly bookId: number; readonly last: number };

export type Fee = { readonly maxFeePerGas: bigint; readonly maxPriorityFeePerGas: bigint };

/** SHA-256 of the parts, one after the other. */
export type Hash = (parts: readonly Uint8Array[]) => Uint8Array;

/** The bureau's hand on the contract. Each call is idempotent: what stands on chain already is not done again. */
export interface Bureau {
  /** @param rootDigest SHA-256 of the root certificate's SubjectPublicKeyInfo, 0x and 64 digits */
  addRoot(rootDigest: string): Promise<unknown>;
  /** @param signer address of the unit's secp256k1 key */
  admitUnit(creditCode: string, signer: string): Promise<{ readonly unitId: number }>;
  grantBook(grant: BookGrant): Promise<{ readonly bookId: number }>;
}

export type BookGrant = {
  readonly unitId: number;
  readonly code: number;
  readonly first: number;
  readonly last: number;
};

/** Makes and keeps the identities that sign. */
export interface Identities {
  /** Makes the unit's document and ledger keys if they do not exist. The address of its ledger key. */
  ensureUnit(
    keyId: string,
    unit: { readonly creditCode: string; readonly name: string },
  ): Promise<{ readonly signer: string }>;
}
