import type { MigrationInterface, QueryRunner } from "typeorm";

/** 申报: what units declare of their books on chain. */
export class CreateDeclaration1795460000000 implements MigrationInterface {
  readonly name = "CreateDeclaration1795460000000";

  async up(q: QueryRunner): Promise<void> {
    for (const statement of statements) await q.query(statement);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query("drop table declaration");
  }
}

const statements = [
  `create table declaration (
    book_id integer not null, through bigint not null, unit_id integer not null, issued_fen bigint not null,
    reversed_fen bigint not null, void_count bigint not null, period_end_ms bigint not null,
    planned_at_ms bigint not null, declared_at_ms bigint,
    constraint declaration_pk primary key (book_id, through))`,
  // One is under way at a time: the next begins where it ends.
  `create unique index declaration_open_ix on declaration (book_id) where declared_at_ms is null`,
  `create index declaration_unit_ix on declaration (unit_id, book_id, through)`,
];
