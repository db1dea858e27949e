import { AppError } from "../core/errors.ts";
import { codeTextOf } from "../domain/code.ts";
import type { Channel } from "../domain/contact.ts";
import { numberText } from "../domain/number.ts";
import { openContact } from "./contacts.ts";
import { restAfter } from "./deliveryBackoff.ts";
import type { Delivery, MailMessage, SendOutcome } from "./deliveryPorts.ts";
import { loginMail, loginSms, receiptMail, receiptSms, type MailText } from "./deliveryTexts.ts";
import type { Deps } from "./deps.ts";
import { linkUrl } from "./receiptLink.ts";
import { sealReceipt } from "./sealReceipt.ts";
import type { Receipt } from "./storePorts.ts";

/** Sent in one go: little enough that a crash repeats little. */
const CLAIM_COUNT = 10;
/** Longer than ten messages take with a slow server; past it a claim of a program that has died is taken over. */
const CLAIM_MS = 600_000;
/** A week. */
const GIVE_UP_AFTER_MS = 7 * 86_400_000;

/**
 * Sends what is due, at least once: after a crash between sending and marking it is sent again under the same message id.
 * @returns how many deliveries were taken up; 0: none is due
 */
export async function deliverReceipts(deps: Deps): Promise<number> {
  const nowMs = deps.clock.nowMs();
  const deliveries = await deps.store.claimDeliveries({
    holder: deps.settings.holder,
    channels: channelsOf(deps),
    nowMs,
    leaseMs: CLAIM_MS,
    limit: CLAIM_COUNT,
    sealWaitMs: deps.settings.sealWaitMs,
    dueSinceMs: nowMs - GIVE_UP_AFTER_MS,
  });
  await Promise.all(deliveries.map((delivery) => deliver(deps, delivery)));
  return deliveries.length;
}

function channelsOf({ channels }: Deps): readonly Channel[] {
  return [
    ...(channels.email === undefined ? [] : ["email" as const]),
    ...(channels.sms === undefined ? [] : ["sms" as const]),
  ];
}

async function deliver(deps: Deps, delivery: Delivery): Promise<void> {
  await settle(deps, delivery, await trySend(deps, delivery));
}

/** A delivery that can't even be made up is refused like one that is not taken, and tried again: its cause may be mended. */
async function trySend(deps: Deps, delivery: Delivery): Promise<SendOutcome> {
  try {
    return await send(deps, delivery);
  } catch (error) {
    const code = error instanceof AppError ? error.code : "unexpected";
    if (code === "database_unreachable") throw error;
    return { kind: "refused", isPermanent: false, code };
  }
}

async function send(deps: Deps, delivery: Delivery): Promise<SendOutcome> {
  const { email, sms } = deps.channels;
  const { contact, more } = openContact(deps.contacts, delivery.channel, delivery.sealed);
  const messageId = messageIdOf(deps, delivery);
  const to = contact.address;
  const receipt = delivery.place && (await deps.store.receipt(delivery.place.code, delivery.place.number));
  if (receipt === undefined && delivery.purpose !== "login") throw new AppError("receipt_missing", "no such receipt");
  const link = linkUrl(deps, delivery.linkId ?? "");
  if (delivery.channel === "sms") {
    const text = receipt === undefined ? loginSms(more) : receiptSms(receipt.data, link);
    return sms === undefined ? NO_CHANNEL : sms.send({ messageId: delivery.deliveryId, to, text });
  }
  const mail: MailText = receipt === undefined ? loginMail(more) : receiptMail(receipt.data, link, delivery.purpose);
  const attachments = receipt === undefined ? [] : await attachmentsOf(deps, receipt);
  return email === undefined ? NO_CHANNEL : email.send({ ...mail, to, messageId, attachments });
}

const NO_CHANNEL: SendOutcome = { kind: "refused", isPermanent: false, code: "no_channel" };

const messageIdOf = (deps: Deps, delivery: Delivery): string =>
  `<${delivery.deliveryId}@${new URL(deps.settings.publicUrl).hostname}>`;

async function attachmentsOf(deps: Deps, receipt: Receipt): Promise<MailMessage["attachments"]> {
  if (!deps.settings.isPdfAttached) return [];
  const document = await sealReceipt(deps, receipt);
  if (document === undefined) throw new AppError("not_rendered", "the document is not there yet");
  const name = `${codeTextOf(receipt.code)}_${numberText(receipt.number)}.pdf`;
  return [{ name, type: "application/pdf", bytes: document.pdf }];
}

/** What is logged and kept names the delivery and the receipt, never the address. */
async function settle(deps: Deps, delivery: Delivery, outcome: SendOutcome): Promise<void> {
  const { store, log, clock, settings } = deps;
  const { deliveryId, channel, purpose, attempts, place } = delivery;
  const fields = { deliveryId, channel, purpose, attempts, ...place };
  if (outcome.kind === "sent") {
    await store.markDelivered(deliveryId, settings.holder, clock.nowMs());
    log.info("delivered", fields);
    return;
  }
  const { code } = outcome;
  const restMs = outcome.isPermanent ? undefined : restAfter(attempts);
  log.warn("delivery_refused", { ...fields, code, isPermanent: outcome.isPermanent });
  if (restMs !== undefined) {
    await store.retryDelivery(deliveryId, settings.holder, clock.nowMs() + restMs, code);
    return;
  }
  await store.failDelivery(deliveryId, settings.holder, code);
  // An address that does not exist is its payer's matter; a channel that stays broken for two days is ours.
  if (outcome.isPermanent || place === undefined) return;
  const subject = `receipt ${place.code} ${place.number}`;
  await store.raiseAlarm("delivery_failed", subject, `${channel}: ${code}`, clock.nowMs());
}
