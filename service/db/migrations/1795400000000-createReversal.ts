import type { MigrationInterface, QueryRunner } from "typeorm";

/** 冲红: which red-letter receipt reverses which original. */
export class CreateReversal1795400000000 implements MigrationInterface {
  readonly name = "CreateReversal1795400000000";

  async up(q: QueryRunner): Promise<void> {
    for (const statement of statements) await q.query(statement);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query("drop table reversal");
  }
}

const statements = [
  `create table reversal (
    red_code integer not null, red_number bigint not null, code integer not null, number bigint not null,
    reason_code text not null, reason text not null, document_no text not null, reversed_at_ms bigint not null,
    is_void boolean not null,
    constraint reversal_pk primary key (red_code, red_number))`,
  // A red-letter receipt that became void reverses nothing: its original can be reversed by another.
  `create unique index reversal_original_ix on reversal (code, number) where not is_void`,
];
