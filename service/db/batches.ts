import type { DataSource, EntityManager } from "typeorm";
import { bytesOfHex } from "../core/bytes.ts";
import { AppError, invariant } from "../core/errors.ts";
import { segmentHash } from "../core/segment.ts";
import type { SignedSegment } from "../app/ports.ts";
import type { AnchorStore, BatchTransaction, Lease, OpenBatch } from "../app/storePorts.ts";
import type { BatchTransactionRow, SegmentRow } from "./entities/batch.ts";
import { BatchEntity, BatchTransactionEntity, SegmentEntity } from "./entities/batch.ts";
import { recordAnchored } from "./recordEvents.ts";
import { inTransaction, query, rowsOf } from "./retry.ts";
import { segmentCandidates } from "./segmentCandidates.ts";

const nowMs = "(extract(epoch from clock_timestamp()) * 1000)::bigint";

/** The way of a batch: written down, sent, read back, marked. One batch is open at a time. */
export function createAnchorStore(dataSource: DataSource): AnchorStore {
  return {
    lease: (name, holder, ttlMs) => takeLease(dataSource, name, holder, ttlMs),
    releaseLease: (lease) => releaseLease(dataSource, lease),
    advanceRendered: () => advanceRendered(dataSource),
    segmentCandidates: (maxReceipts) => segmentCandidates(dataSource, maxReceipts),
    openBatch: () => openBatch(dataSource),
    createBatch: (lease, root, segments, createdAtMs) => createBatch(dataSource, lease, root, segments, createdAtMs),

    recordTransaction: (lease, batchId, transaction) =>
      inTransaction(dataSource, async (manager) => {
        await assertLease(manager, lease);
        await manager.insert(BatchTransactionEntity, transactionRow(batchId, transaction));
      }),

    dropBatch: (lease, batchId, reason) =>
      inTransaction(dataSource, async (manager) => {
        await assertLease(manager, lease);
        await manager.update(BatchEntity, { batchId, state: "open" }, { state: "dropped", dropReason: reason });
      }),

    markAnchored: (lease, batchId, mark) =>
      inTransaction(dataSource, async (manager) => {
        await assertLease(manager, lease);
        const { affected } = await manager.update(
          BatchEntity,
          { batchId, state: "open" },
          {
            state: "anchored",
            batchNo: String(mark.batchNo),
            head: `0x${Buffer.from(mark.head).toString("hex")}`,
            timeS: String(mark.timeS),
            txHash: mark.txHash,
            blockNumber: String(mark.blockNumber),
            blockHash: mark.blockHash,
          },
        );
        if (affected !== 1) throw new AppError("batch_not_open", `batch ${batchId} is not open`);
        await manager.update(SegmentEntity, { batchId }, { isAnchored: true });
        const books = await rowsOf<{ book_id: number }>(
          manager,
          `update book set anchored = s.from_number + s.count, rendered = greatest(rendered, s.from_number + s.count)
           from segment s where s.batch_id = $1 and book.book_id = s.book_id and book.anchored = s.from_number
           returning book.book_id`,
          [batchId],
        );
        const segmentCount = await manager.countBy(SegmentEntity, { batchId });
        invariant(books.length === segmentCount, "each segment continues its book");
        await recordAnchored(manager, batchId, mark);
      }),

    async lastAnchored() {
      const [row] = await query<{ batch_no: string; head: string }>(
        dataSource,
        "select batch_no, head from batch where state = 'anchored' order by batch_no desc limit 1",
        [],
      );
      return row && { batchNo: Number(row.batch_no), head: row.head };
    },

    nextNonce: () => nextNonce(dataSource),

    async holdBook(bookId, reason) {
      await query(dataSource, "update book set held_reason = $2 where book_id = $1", [bookId, reason ?? null]);
    },
  };
}

async function takeLease(
  dataSource: DataSource,
  name: string,
  holder: string,
  ttlMs: number,
): Promise<Lease | undefined> {
  await query(dataSource, "insert into lease values ($1, '', 0, 0) on conflict do nothing", [name]);
  const [row] = await query<{ fence: string }>(
    dataSource,
    `update lease set fence = case when holder = $2 then fence else fence + 1 end, holder = $2,
       until_ms = ${nowMs} + $3
     where name = $1 and (holder = $2 or until_ms <= ${nowMs}) returning fence`,
    [name, holder, ttlMs],
  );
  return row && { name, holder, fence: Number(row.fence) };
}

async function releaseLease(dataSource: DataSource, { name, holder, fence }: Lease): Promise<void> {
  const sql = "update lease set until_ms = 0 where name = $1 and holder = $2 and fence = $3";
  await query(dataSource, sql, [name, holder, fence]);
}

async function nextNonce(dataSource: DataSource): Promise<number> {
  const sql = "select coalesce(max(nonce) + 1, 0) as next from batch_transaction";
  const [row] = await query<{ next: string }>(dataSource, sql, []);
  return Number(row?.next ?? 0);
}

/** A holder that slept past its lease must not write over its successor's work: the row lock and the fence see to it. */
export async function assertLease(manager: EntityManager, lease: Lease): Promise<void> {
  const sql = "select 1 from lease where name = $1 and holder = $2 and fence = $3 for update";
  const rows = await rowsOf(manager, sql, [lease.name, lease.holder, lease.fence]);
  if (rows.length === 0) throw new AppError("lease_lost", `another program holds the lease ${lease.name}`);
}

/**
 * The mark is worked out of one snapshot. Were it worked out as a row is updated, one that waits for a number being taken would
 * see the book's new `next` and not the new receipt (READ COMMITTED looks at a changed row again, at no other).
 */
async function advanceRendered(dataSource: DataSource): Promise<void> {
  await query(
    dataSource,
    `update book set rendered = greatest(book.rendered, seen.rendered)
     from (select book_id, coalesce(
         (select min(number) from receipt where book_id = b.book_id and number >= b.rendered and state = 'issued'), next) as rendered
       from book b where rendered < next) seen
     where book.book_id = seen.book_id and book.rendered < seen.rendered`,
    [],
  );
}

async function openBatch(dataSource: DataSource): Promise<OpenBatch | undefined> {
  const batch = await dataSource.manager.findOneBy(BatchEntity, { state: "open" });
  if (batch === null) return undefined;
  const { batchId, root } = batch;
  const segments = await dataSource.manager.find(SegmentEntity, { where: { batchId }, order: { segmentIndex: "ASC" } });
  const transactions = await dataSource.manager.find(BatchTransactionEntity, {
    where: { batchId },
    order: { recordedAtMs: "ASC" },
  });
  return { batchId, root, segments: segments.map(segmentOf), transactions: transactions.map(transactionOf) };
}

function createBatch(
  dataSource: DataSource,
  lease: Lease,
  root: Uint8Array,
  segments: readonly SignedSegment[],
  createdAtMs: number,
): Promise<OpenBatch> {
  return inTransaction(dataSource, async (manager) => {
    await assertLease(manager, lease);
    const [row] = await rowsOf<{ next: number }>(
      manager,
      "select coalesce(max(batch_id), 0) + 1 as next from batch",
      [],
    );
    const batchId = row?.next ?? 1;
    const rootBuffer = Buffer.from(root);
    await manager.insert(BatchEntity, { batchId, root: rootBuffer, state: "open", createdAtMs: String(createdAtMs) });
    await manager.insert(
      SegmentEntity,
      segments.map((segment, index) => segmentRow(batchId, index, segment)),
    );
    return { batchId, root, segments, transactions: [] };
  });
}

function segmentRow(batchId: number, segmentIndex: number, segment: SignedSegment): SegmentRow {
  const root = bytesOfHex(segment.root);
  return {
    batchId,
    segmentIndex,
    bookId: segment.bookId,
    fromNumber: String(segment.from),
    count: segment.count,
    root: Buffer.from(root),
    hash: Buffer.from(segmentHash(segment, root)),
    reversals: [...segment.reversals],
    signature: segment.signature,
    isAnchored: false,
  };
}

export function segmentOf(row: SegmentRow): SignedSegment {
  return {
    bookId: row.bookId,
    from: Number(row.fromNumber),
    count: row.count,
    root: `0x${row.root.toString("hex")}`,
    reversals: row.reversals,
    signature: row.signature,
  };
}

function transactionRow(batchId: number, transaction: BatchTransaction): BatchTransactionRow {
  const { nonce, hash, raw, fee, gas, recordedAtMs } = transaction;
  return {
    nonce: String(nonce),
    hash,
    batchId,
    raw,
    fee: { maxFeePerGas: String(fee.maxFeePerGas), maxPriorityFeePerGas: String(fee.maxPriorityFeePerGas) },
    gas: String(gas),
    recordedAtMs: String(recordedAtMs),
  };
}

function transactionOf(row: BatchTransactionRow): BatchTransaction {
  return {
    nonce: Number(row.nonce),
    hash: row.hash,
    raw: row.raw,
    fee: { maxFeePerGas: BigInt(row.fee.maxFeePerGas), maxPriorityFeePerGas: BigInt(row.fee.maxPriorityFeePerGas) },
    gas: BigInt(row.gas),
    recordedAtMs: Number(row.recordedAtMs),
  };
}
