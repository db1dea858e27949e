import type { DataSource, EntityManager } from "typeorm";
import type { Delivery, DeliveryClaim, DeliveryStatus, OutboxStore, NewForward } from "../app/deliveryPorts.ts";
import { DeliveryEntity, ReceiptLinkEntity, type DeliveryRow } from "./entities/delivery.ts";
import { recordEvents } from "./recordEvents.ts";
import { inTransaction, query, rowsOf } from "./retry.ts";

/** A login's code is of no use after this, so neither is its message. */
const LOGIN_MS = 600_000;

/** The outbox. */
export function createOutboxStore(dataSource: DataSource): OutboxStore {
  const ofHolder = (deliveryId: string, holder: string): { deliveryId: string; holder: string; state: "waiting" } => ({
    deliveryId,
    holder,
    state: "waiting",
  });
  const { manager } = dataSource;
  return {
    claimDeliveries: (claim) => claimDeliveries(dataSource, claim),

    markDelivered: (deliveryId, holder, nowMs) =>
      inTransaction(dataSource, async (transaction) => {
        const done = { state: "sent", sealed: null, sentAtMs: String(nowMs), holder: null, reason: null } as const;
        const { affected } = await transaction.update(DeliveryEntity, ofHolder(deliveryId, holder), done);
        if (affected === 1) await recordDelivered(transaction, deliveryId, nowMs);
      }),

    async retryDelivery(deliveryId, holder, nextAtMs, reason) {
      const again = { nextAtMs: String(nextAtMs), untilMs: "0", holder: null, reason };
      await manager.update(DeliveryEntity, ofHolder(deliveryId, holder), again);
    },

    async failDelivery(deliveryId, holder, reason) {
      const end = { state: "failed", sealed: null, holder: null, reason } as const;
      await manager.update(DeliveryEntity, ofHolder(deliveryId, holder), end);
    },

    async releaseDeliveries(holder) {
      await query(
        dataSource,
        "update delivery set until_ms = 0, holder = null where state = 'waiting' and holder = $1",
        [holder],
      );
    },

    addForward: (forward) =>
      inTransaction(dataSource, async (transaction) => {
        const { code, number, link, nowMs } = forward;
        const place = { code, number: String(number) };
        const tokenHash = Buffer.from(link.tokenHash);
        const row = { linkId: link.linkId, tokenHash, ...place, createdAtMs: String(nowMs), revokedAtMs: null };
        await transaction.insert(ReceiptLinkEntity, row);
        await transaction.insert(DeliveryEntity, forwardRow(forward));
      }),

    async deliveriesOf({ code, number }) {
      const where = { code, number: String(number) };
      const rows = await manager.find(DeliveryEntity, { where, order: { createdAtMs: "ASC", deliveryId: "ASC" } });
      return rows.map(statusOf);
    },
  };
}

/** To its payer at issue: whom the holder forwards it to is no business of the unit's. */
async function recordDelivered(transaction: EntityManager, deliveryId: string, atMs: number): Promise<void> {
  type Raw = { unit_id: number; code: number; number: string; channel: string };
  const [found] = await rowsOf<Raw>(
    transaction,
    `select r.unit_id, r.code, r.number, d.channel
     from delivery d join receipt r on r.code = d.code and r.number = d.number
     where d.delivery_id = $1 and d.purpose = 'receipt'`,
    [deliveryId],
  );
  if (found === undefined) return;
  const { unit_id: unitId, code, channel } = found;
  const fact = { code, number: Number(found.number), atMs, details: { channel } };
  await recordEvents(transaction, unitId, "receipt.delivered", [fact]);
}

type RawDelivery = {
  delivery_id: string;
  purpose: Delivery["purpose"];
  channel: Delivery["channel"];
  sealed: Buffer;
  attempts: number;
  code: number | null;
  number: string | null;
  link_id: string | null;
};

async function claimDeliveries(dataSource: DataSource, claim: DeliveryClaim): Promise<readonly Delivery[]> {
  const { holder, channels, nowMs, leaseMs, limit, sealWaitMs, dueSinceMs } = claim;
  await query(
    dataSource,
    `update delivery d set sealed = null,
       state = case when d.purpose = 'login' then 'cancelled' else 'failed' end, reason = 'too_late'
     where d.state = 'waiting' and d.until_ms <= $1
       and (d.next_at_ms < $2 or (d.purpose = 'login' and d.created_at_ms < $3))`,
    [nowMs, dueSinceMs, nowMs - LOGIN_MS],
  );
  await query(
    dataSource,
    `update delivery d set state = 'cancelled', sealed = null, reason = 'receipt_void' from receipt r
     where d.state = 'waiting' and r.code = d.code and r.number = d.number and r.state = 'void'`,
    [],
  );
  const rows = await query<RawDelivery>(
    dataSource,
    `update delivery set holder = $1, until_ms = $2::bigint + $3, attempts = attempts + 1
     where delivery_id in (
       select d.delivery_id from delivery d
       where d.state = 'waiting' and d.next_at_ms <= $2 and d.until_ms <= $2 and d.channel = any($4)
         and (d.code is null or exists (
           select 1 from receipt r join book b on b.book_id = r.book_id
           where r.code = d.code and r.number = d.number and r.state = 'rendered'
             and (r.number < b.anchored or r.rendered_at_ms <= $2 - $5)))
       order by d.next_at_ms limit $6 for update of d skip locked)
     returning delivery_id, purpose, channel, sealed, attempts, code, number, link_id`,
    [holder, nowMs, leaseMs, channels, sealWaitMs, limit],
  );
  return rows.map((row) => ({
    deliveryId: row.delivery_id,
    channel: row.channel,
    purpose: row.purpose,
    sealed: row.sealed,
    attempts: row.attempts,
    place: row.code === null ? undefined : { code: row.code, number: Number(row.number) },
    linkId: row.link_id ?? undefined,
  }));
}

function forwardRow(forward: NewForward): DeliveryRow {
  return {
    deliveryId: forward.deliveryId,
    purpose: "forward",
    channel: forward.channel,
    state: "waiting",
    lookup: Buffer.from(forward.lookup),
    sealed: Buffer.from(forward.sealed),
    code: forward.code,
    number: String(forward.number),
    linkId: forward.link.linkId,
    attempts: 0,
    createdAtMs: String(forward.nowMs),
    nextAtMs: String(forward.nowMs),
    holder: null,
    untilMs: "0",
    sentAtMs: null,
    reason: null,
  };
}

function statusOf(row: DeliveryRow): DeliveryStatus {
  const { channel, purpose, state, attempts, reason, sentAtMs } = row;
  return {
    channel,
    purpose,
    state,
    attempts,
    ...(reason === null ? {} : { reason }),
    ...(sentAtMs === null ? {} : { sentAtMs: Number(sentAtMs) }),
  };
}
