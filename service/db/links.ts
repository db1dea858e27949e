import type { DataSource } from "typeorm";
import type { LinkStore } from "../app/deliveryPorts.ts";
import { ReceiptArrearsEntity } from "./entities/delivery.ts";
import { inTransaction, query, rowsOf } from "./retry.ts";

/** True of a receipt r in arrears. */
export const HELD = `exists (select 1 from receipt_arrears a
  where a.code = r.code and a.number = r.number and a.released_at_ms is null)`;

/** The links to receipts, and what is owed for them. */
export function createLinkStore(dataSource: DataSource): LinkStore {
  const { manager } = dataSource;
  return {
    releaseArrears: ({ code, number }, nowMs) =>
      inTransaction(dataSource, async (transaction) => {
        const released = await rowsOf(
          transaction,
          `update receipt_arrears set released_at_ms = $3
           where code = $1 and number = $2 and released_at_ms is null returning code`,
          [code, number, nowMs],
        );
        await rowsOf(
          transaction,
          "update delivery set state = 'waiting', next_at_ms = $3 where code = $1 and number = $2 and state = 'held'",
          [code, number, nowMs],
        );
        return released.length === 1;
      }),

    async arrearsOf({ code, number }) {
      const row = await manager.findOneBy(ReceiptArrearsEntity, { code, number: String(number) });
      if (row === null) return "none";
      return row.releasedAtMs === null ? "held" : "released";
    },

    async receiptOfLink(tokenHash) {
      const [row] = await query<{ code: number; number: string }>(
        dataSource,
        `select r.code, r.number from receipt_link r
         where r.token_hash = $1 and r.revoked_at_ms is null and not ${HELD}`,
        [Buffer.from(tokenHash)],
      );
      return row && { code: row.code, number: Number(row.number) };
    },

    revokeLinks: ({ code, number }, nowMs) =>
      inTransaction(dataSource, async (transaction) => {
        const revoked = await rowsOf(
          transaction,
          `update receipt_link set revoked_at_ms = $3 where code = $1 and number = $2 and revoked_at_ms is null
           returning link_id`,
          [code, number, nowMs],
        );
        await rowsOf(
          transaction,
          `update delivery set state = 'cancelled', sealed = null, reason = 'link_revoked'
           where code = $1 and number = $2 and state in ('held', 'waiting')`,
          [code, number],
        );
        return revoked.length;
      }),
  };
}
