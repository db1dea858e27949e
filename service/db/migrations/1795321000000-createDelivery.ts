import type { MigrationInterface, QueryRunner } from "typeorm";

/** Payers' contacts, what is owed, links to receipts, and the outbox. */
export class CreateDelivery1795321000000 implements MigrationInterface {
  readonly name = "CreateDelivery1795321000000";

  async up(q: QueryRunner): Promise<void> {
    for (const statement of statements) await q.query(statement);
  }

  async down(q: QueryRunner): Promise<void> {
    for (const table of ["delivery", "receipt_link", "receipt_arrears", "payer_contact"]) {
      await q.query(`drop table ${table}`);
    }
  }
}

const statements = [
  `create table payer_contact (
    code integer not null, number bigint not null, channel text not null, lookup bytea not null, sealed bytea not null,
    created_at_ms bigint not null,
    constraint payer_contact_pk primary key (code, number, channel))`,
  `create index payer_contact_lookup_ix on payer_contact (lookup)`,
  `create table receipt_arrears (
    code integer not null, number bigint not null, reason text not null, held_at_ms bigint not null,
    released_at_ms bigint,
    constraint receipt_arrears_pk primary key (code, number))`,
  `create table receipt_link (
    link_id text not null, token_hash bytea not null, code integer not null, number bigint not null,
    created_at_ms bigint not null, revoked_at_ms bigint,
    constraint receipt_link_pk primary key (link_id), constraint receipt_link_token_uq unique (token_hash))`,
  `create index receipt_link_receipt_ix on receipt_link (code, number)`,
  `create table delivery (
    delivery_id text not null, purpose text not null, channel text not null, state text not null, lookup bytea not null,
    sealed bytea, code integer, number bigint, link_id text, attempts integer not null, created_at_ms bigint not null,
    next_at_ms bigint not null, holder text, until_ms bigint not null, sent_at_ms bigint, reason text,
    constraint delivery_pk primary key (delivery_id),
    constraint delivery_state_ck check (state in ('held', 'waiting', 'sent', 'failed', 'cancelled')),
    constraint delivery_sealed_ck check ((sealed is not null) = (state in ('held', 'waiting'))))`,
  `create index delivery_due_ix on delivery (next_at_ms) where state = 'waiting'`,
  `create unique index delivery_receipt_ix on delivery (code, number, channel) where purpose = 'receipt'`,
  `create index delivery_place_ix on delivery (code, number)`,
  `create index delivery_lookup_ix on delivery (lookup)`,
];
