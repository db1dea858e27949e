import type { MigrationInterface, QueryRunner } from "typeorm";

/** Applications for numbers, grants, returns, places, low-water marks and a unit's standing. */
export class GrowNumbers1795410000000 implements MigrationInterface {
  readonly name = "GrowNumbers1795410000000";

  async up(q: QueryRunner): Promise<void> {
    for (const statement of statements) await q.query(statement);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query("alter table book drop column usable_last, drop column place_code, drop column is_closed");
    for (const table of tables) await q.query(`drop table ${table}`);
  }
}

const tables = [
  "place",
  "unit_standing",
  "low_water_raise",
  "low_water",
  "book_return",
  "book_grant",
  "code_range",
  "number_application",
];

const states = "'new', 'saved', 'submitted', 'passed', 'returned'";

const statements = [
  `create table number_application (
    unit_id integer not null, application_no text not null, kind text not null, code integer not null,
    count integer not null, contact text not null, phone text not null, address text not null, author text not null,
    memo text not null, source text not null, state text not null, created_at_ms bigint not null,
    submitted_at_ms bigint, reviewer text, reviewed_at_ms bigint, opinion text,
    first bigint, last bigint, book_id integer, granted_at_ms bigint,
    constraint number_application_pk primary key (unit_id, application_no),
    constraint number_application_state_ck check (state in (${states})),
    constraint number_application_source_ck check (source in ('unit', 'low_water')),
    constraint number_application_count_ck check (count > 0),
    constraint number_application_reviewer_ck check (reviewer is null or reviewer <> author),
    constraint number_application_range_ck check ((state = 'passed') = (first is not null)
      and (first is null) = (last is null) and (first is null or last = first + count - 1)),
    constraint number_application_book_ck check ((book_id is null) = (granted_at_ms is null)
      and (book_id is null or state = 'passed')))`,
  `create index number_application_list_ix on number_application (created_at_ms, unit_id, application_no)`,
  `create index number_application_pending_ix on number_application (reviewed_at_ms)
     where state = 'passed' and book_id is null`,
  `create unique index number_application_low_water_ix on number_application (unit_id, code)
     where source = 'low_water' and state in ('submitted', 'passed') and book_id is null`,
  `create table code_range (
    code integer not null, next bigint not null,
    constraint code_range_pk primary key (code), constraint code_range_next_ck check (next > 0))`,
  `create table book_grant (
    book_id integer not null, unit_id integer not null, code integer not null, first bigint not null,
    last bigint not null, granted_at_ms bigint not null,
    constraint book_grant_pk primary key (book_id), constraint book_grant_range_ck check (0 < first and first <= last))`,
  `create index book_grant_code_ix on book_grant (code, last)`,
  `insert into book_grant select book_id, unit_id, code, first, last, 0 from book`,
  `create table book_return (
    unit_id integer not null, return_no text not null, book_id integer not null, code integer not null,
    first bigint not null, last bigint not null, reason text not null, author text not null, source text not null,
    state text not null, created_at_ms bigint not null, reviewer text, reviewed_at_ms bigint, opinion text,
    done_at_ms bigint,
    constraint book_return_pk primary key (unit_id, return_no),
    constraint book_return_state_ck check (state in ('submitted', 'passed', 'returned')),
    constraint book_return_source_ck check (source in ('unit', 'year', 'suspension')),
    constraint book_return_reviewer_ck check (reviewer is null or reviewer <> author),
    constraint book_return_range_ck check (0 < first and first <= last + 1),
    constraint book_return_done_ck check (done_at_ms is null or state = 'passed'))`,
  `create unique index book_return_open_ix on book_return (book_id)
     where state in ('submitted', 'passed') and done_at_ms is null`,
  `create index book_return_list_ix on book_return (created_at_ms, unit_id, return_no)`,
  `create table low_water (
    unit_id integer not null, kind text not null, threshold integer not null, push_number integer not null,
    is_auto boolean not null, contact text not null, phone text not null, address text not null,
    constraint low_water_pk primary key (unit_id, kind),
    constraint low_water_counts_ck check (threshold >= 0 and push_number > 0))`,
  `create table low_water_raise (
    unit_id integer not null, code integer not null, raised_at_ms bigint not null,
    constraint low_water_raise_pk primary key (unit_id, code))`,
  `create table unit_standing (
    unit_id integer not null, set_at_ms bigint not null, is_unpaid boolean not null, is_alarm boolean not null,
    is_suspended boolean not null, is_on_chain boolean not null, reason text not null, set_by text not null,
    constraint unit_standing_pk primary key (unit_id, set_at_ms))`,
  `create table place (
    unit_id integer not null, place_code text not null, name text not null, is_open boolean not null,
    constraint place_pk primary key (unit_id, place_code))`,
  `alter table book add column usable_last bigint, add column place_code text,
     add column is_closed boolean not null default false,
     add constraint book_usable_ck check (usable_last is null or (next <= usable_last + 1 and usable_last <= last))`,
];
