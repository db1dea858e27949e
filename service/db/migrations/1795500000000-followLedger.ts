import type { MigrationInterface, QueryRunner } from "typeorm";

/** What was done to receipts on the contract, by whomever; and how far it was read. */
export class FollowLedger1795500000000 implements MigrationInterface {
  readonly name = "FollowLedger1795500000000";

  async up(q: QueryRunner): Promise<void> {
    for (const statement of statements) await q.query(statement);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query("drop index receipt_leaf_ix");
    for (const table of ["ledger_act", "ledger_cursor"]) await q.query(`drop table ${table}`);
  }
}

const statements = [
  `create table ledger_cursor (
    name text not null, next_block bigint not null,
    constraint ledger_cursor_pk primary key (name))`,
  `create table ledger_act (
    tx_hash text not null, log_index integer not null, block_number bigint not null, time_s bigint not null,
    leaf bytea not null, details jsonb not null, code integer, number bigint, is_foreign boolean not null,
    constraint ledger_act_pk primary key (tx_hash, log_index))`,
  `create index ledger_act_block_ix on ledger_act (block_number, log_index)`,
  `create index ledger_act_receipt_ix on ledger_act (code, number)`,
  // The leaf of docs/ledger.md, computed of its parts: it can't disagree with them. Only equality is asked of it.
  `create index receipt_leaf_ix on receipt using hash (sha256('\\x00'::bytea || int4send(code) ||
    substring(int8send(number) from 4) || data_digest || document_digest || int8send(issued_fen) ||
    int8send(reversed_fen))) where state = 'rendered'`,
];
