import type { Receipt } from "./storePorts.ts";

/** What the checks by typing or scanning remember; shared by all programs on the database. */
export interface CheckStore {
  /**
   * Counts checks that begin as misses, in one transaction with the use of the work's token, and asks `accept` with the counts,
   * these included; if it refuses, nothing is counted or used. So nobody gains from asking many times at once.
   * @param workId of the token whose work was shown; absent: none was
   */
  beginChecks(
    beginning: CheckBeginning,
    accept: (counts: CheckCounts, isWorkNew: boolean) => boolean,
  ): Promise<boolean>;
  /** Turns the misses of receipts whose elements agreed into passes, takes back what was not answered, adds the others to everybody's. */
  endChecks(ending: CheckEnding): Promise<void>;
  /** The receipts of these numbers, those that exist, in no order. */
  receiptsOf(keys: readonly ReceiptKey[]): Promise<readonly Receipt[]>;
  /** How often checks of a receipt passed so far. */
  passesOf(keys: readonly ReceiptKey[]): Promise<readonly number[]>;
}

export type ReceiptKey = { readonly code: number; readonly number: number };

export type CheckBeginning = {
  /** Days and hours since the epoch, in which misses are counted. */
  readonly day: number;
  readonly hour: number;
  /** Stands for the asker's address, without telling it. */
  readonly addressKey: string;
  /** Each receipt once, with how many of the checks are about it. Those shown by a QR code's signature are not among them. */
  readonly receipts: readonly (ReceiptKey & { readonly count: number })[];
  /** All checks of the request, those by QR code, too. */
  readonly checkCount: number;
  readonly work?: { readonly id: string; readonly expiresAtMs: number };
};

export type CheckCounts = {
  /** In the order of the beginning's receipts. */
  readonly receipts: readonly number[];
  readonly addressMisses: number;
  /** Misses and passes. */
  readonly addressChecks: number;
  readonly everybody: number;
};

export type CheckEnding = {
  readonly day: number;
  readonly hour: number;
  readonly addressKey: string;
  /** Each receipt once: how many checks of it passed, and how many of its misses are to be taken back. */
  readonly receipts: readonly (ReceiptKey & { readonly passes: number; readonly misses: number })[];
  /** Misses of the address that were none: they count as passes. */
  readonly addressPasses: number;
  /** Checks of the request that missed. */
  readonly missCount: number;
};
