import type { DeskPaperState, DeskReceiptState, DeskRequestState } from "../domain/deskLists.ts";
import type { DeskLogEntry } from "../domain/deskLog.ts";
import type { DeskRole } from "../domain/deskRoles.ts";
import type { IssueInput } from "../domain/receipt.ts";
import type { ReversalRequest } from "../domain/reversal.ts";
import type { PaperExchange } from "./paperPorts.ts";
import type { Receipt, ReceiptCursor } from "./storePorts.ts";

/** Passwords and one-time codes of the unit desk. */
export interface DeskSecrets {
  /** A memory-hard hash with its salt and cost in it. */
  hashPassword(password: string): Promise<string>;
  matchesPassword(password: string, hash: string): Promise<boolean>;
  /** The 6 digits of RFC 6238 (SHA-1, 30 s) for a step: the time in s divided by 30, rounded down. */
  totpAt(secret: Uint8Array, step: number): string;
  /** A QR code with its quiet zone, row by row from the top: "1" is a dark module. */
  qrRows(text: string): readonly string[];
}

/** Somebody who works at a unit's desk. */
export type DeskAccount = {
  /** 32 hexadecimal digits. */
  readonly accountId: string;
  readonly unitId: number;
  /** What is typed to sign in, unique in the unit: [a-z0-9]{2,20}. */
  readonly name: string;
  /** As it stands on receipts: 收款人, 复核人. */
  readonly displayName: string;
  readonly role: DeskRole;
  /** 开票点 */
  readonly placeCode: string;
  readonly isClosed: boolean;
  readonly passwordHash: string;
  /** The password was given by another: the next sign-in asks for a new one. */
  readonly isPasswordGiven: boolean;
  /** False for the accounts of the demo alone. */
  readonly needsTotp: boolean;
  /** The secret, sealed by the keystore; undefined: not bound yet. */
  readonly totpSealed?: Uint8Array;
  /** Being bound: not yet proved by a code. */
  readonly totpPending?: Uint8Array;
  readonly createdAtMs: number;
};

export type DeskAccountChange = Partial<
  Pick<
    DeskAccount,
    "displayName" | "role" | "placeCode" | "isClosed" | "passwordHash" | "isPasswordGiven" | "totpPending"
  >
>;

export interface DeskAccountStore {
  /** False if the unit has an account of this name. */
  addDeskAccount(account: DeskAccount): Promise<boolean>;
  deskAccount(accountId: string): Promise<DeskAccount | undefined>;
  deskAccountByName(unitId: number, name: string): Promise<DeskAccount | undefined>;
  deskAccounts(unitId: number): Promise<readonly DeskAccount[]>;
  changeDeskAccount(accountId: string, change: DeskAccountChange): Promise<void>;
  /** Makes the pending secret the account's and replaces its recovery codes, in one transaction. */
  bindTotp(accountId: string, step: number, recoveryMacs: readonly Uint8Array[]): Promise<void>;
  /** Takes the secret and the recovery codes away. */
  unbindTotp(accountId: string): Promise<void>;
  /** False if this step or a later one was used: each code opens once. */
  useTotpStep(accountId: string, step: number): Promise<boolean>;
  /** False if it is none of the account's, or was used. */
  useRecoveryCode(accountId: string, mac: Uint8Array): Promise<boolean>;
}

export interface DeskSessionStore {
  openDeskSession(session: {
    readonly tokenHash: Uint8Array;
    readonly accountId: string;
    readonly nowMs: number;
    readonly endsAtMs: number;
  }): Promise<void>;
  /** The account of a session that has neither ended nor been idle for idleMs; notes that it was used. */
  deskSession(tokenHash: Uint8Array, nowMs: number, idleMs: number): Promise<DeskAccount | undefined>;
  endDeskSession(tokenHash: Uint8Array): Promise<void>;
  /** Ends an account's sessions, but for the one that is kept. */
  endDeskSessionsOf(accountId: string, kept?: Uint8Array): Promise<void>;
}

export type NewDeskLogEntry = Omit<DeskLogEntry, "seq">;

export interface DeskLogStore {
  /** Appends lines of one unit, in order. What is there can't be changed: the database refuses it. */
  appendDeskLog(entries: readonly NewDeskLogEntry[]): Promise<void>;
  /** Newest first, before a line; with each line's hash. */
  deskLog(
    unitId: number,
    before: number | undefined,
    limit: number,
  ): Promise<readonly (DeskLogEntry & { readonly hash: Uint8Array })[]>;
}

/** An item that a unit charges, for the form to fill in. */
export type DeskItem = {
  readonly kind: string;
  readonly itemCode: string;
  readonly itemName: string;
  readonly itemUnit: string;
  /** Yuan, "" if it differs from case to case. */
  readonly itemStd: string;
};

export type DeskReceiptFilter = {
  readonly code?: number;
  readonly number?: number;
  readonly busNo?: string;
  /** Begins so. */
  readonly payerName?: string;
  readonly amountFen?: number;
  readonly kind?: string;
  /** 开票点 */
  readonly placeCode?: string;
  readonly state?: DeskReceiptState;
  readonly issuedFromMs: number;
  readonly issuedBeforeMs: number;
};

export type DeskReceiptPage = {
  readonly receipts: readonly Receipt[];
  /** Where the list goes on; undefined: that was all. */
  readonly next?: ReceiptCursor;
  /** The page is not full because only so many receipts are looked through at once: there may be more from `next` on. */
  readonly isCutShort: boolean;
};

/** A place in a list that is sorted by time, newest first. */
export type DeskCursor = { readonly atMs: number; readonly id: string };

/** 作废的空白纸质票据 */
export type SpoiltBlank = {
  readonly paperCode: string;
  readonly paperNumber: string;
  readonly reason: string;
  readonly spoiltAtMs: number;
};

/** Of one place, kind and hour. */
export type DeskTally = {
  readonly placeCode: string;
  readonly kind: string;
  /** 0 to 23, Asia/Shanghai. */
  readonly hour: number;
  readonly issuedCount: number;
  readonly issuedFen: number;
  readonly reversedCount: number;
  readonly reversedFen: number;
  readonly voidCount: number;
};

export interface DeskReceiptStore {
  /** Notes who issues a busNo, before it is issued; the first word stands. */
  noteDeskIssue(issue: {
    readonly unitId: number;
    readonly busNos: readonly string[];
    readonly accountId: string;
    readonly checkerId: string;
  }): Promise<void>;
  /** Who issued it at the desk; undefined: not at the desk. */
  deskIssuerOf(unitId: number, busNo: string): Promise<string | undefined>;
  /** A unit's own receipts, newest first, before a place. Takes the same time however many the unit has. */
  searchDeskReceipts(
    unitId: number,
    filter: DeskReceiptFilter,
    before: ReceiptCursor | undefined,
    limit: number,
  ): Promise<DeskReceiptPage>;
  /** A unit's exchanges to paper, newest first, before a place. */
  deskExchanges(
    unitId: number,
    state: DeskPaperState | undefined,
    before: DeskCursor | undefined,
    limit: number,
  ): Promise<readonly PaperExchange[]>;
  /** A unit's spoilt blanks, newest first, before a place: `id` is the paper's code, a dot, its number. */
  spoiltBlanks(unitId: number, before: DeskCursor | undefined, limit: number): Promise<readonly SpoiltBlank[]>;
  deskTallies(unitId: number, fromMs: number, beforeMs: number): Promise<readonly DeskTally[]>;
  deskItems(unitId: number): Promise<readonly DeskItem[]>;
  /** Inserts, or replaces the item of this kind and code. */
  saveDeskItem(unitId: number, item: DeskItem): Promise<void>;
  removeDeskItem(unitId: number, kind: string, itemCode: string): Promise<void>;
}

/** What the desk's account and place decide, and the form does not ask for, is left out. */
export type DeskInput = Omit<IssueInput, "handlingPerson" | "checker" | "placeCode">;

export type DeskReversalTerms = Pick<ReversalRequest, "reasonCode" | "reason" | "documentNo">;

/** A cashier's wish to reverse a receipt, for a reviewer to decide. */
export type DeskRequest = {
  readonly requestId: string;
  readonly unitId: number;
  /** The receipt's. */
  readonly code: number;
  readonly number: number;
  readonly terms: DeskReversalTerms;
  /** What is to be issued instead; undefined: nothing. */
  readonly rest?: DeskInput;
  readonly askedBy: string;
  readonly askedAtMs: number;
  readonly state: DeskRequestState;
  readonly decidedBy?: string;
  readonly decidedAtMs?: number;
  /** What the reviewer says of it. */
  readonly note: string;
};

export interface DeskRequestStore {
  /** False if one is open for this receipt. */
  addDeskRequest(request: Omit<DeskRequest, "state" | "decidedBy" | "decidedAtMs" | "note">): Promise<boolean>;
  deskRequest(requestId: string): Promise<DeskRequest | undefined>;
  /** Newest first, before a place: of one state, or all. */
  deskRequests(
    unitId: number,
    state: DeskRequestState | undefined,
    before: DeskCursor | undefined,
    limit: number,
  ): Promise<readonly DeskRequest[]>;
  /** False if it was decided meanwhile. */
  decideDeskRequest(
    requestId: string,
    decision: Required<Pick<DeskRequest, "state" | "decidedBy" | "decidedAtMs" | "note">>,
  ): Promise<boolean>;
}

/** What the unit desk keeps. */
export interface DeskStore
  extends DeskAccountStore, DeskSessionStore, DeskLogStore, DeskReceiptStore, DeskRequestStore {}
