import type { MigrationInterface, QueryRunner } from "typeorm";

/** The unit desk: accounts, sessions, items, requests, who issued what, and a log that only grows. */
export class CreateDesk1795430000000 implements MigrationInterface {
  readonly name = "CreateDesk1795430000000";

  async up(q: QueryRunner): Promise<void> {
    for (const statement of statements) await q.query(statement);
  }

  async down(q: QueryRunner): Promise<void> {
    for (const table of tables) await q.query(`drop table ${table}`);
    await q.query("drop function refuse_desk_log_change()");
  }
}

const tables = [
  "desk_request",
  "desk_item",
  "desk_issue",
  "desk_log_head",
  "desk_log",
  "desk_session",
  "desk_recovery",
  "desk_account",
];

const statements = [
  `create table desk_account (
    account_id text not null, unit_id integer not null, name text not null, display_name text not null,
    role text not null, place_code text not null, is_closed boolean not null, password_hash text not null,
    is_password_given boolean not null, needs_totp boolean not null, totp_sealed bytea, totp_pending bytea,
    totp_step bigint not null, created_at_ms bigint not null,
    constraint desk_account_pk primary key (account_id),
    constraint desk_account_name_uq unique (unit_id, name),
    constraint desk_account_role_ck check (role in ('cashier', 'reviewer', 'accountant', 'head')))`,
  `create table desk_recovery (
    account_id text not null, mac bytea not null,
    constraint desk_recovery_pk primary key (account_id, mac))`,
  `create table desk_session (
    token_hash bytea not null, account_id text not null, seen_at_ms bigint not null, ends_at_ms bigint not null,
    constraint desk_session_pk primary key (token_hash))`,
  `create index desk_session_account_ix on desk_session (account_id)`,
  `create index desk_session_end_ix on desk_session (ends_at_ms)`,
  `create table desk_log (
    unit_id integer not null, seq bigint not null, at_ms bigint not null, account_id text not null,
    action text not null, object text not null, hash bytea not null,
    constraint desk_log_pk primary key (unit_id, seq))`,
  `create table desk_log_head (
    unit_id integer not null, seq bigint not null, hash bytea not null,
    constraint desk_log_head_pk primary key (unit_id))`,
  `create function refuse_desk_log_change() returns trigger language plpgsql as $$
    begin
      raise exception 'the operator log only grows' using errcode = 'insufficient_privilege';
    end $$`,
  `create trigger desk_log_only_grows before update or delete or truncate on desk_log
    for each statement execute function refuse_desk_log_change()`,
  `create table desk_issue (
    unit_id integer not null, bus_no text not null, account_id text not null, checker_id text not null,
    constraint desk_issue_pk primary key (unit_id, bus_no))`,
  `create table desk_item (
    unit_id integer not null, kind text not null, item_code text not null, item_name text not null,
    item_unit text not null, item_std text not null,
    constraint desk_item_pk primary key (unit_id, kind, item_code))`,
  `create table desk_request (
    request_id text not null, unit_id integer not null, code integer not null, number bigint not null,
    terms jsonb not null, rest jsonb, asked_by text not null, asked_at_ms bigint not null, state text not null,
    decided_by text, decided_at_ms bigint, note text not null,
    constraint desk_request_pk primary key (request_id),
    constraint desk_request_state_ck check (state in ('asked', 'done', 'refused')))`,
  `create unique index desk_request_asked_ix on desk_request (code, number) where state = 'asked'`,
  `create index desk_request_unit_ix on desk_request (unit_id, asked_at_ms)`,
];
