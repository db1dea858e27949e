import type { MigrationInterface, QueryRunner } from "typeorm";

/** 换开: paper numbers of units, and which of them stand for which receipts. */
export class CreatePaper1795401000000 implements MigrationInterface {
  readonly name = "CreatePaper1795401000000";

  async up(q: QueryRunner): Promise<void> {
    for (const statement of statements) await q.query(statement);
  }

  async down(q: QueryRunner): Promise<void> {
    for (const table of ["paper_exchange", "paper_spoilt", "paper_book"]) await q.query(`drop table ${table}`);
  }
}

const statements = [
  `create table paper_book (
    paper_code text not null, first bigint not null, unit_id integer not null, place_code text not null,
    last bigint not null, next bigint not null, digits integer not null, granted_at_ms bigint not null,
    constraint paper_book_pk primary key (paper_code, first),
    constraint paper_book_marks_ck check (first <= next and next <= last + 1 and first <= last))`,
  `create index paper_book_unit_ix on paper_book (unit_id, paper_code, first)`,
  `create table paper_spoilt (
    paper_code text not null, paper_number bigint not null, unit_id integer not null, reason text not null,
    spoilt_at_ms bigint not null,
    constraint paper_spoilt_pk primary key (paper_code, paper_number))`,
  `create table paper_exchange (
    exchange_id text not null, unit_id integer not null, code integer not null, number bigint not null,
    paper_code text not null, paper_number bigint not null, digits integer not null, state text not null,
    place_code text not null, operator text not null, reason text not null, requested_at_ms bigint not null,
    settled_at_ms bigint,
    constraint paper_exchange_pk primary key (exchange_id),
    constraint paper_exchange_state_ck
      check (state in ('requested', 'given', 'returning', 'returned', 'replaced', 'refused')))`,
  `create unique index paper_exchange_standing_ix on paper_exchange (code, number)
    where state in ('requested', 'given', 'returning')`,
  // A number whose exchange was refused is a blank again.
  `create unique index paper_exchange_paper_ix on paper_exchange (paper_code, paper_number) where state <> 'refused'`,
  `create index paper_exchange_receipt_ix on paper_exchange (code, number)`,
  `create index paper_exchange_unsettled_ix on paper_exchange (requested_at_ms)
    where state in ('requested', 'returning')`,
];
