import { codeTextOf } from "../domain/code.ts";
import { numberText } from "../domain/number.ts";
import type { AuditDeps } from "./auditLedger.ts";
import { find, type Tally } from "./auditTally.ts";
import { auditDestroyed } from "./auditDestroyed.ts";
import { documentName } from "./documentName.ts";
import { needsDocument, NO_LEAF, type Examination, type ExamineJob } from "./examineReceipt.ts";
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
/** Receipts that are examined together, with their documents in memory. */
const PART = 20;

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
  const read = (from: number): Promise<readonly Receipt[]> => deps.store.receiptsOfBook(book.bookId, from, PAGE);
  for (let next: Promise<readonly Receipt[]> | undefined = read(0); next !== undefined;) {
    const page: readonly Receipt[] = await next;
    const last = page.at(-1);
    // A page that is not full was the end; what is issued meanwhile must not be chased.
    next = last === undefined || page.length < PAGE ? undefined : read(last.number + 1);
    // It is read while this page is examined; if that fails first, nobody waits for it.
    next?.catch(() => undefined);
    const inside = page.filter(({ number }) => book.first <= number && number < book.next);
    outside.push(...page.filter((receipt) => !inside.includes(receipt)));
    const parts = Array.from({ length: Math.ceil(inside.length / PART) }, (_, index) =>
      inside.slice(index * PART, (index + 1) * PART),
    );
    const audited = await Promise.all(
      parts.map((part) => auditReceipts(deps, book, part, expectedDocuments, destroyed)),
    );
    for (const each of audited.flat()) {
      const { number } = each.receipt;
      missUpTo(number);
      expected = number + 1;
      tallyReceipt(tally, each);
      leaves[number - book.first] = each.leaf;
    }
    deps.onProgress(tally.receiptCount, total);
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

type ReceiptAudit = Examination & { readonly receipt: Receipt; readonly subject: string };

async function auditReceipts(
  deps: AuditDeps,
  book: Book,
  receipts: readonly Receipt[],
  expectedDocuments: Set<string>,
  destroyed: readonly Run[],
): Promise<readonly ReceiptAudit[]> {
  const isGone = (receipt: Receipt): boolean => receipt.destroyedAtMs !== undefined && receipt.state !== "void";
  const present = receipts.filter((receipt) => !isGone(receipt));
  const jobs = await Promise.all(
    present.map(async (receipt): Promise<ExamineJob> => {
      const name = documentName(book.code, receipt.number);
      if (receipt.state !== "void") expectedDocuments.add(name);
      // What was asked for is not looked at: no thread need be sent it.
      const { input: _input, warnings: _warnings, ...row } = receipt;
      return { book, receipt: row, pdf: needsDocument(row) ? await deps.blobs.get(name) : undefined };
    }),
  );
  const examined = await deps.examine(jobs);
  let index = 0;
  return receipts.map((receipt) => {
    const subject = subjectOf({ code: book.code, number: receipt.number });
    const examination = isGone(receipt) ? auditDestroyed(book, receipt, destroyed) : examined[index++]!;
    return { ...examination, receipt, subject };
  });
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
