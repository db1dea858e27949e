import { bytesOfHex, equalBytes, hexOf } from "../core/bytes.ts";
import { AppError } from "../core/errors.ts";
import { RECEIPT_INNER, treeRoot } from "../core/merkle.ts";
import { batchRoot, nextHead, segmentHash } from "../core/segment.ts";
import type { AuditDeps } from "./auditLedger.ts";
import type { BookAudit } from "./auditReceipts.ts";
import { find, type Tally } from "./auditTally.ts";
import type { AnchoredBatch, AnchoredSegment, Book, OpenBatch } from "./storePorts.ts";

/** Where chain and database stood when the audit began. */
export type FirstLook = {
  readonly batchCount: number;
  readonly open: OpenBatch | undefined;
  readonly lastBatchNo: number;
};

const PAGE = 50;
/** A batch that is marked between two reads makes a book look wrong: it is looked at again. */
const BOOK_LOOKS = 5;

/**
 * In this order, each read after the one before: what the chain has by then is either the batch that was open, or marked, in
 * the database that is read later. So a program that anchors meanwhile gives no finding.
 */
export async function firstLook({ ledger, store }: AuditDeps): Promise<FirstLook> {
  const { batchCount } = await ledger.head();
  const open = await store.openBatch();
  const lastBatchNo = (await store.lastAnchored())?.batchNo ?? 0;
  return { batchCount, open, lastBatchNo };
}

/** Compares the batches up to the first look with the rows' leaves and with the chain. */
export async function auditBatches(
  deps: AuditDeps,
  look: FirstLook,
  audited: ReadonlyMap<number, BookAudit>,
  tally: Tally,
): Promise<void> {
  let batchNo = 0;
  let previousHead: string | undefined = hexOf(new Uint8Array(32));
  for (;;) {
    const page = (await deps.store.anchoredBatches(batchNo, PAGE)).filter((each) => each.batchNo <= look.lastBatchNo);
    if (page.length === 0) break;
    const onChain = await Promise.all(page.map((batch) => readOnChain(deps, batch)));
    for (const [index, batch] of page.entries()) {
      const isNext = batch.batchNo === batchNo + 1;
      if (!isNext) {
        const subject = batch.batchNo === batchNo + 2 ? "batch" : `batches ${batchNo + 1} to`;
        find(tally, "batch_missing", `${subject} ${batch.batchNo - 1}`, ["the database has no such batch"]);
      }
      ({ batchNo } = batch);
      auditSegments(batch, audited, tally);
      const chain = onChain[index];
      if (chain === undefined) find(tally, "batch_missing", `batch ${batchNo}`, ["it is not on chain"]);
      else
        find(tally, "batch_differs", `batch ${batchNo}`, batchReasons(batch, chain, isNext ? previousHead : undefined));
      previousHead = chain?.head;
      tally.batchCount += 1;
    }
  }
  for (let extra = batchNo + 1; extra <= look.batchCount; extra++) {
    const batch = await deps.ledger.batch(extra);
    if (look.open !== undefined && batch?.root === hexOf(look.open.root)) continue;
    find(tally, "batch_extra", `batch ${extra}`, ["it is on chain, and the database has none of it"]);
  }
}

type OnChain = {
  readonly root: string;
  readonly head: string;
  readonly timeS: number;
  readonly segmentCount: number;
  /** Of the block that holds the transaction which the database names; undefined if that anchored no such batch. */
  readonly blockNumber: number | undefined;
};

async function readOnChain({ ledger }: AuditDeps, { batchNo, txHash }: AnchoredBatch): Promise<OnChain | undefined> {
  const [batch, receipt] = await Promise.all([ledger.batch(batchNo), ledger.receipt(txHash)]);
  return batch && { ...batch, blockNumber: receipt?.batchNo === batchNo ? receipt.blockNumber : undefined };
}

/** The rows' leaves against the segments' roots. */
function auditSegments(batch: AnchoredBatch, audited: ReadonlyMap<number, BookAudit>, tally: Tally): void {
  for (const segment of batch.segments) {
    const { bookId, from, count } = segment;
    const root = rootOfRows(segment, audited.get(bookId));
    if (root === segment.root) continue;
    const reason = `numbers ${from} to ${from + count - 1} give the root ${root ?? "of no book"}, anchored ${segment.root}`;
    find(tally, "segment_differs", `batch ${batch.batchNo} book ${bookId}`, [reason]);
  }
}

function rootOfRows({ from, count }: AnchoredSegment, audited: BookAudit | undefined): string | undefined {
  if (audited === undefined || from < audited.book.first) return undefined;
  const start = from - audited.book.first;
  const run = audited.leaves.slice(start, start + count);
  return run.length === count ? hexOf(treeRoot(run, RECEIPT_INNER)) : undefined;
}

/** The segments against the batch, and the batch against the chain, whose own heads must be linked, too. */
function batchReasons(batch: AnchoredBatch, chain: OnChain, previousHead: string | undefined): readonly string[] {
  const { batchNo, segments, root, head, timeS, blockNumber, txHash } = batch;
  const hashes = segments.map((segment) => segmentHash(segment, bytesOfHex(segment.root)));
  const reasons: string[] = [];
  const compare = (what: string, found: unknown, expected: unknown): void => {
    if (found !== expected) reasons.push(`${what} ${String(found)}, on chain ${String(expected)}`);
  };
  if (!segments.every(({ hash }, index) => equalBytes(hash, hashes[index]!))) {
    reasons.push("a segment's hash is not that of its header and root");
  }
  compare("segments", segments.length, chain.segmentCount);
  compare("root of the segments", hashes.length === 0 ? "of none" : hexOf(batchRoot(hashes)), chain.root);
  compare("root", hexOf(root), chain.root);
  compare("head", head, chain.head);
  compare("time", timeS, chain.timeS);
  compare(`block of transaction ${txHash}`, blockNumber, chain.blockNumber);
  const linked =
    previousHead === undefined
      ? chain.head
      : hexOf(nextHead(bytesOfHex(previousHead), batchNo, bytesOfHex(chain.root), chain.timeS));
  compare("head after the one before", linked, chain.head);
  return reasons;
}

/** Where each book stands on chain. */
export async function auditBooksOnChain(deps: AuditDeps, books: readonly Book[], tally: Tally): Promise<void> {
  for (const book of books) {
    tally.pendingCount += book.next - book.anchored;
    find(tally, "book_differs", `book ${book.bookId}`, await bookReasons(deps, book));
  }
}

async function bookReasons({ store, ledger }: AuditDeps, { bookId }: Book): Promise<readonly string[]> {
  for (let look = 1; ; look++) {
    const onChain = await readBook(ledger, bookId);
    const open = await store.openBatch();
    const book = (await store.books()).find((each) => each.bookId === bookId);
    if (book === undefined || onChain === undefined) return ["the chain knows no such book"];
    const { anchored, last, usableLast } = book;
    const pending = open?.segments.find((segment) => segment.bookId === bookId)?.count ?? 0;
    const isInStep = onChain.next === anchored || onChain.next === anchored + pending;
    if (!isInStep && look < BOOK_LOOKS) continue;
    // Closed on chain and not yet marked here: only what a return that is under way has stopped.
    const isEndRight = onChain.last === last || onChain.last === usableLast;
    return [
      ...(isInStep ? [] : [`next ${onChain.next} on chain, anchored up to ${anchored - 1} here`]),
      ...(isEndRight ? [] : [`last ${onChain.last} on chain, ${last} here`]),
    ];
  }
}

async function readBook(
  ledger: AuditDeps["ledger"],
  bookId: number,
): Promise<{ readonly next: number; readonly last: number } | undefined> {
  try {
    return (await ledger.books([bookId]))[0];
  } catch (error) {
    if (error instanceof AppError && error.code === "book_unknown") return undefined;
    throw error;
  }
}
