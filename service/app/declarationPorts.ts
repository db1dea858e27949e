import type { DeclarationClaim, PaperClaim } from "../core/segment.ts";

/** 申报: a book's declared totals as the contract keeps them. */
export type Declared = DeclarationClaim & {
  /** The block's time, seconds. */
  readonly timeS: number;
};

/** What units sign on the contract, sent by an account of its own: whoever sends it, the contract goes by the signature. */
export interface UnitLedger {
  /** The sender's address, 0x-prefixed lower case. It needs no role. */
  readonly registrar: string;
  /** DECLARE_MIN_RECEIPTS: receipts that a declaration must add, voids not counted. */
  declareMinReceipts(): Promise<number>;
  /**
   * A book's declared totals; undefined: none yet.
   * @param depth as they were so many blocks before the newest; 0: now
   * @throws AppError chain_unreachable
   */
  declared(bookId: number, depth?: number): Promise<Declared | undefined>;
  /**
   * Declares, and returns once it is mined. What stands there already, or something later, is not sent again.
   * @param signature the unit's, 65 bytes, over `declarationSigningDigest`
   * @throws AppError ledger_refused (details.error: the contract's), transaction_reverted, transaction_not_mined (it may be
   * mined later), chain_unreachable
   */
  declare(claim: DeclarationClaim, signature: Uint8Array): Promise<{ readonly isNew: boolean }>;
  /** The nonce that the unit's next change of a receipt to paper, or back, has to name. @throws AppError chain_unreachable */
  paperNonce(unitId: number): Promise<number>;
  /**
   * Marks a receipt as changed to paper, or takes that back; returns once it is mined.
   * @param signature the unit's, 65 bytes, over `paperSigningDigest`
   * @throws as `declare`
   */
  setPaper(claim: PaperClaim, signature: Uint8Array): Promise<void>;
}

/** What a book's rows say of the numbers from one on through another. */
export type BookTotals = {
  /** Neither void nor missing. */
  readonly receiptCount: number;
  readonly voidCount: number;
  readonly issuedFen: number;
  readonly reversedFen: number;
  /** Red-letter receipts, and when the first of them was issued. */
  readonly redCount: number;
  readonly firstRedAtMs?: number;
};

/** A book and its last declaration. */
export type DeclarationStanding = {
  readonly bookId: number;
  readonly unitId: number;
  readonly unitKeyId: string;
  readonly code: number;
  readonly first: number;
  readonly last: number;
  readonly next: number;
  readonly anchored: number;
  readonly declaration?: Declaration;
};

/** A declaration as it was written down: cumulative totals, and the end of the period that it was made for. */
export type Declaration = DeclarationClaim & {
  readonly unitId: number;
  readonly periodEndMs: number;
  readonly plannedAtMs: number;
  /** When it was mined, by the block's time; undefined: not known to be on chain yet. */
  readonly declaredAtMs?: number;
};

export interface DeclarationStore {
  /** Books with numbers on chain that no declaration made for this period's end, or a later one, has looked at. */
  declarationStandings(periodEndMs: number): Promise<readonly DeclarationStanding[]>;
  /** The first number above `after` that was issued at or after a time; undefined: none was. */
  firstIssuedFrom(bookId: number, after: number, fromMs: number): Promise<number | undefined>;
  bookTotals(bookId: number, from: number, through: number): Promise<BookTotals>;
  /** Writes a declaration down before anything is sent. False if one is under way for the book already. */
  planDeclaration(declaration: Declaration): Promise<boolean>;
  /** Those not known to be on chain. */
  plannedDeclarations(): Promise<readonly Declaration[]>;
  markDeclared(bookId: number, through: number, declaredAtMs: number): Promise<void>;
  /** In the order of books and numbers; of one unit, if one is named. */
  declarations(unitId?: number): Promise<readonly Declaration[]>;
}
