import type { MigrationInterface, QueryRunner } from "typeorm";

/** What units did to a receipt's contacts after it was issued. Rows are added, never changed. */
export class RecordContactChanges1795455000000 implements MigrationInterface {
  readonly name = "RecordContactChanges1795455000000";

  async up(q: QueryRunner): Promise<void> {
    await q.query(`create table contact_change (
      change_id text not null, code integer not null, number bigint not null, unit_id integer not null, kind text not null,
      channels text not null, reason text not null, revoked_links integer not null, cancelled_deliveries integer not null,
      changed_at_ms bigint not null,
      constraint contact_change_pk primary key (change_id),
      constraint contact_change_kind_ck check (kind in ('corrected', 'resent')))`);
    await q.query("create index contact_change_receipt_ix on contact_change (code, number)");
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query("drop table contact_change");
  }
}
