import type { MigrationInterface, QueryRunner } from "typeorm";

/** How often receipts were checked by typing or scanning, and what limits guessing. */
export class CountChecks1795320000000 implements MigrationInterface {
  readonly name = "CountChecks1795320000000";

  async up(q: QueryRunner): Promise<void> {
    for (const statement of statements) await q.query(statement);
  }

  async down(q: QueryRunner): Promise<void> {
    for (const table of ["check_work", "check_tally"]) await q.query(`drop table ${table}`);
  }
}

const statements = [
  `create table check_tally (
    kind text not null, subject text not null, span integer not null, misses integer not null, passes integer not null,
    constraint check_tally_pk primary key (kind, subject, span),
    constraint check_tally_kind_ck check (kind in ('receipt', 'address', 'everybody')),
    constraint check_tally_counts_ck check (misses >= 0 and passes >= 0))`,
  `create table check_work (
    id text not null, expires_at_ms bigint not null,
    constraint check_work_pk primary key (id))`,
  `create index check_work_expiry_ix on check_work (expires_at_ms)`,
];
