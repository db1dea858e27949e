/** One thing that is not as it must be: a stable code, what it is about, and what was seen. */
export type Finding = { readonly code: FindingCode; readonly subject: string; readonly details: string };

export type FindingCode =
  /** A number was taken, and there is no row. */
  | "number_missing"
  /** A row that no book has given out. */
  | "number_extra"
  /** A row's parts disagree with each other, with its book, or with its document. */
  | "row_altered"
  | "document_missing"
  /** A document is not the one that its row tells of. */
  | "document_altered"
  | "document_extra"
  /** A segment's root is not that of its rows. */
  | "segment_differs"
  /** A batch is not that of its segments, or not that on chain. */
  | "batch_differs"
  /** The database or the chain lacks a batch that the other has before its last. */
  | "batch_missing"
  /** The chain has a batch that the database does not know. */
  | "batch_extra"
  /** A book stands elsewhere on chain. */
  | "book_differs"
  /** What a unit has declared on chain is not the sum of its rows, or not what was written down. */
  | "declaration_differs"
  /** A red-letter receipt and its original, or the chain, disagree over the reversal. */
  | "reversal_differs"
  /** A receipt is on paper here and not on chain, or the other way about. */
  | "paper_differs"
  /** What was kept of the contract's events about receipts is not what the chain has. */
  | "event_differs"
  /** On chain a receipt is reversed or on paper, by an act that was not done here. */
  | "changed_elsewhere"
  /** The chain granted a book that the database does not know. */
  | "book_extra";

export type AuditReport = {
  readonly receiptCount: number;
  readonly voidCount: number;
  readonly documentCount: number;
  readonly batchCount: number;
  /** Declarations on chain that were compared with the rows. */
  readonly declarationCount: number;
  readonly issuedFen: number;
  readonly reversedFen: number;
  /** Taken and not yet anchored: no finding. */
  readonly pendingCount: number;
  readonly findings: readonly Finding[];
};

/** The report while it grows. */
export type Tally = { -readonly [Key in keyof Omit<AuditReport, "findings">]: number } & {
  readonly findings: Finding[];
};

export function newTally(): Tally {
  const counts = {
    receiptCount: 0,
    voidCount: 0,
    documentCount: 0,
    batchCount: 0,
    declarationCount: 0,
    pendingCount: 0,
  };
  return { ...counts, issuedFen: 0, reversedFen: 0, findings: [] };
}

/** One finding for all that is wrong with a subject in one way; none if nothing is. */
export function find(tally: Tally, code: FindingCode, subject: string, reasons: readonly string[]): void {
  if (reasons.length > 0) tally.findings.push({ code, subject, details: reasons.join("; ") });
}
