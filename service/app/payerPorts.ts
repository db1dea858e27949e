import type { Receipt } from "./storePorts.ts";
import type { ReceiptPlace, SealedContact } from "./deliveryPorts.ts";

export type PayerFilter = {
  readonly unitId?: number;
  readonly kind?: string;
  /** Of issue, in Asia/Shanghai. */
  readonly issuedFromMs?: number;
  readonly issuedBeforeMs?: number;
};

/** What a payer's receipts can be filtered by. */
export type PayerFacet = {
  readonly unitId: number;
  readonly unitName: string;
  readonly kind: string;
  readonly year: number;
};

export type NewLoginCode = {
  readonly loginId: string;
  readonly lookup: Uint8Array;
  /** MAC of the code, under the keystore. */
  readonly codeMac: Uint8Array;
  readonly nowMs: number;
  readonly expiresAtMs: number;
  /** What is sent if the contact is a payer's, and only then. */
  readonly message: SealedContact & { readonly deliveryId: string };
};

/** What a payer without an account may see, by a contact that a one-time code proved. Receipts in arrears are not among it. */
export interface PayerStore {
  /** Newest first, rendered ones alone. */
  receiptsOfPayer(
    lookup: Uint8Array,
    filter: PayerFilter,
    after: { readonly issuedAtMs: number; readonly code: number; readonly number: number } | undefined,
    limit: number,
  ): Promise<readonly Receipt[]>;
  facetsOfPayer(lookup: Uint8Array): Promise<readonly PayerFacet[]>;
  /** undefined if it is not this payer's. */
  receiptOfPayer(lookup: Uint8Array, place: ReceiptPlace): Promise<Receipt | undefined>;
  /** Deletes the contact wherever it is kept; receipts stay as they are. */
  forgetPayer(lookup: Uint8Array): Promise<void>;
}

/** One-time codes and the sessions that they open. */
export interface LoginStore {
  /** Records a code for any contact alike; the message is queued only for one that a receipt was issued to. */
  addLoginCode(code: NewLoginCode): Promise<void>;
  /**
   * Counts a try before it is compared, so that many at once gain nothing; undefined if there is no such code, it has lapsed,
   * was used, or was tried `maxTries` times.
   */
  tryLoginCode(
    loginId: string,
    maxTries: number,
    nowMs: number,
  ): Promise<{ readonly lookup: Uint8Array; readonly codeMac: Uint8Array } | undefined>;
  /** Uses the code up and opens a session, in one transaction; false if it was used meanwhile. */
  openSession(
    loginId: string,
    session: { readonly tokenHash: Uint8Array; readonly expiresAtMs: number },
  ): Promise<boolean>;
  /** The contact that the session is for; undefined once it has lapsed. */
  sessionOf(tokenHash: Uint8Array, nowMs: number): Promise<{ readonly lookup: Uint8Array } | undefined>;
  endSession(tokenHash: Uint8Array): Promise<void>;
}
