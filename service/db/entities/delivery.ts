import { EntitySchema } from "typeorm";

export type PayerContactRow = {
  code: number;
  number: string;
  channel: "email" | "sms";
  lookup: Buffer;
  sealed: Buffer;
  createdAtMs: string;
};

export const PayerContactEntity = new EntitySchema<PayerContactRow>({
  name: "PayerContact",
  tableName: "payer_contact",
  columns: {
    code: { type: "integer", primary: true, primaryKeyConstraintName: "payer_contact_pk" },
    number: { type: "bigint", primary: true, primaryKeyConstraintName: "payer_contact_pk" },
    channel: { type: "text", primary: true, primaryKeyConstraintName: "payer_contact_pk" },
    lookup: { type: "bytea" },
    sealed: { type: "bytea" },
    createdAtMs: { type: "bigint", name: "created_at_ms" },
  },
  indices: [{ name: "payer_contact_lookup_ix", columns: ["lookup"] }],
});

export type ReceiptArrearsRow = {
  code: number;
  number: string;
  reason: string;
  heldAtMs: string;
  releasedAtMs: string | null;
};

export const ReceiptArrearsEntity = new EntitySchema<ReceiptArrearsRow>({
  name: "ReceiptArrears",
  tableName: "receipt_arrears",
  columns: {
    code: { type: "integer", primary: true, primaryKeyConstraintName: "receipt_arrears_pk" },
    number: { type: "bigint", primary: true, primaryKeyConstraintName: "receipt_arrears_pk" },
    reason: { type: "text" },
    heldAtMs: { type: "bigint", name: "held_at_ms" },
    releasedAtMs: { type: "bigint", name: "released_at_ms", nullable: true },
  },
  indices: [{ name: "receipt_arrears_held_ix", columns: ["code", "number"], where: "released_at_ms is null" }],
});

export type ReceiptLinkRow = {
  linkId: string;
  tokenHash: Buffer;
  code: number;
  number: string;
  createdAtMs: string;
  revokedAtMs: string | null;
};

export const ReceiptLinkEntity = new EntitySchema<ReceiptLinkRow>({
  name: "ReceiptLink",
  tableName: "receipt_link",
  columns: {
    linkId: { type: "text", name: "link_id", primary: true, primaryKeyConstraintName: "receipt_link_pk" },
    tokenHash: { type: "bytea", name: "token_hash" },
    code: { type: "integer" },
    number: { type: "bigint" },
    createdAtMs: { type: "bigint", name: "created_at_ms" },
    revokedAtMs: { type: "bigint", name: "revoked_at_ms", nullable: true },
  },
  uniques: [{ name: "receipt_link_token_uq", columns: ["tokenHash"] }],
  indices: [{ name: "receipt_link_receipt_ix", columns: ["code", "number"] }],
});

export type DeliveryRow = {
  deliveryId: string;
  purpose: "receipt" | "forward" | "login";
  channel: "email" | "sms";
  state: "held" | "waiting" | "sent" | "failed" | "cancelled";
  lookup: Buffer;
  sealed: Buffer | null;
  code: number | null;
  number: string | null;
  linkId: string | null;
  attempts: number;
  createdAtMs: string;
  nextAtMs: string;
  holder: string | null;
  untilMs: string;
  sentAtMs: string | null;
  reason: string | null;
};

export const DeliveryEntity = new EntitySchema<DeliveryRow>({
  name: "Delivery",
  tableName: "delivery",
  columns: {
    deliveryId: { type: "text", name: "delivery_id", primary: true, primaryKeyConstraintName: "delivery_pk" },
    purpose: { type: "text" },
    channel: { type: "text" },
    state: { type: "text" },
    lookup: { type: "bytea" },
    sealed: { type: "bytea", nullable: true },
    code: { type: "integer", nullable: true },
    number: { type: "bigint", nullable: true },
    linkId: { type: "text", name: "link_id", nullable: true },
    attempts: { type: "integer" },
    createdAtMs: { type: "bigint", name: "created_at_ms" },
    nextAtMs: { type: "bigint", name: "next_at_ms" },
    holder: { type: "text", nullable: true },
    untilMs: { type: "bigint", name: "until_ms" },
    sentAtMs: { type: "bigint", name: "sent_at_ms", nullable: true },
    reason: { type: "text", nullable: true },
  },
  indices: [
    { name: "delivery_due_ix", columns: ["nextAtMs"], where: "state = 'waiting'" },
    {
      name: "delivery_waiting_ix",
      columns: ["code", "number", "channel"],
      unique: true,
      where: "purpose = 'receipt' and state in ('held', 'waiting')",
    },
    { name: "delivery_place_ix", columns: ["code", "number"] },
    { name: "delivery_lookup_ix", columns: ["lookup"] },
  ],
  checks: [
    { name: "delivery_state_ck", expression: "state in ('held', 'waiting', 'sent', 'failed', 'cancelled')" },
    {
      name: "delivery_sealed_ck",
      expression: "(sealed is not null) = (state in ('held', 'waiting'))",
    },
  ],
});
