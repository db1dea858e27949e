import type { FieldProblem, IssueInput, IssuingUnit, Numbering, ReceiptData } from "../domain/receipt.ts";
import type { ActStore } from "./actPorts.ts";
import type { CheckStore } from "./checkPorts.ts";
import type { DeclarationStore } from "./declarationPorts.ts";
import type { DestructionStore } from "./destructionPorts.ts";
import type { ContactStore } from "./contactPorts.ts";
import type { DeskStore } from "./deskPorts.ts";
import type { LinkStore, NewDelivery, OutboxStore, RateStore } from "./deliveryPorts.ts";
import type { LoginStore, PayerStore } from "./payerPorts.ts";
import type { PaperStore, StandingPaper } from "./paperPorts.ts";
import type { NewReversal, ReversalRecord, ReversalStore } from "./reversalPorts.ts";
import type { NumberStore } from "./numberPorts.ts";
import type { Fee, SignedSegment } from "./ports.ts";
import type { WriteOffStore } from "./writeOffPorts.ts";
import type { Interlock } from "../domain/interlocks.ts";
import type { RegisterStore } from "./registerPorts.ts";
import type { WebhookStore } from "./webhookPorts.ts";

/** The database. Every method is one transaction (or one statement) and durable when it resolves. */
export interface Store
  extends
    IssueStore,
    ReceiptStore,
    RenderStore,
    AnchorStore,
    UnitStore,
    AlarmStore,
    AuditStore,
    CheckStore,
    OutboxStore,
    ContactStore,
    LinkStore,
    RateStore,
    LoginStore,
    PayerStore,
    DeskStore,
    ReversalStore,
    ActStore,
    DeclarationStore,
    WriteOffStore,
    DestructionStore,
    PaperStore,
    RegisterStore,
    NumberStore,
    WebhookStore {}

/** A unit as the program keeps it: what the receipt takes over, and its keys. */
export type Unit = IssuingUnit & {
  /** Its identities in the keystore. */
  readonly keyId: string;
  readonly status: "active" | "suspended";
};

export interface UnitStore {
  unit(unitId: number): Promise<Unit | undefined>;
  units(): Promise<readonly Unit[]>;
  /** Inserts the unit, or updates the one of this id. */
  saveUnit(unit: Unit): Promise<void>;
  /** The credential of an app id, with its unit; `key` is the Ed25519 public key (32 bytes) or the sealed HMAC secret. */
  appKey(appId: string): Promise<(AppKey & { readonly unit: Unit }) | undefined>;
  saveAppKey(key: AppKey): Promise<void>;
  /** False if the nonce was used before; expired ones are forgotten. */
  useNonce(appId: string, nonce: string, expiresAtMs: number): Promise<boolean>;
  books(unitId?: number): Promise<readonly Book[]>;
  /** Inserts a granted book as it stands on chain; one that is known already is left alone. */
  saveBook(book: Book, grantedAtMs?: number): Promise<void>;
  deployment(): Promise<Deployment | undefined>;
  saveDeployment(deployment: Deployment): Promise<void>;
}

export type AppKey = {
  readonly appId: string;
  readonly unitId: number;
  readonly algorithm: "ed25519" | "hmac-sha256";
  readonly key: Uint8Array;
};

/** 号段: anchored <= rendered <= next, always. */
export type Book = {
  readonly bookId: number;
  readonly unitId: number;
  readonly code: number;
  readonly kind: string;
  readonly first: number;
  readonly last: number;
  /** The next number to be taken. */
  readonly next: number;
  /** All numbers below it have a stored document or are void. */
  readonly rendered: number;
  /** All numbers below it are on chain, confirmed and read back. */
  readonly anchored: number;
  /** Warn when fewer numbers than this are left of the code. */
  readonly lowWater: number;
  /** Why its segments are set aside; undefined: they are not. */
  readonly heldReason?: string;
  /** Receipts take no number past it while the rest is being returned; undefined: up to `last`. */
  readonly usableLast?: number;
  /** The place (开票点) whose own it is; undefined: it serves all places. */
  readonly placeCode?: string;
};

/** The contract that this database belongs to. */
export type Deployment = {
  readonly chainId: number;
  readonly contract: string;
  readonly blockNumber: number;
  readonly blockHash: string;
  readonly genesisHash: string;
};

export type NewReceipt = {
  readonly unitId: number;
  readonly kind: string;
  readonly code: number;
  /** Without its delivery, which is kept apart. */
  readonly input: Omit<IssueInput, "delivery">;
  /** SHA-256 of the input's canonical text: equal inputs are the same request. */
  readonly inputDigest: Uint8Array;
  readonly draft: Omit<ReceiptData, keyof Numbering>;
  readonly randomNumber: string;
  readonly secret: Uint8Array;
  readonly issuedAtMs: number;
  readonly warnings: readonly FieldProblem[];
  /** Written in the same transaction; undefined: nobody is to be told, and nothing is owed. */
  readonly delivery?: NewDelivery;
  /** This is a red-letter receipt: what it reverses, written in the same transaction. */
  readonly reverses?: NewReversal;
  /** Its place is the original's and was not named: it need not be one of the unit's open ones any more. */
  readonly isPlaceInherited?: boolean;
};

export type IssueOutcome =
  | { readonly kind: "issued"; readonly receipt: Receipt; readonly left: number; readonly lowWater: number }
  /** The same busNo with the same content: the receipt that exists. */
  | { readonly kind: "repeated"; readonly receipt: Receipt }
  /** The same busNo with other content. */
  | { readonly kind: "conflict"; readonly receipt: Receipt }
  | { readonly kind: "no_numbers"; readonly code: number }
  /** The unit has registered places, and none that is open has the code that was named. */
  | { readonly kind: "place_unknown"; readonly placeCode: string }
  /** What it should reverse can't be reversed (any more); by: the red-letter receipt that was there first. */
  | { readonly kind: "interlocked"; readonly interlock: Interlock; readonly by?: ReversalRecord }
  /** Nothing of it was done, for another of the receipts asked for together with it was refused. */
  | { readonly kind: "not_alone" };

export interface IssueStore {
  /**
   * Takes the next number and stores the receipt, in one transaction that may serve many callers.
   * @throws AppError queue_full when too many wait; database_unreachable
   */
  issue(receipt: NewReceipt): Promise<IssueOutcome>;
  /** The same for several receipts of one unit and code: all of them or none. */
  issueTogether(receipts: readonly NewReceipt[]): Promise<readonly IssueOutcome[]>;
}

/** A receipt as it is stored. */
export type Receipt = {
  readonly unitId: number;
  readonly code: number;
  readonly number: number;
  readonly bookId: number;
  readonly kind: string;
  readonly busNo: string;
  readonly input: IssueInput;
  readonly data: ReceiptData;
  readonly secret: Uint8Array;
  readonly issuedFen: number;
  readonly reversedFen: number;
  readonly issuedAtMs: number;
  readonly warnings: readonly FieldProblem[];
  /** rendered: the signed PDF is stored. void: the number was taken and is no receipt. */
  readonly state: "issued" | "rendered" | "void";
  readonly dataDigest?: Uint8Array;
  readonly documentDigest?: Uint8Array;
  readonly documentSha256?: Uint8Array;
  readonly renderedAtMs?: number;
  readonly voidReason?: string;
  /** Document, secret and what tells of persons are gone, with the bureau's approval. */
  readonly destroyedAtMs?: number;
  readonly anchoring?: Anchoring;
  /** 已冲红: the red-letter receipt that reversed it. */
  readonly reversedBy?: ReversalRecord;
  /** On a red-letter receipt: what it reverses. */
  readonly reverses?: ReversalRecord;
  /** 已换开 (or just being exchanged): the paper that stands for it. */
  readonly paper?: StandingPaper;
};

/** Where a receipt stands on chain, read back and confirmed. */
export type Anchoring = {
  readonly batchNo: number;
  readonly segmentIndex: number;
  readonly txHash: string;
  readonly blockNumber: number;
  /** The block's time. */
  readonly anchoredAtMs: number;
};

export type ReceiptFilter = {
  readonly kind?: string;
  readonly state?: "issued" | "rendered" | "void" | "anchored";
  readonly issuedFromMs?: number;
  readonly issuedBeforeMs?: number;
};

/** A place in a list, after which it goes on. */
export type ReceiptCursor = { readonly issuedAtMs: number; readonly code: number; readonly number: number };

/** Of a receipt, where its document is and what proves it: nothing of what it says. */
export type ReceiptPlace = Pick<
  Receipt,
  | ("unitId" | "code" | "number" | "bookId" | "issuedFen" | "reversedFen" | "state")
  | ("dataDigest" | "documentDigest" | "destroyedAtMs" | "anchoring")
>;

export interface ReceiptStore {
  receipt(code: number, number: number): Promise<Receipt | undefined>;
  receiptPlace(code: number, number: number): Promise<ReceiptPlace | undefined>;
  receiptByBusNo(unitId: number, busNo: string): Promise<Receipt | undefined>;
  /** Oldest first. */
  receipts(
    unitId: number,
    filter: ReceiptFilter,
    after: ReceiptCursor | undefined,
    limit: number,
  ): Promise<readonly Receipt[]>;
  /** The anchored segment that holds the number, with its batch's segments. */
  segmentOf(bookId: number, number: number): Promise<PlacedSegment | undefined>;
  /** The leaves' parts of a run of numbers, in order. */
  entries(bookId: number, from: number, count: number): Promise<readonly LedgerEntry[]>;
}

/** What a leaf is made of. */
export type LedgerEntry = {
  readonly code: number;
  readonly number: number;
  readonly isVoid: boolean;
  readonly issuedFen: number;
  readonly reversedFen: number;
  /** undefined if void. */
  readonly dataDigest?: Uint8Array;
  readonly documentDigest?: Uint8Array;
  /** Of a red-letter receipt that is to be anchored: the receipt that it reverses. */
  readonly original?: LedgerEntry;
};

export type PlacedSegment = {
  readonly batchNo: number;
  readonly segmentIndex: number;
  readonly bookId: number;
  readonly from: number;
  readonly count: number;
  /** The hashes of all segments of the batch, in order. */
  readonly segmentHashes: readonly Uint8Array[];
};

/** Of a receipt, what is drawn and under what name. */
export type ClaimedReceipt = Pick<Receipt, "unitId" | "code" | "number" | "kind" | "data" | "secret" | "issuedAtMs"> & {
  /** Claimed before: a document may have been stored. */
  readonly isAgain: boolean;
};

export interface RenderStore {
  /** Receipts that wait to be drawn, oldest first; each is the holder's until leaseMs have passed. */
  claimForRender(holder: string, limit: number, leaseMs: number): Promise<readonly ClaimedReceipt[]>;
  /** False if it was rendered or voided meanwhile: the first writer wins. */
  markRendered(mark: RenderMark): Promise<boolean>;
  /** Gives the claims of a holder that has died back. */
  releaseClaims(holder: string): Promise<void>;
  /** Records that a taken number can't become a receipt. False if it has a document already. */
  markVoid(code: number, number: number, reason: string): Promise<boolean>;
}

export type RenderMark = {
  readonly code: number;
  readonly number: number;
  readonly dataDigest: Uint8Array;
  readonly documentDigest: Uint8Array;
  readonly documentSha256: Uint8Array;
  readonly renderedAtMs: number;
};

/** Proof of holding a lease: a later holder has a higher fence, and writes with a lower one are refused (lease_lost). */
export type Lease = { readonly name: string; readonly holder: string; readonly fence: number };

export type SegmentCandidate = {
  readonly bookId: number;
  readonly unitId: number;
  readonly unitKeyId: string;
  readonly from: number;
  readonly entries: readonly LedgerEntry[];
};

/** A batch that was written down and is not yet anchored. */
export type OpenBatch = {
  readonly batchId: number;
  readonly root: Uint8Array;
  readonly segments: readonly SignedSegment[];
  readonly transactions: readonly BatchTransaction[];
};

export type BatchTransaction = {
  readonly nonce: number;
  readonly hash: string;
  readonly raw: string;
  readonly fee: Fee;
  readonly gas: bigint;
  readonly recordedAtMs: number;
};

export type BatchMark = {
  readonly batchNo: number;
  readonly head: Uint8Array;
  readonly timeS: number;
  readonly txHash: string;
  readonly blockNumber: number;
  readonly blockHash: string;
};

export interface AnchorStore {
  /** Takes or renews the lease; undefined while another holds it. */
  lease(name: string, holder: string, ttlMs: number): Promise<Lease | undefined>;
  /** Ends a lease before its time; one that was lost meanwhile is its new holder's. */
  releaseLease(lease: Lease): Promise<void>;
  /** Moves each book's `rendered` mark up to its first number without a document. */
  advanceRendered(): Promise<void>;
  /** Runs of numbers that are rendered and not anchored, of books that are not set aside; at most maxReceipts in all. */
  segmentCandidates(maxReceipts: number): Promise<readonly SegmentCandidate[]>;
  openBatch(): Promise<OpenBatch | undefined>;
  createBatch(lease: Lease, root: Uint8Array, segments: readonly SignedSegment[], nowMs: number): Promise<OpenBatch>;
  recordTransaction(lease: Lease, batchId: number, transaction: BatchTransaction): Promise<void>;
  /** Gives up a batch of which no transaction can be mined any more; its receipts are candidates again. */
  dropBatch(lease: Lease, batchId: number, reason: string): Promise<void>;
  /** Marks the batch and its books anchored, in one transaction. */
  markAnchored(lease: Lease, batchId: number, mark: BatchMark): Promise<void>;
  lastAnchored(): Promise<{ readonly batchNo: number; readonly head: string } | undefined>;
  /** The next nonce by our own ledger of transactions. */
  nextNonce(): Promise<number>;
  /** Sets a book's segments aside, with an alarm; or, without a reason, takes them up again. */
  holdBook(bookId: number, reason: string | undefined): Promise<void>;
}

export type Alarm = {
  readonly alarmId: string;
  readonly kind: string;
  /** What it is about: "book 3", "batch 17". */
  readonly subject: string;
  readonly details: string;
  readonly raisedAtMs: number;
  readonly clearedAtMs?: number;
};

export interface AlarmStore {
  /** One alarm of a kind and subject is open at a time; raising it again changes nothing. */
  raiseAlarm(kind: string, subject: string, details: string, nowMs: number): Promise<void>;
  clearAlarm(kind: string, subject: string, nowMs: number): Promise<void>;
  openAlarms(): Promise<readonly Alarm[]>;
}

/** A segment of an anchored batch, with the hash that proofs are made of. */
export type AnchoredSegment = SignedSegment & { readonly hash: Uint8Array };

/** An anchored batch as it was marked. */
export type AnchoredBatch = {
  readonly batchNo: number;
  readonly root: Uint8Array;
  /** 0x-prefixed. */
  readonly head: string;
  readonly timeS: number;
  readonly txHash: string;
  readonly blockNumber: number;
  readonly segments: readonly AnchoredSegment[];
};

/** What an auditor reads. */
export interface AuditStore
  extends
    Pick<UnitStore, "books" | "deployment">,
    Pick<AnchorStore, "openBatch" | "lastAnchored">,
    Pick<DeclarationStore, "declarations" | "bookTotals">,
    Pick<DestructionStore, "approvedRuns">,
    ReversalStore,
    Pick<ActStore, "actCursor" | "actsBetween" | "isChangedElsewhere">,
    Pick<PaperStore, "exchanges">,
    Pick<NumberStore, "bookStories" | "pendingGrants"> {
  /** Receipts of no book; [] unless the database was tampered with. */
  strayReceipts(limit: number): Promise<readonly Receipt[]>;
  /** The receipts of a book from a number on, in order. */
  receiptsOfBook(bookId: number, from: number, limit: number): Promise<readonly Receipt[]>;
  /** Anchored batches after a number, in order. */
  anchoredBatches(after: number, limit: number): Promise<readonly AnchoredBatch[]>;
}
