import { In, MoreThan, type DataSource } from "typeorm";
import type { AnchoredBatch, AuditStore } from "../app/storePorts.ts";
import { segmentOf } from "./batches.ts";
import { BatchEntity, SegmentEntity } from "./entities/batch.ts";
import { query } from "./retry.ts";
import { receiptColumns, receiptOf, type RawReceipt } from "./rows.ts";

/** Reads of whole books and batches. */
export function createAuditStore(
  dataSource: DataSource,
): Pick<AuditStore, "receiptsOfBook" | "anchoredBatches" | "strayReceipts"> {
  return {
    async strayReceipts(limit) {
      const rows = await query<RawReceipt>(
        dataSource,
        `select ${receiptColumns} from receipt r where not exists (select 1 from book b where b.book_id = r.book_id)
         order by r.code, r.number limit $1`,
        [limit],
      );
      return rows.map(receiptOf);
    },

    async receiptsOfBook(bookId, from, limit) {
      const rows = await query<RawReceipt>(
        dataSource,
        `select ${receiptColumns} from receipt r where r.book_id = $1 and r.number >= $2 order by r.number limit $3`,
        [bookId, from, limit],
      );
      return rows.map(receiptOf);
    },

    async anchoredBatches(after, limit) {
      const batches = await dataSource.manager.find(BatchEntity, {
        where: { state: "anchored", batchNo: MoreThan(String(after)) },
        order: { batchNo: "ASC" },
        take: limit,
      });
      const segments = await dataSource.manager.find(SegmentEntity, {
        where: { batchId: In(batches.map((batch) => batch.batchId)) },
        order: { batchId: "ASC", segmentIndex: "ASC" },
      });
      return batches.map((batch): AnchoredBatch => ({
        batchNo: Number(batch.batchNo),
        root: batch.root,
        head: batch.head ?? "",
        timeS: Number(batch.timeS),
        txHash: batch.txHash ?? "",
        blockNumber: Number(batch.blockNumber),
        segments: segments
          .filter((segment) => segment.batchId === batch.batchId)
          .map((segment) => ({ ...segmentOf(segment), hash: segment.hash })),
      }));
    },
  };
}
