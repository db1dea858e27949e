import type { DataSource } from "typeorm";
import type { CatalogueEdition, KindVersion, RegisterStore } from "../app/registerPorts.ts";
import {
  CatalogueItemEntity,
  KindCodeEntity,
  KindVersionEntity,
  type KindCodeRow,
  type KindVersionRow,
} from "./entities/register.ts";
import { inTransaction, query, rowsOf } from "./retry.ts";

/** Rows of one insert: 11 columns each, and PostgreSQL takes 65,535 values. */
const ROWS_PER_INSERT = 1000;

/** Kinds, codes and catalogues. */
export function createRegisterStore(dataSource: DataSource): RegisterStore {
  return {
    async registerMark() {
      const [row] = await query<{ mark: string }>(dataSource, MARK, []);
      return row?.mark ?? "";
    },

    ...createKindStore(dataSource),
    ...createCatalogueStore(dataSource),
  };
}

type CatalogueStore = Pick<RegisterStore, "catalogueEditions" | "catalogueItems" | "addCatalogue">;
type KindStore = Omit<RegisterStore, keyof CatalogueStore | "registerMark">;

function createKindStore(dataSource: DataSource): KindStore {
  const { manager } = dataSource;
  return {
    async newestKinds() {
      const rows = await query<RawVersion>(
        dataSource,
        `select distinct on (kind_id) kind_id, specimen_version, body, changed_at_ms, changed_by
         from kind_version order by kind_id, specimen_version desc`,
        [],
      );
      return rows.map((row) => ({
        kindId: row.kind_id,
        specimenVersion: row.specimen_version,
        body: row.body,
        changedAtMs: Number(row.changed_at_ms),
        changedBy: row.changed_by,
      }));
    },

    async kindVersion(kindId, specimenVersion) {
      const row = await manager.findOneBy(KindVersionEntity, { kindId, specimenVersion });
      return row === null ? undefined : versionOf(row);
    },

    async kindHistory(kindId) {
      const rows = await manager.find(KindVersionEntity, { where: { kindId }, order: { specimenVersion: "ASC" } });
      return rows.map(versionOf);
    },

    async addKindVersion({ kindId, specimenVersion, body, changedAtMs, changedBy }) {
      const rows = await query(
        dataSource,
        `insert into kind_version (kind_id, specimen_version, body, changed_at_ms, changed_by)
         values ($1, $2, $3::jsonb, $4, $5) on conflict do nothing returning kind_id`,
        [kindId, specimenVersion, JSON.stringify(body), changedAtMs, changedBy],
      );
      return rows.length === 1;
    },

    async kindCodes() {
      const rows = await manager.find(KindCodeEntity, { order: { fromMs: "ASC", changedAtMs: "ASC" } });
      return rows.map((row) => ({ ...row, fromMs: Number(row.fromMs), changedAtMs: Number(row.changedAtMs) }));
    },

    async addKindCode(entry) {
      const row: KindCodeRow = { ...entry, fromMs: String(entry.fromMs), changedAtMs: String(entry.changedAtMs) };
      await manager.insert(KindCodeEntity, row);
    },
  };
}

function createCatalogueStore(dataSource: DataSource): CatalogueStore {
  const { manager } = dataSource;
  return {
    async catalogueEditions() {
      const rows = await query<RawEdition>(
        dataSource,
        `select distinct on (region) region, edition, item_count, changed_at_ms, changed_by
         from catalogue_edition order by region, edition desc`,
        [],
      );
      return rows.map(editionOf);
    },

    async catalogueItems(region, edition) {
      const rows = await manager.find(CatalogueItemEntity, {
        where: { region, edition },
        order: { rowIndex: "ASC" },
      });
      return rows.map(({ region: _region, edition: _edition, rowIndex: _rowIndex, ...item }) => item);
    },

    addCatalogue: (region, items, { changedAtMs, changedBy }) =>
      inTransaction(
        dataSource,
        async (transaction) => {
          const [row] = await rowsOf<{ edition: number }>(
            transaction,
            `insert into catalogue_edition (region, edition, item_count, changed_at_ms, changed_by)
             select $1, coalesce(max(edition), 0) + 1, $2, $3, $4 from catalogue_edition where region = $1
             returning edition`,
            [region, items.length, changedAtMs, changedBy],
          );
          const edition = row?.edition ?? 1;
          const rows = items.map((item, rowIndex) => ({
            ...item,
            kinds: [...item.kinds],
            units: [...item.units],
            region,
            edition,
            rowIndex,
          }));
          for (let at = 0; at < rows.length; at += ROWS_PER_INSERT) {
            await transaction.insert(CatalogueItemEntity, rows.slice(at, at + ROWS_PER_INSERT));
          }
          return edition;
        },
        { againIfUnique: true },
      ),
  };
}

/** Rows are only added, so their counts tell of every change. */
const MARK = `select (select count(*) from kind_version) || ' ' || (select count(*) from kind_code) || ' ' ||
  (select count(*) from catalogue_edition) as mark`;

type RawVersion = {
  kind_id: string;
  specimen_version: string;
  body: unknown;
  changed_at_ms: string;
  changed_by: string;
};
type RawEdition = {
  region: string;
  edition: number;
  item_count: number;
  changed_at_ms: string;
  changed_by: string;
};

function versionOf(row: KindVersionRow): KindVersion {
  return { ...row, changedAtMs: Number(row.changedAtMs) };
}

function editionOf(row: RawEdition): CatalogueEdition {
  const { region, edition, item_count, changed_at_ms, changed_by } = row;
  return { region, edition, itemCount: item_count, changedAtMs: Number(changed_at_ms), changedBy: changed_by };
}
