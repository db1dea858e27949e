import { equalBytes } from "../core/bytes.ts";
import { flatten, type JsonValue } from "../core/canonical.ts";
import { parseSignedData } from "../core/cms.ts";
import { dataDigestOf } from "../core/dataDigest.ts";
import { AppError } from "../core/errors.ts";
import { openPdf } from "../core/pdfFile.ts";
import { readAttachment } from "../core/pdfAttachments.ts";
import { documentDigestOf, readSignature } from "../core/pdfSignature.ts";
import { encodeReceiptFile, parseReceiptFile, RECEIPT_FILE_NAME } from "../core/receiptFile.ts";
import { codeTextOf } from "../domain/code.ts";
import { amountsOf, numberingOf } from "../domain/receiptAssembly.ts";
import { documentName } from "./documentName.ts";
import type { Hash } from "./ports.ts";
import { entryLeaf } from "./segmentTrees.ts";
import type { Book, Receipt } from "./storePorts.ts";

/** A row, the book that it stands in, and its stored document, if it must have one. Plain values, so that a thread can take them. */
export type ExamineJob = {
  readonly book: Pick<Book, "code" | "unitId" | "kind" | "anchored">;
  readonly receipt: ExaminedRow;
  /** undefined: it is missing, or the row needs none. */
  readonly pdf: Uint8Array | undefined;
};

export type ExaminedRow = Omit<Receipt, "input" | "warnings" | "bookId" | "renderedAtMs" | "voidReason" | "anchoring">;

/** What is wrong with a row and with its document; what the row stands for in its segment. */
export type Examination = {
  readonly rowReasons: readonly string[];
  readonly document: DocumentAudit | undefined;
  readonly leaf: Uint8Array;
};

type DocumentAudit = { readonly isMissing: boolean; readonly name: string; readonly reasons: readonly string[] };

/** Examines rows, here or in threads; the results in the order of the jobs. */
export type Examine = (jobs: readonly ExamineJob[]) => Promise<readonly Examination[]>;

/** What a number without a row, or whose row waits to be drawn, stands for. */
export const NO_LEAF: Uint8Array = new Uint8Array(32);

export function examineHere(hash: Hash): Examine {
  return (jobs) => Promise.resolve(jobs.map((job) => examineReceipt(hash, job)));
}

/** Whether the row must have a document, and says enough for it to be compared. */
export function needsDocument({ state, dataDigest, documentDigest }: ExaminedRow): boolean {
  return state === "rendered" && dataDigest !== undefined && documentDigest !== undefined;
}

/** The leaf is made of the row's own digests: what they are digests of is compared here, and the leaf with the chain later. */
export function examineReceipt(hash: Hash, { book, receipt, pdf }: ExamineJob): Examination {
  const { number, state } = receipt;
  const entry = { ...receipt, code: book.code, isVoid: state === "void" };
  if (state === "void") {
    const rowReasons = receipt.documentDigest === undefined ? [] : ["it is void and has a document digest"];
    return { rowReasons, document: undefined, leaf: entryLeaf(entry) };
  }
  const rowReasons = auditRow(book, receipt);
  if (state === "issued") {
    if (number < book.anchored) rowReasons.push("it is anchored, and its row says that it has no document");
    return { rowReasons, document: undefined, leaf: NO_LEAF };
  }
  if (!needsDocument(receipt)) {
    return { rowReasons: [...rowReasons, "it has no digests"], document: undefined, leaf: NO_LEAF };
  }
  const name = documentName(book.code, number);
  const document =
    pdf === undefined
      ? { isMissing: true, name, reasons: [name] }
      : auditDocument(hash, receipt, name, pdf, rowReasons);
  return { rowReasons, document, leaf: entryLeaf(entry) };
}

/** The row's columns against its data and its book, and its data against its digest. */
function auditRow(book: ExamineJob["book"], receipt: ExaminedRow): string[] {
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
  hash: Hash,
  receipt: ExaminedRow,
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
    const found = documentDigestOf(file, hash);
    const attachment = readAttachment(file, RECEIPT_FILE_NAME);
    const isSameDigest = isStored(documentDigest, found);
    const isSameFile = isStored(documentSha256, hash([pdf]));
    if (isSameDigest && isSameFile && isOfRow(attachment, receipt)) return { isMissing: false, name, reasons };
    const attached = parseReceiptFile(attachment);
    const isOwn = equalBytes(attached.secret, receipt.secret) && isSameData(attached.data, receipt.data);
    if (isOwn && isSameDigest && isSameFile) return { isMissing: false, name, reasons };
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

/** The bytes that the row's data and secret give, in the order in which the database keeps them: parsing costs far more. */
function isOfRow(attachment: Uint8Array, { data, secret }: ExaminedRow): boolean {
  try {
    return equalBytes(attachment, encodeReceiptFile(data, secret));
  } catch (error) {
    // The row's data are no receipt's, which is said of the row.
    if (error instanceof AppError) return false;
    throw error;
  }
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
