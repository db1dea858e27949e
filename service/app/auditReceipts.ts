import { equalBytes } from "../core/bytes.ts";
import { flatten, type JsonValue } from "../core/canonical.ts";
import { parseSignedData } from "../core/cms.ts";
import { dataDigestOf } from "../core/dataDigest.ts";
import { AppError } from "../core/errors.ts";
import { openPdf } from "../core/pdfFile.ts";
import { readAttachment } from "../core/pdfAttachments.ts";
import { documentDigestOf, readSignature } from "../core/pdfSignature.ts";
import { parseReceiptFile, RECEIPT_FILE_NAME } from "../core/receiptFile.ts";
import { codeTextOf } from "../domain/code.ts";
import { numberText } from "../domain/number.ts";
import { amountsOf, numberingOf } from "../domain/receiptAssembly.ts";
import type { AuditDeps } from "./auditLedger.ts";
import { find, type Tally } from "./auditTally.ts";
import { auditDestroyed } from "./auditDestroyed.ts";
import { documentName } from "./documentName.ts";
import { entryLeaf } from "./segmentTrees.ts";
import type { Book, Receipt } from "./storePorts.ts";
import type { Run } from "./writeOffPorts.ts";

/** What the walk over a book's rows gives. */
export type BookAudit = {
  readonly book: Book;
  /** By number - first; a number without a row, or that waits to be drawn, has a leaf of zeros. */
  readonly leaves: readonly Uint8Array[];
  /** Rows outside the numbers that the book had given out when it was read. */
  readonly outside: readonly Receipt[];
};

const PAGE = 200;
const NO_LEAF: Uint8Array = new Uint8Array(32);

/** Walks a book's rows in order, compares each with its book, its digests and its document, and gives the leaves. */
export async function auditBook(
  deps: AuditDeps,
  book: Book,
  tally: Tally,
  total: number,
  expectedDocuments: Set<string>,
): Promise<BookAudit> {
  const leaves = new Array<Uint8Array>(Math.max(0, book.next - book.first)).fill(NO_LEAF);
  const outside: Receipt[] = [];
  const destroyed = await deps.store.approvedRuns();
  let expected = book.first;
  const missUpTo = (number: number): void => {
    if (expected >= number) return;
    const [first, last] = [subjectOf({ code: book.code, number: expected }), numberText(number - 1)];
    const subject = expected === number - 1 ? first : `${first} to ${last}`;
    find(tally, "number_missing", subject, ["taken, but there is no row"]);
    expected = number;
  };
  for (let from = 0; ;) {
    const page = await deps.store.receiptsOfBook(book.bookId, from, PAGE);
    const inside = page.filter(({ number }) => book.first <= number && number < book.next);
    outside.push(...page.filter((receipt) => !inside.includes(receipt)));
    const audited = await Promise.all(
      inside.map((receipt) => auditReceipt(deps, book, receipt, expectedDocuments, destroyed)),
    );
    for (const [index, { number }] of inside.entries()) {
      missUpTo(number);
      expected = number + 1;
      tallyReceipt(tally, audited[index]!);
      leaves[number - book.first] = audited[index]!.leaf;
    }
    deps.onProgress(tally.receiptCount, total);
    const last = page.at(-1);
    // A page that is not full was the end; what is issued meanwhile must not be chased.
    if (last === undefined || page.length < PAGE) break;
    from = last.number + 1;
  }
  missUpTo(book.next);
  return { book, leaves, outside };
}

/** Names the rows outside every book's numbers, but for those that were taken since the audit began. */
export async function reportExtraRows(
  deps: AuditDeps,
  audited: readonly BookAudit[],
  booksNow: readonly Book[],
  tally: Tally,
): Promise<void> {
  for (const { book, outside } of audited) {
    const next = booksNow.find((now) => now.bookId === book.bookId)?.next ?? book.next;
    for (const receipt of outside) {
      if (receipt.number >= book.next && receipt.number < next) continue;
      const reason = `book ${book.bookId} has given out the numbers ${book.first} to ${next - 1}`;
      find(tally, "number_extra", subjectOf(receipt), [reason]);
    }
  }
  for (const stray of await deps.store.strayReceipts(PAGE)) {
    find(tally, "number_extra", subjectOf(stray), [`there is no book ${stray.bookId}`]);
  }
}

/** Whether a document is that of a number which was taken since the audit began. */
export function isYounger(name: string, books: readonly Book[], booksNow: readonly Book[]): boolean {
  return booksNow.some((now) => {
    const before = books.find(({ bookId }) => bookId === now.bookId)?.next ?? now.first;
    const prefix = `${codeTextOf(now.code)}/`;
    const number = Number(name.slice(prefix.length).split(".")[0]);
    return name.startsWith(prefix) && before <= number && number < now.next;
  });
}

export type ReceiptAudit = {
  readonly receipt: Receipt;
  readonly subject: string;
  readonly rowReasons: readonly string[];
  readonly document: DocumentAudit | undefined;
  readonly leaf: Uint8Array;
};

type DocumentAudit = { readonly isMissing: boolean; readonly name: string; readonly reasons: readonly string[] };

/** The leaf is made of the row's own digests: what they are digests of is compared here, and the leaf with the chain later. */
async function auditReceipt(
  deps: AuditDeps,
  book: Book,
  receipt: Receipt,
  expectedDocuments: Set<string>,
  destroyed: readonly Run[],
): Promise<ReceiptAudit> {
  const { number } = receipt;
  const subject = subjectOf({ code: book.code, number });
  const entry = { ...receipt, code: book.code, isVoid: receipt.state === "void" };
  if (receipt.state === "void") {
    const rowReasons = receipt.documentDigest === undefined ? [] : ["it is void and has a document digest"];
    return { receipt, subject, rowReasons, document: undefined, leaf: entryLeaf(entry) };
  }
  if (receipt.destroyedAtMs !== undefined) return auditDestroyed(book, receipt, destroyed);
  const name = documentName(book.code, number);
  expectedDocuments.add(name);
  const rowReasons = auditRow(book, receipt);
  if (receipt.state === "issued") {
    if (number < book.anchored) rowReasons.push("it is anchored, and its row says that it has no document");
    return { receipt, subject, rowReasons, document: undefined, leaf: NO_LEAF };
  }
  if (receipt.dataDigest === undefined || receipt.documentDigest === undefined) {
    return { receipt, subject, rowReasons: [...rowReasons, "it has no digests"], document: undefined, leaf: NO_LEAF };
  }
  const pdf = await deps.blobs.get(name);
  const document =
    pdf === undefined
      ? { isMissing: true, name, reasons: [name] }
      : auditDocument(deps, receipt, name, pdf, rowReasons);
  return { receipt, subject, rowReasons, document, leaf: entryLeaf(entry) };
}

function tallyReceipt(tally: Tally, { receipt, subject, rowReasons, document }: ReceiptAudit): void {
  tally.receiptCount += 1;
  if (receipt.state === "void") tally.voidCount += 1;
  else {
    tally.issuedFen += receipt.issuedFen;
    tally.reversedFen += receipt.reversedFen;
  }
  if (document?.isMissing === false) tally.documentCount += 1;
  find(tally, "row_altered", subject, rowReasons);
  if (document === undefined) return;
  find(tally, document.isMissing ? "document_missing" : "document_altered", subject, document.reasons);
}

export const subjectOf = (receipt: { readonly code: number; readonly number: number }): string =>
  `receipt ${documentName(receipt.code, receipt.number).replace("/", " ").replace(".pdf", "")}`;

/** The row's columns against its data and its book, and its data against its digest. */
function auditRow(book: Book, receipt: Receipt): string[] {
  const { data, secret, dataDigest, issuedAtMs } = receipt;
  const reasons: string[] = [];
  const compare = (what: string, found: unknown, expected: unknown): void => {
    if (found !== expected) reasons.push(`${what} ${String(found)}, expected ${String(expected)}`);
  };
  compare("code", receipt.code, book.code);
  compare("unit", receipt.unitId, book.unitId);
  compare("kind", receipt.kind, book.kind);
  const expected = numberingOf(codeTextOf(book.code), receipt.number, data.randomNumber, issuedAtMs);
  compare("code in the data", data.eInvoiceCode, expected.eInvoiceCode);
  compare("number in the data", data.eInvoiceNumber, expected.eInvoiceNumber);
  compare("issue date", data.issueDate, expected.issueDate);
  compare("issue time", data.issueTime, expected.issueTime);
  if (data.bizCode !== receipt.busNo) reasons.push("another busNo in the data");
  try {
    const { issuedFen, reversedFen } = amountsOf(data);
    compare("amounts", `${receipt.issuedFen}/${receipt.reversedFen} fen`, `${issuedFen}/${reversedFen} fen`);
    const isSame = dataDigest === undefined || equalBytes(dataDigest, dataDigestOf(data, secret));
    if (!isSame) reasons.push("the data and the secret do not give the stored data digest");
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    reasons.push(`the data are no receipt's: ${error.code}`);
  }
  return reasons;
}

/** If the document is whole as it was signed and disagrees with its row, it is the row that was altered. */
function auditDocument(
  deps: AuditDeps,
  receipt: Receipt,
  name: string,
  pdf: Uint8Array,
  rowReasons: string[],
): DocumentAudit {
  const { documentDigest, documentSha256 } = receipt;
  const isStored = (stored: Uint8Array | undefined, found: Uint8Array): boolean =>
    stored !== undefined && equalBytes(stored, found);
  const reasons: string[] = [];
  try {
    const file = openPdf(pdf);
    const found = documentDigestOf(file, deps.hash);
    const attached = parseReceiptFile(readAttachment(file, RECEIPT_FILE_NAME));
    // Comparing the data costs a tenth of comparing their digests.
    const isOwn = equalBytes(attached.secret, receipt.secret) && isSameData(attached.data, receipt.data);
    const isSameDigest = isStored(documentDigest, found);
    if (isOwn && isSameDigest && isStored(documentSha256, deps.hash([pdf]))) return { isMissing: false, name, reasons };
    const { eInvoiceCode: code, eInvoiceNumber: number } = attached.data;
    const isItsNumber = typeof code === "string" && typeof number === "string" && `${code}/${number}.pdf` === name;
    const isWhole = isItsNumber && equalBytes(parseSignedData(readSignature(file)).messageDigest, found);
    const target = isWhole && !(isOwn && isSameDigest) ? rowReasons : reasons;
    if (!isOwn) target.push("the document carries other data or another secret");
    if (!isSameDigest) target.push("the document's signed bytes do not give the stored document digest");
    if (isOwn && isSameDigest) target.push("the document's bytes do not give the stored digest");
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    reasons.push(`it can't be read: ${error.code}`);
  }
  return { isMissing: false, name, reasons };
}

function isSameData(a: JsonValue, b: JsonValue): boolean {
  try {
    const [ours, theirs] = [flatten(a), flatten(b)];
    const isSame = (index: number): boolean =>
      ours[index]?.path === theirs[index]?.path &&
      // Of a leaf: a scalar, or what is empty.
      JSON.stringify(ours[index]?.value) === JSON.stringify(theirs[index]?.value);
    return ours.length === theirs.length && ours.every((_, index) => isSame(index));
  } catch (error) {
    // The row's data are no receipt's, which is said of the row.
    if (error instanceof AppError) return false;
    throw error;
  }
}
