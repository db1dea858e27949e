import type { DataSource } from "typeorm";
import type { DeskLogStore } from "../app/deskPorts.ts";
import { deskLogHash, LOG_START } from "../domain/deskLog.ts";
import { inTransaction, query, rowsOf } from "./retry.ts";

type RawEntry = {
  unit_id: number;
  seq: string;
  at_ms: string;
  account_id: string;
  action: string;
  object: string;
  hash: Buffer;
};

/** The operator log: a chain of hashes for each unit, in a table that a trigger keeps from being changed. */
export function createDeskLogStore(dataSource: DataSource): DeskLogStore {
  return {
    async appendDeskLog(entries) {
      const unitId = entries[0]?.unitId;
      if (unitId === undefined) return;
      await inTransaction(dataSource, async (manager) => {
        await rowsOf(manager, "insert into desk_log_head values ($1, 0, $2) on conflict do nothing", [
          unitId,
          Buffer.from(LOG_START),
        ]);
        // One writer of a unit at a time: the row's lock orders them.
        const [head] = await rowsOf<{ seq: string; hash: Buffer }>(
          manager,
          "select seq, hash from desk_log_head where unit_id = $1 for update",
          [unitId],
        );
        let [seq, hash]: [number, Uint8Array] = [Number(head?.seq ?? 0), head?.hash ?? LOG_START];
        for (const entry of entries) {
          seq += 1;
          hash = deskLogHash({ ...entry, seq }, hash);
          const { atMs, accountId, action, object } = entry;
          const values = [unitId, seq, atMs, accountId, action, object, Buffer.from(hash)];
          await rowsOf(manager, "insert into desk_log values ($1, $2, $3, $4, $5, $6, $7)", values);
        }
        const sql = "update desk_log_head set seq = $2, hash = $3 where unit_id = $1";
        await rowsOf(manager, sql, [unitId, seq, Buffer.from(hash)]);
      });
    },

    async deskLog(unitId, before, limit) {
      const rows = await query<RawEntry>(
        dataSource,
        "select * from desk_log where unit_id = $1 and seq < $2 order by seq desc limit $3",
        [unitId, before ?? Number.MAX_SAFE_INTEGER, limit],
      );
      return rows.map((row) => ({
        unitId: row.unit_id,
        seq: Number(row.seq),
        atMs: Number(row.at_ms),
        accountId: row.account_id,
        action: row.action,
        object: row.object,
        hash: row.hash,
      }));
    },
  };
}
