import type { MigrationInterface, QueryRunner } from "typeorm";

/** A receipt may be sent to its payer again; two that wait for the same channel are one too many. */
export class DeliverAgain1795455000001 implements MigrationInterface {
  readonly name = "DeliverAgain1795455000001";

  async up(q: QueryRunner): Promise<void> {
    // First, and under a new name: of two programs that migrate at once the second fails here, and looks again.
    await q.query(`create unique index delivery_waiting_ix on delivery (code, number, channel)
      where purpose = 'receipt' and state in ('held', 'waiting')`);
    await q.query("drop index delivery_receipt_ix");
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(
      "create unique index delivery_receipt_ix on delivery (code, number, channel) where purpose = 'receipt'",
    );
    await q.query("drop index delivery_waiting_ix");
  }
}
