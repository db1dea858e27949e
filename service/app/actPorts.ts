import type { ReceiptKey } from "./checkPorts.ts";
import type { Lease } from "./storePorts.ts";

/** What was done to a receipt on the contract. Amounts in fen. Ids are the contract's; nothing tells of a person. */
export type ActDetails =
  /** lapsesAtS: from then on it no longer holds. */
  | {
      readonly kind: "locked";
      readonly claimantId: number;
      readonly capFen: number;
      readonly amountFen: number;
      readonly lapsesAtS: number;
    }
  | { readonly kind: "claimed"; readonly claimantId: number; readonly capFen: number; readonly amountFen: number }
  | {
      readonly kind: "claim_released" | "lock_released";
      readonly claimantId: number;
      readonly amountFen: number;
      readonly reason: number;
    }
  /** By the red-letter receipt number `by` of the book. */
  | { readonly kind: "reversed"; readonly bookId: number; readonly by: number }
  /** Beside `reversed`: what is to be paid back, and what locks held. */
  | {
      readonly kind: "reversed_in_use";
      readonly bookId: number;
      readonly usedFen: number;
      readonly lockedFen: number;
    }
  | {
      readonly kind: "paper_changed";
      readonly unitId: number;
      readonly onPaper: boolean;
      readonly nonce: number;
    };

/** An event of the contract about one receipt, in a confirmed block. */
export type ReceiptAct = {
  /** 0x-prefixed lower case; with logIndex its key. */
  readonly txHash: string;
  readonly logIndex: number;
  readonly blockNumber: number;
  /** The block's time, seconds. */
  readonly timeS: number;
  /** The receipt's leaf hash, 0x-prefixed lower case. */
  readonly leaf: string;
  readonly details: ActDetails;
};

/** An act as it is kept. */
export type StoredAct = ReceiptAct & {
  /** The receipt, if it is one of ours. */
  readonly receipt?: ReceiptKey;
  /** A reversal, or a change to or from paper, of a receipt of ours that our database did not ask for. */
  readonly isForeign: boolean;
};

/** A run of blocks, both ends included. */
export type BlockSpan = { readonly fromBlock: number; readonly toBlock: number };

export interface ActStore {
  /** The next block to be read; undefined: none was read yet. */
  actCursor(): Promise<number | undefined>;
  /**
   * Keeps the acts of a run of blocks and moves the cursor behind it, in one transaction with what follows from them: the events
   * `receipt.claimed`, and the alarms reversed_elsewhere, paper_elsewhere and reversed_in_use. What is kept already is left alone.
   * @returns those that are new
   * @throws AppError lease_lost, cursor_moved (another has read from there): nothing was kept
   */
  recordActs(lease: Lease, span: BlockSpan, acts: readonly ReceiptAct[], nowMs: number): Promise<readonly StoredAct[]>;
  /** The claims and releases of a receipt of ours so far, in the order of the chain. */
  claimActs(receipt: ReceiptKey): Promise<readonly ReceiptAct[]>;
  /** By what is kept, it was reversed or put on paper by an act that is not ours. */
  isChangedElsewhere(receipt: ReceiptKey): Promise<boolean>;
  /** In the order of the chain. */
  actsBetween(span: BlockSpan): Promise<readonly StoredAct[]>;
}
