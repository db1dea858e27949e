import { equalBytes, hexOf } from "../core/bytes.ts";
import { dataDigestOf } from "../core/dataDigest.ts";
import { AppError } from "../core/errors.ts";
import { buildTree, RECEIPT_INNER } from "../core/merkle.ts";
import { openPdf } from "../core/pdfFile.ts";
import { readAttachment } from "../core/pdfAttachments.ts";
import { documentDigestOf } from "../core/pdfSignature.ts";
import { parseReceiptFile, RECEIPT_FILE_NAME } from "../core/receiptFile.ts";
import { batchRoot, nextHead, segmentHash } from "../core/segment.ts";
import { amountsOf } from "../domain/receiptAssembly.ts";
import type { BlobStore, Hash, Ledger } from "./ports.ts";
import type { AnchoredBatch, AuditStore, Book, LedgerEntry, Receipt } from "./storePorts.ts";
import { documentName } from "./documentName.ts";
import { entryLeaf } from "./segmentTrees.ts";

/** One thing that is not as it must be: a stable code, what it is about, and what was seen. */
export type Finding = { readonly code: FindingCode; readonly subject: string; readonly details: string };

export type FindingCode =
  | "number_missing"
  | "number_extra"
  | "row_altered"
  | "document_missing"
  | "document_altered"
  | "document_extra"
  | "segment_differs"
  | "batch_differs"
  | "batch_missing"
  | "batch_extra"
  | "book_differs";

export type AuditReport = {
  readonly receiptCount: number;
  readonly voidCount: number;
  readonly documentCount: number;
  readonly batchCount: number;
  readonly issuedFen: number;
  readonly reversedFen: number;
  /** Taken and not yet anchored: no finding. */
  readonly pendingCount: number;
  readonly findings: readonly Finding[];
};

export type AuditDeps = {
  readonly store: AuditStore;
  readonly blobs: BlobStore;
  readonly ledger: Ledger;
  readonly hash: Hash;
  readonly onProgress: (done: number, total: number) => void;
};

const PAGE = 200;
/** No other step keeps all leaves: 32 bytes each, so that a book of ten million numbers takes 320 MB. */
type Tally = { -readonly [Key in keyof Omit<AuditReport, "findings">]: number } & { findings: Finding[] };

/**
 * Recomputes every leaf, root, batch and head from the rows and documents and compares them with the chain. Each row's own digests
 * are recomputed, never believed, so an altered row or document is named even if its stored digests were altered with it.
 */
export async function auditLedger(deps: AuditDeps): Promise<AuditReport> {
  const tally: Tally = {
    receiptCount: 0,
    voidCount: 0,
    documentCount: 0,
    batchCount: 0,
    issuedFen: 0,
    reversedFen: 0,
    pendingCount: 0,
    findings: [],
  };
  const books = await deps.store.books();
  const total = books.reduce((sum, book) => sum + book.next - book.first, 0);
  const leaves = new Map<number, readonly Uint8Array[]>();
  const expectedDocuments = new Set<string>();
  for (const book of books) {
    leaves.set(book.bookId, await auditBook(deps, book, tally, total, expectedDocuments));
  }
  await auditBatches(deps, books, leaves, tally);
  await auditBooksOnChain(deps, books, tally);
  for await (const name of deps.blobs.names()) {
    if (!expectedDocuments.has(name)) find(tally, "document_extra", name, "no receipt has this document");
  }
  return tally;
}

function find(tally: Tally, code: FindingCode, subject: string, details: string): void {
  tally.findings.push({ code, subject, details });
}

const subjectOf = (receipt: { code: number; number: number }): string =>
  `receipt ${documentName(receipt.code, receipt.number).replace("/", " ").replace(".pdf", "")}`;

/** Walks a book's numbers in order. The leaves from the book's first number up to its first unfinished one. */
async function auditBook(
  deps: AuditDeps,
  book: Book,
  tally: Tally,
  total: number,
  expectedDocuments: Set<string>,
): Promise<readonly Uint8Array[]> {
  const leaves: Uint8Array[] = [];
  let expected = book.first;
  for (;;) {
    const page = await deps.store.receiptsOfBook(book.bookId, expected, PAGE);
    if (page.length === 0) break;
    const audited = await Promise.all(page.map((receipt) => auditReceipt(deps, receipt, tally, expectedDocuments)));
    for (const [index, receipt] of page.entries()) {
      for (; expected < receipt.number && expected < book.next; expected++) {
        find(tally, "number_missing", subjectOf({ code: book.code, number: expected }), "taken, but there is no row");
        leaves.push(new Uint8Array(32));
      }
      if (receipt.number >= book.next || receipt.code !== book.code) {
        find(
          tally,
          "number_extra",
          subjectOf(receipt),
          `book ${book.bookId} has given out numbers up to ${book.next - 1}`,
        );
      } else if (audited[index] !== undefined) leaves.push(audited[index]);
      expected = receipt.number + 1;
    }
    deps.onProgress(tally.receiptCount, total);
  }
  for (; expected < book.next; expected++) {
    find(tally, "number_missing", subjectOf({ code: book.code, number: expected }), "taken, but there is no row");
    leaves.push(new Uint8Array(32));
  }
  return leaves;
}

/** The receipt's leaf, recomputed from its data and document; undefined while it waits to be drawn. */
async function auditReceipt(
  deps: AuditDeps,
  receipt: Receipt,
  tally: Tally,
  expectedDocuments: Set<string>,
): Promise<Uint8Array | undefined> {
  const { code, number } = receipt;
  tally.receiptCount += 1;
  if (receipt.state === "void") {
    tally.voidCount += 1;
    return entryLeaf({ code, number, isVoid: true, issuedFen: 0, reversedFen: 0 });
  }
  const name = documentName(code, number);
  expectedDocuments.add(name);
  const { issuedFen, reversedFen } = auditRow(receipt, tally);
  tally.issuedFen += issuedFen;
  tally.reversedFen += reversedFen;
  const dataDigest = dataDigestOf(receipt.data, receipt.secret);
  if (receipt.state === "issued") return undefined;
  if (receipt.dataDigest === undefined || !equalBytes(receipt.dataDigest, dataDigest)) {
    find(tally, "row_altered", subjectOf(receipt), "the data do not give the stored data digest");
  }
  const documentDigest = await auditDocument(deps, receipt, dataDigest, tally);
  return leafFor({ code, number, isVoid: false, issuedFen, reversedFen, dataDigest, documentDigest });
}

const leafFor = (entry: LedgerEntry): Uint8Array => entryLeaf(entry);

function auditRow(receipt: Receipt, tally: Tally): { issuedFen: number; reversedFen: number } {
  const amounts = amountsOf(receipt.data);
  const { eInvoiceCode, eInvoiceNumber, bizCode } = receipt.data;
  const problems = [
    Number(eInvoiceCode) === receipt.code ? [] : [`code ${eInvoiceCode} in the data`],
    Number(eInvoiceNumber) === receipt.number ? [] : [`number ${eInvoiceNumber} in the data`],
    bizCode === receipt.busNo ? [] : ["another busNo in the data"],
    amounts.issuedFen === receipt.issuedFen && amounts.reversedFen === receipt.reversedFen
      ? []
      : [
          `amounts ${amounts.issuedFen}/${amounts.reversedFen} fen in the data, ${receipt.issuedFen}/${receipt.reversedFen}`,
        ],
  ].flat();
  if (problems.length > 0) find(tally, "row_altered", subjectOf(receipt), problems.join("; "));
  return amounts;
}

async function auditDocument(
  deps: AuditDeps,
  receipt: Receipt,
  dataDigest: Uint8Array,
  tally: Tally,
): Promise<Uint8Array> {
  const name = documentName(receipt.code, receipt.number);
  const pdf = await deps.blobs.get(name);
  if (pdf === undefined) {
    find(tally, "document_missing", subjectOf(receipt), name);
    return receipt.documentDigest ?? new Uint8Array(32);
  }
  tally.documentCount += 1;
  const altered = (details: string): void => find(tally, "document_altered", subjectOf(receipt), details);
  if (receipt.documentSha256 === undefined || !equalBytes(receipt.documentSha256, deps.hash([pdf]))) {
    altered("its bytes do not give the stored digest");
  }
  try {
    const file = openPdf(pdf);
    const documentDigest = documentDigestOf(file, deps.hash);
    if (receipt.documentDigest === undefined || !equalBytes(receipt.documentDigest, documentDigest)) {
      altered("its signed bytes do not give the stored document digest");
    }
    const attached = parseReceiptFile(readAttachment(file, RECEIPT_FILE_NAME));
    if (!equalBytes(dataDigestOf(attached.data, attached.secret), dataDigest)) altered("it carries other data");
    return documentDigest;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    altered(`it can't be read: ${error.code}`);
    return receipt.documentDigest ?? new Uint8Array(32);
  }
}

async function auditBatches(
  deps: AuditDeps,
  books: readonly Book[],
  leaves: ReadonlyMap<number, readonly Uint8Array[]>,
  tally: Tally,
): Promise<void> {
  const firstOf = new Map(books.map((book) => [book.bookId, book.first]));
  let head: Uint8Array = new Uint8Array(32);
  let batchNo = 0;
  for (;;) {
    const page = await deps.store.anchoredBatches(batchNo, PAGE);
    if (page.length === 0) break;
    for (const batch of page) {
      for (batchNo += 1; batchNo < batch.batchNo; batchNo++) {
        find(tally, "batch_missing", `batch ${batchNo}`, "the database has no such batch");
      }
      head = await auditBatch(deps, batch, head, leaves, firstOf, tally);
      tally.batchCount += 1;
    }
  }
  const onChain = await deps.ledger.head();
  const open = await deps.store.openBatch();
  for (let extra = batchNo + 1; extra <= onChain.batchCount; extra++) {
    const batch = await deps.ledger.batch(extra);
    if (open !== undefined && batch?.root === hexOf(open.root)) continue;
    find(tally, "batch_extra", `batch ${extra}`, "it is on chain, and the database has none of it");
  }
}

/** Compares one batch, and gives the head after it. */
async function auditBatch(
  deps: AuditDeps,
  batch: AnchoredBatch,
  previousHead: Uint8Array,
  leaves: ReadonlyMap<number, readonly Uint8Array[]>,
  firstOf: ReadonlyMap<number, number>,
  tally: Tally,
): Promise<Uint8Array> {
  const subject = `batch ${batch.batchNo}`;
  const hashes = batch.segments.map((segment) => {
    const offset = segment.from - (firstOf.get(segment.bookId) ?? 0);
    const run = leaves.get(segment.bookId)?.slice(offset, offset + segment.count) ?? [];
    const root = run.length === segment.count ? buildTree(run, RECEIPT_INNER).root : new Uint8Array(32);
    if (hexOf(root) !== segment.root) {
      const run = `book ${segment.bookId} numbers ${segment.from} to ${segment.from + segment.count - 1}`;
      find(tally, "segment_differs", subject, `${run}: root ${hexOf(root)}, anchored ${segment.root}`);
    }
    return segmentHash(segment, root);
  });
  const root = batchRoot(hashes);
  const onChain = await deps.ledger.batch(batch.batchNo);
  if (onChain === undefined) {
    find(tally, "batch_missing", subject, "it is not on chain");
    return previousHead;
  }
  if (onChain.root !== hexOf(root))
    find(tally, "batch_differs", subject, `root ${hexOf(root)}, on chain ${onChain.root}`);
  const head = nextHead(previousHead, batch.batchNo, root, onChain.timeS);
  if (onChain.head !== hexOf(head))
    find(tally, "batch_differs", subject, `head ${hexOf(head)}, on chain ${onChain.head}`);
  if (onChain.timeS !== batch.timeS || onChain.segmentCount !== batch.segments.length) {
    const ours = `time ${batch.timeS}, ${batch.segments.length} segments`;
    find(tally, "batch_differs", subject, `${ours}; on chain ${onChain.timeS}, ${onChain.segmentCount}`);
  }
  return head;
}

async function auditBooksOnChain(deps: AuditDeps, books: readonly Book[], tally: Tally): Promise<void> {
  const onChain = await deps.ledger.books(books.map((book) => book.bookId));
  const open = (await deps.store.openBatch())?.segments ?? [];
  for (const [index, book] of books.entries()) {
    tally.pendingCount += book.next - book.anchored;
    const pending = open.find((segment) => segment.bookId === book.bookId)?.count ?? 0;
    const next = onChain[index]?.next;
    if (next !== book.anchored && next !== book.anchored + pending) {
      find(
        tally,
        "book_differs",
        `book ${book.bookId}`,
        `next ${next} on chain, anchored up to ${book.anchored - 1} here`,
      );
    }
    if (onChain[index]?.last !== book.last) {
      find(tally, "book_differs", `book ${book.bookId}`, `last ${onChain[index]?.last} on chain, ${book.last} here`);
    }
  }
}
