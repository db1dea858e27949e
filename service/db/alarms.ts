import { randomUUID } from "node:crypto";
import type { DataSource, EntityManager } from "typeorm";
import type { AlarmStore } from "../app/storePorts.ts";
import { query, rowsOf } from "./retry.ts";

const INSERT = `insert into alarm (alarm_id, kind, subject, details, raised_at_ms) values ($1, $2, $3, $4, $5)
  on conflict (kind, subject) where cleared_at_ms is null do nothing`;

/** As raiseAlarm, in the transaction that makes it a fact. */
export async function insertAlarm(
  manager: EntityManager,
  kind: string,
  subject: string,
  details: string,
  nowMs: number,
): Promise<void> {
  await rowsOf(manager, INSERT, [randomUUID(), kind, subject, details, nowMs]);
}

/** What somebody must look at; kept until it is mended. */
export function createAlarmStore(dataSource: DataSource): AlarmStore {
  return {
    async raiseAlarm(kind, subject, details, nowMs) {
      await query(dataSource, INSERT, [randomUUID(), kind, subject, details, nowMs]);
    },

    async clearAlarm(kind, subject, nowMs) {
      const sql = "update alarm set cleared_at_ms = $3 where kind = $1 and subject = $2 and cleared_at_ms is null";
      await query(dataSource, sql, [kind, subject, nowMs]);
    },

    async openAlarms() {
      type Raw = { alarm_id: string; kind: string; subject: string; details: string; raised_at_ms: string };
      const rows = await query<Raw>(
        dataSource,
        "select * from alarm where cleared_at_ms is null order by raised_at_ms",
        [],
      );
      return rows.map((row) => ({
        alarmId: row.alarm_id,
        kind: row.kind,
        subject: row.subject,
        details: row.details,
        raisedAtMs: Number(row.raised_at_ms),
      }));
    },
  };
}
