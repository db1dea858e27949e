import type { DataSource } from "typeorm";
import type { DeskAccount, DeskAccountStore, DeskSessionStore } from "../app/deskPorts.ts";
import { DeskAccountEntity, DeskRecoveryEntity, type DeskAccountRow } from "./entities/desk.ts";
import { inTransaction, query, rowsOf } from "./retry.ts";

/** Sessions that have ended are swept once in so many sign-ins. */
const SWEEP_EVERY = 100;

/** The accounts of units' desks. */
export function createDeskAccountStore(dataSource: DataSource): DeskAccountStore {
  const { manager } = dataSource;
  return {
    async addDeskAccount(account) {
      const row = { ...rowOf(account), totpStep: "0" };
      const insert = manager.createQueryBuilder().insert().into(DeskAccountEntity).values(row);
      const inserted: { readonly raw: unknown } = await insert.orIgnore().returning("account_id").execute();
      return Array.isArray(inserted.raw) && inserted.raw.length === 1;
    },

    async deskAccount(accountId) {
      const row = await manager.findOneBy(DeskAccountEntity, { accountId });
      return row === null ? undefined : accountOf(row);
    },

    async deskAccountByName(unitId, name) {
      const row = await manager.findOneBy(DeskAccountEntity, { unitId, name });
      return row === null ? undefined : accountOf(row);
    },

    async deskAccounts(unitId) {
      return (await manager.find(DeskAccountEntity, { where: { unitId }, order: { name: "ASC" } })).map(accountOf);
    },

    async changeDeskAccount(accountId, { totpPending, ...change }) {
      const pending = totpPending === undefined ? {} : { totpPending: Buffer.from(totpPending) };
      await manager.update(DeskAccountEntity, { accountId }, { ...change, ...pending });
    },

    bindTotp: (accountId, step, recoveryMacs) =>
      inTransaction(dataSource, async (own) => {
        await rowsOf(
          own,
          `update desk_account set totp_sealed = totp_pending, totp_pending = null, totp_step = $2
           where account_id = $1 and totp_pending is not null`,
          [accountId, step],
        );
        await own.delete(DeskRecoveryEntity, { accountId });
        await own.insert(
          DeskRecoveryEntity,
          recoveryMacs.map((mac) => ({ accountId, mac: Buffer.from(mac) })),
        );
      }),

    unbindTotp: (accountId) =>
      inTransaction(dataSource, async (own) => {
        await own.update(DeskAccountEntity, { accountId }, { totpSealed: null, totpPending: null });
        await own.delete(DeskRecoveryEntity, { accountId });
      }),

    async useTotpStep(accountId, step) {
      const sql =
        "update desk_account set totp_step = $2 where account_id = $1 and totp_step < $2 returning account_id";
      return (await query(dataSource, sql, [accountId, step])).length === 1;
    },

    async useRecoveryCode(accountId, mac) {
      const { affected } = await manager.delete(DeskRecoveryEntity, { accountId, mac: Buffer.from(mac) });
      return affected === 1;
    },
  };
}

/** Their sessions. A closed account has none. */
export function createDeskSessionStore(dataSource: DataSource): DeskSessionStore {
  let opened = 0;
  return {
    async openDeskSession({ tokenHash, accountId, nowMs, endsAtMs }) {
      if (opened++ % SWEEP_EVERY === 0) {
        await query(dataSource, "delete from desk_session where ends_at_ms < $1", [nowMs]);
      }
      const values = [Buffer.from(tokenHash), accountId, nowMs, endsAtMs];
      await query(dataSource, "insert into desk_session values ($1, $2, $3, $4)", values);
    },

    async deskSession(tokenHash, nowMs, idleMs) {
      const [row] = await query<{ account_id: string }>(
        dataSource,
        `update desk_session s set seen_at_ms = greatest(s.seen_at_ms, $2::bigint) from desk_account a
         where s.token_hash = $1 and s.ends_at_ms > $2 and s.seen_at_ms > $2::bigint - $3::bigint
           and a.account_id = s.account_id and not a.is_closed
         returning s.account_id`,
        [Buffer.from(tokenHash), nowMs, idleMs],
      );
      if (row === undefined) return undefined;
      const account = await dataSource.manager.findOneBy(DeskAccountEntity, { accountId: row.account_id });
      return account === null ? undefined : accountOf(account);
    },

    async endDeskSession(tokenHash) {
      await query(dataSource, "delete from desk_session where token_hash = $1", [Buffer.from(tokenHash)]);
    },

    async endDeskSessionsOf(accountId, kept = new Uint8Array()) {
      const sql = "delete from desk_session where account_id = $1 and token_hash <> $2";
      await query(dataSource, sql, [accountId, Buffer.from(kept)]);
    },
  };
}

function rowOf(account: DeskAccount): Omit<DeskAccountRow, "totpStep"> {
  return {
    ...account,
    totpSealed: account.totpSealed === undefined ? null : Buffer.from(account.totpSealed),
    totpPending: account.totpPending === undefined ? null : Buffer.from(account.totpPending),
    createdAtMs: String(account.createdAtMs),
  };
}

function accountOf(row: DeskAccountRow): DeskAccount {
  const { totpSealed, totpPending, totpStep: _step, createdAtMs, ...rest } = row;
  return {
    ...rest,
    createdAtMs: Number(createdAtMs),
    ...(totpSealed === null ? {} : { totpSealed }),
    ...(totpPending === null ? {} : { totpPending }),
  };
}
