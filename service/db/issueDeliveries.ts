import type { EntityManager, EntitySchema } from "typeorm";
import type { NewDelivery } from "../app/deliveryPorts.ts";
import type { Receipt } from "../app/storePorts.ts";
import type { DeliveryRow, PayerContactRow, ReceiptArrearsRow, ReceiptLinkRow } from "./entities/delivery.ts";
import { DeliveryEntity, PayerContactEntity, ReceiptArrearsEntity, ReceiptLinkEntity } from "./entities/delivery.ts";

/** A receipt with what its payer's delivery needs. */
export type IssuedDelivery = readonly [receipt: Receipt, delivery: NewDelivery];

/** Rows of one insert: PostgreSQL takes 65,535 parameters. */
const CHUNK = 1_000;

/**
 * Written in the transaction that takes the number, so that no receipt is issued without its delivery. It waits there until
 * the receipt is rendered: then it is due by itself, without another step that a crash could leave out.
 */
export async function insertDeliveries(manager: EntityManager, issued: readonly IssuedDelivery[]): Promise<void> {
  if (issued.length === 0) return;
  const contacts = issued.flatMap(([receipt, delivery]) =>
    delivery.contacts.map((contact) => ({ receipt, delivery, contact })),
  );
  const insert = async (entity: EntitySchema, rows: readonly object[]): Promise<void> => {
    for (let at = 0; at < rows.length; at += CHUNK) await manager.insert(entity, rows.slice(at, at + CHUNK));
  };
  await insert(
    ReceiptArrearsEntity,
    issued.flatMap(([receipt, delivery]) => arrearsRows(receipt, delivery)),
  );
  await insert(
    ReceiptLinkEntity,
    issued.flatMap(([receipt, delivery]) => linkRows(receipt, delivery)),
  );
  await insert(PayerContactEntity, contacts.map(contactRow));
  await insert(DeliveryEntity, contacts.map(deliveryRow));
}

type Contacted = {
  readonly receipt: Receipt;
  readonly delivery: NewDelivery;
  readonly contact: NewDelivery["contacts"][number];
};

const placeOf = ({ code, number }: Receipt): { code: number; number: string } => ({ code, number: String(number) });

function arrearsRows(receipt: Receipt, { arrearsReason }: NewDelivery): readonly ReceiptArrearsRow[] {
  if (arrearsReason === undefined) return [];
  return [{ ...placeOf(receipt), reason: arrearsReason, heldAtMs: String(receipt.issuedAtMs), releasedAtMs: null }];
}

function linkRows(receipt: Receipt, { link }: NewDelivery): readonly ReceiptLinkRow[] {
  if (link === undefined) return [];
  const tokenHash = Buffer.from(link.tokenHash);
  const createdAtMs = String(receipt.issuedAtMs);
  return [{ linkId: link.linkId, tokenHash, ...placeOf(receipt), createdAtMs, revokedAtMs: null }];
}

function contactRow({ receipt, contact }: Contacted): PayerContactRow {
  return {
    ...placeOf(receipt),
    channel: contact.channel,
    lookup: Buffer.from(contact.lookup),
    sealed: Buffer.from(contact.sealed),
    createdAtMs: String(receipt.issuedAtMs),
  };
}

function deliveryRow({ receipt, delivery, contact }: Contacted): DeliveryRow {
  return {
    deliveryId: contact.deliveryId,
    purpose: "receipt",
    channel: contact.channel,
    state: delivery.arrearsReason === undefined ? "waiting" : "held",
    lookup: Buffer.from(contact.lookup),
    sealed: Buffer.from(contact.sealed),
    ...placeOf(receipt),
    linkId: delivery.link?.linkId ?? null,
    attempts: 0,
    createdAtMs: String(receipt.issuedAtMs),
    nextAtMs: String(receipt.issuedAtMs),
    holder: null,
    untilMs: "0",
    sentAtMs: null,
    reason: null,
  };
}
