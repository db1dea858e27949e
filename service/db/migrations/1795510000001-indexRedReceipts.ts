import type { MigrationInterface, QueryRunner } from "typeorm";

/** Receipts that say in their data what they reverse: the audit compares them with the reversals that are recorded. */
export class IndexRedReceipts1795510000001 implements MigrationInterface {
  readonly name = "IndexRedReceipts1795510000001";

  async up(q: QueryRunner): Promise<void> {
    await q.query(
      `create index receipt_reverses_ix on receipt (code, number)
       where coalesce(data -> 'mainExt' ->> 'relatedInvoiceCode', '') <> ''`,
    );
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query("drop index receipt_reverses_ix");
  }
}
