import { auditActs } from "./auditActs.ts";
import { auditBatches, auditBooksOnChain, firstLook } from "./auditBatches.ts";
import { auditDeclarations } from "./auditDeclarations.ts";
import { auditPapers } from "./auditPapers.ts";
import { auditReversals } from "./auditReversals.ts";
import { auditGrants } from "./auditGrants.ts";
import { auditBook, isYounger, reportExtraRows, type BookAudit } from "./auditReceipts.ts";
import { find, newTally, type AuditReport } from "./auditTally.ts";
import type { UnitLedger } from "./declarationPorts.ts";
import type { Examine } from "./examineReceipt.ts";
import type { BlobStore, Ledger } from "./ports.ts";
import type { AuditStore } from "./storePorts.ts";

export type AuditDeps = {
  readonly store: AuditStore;
  readonly blobs: BlobStore;
  readonly ledger: Ledger;
  readonly unitLedger: Pick<UnitLedger, "declared">;
  readonly examine: Examine;
  readonly onProgress: (done: number, total: number) => void;
};

/**
 * Compares everything with everything: each row's data with its digests, its document with both, the leaves with the segments'
 * roots, these with the batches' roots, and these, with head, time and books, with the chain. So whatever is altered breaks at
 * least one link, also if what belongs to it is altered to match; and the link tells what it was. Nothing is changed, and a
 * program that issues and anchors meanwhile gives no finding: what is younger than the audit is left out.
 * All leaves are kept, 32 bytes each and some 100 bytes of housekeeping.
 * @throws AppError chain_unreachable, database_unreachable
 */
export async function auditLedger(deps: AuditDeps): Promise<AuditReport> {
  const tally = newTally();
  const look = await firstLook(deps);
  const books = await deps.store.books();
  const total = books.reduce((sum, book) => sum + book.next - book.first, 0);
  const audited = new Map<number, BookAudit>();
  const expectedDocuments = new Set<string>();
  for (const book of books) audited.set(book.bookId, await auditBook(deps, book, tally, total, expectedDocuments));
  await auditBatches(deps, look, audited, tally);
  await auditBooksOnChain(deps, books, tally);
  await auditDeclarations(deps, books, tally);
  await auditReversals(deps, tally);
  await auditPapers(deps, tally);
  await auditGrants(deps, tally);
  await auditActs(deps, tally);
  const unexpectedDocuments: string[] = [];
  for await (const name of deps.blobs.names()) if (!expectedDocuments.has(name)) unexpectedDocuments.push(name);
  // Read after rows and documents: what was issued meanwhile lies beyond the books as they were.
  const booksNow = await deps.store.books();
  await reportExtraRows(deps, [...audited.values()], booksNow, tally);
  for (const name of unexpectedDocuments) {
    if (!isYounger(name, books, booksNow)) find(tally, "document_extra", name, ["no receipt has this document"]);
  }
  return tally;
}
