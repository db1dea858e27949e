import type { DataSource, EntityManager } from "typeorm";
import type { LoginStore, NewLoginCode } from "../app/payerPorts.ts";
import { PayerSessionEntity } from "./entities/payer.ts";
import { inTransaction, query, rowsOf } from "./retry.ts";

/** What has lapsed is swept once in so many codes. */
const SWEEP_EVERY = 200;

/** One-time codes and the sessions that they open. */
export function createLoginStore(dataSource: DataSource): LoginStore {
  let codes = 0;
  return {
    async addLoginCode(code) {
      if (codes++ % SWEEP_EVERY === 0) await sweep(dataSource, code.nowMs);
      await inTransaction(dataSource, (manager) => insertLoginCode(manager, code));
    },

    async tryLoginCode(loginId, maxTries, nowMs) {
      const [row] = await query<{ lookup: Buffer; code_mac: Buffer }>(
        dataSource,
        `update login_code set tries = tries + 1
         where login_id = $1 and not is_used and tries < $2 and expires_at_ms > $3 returning lookup, code_mac`,
        [loginId, maxTries, nowMs],
      );
      return row && { lookup: row.lookup, codeMac: row.code_mac };
    },

    openSession: (loginId, session) =>
      inTransaction(dataSource, async (manager) => {
        const [used] = await rowsOf<{ lookup: Buffer }>(
          manager,
          "update login_code set is_used = true where login_id = $1 and not is_used returning lookup",
          [loginId],
        );
        if (used === undefined) return false;
        await manager.insert(PayerSessionEntity, {
          tokenHash: Buffer.from(session.tokenHash),
          lookup: used.lookup,
          expiresAtMs: String(session.expiresAtMs),
        });
        return true;
      }),

    async sessionOf(tokenHash, nowMs) {
      const sql = "select lookup from payer_session where token_hash = $1 and expires_at_ms > $2";
      const [row] = await query<{ lookup: Buffer }>(dataSource, sql, [Buffer.from(tokenHash), nowMs]);
      return row && { lookup: row.lookup };
    },

    async endSession(tokenHash) {
      await query(dataSource, "delete from payer_session where token_hash = $1", [Buffer.from(tokenHash)]);
    },
  };
}

/** One statement for known and unknown contacts alike: neither the answer nor its work tells them apart. */
async function insertLoginCode(manager: EntityManager, code: NewLoginCode): Promise<void> {
  const { loginId, lookup, codeMac, nowMs, expiresAtMs, message } = code;
  const key = Buffer.from(lookup);
  await rowsOf(manager, "insert into login_code values ($1, $2, $3, 0, $4, false)", [
    loginId,
    key,
    Buffer.from(codeMac),
    expiresAtMs,
  ]);
  await rowsOf(
    manager,
    `insert into delivery (delivery_id, purpose, channel, state, lookup, sealed, attempts, created_at_ms, next_at_ms,
       until_ms)
     select $1, 'login', $2, 'waiting', $3, $4, 0, $5, $5, 0
     where exists (select 1 from payer_contact where lookup = $3)`,
    [message.deliveryId, message.channel, key, Buffer.from(message.sealed), nowMs],
  );
}

async function sweep(dataSource: DataSource, nowMs: number): Promise<void> {
  for (const table of ["login_code", "payer_session"]) {
    await query(dataSource, `delete from ${table} where expires_at_ms < $1`, [nowMs]);
  }
  await query(
    dataSource,
    "delete from delivery where purpose = 'login' and state not in ('held', 'waiting') and created_at_ms < $1",
    [nowMs - 86_400_000],
  );
}
