import type { MigrationInterface, QueryRunner } from "typeorm";

/** Units, their books and receipts, and the way of a batch to the chain. */
export class CreateLedgerBooks1795312800000 implements MigrationInterface {
  readonly name = "CreateLedgerBooks1795312800000";

  async up(q: QueryRunner): Promise<void> {
    for (const statement of statements) await q.query(statement);
  }

  async down(q: QueryRunner): Promise<void> {
    for (const table of tables) await q.query(`drop table ${table}`);
  }
}

const tables = [
  "alarm",
  "lease",
  "batch_transaction",
  "segment",
  "batch",
  "receipt",
  "book",
  "request_nonce",
  "app_key",
  "unit",
  "deployment",
];

const statements = [
  `create table deployment (
    id integer not null, chain_id bigint not null, contract text not null, block_number bigint not null,
    block_hash text not null, genesis_hash text not null,
    constraint deployment_pk primary key (id))`,
  `create table unit (
    unit_id integer not null, credit_code text not null, name text not null, region text not null,
    supervisor_area_code text not null, rec_name text not null, rec_acct text not null, rec_op_bk text not null,
    kinds jsonb not null, rule_overrides jsonb not null, key_id text not null, status text not null,
    constraint unit_pk primary key (unit_id), constraint unit_credit_code_uq unique (credit_code))`,
  `create table app_key (
    app_id text not null, unit_id integer not null, algorithm text not null, key bytea not null,
    constraint app_key_pk primary key (app_id))`,
  `create table request_nonce (
    app_id text not null, nonce text not null, expires_at_ms bigint not null,
    constraint request_nonce_pk primary key (app_id, nonce))`,
  `create index request_nonce_expiry_ix on request_nonce (expires_at_ms)`,
  `create table book (
    book_id integer not null, unit_id integer not null, code integer not null, kind text not null,
    first bigint not null, last bigint not null, next bigint not null, rendered bigint not null,
    anchored bigint not null, low_water integer not null, held_reason text,
    constraint book_pk primary key (book_id),
    constraint book_marks_ck check (first <= anchored and anchored <= rendered and rendered <= next and next <= last + 1))`,
  `create index book_unit_ix on book (unit_id, code, first)`,
  `create table receipt (
    code integer not null, number bigint not null, unit_id integer not null, book_id integer not null,
    kind text not null, bus_no text not null, input_digest bytea not null, input jsonb not null, data jsonb not null,
    secret bytea not null, issued_fen bigint not null, reversed_fen bigint not null, issued_at_ms bigint not null,
    warnings jsonb not null, state text not null, data_digest bytea, document_digest bytea, document_sha256 bytea,
    rendered_at_ms bigint, void_reason text, render_holder text, render_until_ms bigint not null,
    constraint receipt_pk primary key (code, number),
    constraint receipt_bus_no_uq unique (unit_id, bus_no),
    constraint receipt_state_ck check (state in ('issued', 'rendered', 'void')),
    constraint receipt_amounts_ck check (issued_fen >= 0 and reversed_fen >= 0 and (issued_fen = 0 or reversed_fen = 0)))`,
  `create unique index receipt_book_ix on receipt (book_id, number)`,
  `create index receipt_unit_ix on receipt (unit_id, issued_at_ms, code, number)`,
  `create index receipt_waiting_ix on receipt (book_id, number) where state = 'issued'`,
  `create table batch (
    batch_id integer not null, root bytea not null, state text not null, created_at_ms bigint not null,
    drop_reason text, batch_no bigint, head text, time_s bigint, tx_hash text, block_number bigint, block_hash text,
    constraint batch_pk primary key (batch_id), constraint batch_batch_no_uq unique (batch_no),
    constraint batch_state_ck check (state in ('open', 'dropped', 'anchored')))`,
  `create unique index batch_open_ix on batch (state) where state = 'open'`,
  `create table segment (
    batch_id integer not null, segment_index integer not null, book_id integer not null, from_number bigint not null,
    count integer not null, root bytea not null, hash bytea not null, reversals jsonb not null, signature text not null,
    is_anchored boolean not null,
    constraint segment_pk primary key (batch_id, segment_index))`,
  `create unique index segment_anchored_ix on segment (book_id, from_number) where is_anchored`,
  `create table batch_transaction (
    nonce bigint not null, hash text not null, batch_id integer not null, raw text not null, fee jsonb not null,
    gas bigint not null, recorded_at_ms bigint not null,
    constraint batch_transaction_pk primary key (nonce, hash))`,
  `create index batch_transaction_batch_ix on batch_transaction (batch_id)`,
  `create table lease (
    name text not null, holder text not null, fence bigint not null, until_ms bigint not null,
    constraint lease_pk primary key (name))`,
  `create table alarm (
    alarm_id uuid not null, kind text not null, subject text not null, details text not null,
    raised_at_ms bigint not null, cleared_at_ms bigint,
    constraint alarm_pk primary key (alarm_id))`,
  `create unique index alarm_open_ix on alarm (kind, subject) where cleared_at_ms is null`,
];
