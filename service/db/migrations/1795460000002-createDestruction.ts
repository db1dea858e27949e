import type { MigrationInterface, QueryRunner } from "typeorm";

/** 归档、销毁: what is archived, and what was destroyed with the bureau's approval. */
export class CreateDestruction1795460000002 implements MigrationInterface {
  readonly name = "CreateDestruction1795460000002";

  async up(q: QueryRunner): Promise<void> {
    for (const statement of statements) await q.query(statement);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query("alter table receipt drop column destroyed_at_ms");
    for (const table of ["destruction", "archive_run"]) await q.query(`drop table ${table}`);
  }
}

const statements = [
  `alter table receipt add column destroyed_at_ms bigint`,
  `create table archive_run (
    index_sha256 text not null, book_id integer not null, unit_id integer not null, from_number bigint not null,
    through bigint not null, recorded_at_ms bigint not null,
    constraint archive_run_pk primary key (index_sha256, book_id))`,
  `create index archive_run_book_ix on archive_run (book_id, from_number)`,
  `create table destruction (
    destruction_id text not null, unit_id integer not null, through text not null, runs jsonb not null,
    number_count bigint not null, applicant text not null, reason text not null, applied_at_ms bigint not null,
    state text not null, reviewer text, opinion text, reviewed_at_ms bigint, done_at_ms bigint,
    constraint destruction_pk primary key (destruction_id),
    constraint destruction_state_ck check (state in ('applied', 'refused', 'passed', 'done')))`,
  `create unique index destruction_open_ix on destruction (unit_id) where state in ('applied', 'passed')`,
];
