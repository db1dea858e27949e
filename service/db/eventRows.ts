import type { EventType } from "../app/eventTypes.ts";
import type { EventDetails, ReceiptEvent } from "../app/webhookPorts.ts";

export type RawEvent = {
  seq: string;
  event_id: string;
  type: EventType;
  code: number;
  number: string;
  at_ms: string;
  details: EventDetails;
};

export function eventOf(row: RawEvent): ReceiptEvent {
  const { event_id: eventId, type, code, details } = row;
  return { eventId, type, code, details, seq: Number(row.seq), number: Number(row.number), atMs: Number(row.at_ms) };
}
