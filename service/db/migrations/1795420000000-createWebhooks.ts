import type { MigrationInterface, QueryRunner } from "typeorm";

/** Units' events in the order of their commits, and where they are sent. */
export class CreateWebhooks1795420000000 implements MigrationInterface {
  readonly name = "CreateWebhooks1795420000000";

  async up(q: QueryRunner): Promise<void> {
    for (const statement of statements) await q.query(statement);
  }

  async down(q: QueryRunner): Promise<void> {
    for (const table of ["webhook_dead_letter", "webhook_endpoint", "event", "event_stream"]) {
      await q.query(`drop table ${table}`);
    }
  }
}

const statements = [
  `create table event_stream (
    unit_id integer not null, next_seq bigint not null, types text[] not null,
    constraint event_stream_pk primary key (unit_id))`,
  `create table event (
    unit_id integer not null, seq bigint not null, event_id text not null, type text not null, code integer not null,
    number bigint not null, at_ms bigint not null, details jsonb not null,
    constraint event_pk primary key (unit_id, seq))`,
  `create index event_time_ix on event (unit_id, at_ms)`,
  `create table webhook_endpoint (
    endpoint_id text not null, unit_id integer not null, url text not null, types text[] not null,
    sealed_secret bytea not null, state text not null, created_at_ms bigint not null, position bigint not null,
    failures integer not null, last_error text, next_at_ms bigint not null, holder text, until_ms bigint not null,
    fence bigint not null,
    constraint webhook_endpoint_pk primary key (endpoint_id),
    constraint webhook_endpoint_url_uq unique (unit_id, url),
    constraint webhook_endpoint_state_ck check (state in ('on', 'off')))`,
  `create table webhook_dead_letter (
    endpoint_id text not null, seq bigint not null, attempts integer not null, error text not null,
    at_ms bigint not null,
    constraint webhook_dead_letter_pk primary key (endpoint_id, seq))`,
];
