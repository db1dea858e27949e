import type { DataSource, EntityManager } from "typeorm";
import type { EventType } from "../app/eventTypes.ts";
import type {
  Endpoint,
  EventFilter,
  NewEndpoint,
  ReceiptEvent,
  ReplayStart,
  SecretRotation,
  WebhookStore,
} from "../app/webhookPorts.ts";
import { WebhookEndpointEntity } from "./entities/webhook.ts";
import { createEventQueue } from "./eventQueue.ts";
import { eventOf, type RawEvent } from "./eventRows.ts";
import { inTransaction, query, rowsOf } from "./retry.ts";

/** Endpoints, and the events that units read and replay. */
export function createWebhookStore(dataSource: DataSource): WebhookStore {
  return {
    ...createEventQueue(dataSource),

    addEndpoint: (endpoint, mostOfUnit) =>
      inTransaction(dataSource, (manager) => addEndpoint(manager, endpoint, mostOfUnit)),

    async endpoints(unitId) {
      const rows = await query<RawEndpoint>(
        dataSource,
        `select w.*, s.next_seq - 1 - w.position as waiting,
           (select count(*) from webhook_dead_letter d where d.endpoint_id = w.endpoint_id) as dead,
           (select max(until_ms) from webhook_old_secret o where o.endpoint_id = w.endpoint_id) as old_until_ms
         from webhook_endpoint w join event_stream s on s.unit_id = w.unit_id
         where w.unit_id = $1 order by w.created_at_ms, w.endpoint_id`,
        [unitId],
      );
      return rows.map(endpointOf);
    },

    async deadLetters({ unitId, endpointId }, limit) {
      type Raw = { event_id: string; attempts: number; error: string; at_ms: string };
      const rows = await query<Raw>(
        dataSource,
        `select e.event_id, d.attempts, d.error, d.at_ms
         from webhook_dead_letter d join event e on e.unit_id = $1 and e.seq = d.seq
         where d.endpoint_id = $2 order by d.seq limit $3`,
        [unitId, endpointId, limit],
      );
      return rows.map(({ event_id: eventId, attempts, error, at_ms }) => ({
        ...{ eventId, attempts, error },
        atMs: Number(at_ms),
      }));
    },

    removeEndpoint: (unitId, endpointId) =>
      inTransaction(dataSource, async (manager) => {
        await lockStream(manager, unitId);
        const { affected } = await manager.delete(WebhookEndpointEntity, { unitId, endpointId });
        for (const table of ["webhook_dead_letter", "webhook_old_secret"]) {
          await manager.query(`delete from ${table} where endpoint_id = $1`, [endpointId]);
        }
        await noteTypes(manager, unitId);
        return affected === 1;
      }),

    rotateSecret: (rotation, mostOld) =>
      inTransaction(dataSource, (manager) => rotateSecret(manager, rotation, mostOld)),

    replayFrom: (unitId, endpointId, start, nowMs) =>
      inTransaction(dataSource, (manager) => replayFrom(manager, { unitId, endpointId, start, nowMs })),

    async events(unitId, filter, afterEventId, limit) {
      const after = afterEventId === undefined ? 0 : await seqOf(dataSource.manager, unitId, afterEventId);
      return after === undefined ? "no_event" : readEvents(dataSource, unitId, filter, after, limit);
    },
  };
}

type RawEndpoint = {
  endpoint_id: string;
  unit_id: number;
  url: string;
  types: EventType[];
  state: "on" | "off";
  created_at_ms: string;
  failures: number;
  last_error: string | null;
  next_at_ms: string;
  waiting: string;
  dead: string;
  old_until_ms: string | null;
};

function endpointOf(row: RawEndpoint): Endpoint {
  const isRetried = row.state === "on" && row.failures > 0;
  return {
    endpointId: row.endpoint_id,
    unitId: row.unit_id,
    url: row.url,
    types: row.types,
    state: row.state,
    createdAtMs: Number(row.created_at_ms),
    failures: row.failures,
    ...(row.last_error === null ? {} : { lastError: row.last_error }),
    ...(isRetried ? { nextAtMs: Number(row.next_at_ms) } : {}),
    waitingCount: Number(row.waiting),
    deadCount: Number(row.dead),
    ...(row.old_until_ms === null ? {} : { oldSecretUntilMs: Number(row.old_until_ms) }),
  };
}

/** The unit's stream, made at its first endpoint. Nobody adds to it until our commit. @returns the seq of its next event */
async function lockStream(manager: EntityManager, unitId: number): Promise<number> {
  await manager.query("insert into event_stream values ($1, 1, '{}') on conflict do nothing", [unitId]);
  const sql = "select next_seq from event_stream where unit_id = $1 for update";
  const [row] = await rowsOf<{ next_seq: string }>(manager, sql, [unitId]);
  return Number(row?.next_seq ?? 1);
}

async function noteTypes(manager: EntityManager, unitId: number): Promise<void> {
  await manager.query(
    `update event_stream set types = array(
       select distinct type from webhook_endpoint w, unnest(w.types) as type where w.unit_id = $1 order by type)
     where unit_id = $1`,
    [unitId],
  );
}

async function addEndpoint(
  manager: EntityManager,
  endpoint: NewEndpoint,
  mostOfUnit: number,
): Promise<"added" | "exists" | "too_many"> {
  const { unitId, url, createdAtMs } = endpoint;
  const nextSeq = await lockStream(manager, unitId);
  const own = await manager.findBy(WebhookEndpointEntity, { unitId });
  if (own.some((each) => each.url === url)) return "exists";
  if (own.length >= mostOfUnit) return "too_many";
  await manager.insert(WebhookEndpointEntity, {
    ...{ endpointId: endpoint.endpointId, unitId, url, types: [...endpoint.types], state: "on" },
    ...{ sealedSecret: Buffer.from(endpoint.sealedSecret), createdAtMs: String(createdAtMs) },
    ...{ position: String(nextSeq - 1), failures: 0, lastError: null, nextAtMs: String(createdAtMs) },
    ...{ holder: null, untilMs: "0", fence: "0" },
  });
  await noteTypes(manager, unitId);
  return "added";
}

async function rotateSecret(
  manager: EntityManager,
  { unitId, endpointId, sealedSecret, oldUntilMs, nowMs }: SecretRotation,
  mostOld: number,
): Promise<"rotated" | "no_endpoint" | "too_many"> {
  const own = "select sealed_secret from webhook_endpoint where unit_id = $1 and endpoint_id = $2 for update";
  const [endpoint] = await rowsOf<{ sealed_secret: Buffer }>(manager, own, [unitId, endpointId]);
  if (endpoint === undefined) return "no_endpoint";
  const over = "delete from webhook_old_secret where endpoint_id = $1 and (until_ms <= $2 or $3)";
  await manager.query(over, [endpointId, nowMs, oldUntilMs <= nowMs]);
  const old = await rowsOf(manager, "select 1 from webhook_old_secret where endpoint_id = $1", [endpointId]);
  if (old.length >= mostOld) return "too_many";
  if (oldUntilMs > nowMs) {
    const keep = "insert into webhook_old_secret (endpoint_id, sealed_secret, until_ms) values ($1, $2, $3)";
    await manager.query(keep, [endpointId, endpoint.sealed_secret, oldUntilMs]);
  }
  // A turn that goes on with the old secrets alone is ended: its event comes again, signed anew.
  await manager.query(
    `update webhook_endpoint set sealed_secret = $2, holder = null, until_ms = 0, fence = fence + 1
     where endpoint_id = $1`,
    [endpointId, Buffer.from(sealedSecret)],
  );
  return "rotated";
}

type Replay = {
  readonly unitId: number;
  readonly endpointId: string;
  readonly start: ReplayStart;
  readonly nowMs: number;
};

async function replayFrom(
  manager: EntityManager,
  { unitId, endpointId, start, nowMs }: Replay,
): Promise<{ waitingCount: number } | "no_endpoint" | "no_event"> {
  const nextSeq = await lockStream(manager, unitId);
  const isThere = await manager.existsBy(WebhookEndpointEntity, { unitId, endpointId });
  if (!isThere) return "no_endpoint";
  const seq =
    "eventId" in start
      ? await seqOf(manager, unitId, start.eventId)
      : ((await seqSince(manager, unitId, start.sinceMs)) ?? nextSeq);
  if (seq === undefined) return "no_event";
  await manager.query(
    `update webhook_endpoint set position = $2, state = 'on', failures = 0, last_error = null, next_at_ms = $3,
       holder = null, until_ms = 0, fence = fence + 1 where endpoint_id = $1`,
    [endpointId, seq - 1, nowMs],
  );
  await manager.query("delete from webhook_dead_letter where endpoint_id = $1 and seq >= $2", [endpointId, seq]);
  return { waitingCount: nextSeq - seq };
}

/** undefined if the unit has no such event, or not any more. */
async function seqOf(manager: EntityManager, unitId: number, eventId: string): Promise<number | undefined> {
  const seq = Number(/^evt_([1-9]\d{0,14})_[0-9a-f]{16}$/.exec(eventId)?.[1] ?? Number.NaN);
  if (Number.isNaN(seq)) return undefined;
  const sql = "select 1 from event where unit_id = $1 and seq = $2 and event_id = $3";
  const rows = await rowsOf(manager, sql, [unitId, seq, eventId]);
  return rows.length === 0 ? undefined : seq;
}

async function seqSince(manager: EntityManager, unitId: number, sinceMs: number): Promise<number | undefined> {
  const sql = "select min(seq) as seq from event where unit_id = $1 and at_ms >= $2";
  const [row] = await rowsOf<{ seq: string | null }>(manager, sql, [unitId, sinceMs]);
  return row === undefined || row.seq === null ? undefined : Number(row.seq);
}

async function readEvents(
  dataSource: DataSource,
  unitId: number,
  { types, sinceMs }: EventFilter,
  afterSeq: number,
  limit: number,
): Promise<readonly ReceiptEvent[]> {
  const rows = await query<RawEvent>(
    dataSource,
    `select * from event where unit_id = $1 and seq > $2 and ($3::text[] is null or type = any($3))
       and ($4::bigint is null or at_ms >= $4) order by seq limit $5`,
    [unitId, afterSeq, types ?? null, sinceMs ?? null, limit],
  );
  return rows.map(eventOf);
}
