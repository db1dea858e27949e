import type { DataSource } from "typeorm";
import type { DeskRequest, DeskRequestStore } from "../app/deskPorts.ts";
import { DeskRequestEntity, type DeskRequestRow } from "./entities/desk.ts";
import { query } from "./retry.ts";

/** Cashiers' wishes to reverse, and what reviewers made of them. */
export function createDeskRequestStore(dataSource: DataSource): DeskRequestStore {
  const { manager } = dataSource;
  return {
    async addDeskRequest({ requestId, unitId, code, number, terms, rest, askedBy, askedAtMs }) {
      const values = [requestId, unitId, code, number, JSON.stringify(terms), rest && JSON.stringify(rest), askedBy];
      const rows = await query(
        dataSource,
        `insert into desk_request values ($1, $2, $3, $4, $5, $6, $7, $8, 'asked', null, null, '')
         on conflict (code, number) where state = 'asked' do nothing returning request_id`,
        [...values, askedAtMs],
      );
      return rows.length === 1;
    },

    async deskRequest(requestId) {
      const row = await manager.findOneBy(DeskRequestEntity, { requestId });
      return row === null ? undefined : requestOf(row);
    },

    async deskRequests(unitId, state, before, limit) {
      const select = manager
        .createQueryBuilder(DeskRequestEntity, "q")
        .where("q.unitId = :unitId", { unitId })
        .orderBy("q.askedAtMs", "DESC")
        .addOrderBy("q.requestId", "DESC")
        .limit(limit);
      if (state !== undefined) select.andWhere("q.state = :state", { state });
      if (before !== undefined) select.andWhere("(q.askedAtMs, q.requestId) < (:atMs, :id)", before);
      return (await select.getMany()).map(requestOf);
    },

    async decideDeskRequest(requestId, { state, decidedBy, decidedAtMs, note }) {
      const rows = await query(
        dataSource,
        `update desk_request set state = $2, decided_by = $3, decided_at_ms = $4, note = $5
         where request_id = $1 and state = 'asked' returning request_id`,
        [requestId, state, decidedBy, decidedAtMs, note],
      );
      return rows.length === 1;
    },
  };
}

function requestOf({ rest, number, askedAtMs, decidedBy, decidedAtMs, ...row }: DeskRequestRow): DeskRequest {
  return {
    ...row,
    number: Number(number),
    askedAtMs: Number(askedAtMs),
    ...(rest === null ? {} : { rest }),
    ...(decidedBy === null ? {} : { decidedBy }),
    ...(decidedAtMs === null ? {} : { decidedAtMs: Number(decidedAtMs) }),
  };
}
