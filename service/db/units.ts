import type { DataSource } from "typeorm";
import type { Book, UnitStore } from "../app/storePorts.ts";
import { BookEntity, type BookRow } from "./entities/receipt.ts";
import { AppKeyEntity, DeploymentEntity, UnitEntity } from "./entities/unit.ts";
import { query } from "./retry.ts";
import { bookOf, unitOf } from "./rows.ts";

const DEPLOYMENT_ID = 1;
/** Expired nonces are swept once in so many uses. */
const SWEEP_EVERY = 1000;

/** Units, their keys and books, and the contract that the database belongs to. */
export function createUnitStore(dataSource: DataSource): UnitStore {
  const { manager } = dataSource;
  let nonceUses = 0;
  return {
    async unit(unitId) {
      const row = await manager.findOneBy(UnitEntity, { unitId });
      return row === null ? undefined : unitOf(row);
    },

    async units() {
      return (await manager.find(UnitEntity, { order: { unitId: "ASC" } })).map(unitOf);
    },

    async saveUnit(unit) {
      const row = { ...unit, kinds: [...unit.kinds], ruleOverrides: { ...unit.ruleOverrides } };
      await manager.upsert(UnitEntity, row, ["unitId"]);
    },

    async appKey(appId) {
      return (await manager.findOneBy(AppKeyEntity, { appId })) ?? undefined;
    },

    async saveAppKey(key) {
      await manager.upsert(AppKeyEntity, { ...key, key: Buffer.from(key.key) }, ["appId"]);
    },

    async useNonce(appId, nonce, expiresAtMs) {
      if (nonceUses++ % SWEEP_EVERY === 0) {
        const sql = "delete from request_nonce where expires_at_ms < extract(epoch from clock_timestamp()) * 1000";
        await query(dataSource, sql, []);
      }
      const inserted = await query(
        dataSource,
        "insert into request_nonce values ($1, $2, $3) on conflict do nothing returning app_id",
        [appId, nonce, expiresAtMs],
      );
      return inserted.length === 1;
    },

    async books(unitId) {
      const where = unitId === undefined ? {} : { unitId };
      return (await manager.find(BookEntity, { where, order: { bookId: "ASC" } })).map(bookOf);
    },

    async saveBook(book) {
      await manager.createQueryBuilder().insert().into(BookEntity).values(bookRow(book)).orIgnore().execute();
    },

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

function bookRow(book: Book): BookRow {
  return {
    bookId: book.bookId,
    unitId: book.unitId,
    code: book.code,
    kind: book.kind,
    first: String(book.first),
    last: String(book.last),
    next: String(book.next),
    rendered: String(book.rendered),
    anchored: String(book.anchored),
    lowWater: book.lowWater,
    heldReason: book.heldReason ?? null,
  };
}
