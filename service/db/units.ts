import type { DataSource } from "typeorm";
import type { AppKey, Unit, UnitStore } from "../app/storePorts.ts";
import type { BookRow } from "./entities/receipt.ts";
import { AppKeyEntity, DeploymentEntity, UnitEntity, type AppKeyRow, type UnitRow } from "./entities/unit.ts";
import { createGroup } from "./group.ts";
import { insertBook } from "./books.ts";
import { inTransaction, query } from "./retry.ts";
import { bookOf, unitOf } from "./rows.ts";

const DEPLOYMENT_ID = 1;
/** Expired nonces are swept once in so many uses. */
const SWEEP_EVERY = 1000;

/** Units, their keys and books, and the contract that the database belongs to. */
export function createUnitStore(dataSource: DataSource): UnitStore {
  const { manager } = dataSource;
  const unit = createGroup((unitIds: readonly number[]) => readUnits(dataSource, unitIds));
  const appKey = createGroup((appIds: readonly string[]) => readAppKeys(dataSource, appIds));
  const useNonce = createGroup((nonces: readonly Nonce[]) => insertNonces(dataSource, nonces));
  let nonceUses = 0;
  return {
    unit,

    async units() {
      return (await manager.find(UnitEntity, { order: { unitId: "ASC" } })).map(unitOf);
    },

    async saveUnit(unit) {
      const row = { ...unit, kinds: [...unit.kinds], ruleOverrides: { ...unit.ruleOverrides } };
      await manager.upsert(UnitEntity, row, ["unitId"]);
    },

    appKey,

    async saveAppKey(key) {
      await manager.upsert(AppKeyEntity, { ...key, key: Buffer.from(key.key) }, ["appId"]);
    },

    async useNonce(appId, nonce, expiresAtMs) {
      if (nonceUses++ % SWEEP_EVERY === 0) {
        const sql = "delete from request_nonce where expires_at_ms < extract(epoch from clock_timestamp()) * 1000";
        await query(dataSource, sql, []);
      }
      return useNonce({ appId, nonce, expiresAtMs });
    },

    async books(unitId) {
      const rows = await query<BookRow>(
        dataSource,
        `select book_id as "bookId", unit_id as "unitId", code, kind, first, last, next, rendered, anchored,
           low_water as "lowWater", held_reason as "heldReason", usable_last as "usableLast", place_code as "placeCode",
           is_closed as "isClosed"
         from book ${unitId === undefined ? "" : "where unit_id = $1"} order by book_id`,
        unitId === undefined ? [] : [unitId],
      );
      return rows.map(bookOf);
    },

    saveBook: (book, grantedAtMs = 0) => inTransaction(dataSource, (own) => insertBook(own, book, grantedAtMs)),

    async deployment() {
      const row = await manager.findOneBy(DeploymentEntity, { id: DEPLOYMENT_ID });
      if (row === null) return undefined;
      const { contract, blockHash, genesisHash } = row;
      const numbers = { chainId: Number(row.chainId), blockNumber: Number(row.blockNumber) };
      return { ...numbers, contract, blockHash, genesisHash };
    },

    async saveDeployment(deployment) {
      const { contract, blockHash, genesisHash } = deployment;
      const numbers = { chainId: String(deployment.chainId), blockNumber: String(deployment.blockNumber) };
      await manager.insert(DeploymentEntity, { id: DEPLOYMENT_ID, ...numbers, contract, blockHash, genesisHash });
    },
  };
}

type KeyOfUnit = AppKey & { readonly unit: Unit };

const unitColumns = `u.unit_id as "unitId", u.credit_code as "creditCode", u.name, u.region,
  u.supervisor_area_code as "supervisorAreaCode", u.rec_name as "recName", u.rec_acct as "recAcct",
  u.rec_op_bk as "recOpBk", u.kinds, u.rule_overrides as "ruleOverrides", u.key_id as "keyId", u.status`;

async function readUnits(dataSource: DataSource, unitIds: readonly number[]): Promise<readonly (Unit | undefined)[]> {
  const rows = await query<UnitRow>(dataSource, `select ${unitColumns} from unit u where u.unit_id = any($1)`, [
    [...new Set(unitIds)],
  ]);
  const byId = new Map(rows.map((row) => [row.unitId, unitOf(row)]));
  return unitIds.map((unitId) => byId.get(unitId));
}

async function readAppKeys(
  dataSource: DataSource,
  appIds: readonly string[],
): Promise<readonly (KeyOfUnit | undefined)[]> {
  const rows = await query<AppKeyRow & UnitRow>(
    dataSource,
    `select k.app_id as "appId", k.algorithm, k.key, ${unitColumns} from app_key k join unit u on u.unit_id = k.unit_id
     where k.app_id = any($1)`,
    [[...new Set(appIds)]],
  );
  const byId = new Map(rows.map((row) => [row.appId, keyOf(row)]));
  return appIds.map((appId) => byId.get(appId));
}

function keyOf({ appId, algorithm, key, ...unit }: AppKeyRow & UnitRow): KeyOfUnit {
  return { appId, unitId: unit.unitId, algorithm, key, unit: unitOf(unit) };
}

type Nonce = { readonly appId: string; readonly nonce: string; readonly expiresAtMs: number };

/** Of equal nonces in one group the first counts as new. */
async function insertNonces(dataSource: DataSource, nonces: readonly Nonce[]): Promise<readonly boolean[]> {
  const inserted = await query<{ app_id: string; nonce: string }>(
    dataSource,
    `insert into request_nonce (app_id, nonce, expires_at_ms)
     select * from unnest($1::text[], $2::text[], $3::bigint[]) order by 1, 2
     on conflict do nothing returning app_id, nonce`,
    [nonces.map(({ appId }) => appId), nonces.map(({ nonce }) => nonce), nonces.map(({ expiresAtMs }) => expiresAtMs)],
  );
  const fresh = new Set(inserted.map(({ app_id, nonce }) => nonceKey(app_id, nonce)));
  return nonces.map(({ appId, nonce }) => fresh.delete(nonceKey(appId, nonce)));
}

/** No text in PostgreSQL holds a zero. */
const nonceKey = (appId: string, nonce: string): string => `${appId}\0${nonce}`;
