import type { MigrationInterface, QueryRunner } from "typeorm";

/** 核销: units' accounts of their numbers, and what the bureau said of them. */
export class CreateWriteOff1795460000001 implements MigrationInterface {
  readonly name = "CreateWriteOff1795460000001";

  async up(q: QueryRunner): Promise<void> {
    for (const statement of statements) await q.query(statement);
  }

  async down(q: QueryRunner): Promise<void> {
    for (const table of ["write_off_event", "write_off_run", "write_off"]) await q.query(`drop table ${table}`);
  }
}

const statements = [
  `create table write_off (
    write_off_id text not null, unit_id integer not null, cutoff text not null, filed_at_ms bigint not null,
    state text not null, result integer, report jsonb not null,
    constraint write_off_pk primary key (write_off_id),
    constraint write_off_unit_uq unique (unit_id, cutoff),
    constraint write_off_state_ck check (state in ('filed', 'reviewed')),
    constraint write_off_result_ck check (result between 1 and 4))`,
  `create table write_off_run (
    write_off_id text not null, book_id integer not null, from_number bigint not null, through bigint not null,
    last bigint not null,
    constraint write_off_run_pk primary key (write_off_id, book_id))`,
  // Each run begins where the one before ended: so two that begin at one number are the same numbers twice.
  `create unique index write_off_run_number_ix on write_off_run (book_id, from_number) where from_number <= through`,
  `create index write_off_run_book_ix on write_off_run (book_id, through)`,
  `create table write_off_event (
    write_off_id text not null, seq integer not null, kind text not null, at_ms bigint not null, by_whom text not null,
    text text not null, result integer,
    constraint write_off_event_pk primary key (write_off_id, seq))`,
];
