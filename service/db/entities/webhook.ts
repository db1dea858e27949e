import { EntitySchema } from "typeorm";
import type { EventType } from "../../app/eventTypes.ts";
import type { EventDetails } from "../../app/webhookPorts.ts";

/** `types`: those that an endpoint of the unit wants; others are not written. */
export type EventStreamRow = { unitId: number; nextSeq: string; types: EventType[] };

export const EventStreamEntity = new EntitySchema<EventStreamRow>({
  name: "EventStream",
  tableName: "event_stream",
  columns: {
    unitId: { type: "integer", name: "unit_id", primary: true, primaryKeyConstraintName: "event_stream_pk" },
    nextSeq: { type: "bigint", name: "next_seq" },
    types: { type: "text", array: true },
  },
});

export type EventRow = {
  unitId: number;
  seq: string;
  eventId: string;
  type: EventType;
  code: number;
  number: string;
  atMs: string;
  details: EventDetails;
};

export const EventEntity = new EntitySchema<EventRow>({
  name: "Event",
  tableName: "event",
  columns: {
    unitId: { type: "integer", name: "unit_id", primary: true, primaryKeyConstraintName: "event_pk" },
    seq: { type: "bigint", primary: true, primaryKeyConstraintName: "event_pk" },
    eventId: { type: "text", name: "event_id" },
    type: { type: "text" },
    code: { type: "integer" },
    number: { type: "bigint" },
    atMs: { type: "bigint", name: "at_ms" },
    details: { type: "jsonb" },
  },
  indices: [{ name: "event_time_ix", columns: ["unitId", "atMs"] }],
});

export type WebhookEndpointRow = {
  endpointId: string;
  unitId: number;
  url: string;
  types: EventType[];
  sealedSecret: Buffer;
  state: "on" | "off";
  createdAtMs: string;
  position: string;
  failures: number;
  lastError: string | null;
  nextAtMs: string;
  holder: string | null;
  untilMs: string;
  fence: string;
};

export const WebhookEndpointEntity = new EntitySchema<WebhookEndpointRow>({
  name: "WebhookEndpoint",
  tableName: "webhook_endpoint",
  columns: {
    endpointId: {
      type: "text",
      name: "endpoint_id",
      primary: true,
      primaryKeyConstraintName: "webhook_endpoint_pk",
    },
    unitId: { type: "integer", name: "unit_id" },
    url: { type: "text" },
    types: { type: "text", array: true },
    sealedSecret: { type: "bytea", name: "sealed_secret" },
    state: { type: "text" },
    createdAtMs: { type: "bigint", name: "created_at_ms" },
    position: { type: "bigint" },
    failures: { type: "integer" },
    lastError: { type: "text", name: "last_error", nullable: true },
    nextAtMs: { type: "bigint", name: "next_at_ms" },
    holder: { type: "text", nullable: true },
    untilMs: { type: "bigint", name: "until_ms" },
    fence: { type: "bigint" },
  },
  uniques: [{ name: "webhook_endpoint_url_uq", columns: ["unitId", "url"] }],
  checks: [{ name: "webhook_endpoint_state_ck", expression: "state in ('on', 'off')" }],
});

export type WebhookOldSecretRow = { endpointId: string; sealedSecret: Buffer; untilMs: string };

/** Secrets before the endpoint's own, each for as long as it signs along. */
export const WebhookOldSecretEntity = new EntitySchema<WebhookOldSecretRow>({
  name: "WebhookOldSecret",
  tableName: "webhook_old_secret",
  columns: {
    endpointId: {
      type: "text",
      name: "endpoint_id",
      primary: true,
      primaryKeyConstraintName: "webhook_old_secret_pk",
    },
    sealedSecret: {
      type: "bytea",
      name: "sealed_secret",
      primary: true,
      primaryKeyConstraintName: "webhook_old_secret_pk",
    },
    untilMs: { type: "bigint", name: "until_ms" },
  },
});

export type WebhookDeadLetterRow = {
  endpointId: string;
  seq: string;
  attempts: number;
  error: string;
  atMs: string;
};

export const WebhookDeadLetterEntity = new EntitySchema<WebhookDeadLetterRow>({
  name: "WebhookDeadLetter",
  tableName: "webhook_dead_letter",
  columns: {
    endpointId: {
      type: "text",
      name: "endpoint_id",
      primary: true,
      primaryKeyConstraintName: "webhook_dead_letter_pk",
    },
    seq: { type: "bigint", primary: true, primaryKeyConstraintName: "webhook_dead_letter_pk" },
    attempts: { type: "integer" },
    error: { type: "text" },
    atMs: { type: "bigint", name: "at_ms" },
  },
});
