import type { MigrationInterface, QueryRunner } from "typeorm";

/** One-time codes, the sessions they open, and how often somebody asked. */
export class CreatePayerLogin1795321000001 implements MigrationInterface {
  readonly name = "CreatePayerLogin1795321000001";

  async up(q: QueryRunner): Promise<void> {
    for (const statement of statements) await q.query(statement);
  }

  async down(q: QueryRunner): Promise<void> {
    for (const table of ["rate_window", "payer_session", "login_code"]) await q.query(`drop table ${table}`);
  }
}

const statements = [
  `create table login_code (
    login_id text not null, lookup bytea not null, code_mac bytea not null, tries integer not null,
    expires_at_ms bigint not null, is_used boolean not null,
    constraint login_code_pk primary key (login_id))`,
  `create index login_code_expiry_ix on login_code (expires_at_ms)`,
  `create index login_code_lookup_ix on login_code (lookup)`,
  `create table payer_session (
    token_hash bytea not null, lookup bytea not null, expires_at_ms bigint not null,
    constraint payer_session_pk primary key (token_hash))`,
  `create index payer_session_expiry_ix on payer_session (expires_at_ms)`,
  `create index payer_session_lookup_ix on payer_session (lookup)`,
  `create table rate_window (
    rate_key bytea not null, window_start_ms bigint not null, ends_at_ms bigint not null, uses integer not null,
    constraint rate_window_pk primary key (rate_key, window_start_ms))`,
  `create index rate_window_end_ix on rate_window (ends_at_ms)`,
];
