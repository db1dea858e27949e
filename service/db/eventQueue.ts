import type { DataSource } from "typeorm";
import type { EventType } from "../app/eventTypes.ts";
import type { ClaimedEndpoint, Passed, WebhookStore } from "../app/webhookPorts.ts";
import { eventOf, type RawEvent } from "./eventRows.ts";
import { inTransaction, query, rowsOf } from "./retry.ts";

type EventQueue = Pick<
  WebhookStore,
  | "claimEndpoint"
  | "nextEvents"
  | "passEvent"
  | "failEvent"
  | "releaseEndpoint"
  | "releaseEndpoints"
  | "forgetEvents"
  | "forgetSecrets"
>;

/**
 * What the worker takes and gives back. An endpoint has a position in its unit's stream instead of a row for each event: issuing
 * writes nothing for it, its order can't be lost, and a replay is a position further back.
 */
export function createEventQueue(dataSource: DataSource): EventQueue {
  return {
    claimEndpoint: (holder, nowMs, leaseMs) => claimEndpoint(dataSource, holder, nowMs, leaseMs),

    async nextEvents({ unitId, position }, limit) {
      const sql = "select * from event where unit_id = $1 and seq > $2 order by seq limit $3";
      const rows = await query<RawEvent>(dataSource, sql, [unitId, position, limit]);
      return rows.map(eventOf);
    },

    passEvent: (claimed, passed) => passEvent(dataSource, claimed, passed),

    async failEvent({ endpointId, fence }, { from, error, nextAtMs }) {
      const rows = await query(
        dataSource,
        `update webhook_endpoint set failures = failures + 1, last_error = $4, next_at_ms = coalesce($5, next_at_ms),
           state = case when $5::bigint is null then 'off' else 'on' end
         where endpoint_id = $1 and fence = $2 and position = $3 and state = 'on' returning endpoint_id`,
        [endpointId, fence, from, error, nextAtMs ?? null],
      );
      return rows.length === 1;
    },

    async releaseEndpoint({ endpointId, fence }) {
      const sql = "update webhook_endpoint set holder = null, until_ms = 0 where endpoint_id = $1 and fence = $2";
      await query(dataSource, sql, [endpointId, fence]);
    },

    async releaseEndpoints(holder) {
      await query(
        dataSource,
        "update webhook_endpoint set holder = null, until_ms = 0, fence = fence + 1 where holder = $1",
        [holder],
      );
    },

    async forgetEvents(beforeMs, limit) {
      const rows = await query(
        dataSource,
        `delete from event where (unit_id, seq) in (
           select e.unit_id, e.seq from event_stream s cross join lateral (
             select unit_id, seq from event where unit_id = s.unit_id and at_ms < $1 order by at_ms limit $2) e limit $2)
         returning seq`,
        [beforeMs, limit],
      );
      return rows.length;
    },

    async forgetSecrets(nowMs) {
      await query(dataSource, "delete from webhook_old_secret where until_ms <= $1", [nowMs]);
    },
  };
}

type RawClaim = {
  endpoint_id: string;
  unit_id: number;
  url: string;
  types: EventType[];
  failures: number;
  sealed_secret: Buffer;
  old_secrets: Buffer[] | null;
  fence: string;
  position: string;
  last_seq: string;
};

async function claimEndpoint(
  dataSource: DataSource,
  holder: string,
  nowMs: number,
  leaseMs: number,
): Promise<ClaimedEndpoint | undefined> {
  const [row] = await query<RawClaim>(
    dataSource,
    `update webhook_endpoint own set holder = $1, until_ms = $2::bigint + $3, fence = fence + 1
     from event_stream stream where stream.unit_id = own.unit_id and own.endpoint_id = (
       select w.endpoint_id from webhook_endpoint w join event_stream s on s.unit_id = w.unit_id
       where w.state = 'on' and w.next_at_ms <= $2 and w.until_ms <= $2 and w.position < s.next_seq - 1
       order by w.next_at_ms limit 1 for update of w skip locked)
     returning own.endpoint_id, own.unit_id, own.url, own.types, own.failures, own.sealed_secret, own.fence, own.position,
       stream.next_seq - 1 as last_seq,
       (select array_agg(o.sealed_secret order by o.until_ms desc) from webhook_old_secret o
        where o.endpoint_id = own.endpoint_id and o.until_ms > $2) as old_secrets`,
    [holder, nowMs, leaseMs],
  );
  if (row === undefined) return undefined;
  const { endpoint_id: endpointId, unit_id: unitId, url, types, failures } = row;
  const sealedSecrets = [row.sealed_secret, ...(row.old_secrets ?? [])];
  const place = { fence: Number(row.fence), position: Number(row.position), lastSeq: Number(row.last_seq) };
  return { endpointId, unitId, url, types, failures, sealedSecrets, ...place };
}

function passEvent(
  dataSource: DataSource,
  { endpointId, fence }: ClaimedEndpoint,
  { from, to, nowMs, leaseMs, dead }: Passed,
): Promise<boolean> {
  return inTransaction(dataSource, async (manager) => {
    const rows = await rowsOf(
      manager,
      `update webhook_endpoint set position = $4, failures = 0, last_error = null, next_at_ms = $5,
         until_ms = $5::bigint + $6
       where endpoint_id = $1 and fence = $2 and position = $3 and state = 'on' returning endpoint_id`,
      [endpointId, fence, from, to, nowMs, leaseMs],
    );
    if (rows.length === 1 && dead !== undefined) {
      await manager.query(
        "insert into webhook_dead_letter (endpoint_id, seq, attempts, error, at_ms) values ($1, $2, $3, $4, $5)",
        [endpointId, to, dead.attempts, dead.error, nowMs],
      );
    }
    return rows.length === 1;
  });
}
