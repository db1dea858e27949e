import type { MigrationInterface, QueryRunner } from "typeorm";

/** Versions of kinds, the codes of regions, and the catalogues of items. Rows are only ever added. */
export class CreateKindRegister1795440000000 implements MigrationInterface {
  readonly name = "CreateKindRegister1795440000000";

  async up(q: QueryRunner): Promise<void> {
    for (const statement of statements) await q.query(statement);
  }

  async down(q: QueryRunner): Promise<void> {
    for (const table of tables) await q.query(`drop table ${table}`);
  }
}

const tables = ["catalogue_item", "catalogue_edition", "kind_code", "kind_version"];

const statements = [
  `create table kind_version (
    kind_id text not null, specimen_version text not null, body jsonb not null, changed_at_ms bigint not null,
    changed_by text not null,
    constraint kind_version_pk primary key (kind_id, specimen_version))`,
  `create table kind_code (
    kind_id text not null, region text not null, changed_at_ms bigint not null, class_code text not null,
    kind_code text not null, is_confirmed boolean not null, from_ms bigint not null, changed_by text not null,
    constraint kind_code_pk primary key (kind_id, region, changed_at_ms))`,
  `create table catalogue_edition (
    region text not null, edition integer not null, item_count integer not null, changed_at_ms bigint not null,
    changed_by text not null,
    constraint catalogue_edition_pk primary key (region, edition))`,
  `create table catalogue_item (
    region text not null, edition integer not null, row_index integer not null, item_code text not null,
    item_name text not null, kinds jsonb not null, units jsonb not null, min_std text not null, max_std text not null,
    valid_from text not null, valid_through text not null,
    constraint catalogue_item_pk primary key (region, edition, row_index))`,
];
