import type { DataSource, EntityManager } from "typeorm";
import type { ContactChange, ContactStore, NewContactChange } from "../app/contactPorts.ts";
import type { SealedContact } from "../app/deliveryPorts.ts";
import type { Channel } from "../domain/contact.ts";
import { ContactChangeEntity, type ContactChangeRow } from "./entities/contactChange.ts";
import { DeliveryEntity, PayerContactEntity, ReceiptArrearsEntity, ReceiptLinkEntity } from "./entities/delivery.ts";
import type { DeliveryRow } from "./entities/delivery.ts";
import { inTransaction, rowsOf } from "./retry.ts";

type Sent = SealedContact & { readonly deliveryId: string };

/** What units do to the contacts of receipts that they have issued. */
export function createContactStore(dataSource: DataSource): ContactStore {
  return {
    correctContacts: (correction) =>
      inTransaction(dataSource, async (manager) => {
        const { contacts, nowMs } = correction;
        const place = await lockedPlace(manager, correction);
        const before = await manager.findBy(PayerContactEntity, place);
        if (isSame(before, contacts)) return false;
        const cancelledDeliveries = await cancelWaiting(manager, correction);
        const revokedLinks = await revokeOpen(manager, correction);
        await manager.delete(PayerContactEntity, place);
        const createdAtMs = String(nowMs);
        for (const { channel, lookup, sealed } of contacts) {
          const row = { ...place, channel, lookup: Buffer.from(lookup), sealed: Buffer.from(sealed), createdAtMs };
          await manager.insert(PayerContactEntity, row);
        }
        await queue(manager, correction, contacts);
        await record(manager, correction, { kind: "corrected", contacts, revokedLinks, cancelledDeliveries });
        return true;
      }),

    resendReceipt: (resending) =>
      inTransaction(dataSource, async (manager) => {
        const place = await lockedPlace(manager, resending);
        const contacts = await manager.findBy(PayerContactEntity, place);
        const waiting = await rowsOf<{ channel: Channel }>(
          manager,
          `select channel from delivery
           where code = $1 and number = $2 and purpose = 'receipt' and state in ('held', 'waiting')`,
          [resending.code, resending.number],
        );
        const sent = contacts
          .filter(({ channel }) => !waiting.some((each) => each.channel === channel))
          .map((contact) => ({ ...contact, deliveryId: resending.deliveryIds[contact.channel] }));
        await queue(manager, resending, sent);
        if (sent.length > 0) {
          await record(manager, resending, { kind: "resent", contacts: sent, revokedLinks: 0, cancelledDeliveries: 0 });
        }
        return contacts.length;
      }),

    async contactChanges({ code, number }) {
      const where = { code, number: String(number) };
      const order = { changedAtMs: "ASC", changeId: "ASC" } as const;
      return (await dataSource.manager.find(ContactChangeEntity, { where, order })).map(changeOf);
    },
  };
}

/** One change of a receipt's contacts at a time. */
async function lockedPlace(
  manager: EntityManager,
  { code, number }: NewContactChange,
): Promise<{ code: number; number: string }> {
  await rowsOf(manager, "select 1 from receipt where code = $1 and number = $2 for update", [code, number]);
  return { code, number: String(number) };
}

function isSame(before: readonly SealedContact[], after: readonly SealedContact[]): boolean {
  const keysOf = (contacts: readonly SealedContact[]): string =>
    contacts
      .map(({ channel, lookup }) => `${channel} ${Buffer.from(lookup).toString("hex")}`)
      .sort()
      .join();
  return keysOf(before) === keysOf(after);
}

async function cancelWaiting(manager: EntityManager, { code, number }: NewContactChange): Promise<number> {
  const cancelled = await rowsOf(
    manager,
    `update delivery set state = 'cancelled', sealed = null, holder = null, reason = 'contact_corrected'
     where code = $1 and number = $2 and state in ('held', 'waiting') returning delivery_id`,
    [code, number],
  );
  return cancelled.length;
}

/** Those sent on by whoever had the first one, too. */
async function revokeOpen(manager: EntityManager, { code, number, nowMs }: NewContactChange): Promise<number> {
  const revoked = await rowsOf(
    manager,
    `update receipt_link set revoked_at_ms = $3 where code = $1 and number = $2 and revoked_at_ms is null
     returning link_id`,
    [code, number, nowMs],
  );
  return revoked.length;
}

async function queue(manager: EntityManager, change: NewContactChange, contacts: readonly Sent[]): Promise<void> {
  if (contacts.length === 0) return;
  const { code, number, link, nowMs } = change;
  const place = { code, number: String(number) };
  const arrears = await manager.findOneBy(ReceiptArrearsEntity, place);
  const isHeld = arrears !== null && arrears.releasedAtMs === null;
  const tokenHash = Buffer.from(link.tokenHash);
  const row = { linkId: link.linkId, tokenHash, ...place, createdAtMs: String(nowMs), revokedAtMs: null };
  await manager.insert(ReceiptLinkEntity, row);
  await manager.insert(
    DeliveryEntity,
    contacts.map((contact) => deliveryRow(change, contact, isHeld)),
  );
}

function deliveryRow({ code, number, link, nowMs }: NewContactChange, contact: Sent, isHeld: boolean): DeliveryRow {
  return {
    deliveryId: contact.deliveryId,
    purpose: "receipt",
    channel: contact.channel,
    state: isHeld ? "held" : "waiting",
    lookup: Buffer.from(contact.lookup),
    sealed: Buffer.from(contact.sealed),
    code,
    number: String(number),
    linkId: link.linkId,
    attempts: 0,
    createdAtMs: String(nowMs),
    nextAtMs: String(nowMs),
    holder: null,
    untilMs: "0",
    sentAtMs: null,
    reason: null,
  };
}

async function record(
  manager: EntityManager,
  { changeId, code, number, unitId, reason, nowMs }: NewContactChange,
  done: Pick<ContactChangeRow, "kind" | "revokedLinks" | "cancelledDeliveries"> & { contacts: readonly Sent[] },
): Promise<void> {
  const { kind, revokedLinks, cancelledDeliveries, contacts } = done;
  const channels = contacts
    .map(({ channel }) => channel)
    .sort()
    .join();
  const row = { changeId, code, number: String(number), unitId, kind, channels, reason };
  await manager.insert(ContactChangeEntity, { ...row, revokedLinks, cancelledDeliveries, changedAtMs: String(nowMs) });
}

function changeOf(row: ContactChangeRow): ContactChange {
  const { kind, reason, revokedLinks, cancelledDeliveries } = row;
  const channels = (["email", "sms"] as const).filter((channel) => row.channels.split(",").includes(channel));
  return { kind, channels, reason, revokedLinks, cancelledDeliveries, changedAtMs: Number(row.changedAtMs) };
}
