import { codeTextOf } from "../domain/code.ts";
import { numberText } from "../domain/number.ts";
import { rfc3339 } from "../domain/rfc3339.ts";
import { eventTypes, type EventType } from "./eventTypes.ts";
import type { EventDetails, ReceiptEvent } from "./webhookPorts.ts";

/** An event as units see it: the body of a webhook, and an entry of GET /v1/events. Links are paths, as in a receipt. */
export type EventView = {
  readonly eventId: string;
  readonly type: EventType;
  /** When it became a fact: RFC 3339 at +08:00. */
  readonly timestamp: string;
  readonly data: {
    readonly eInvoiceCode: string;
    readonly eInvoiceNumber: string;
    readonly status: string;
    readonly details: EventDetails;
    readonly links: { readonly self: string; readonly pdf: string; readonly xml: string; readonly proof: string };
  };
};

export function eventView(event: ReceiptEvent): EventView {
  const { eventId, type, code, number, atMs, details } = event;
  const [eInvoiceCode, eInvoiceNumber] = [codeTextOf(code), numberText(number)];
  const self = `/v1/receipts/${eInvoiceCode}/${eInvoiceNumber}`;
  const links = { self, pdf: `${self}/pdf`, xml: `${self}/xml`, proof: `${self}/proof` };
  const { status } = eventTypes[type];
  return { eventId, type, timestamp: rfc3339(atMs), data: { eInvoiceCode, eInvoiceNumber, status, details, links } };
}
