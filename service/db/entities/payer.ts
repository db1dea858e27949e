import { EntitySchema } from "typeorm";

export type LoginCodeRow = {
  loginId: string;
  lookup: Buffer;
  codeMac: Buffer;
  tries: number;
  expiresAtMs: string;
  isUsed: boolean;
};

export const LoginCodeEntity = new EntitySchema<LoginCodeRow>({
  name: "LoginCode",
  tableName: "login_code",
  columns: {
    loginId: { type: "text", name: "login_id", primary: true, primaryKeyConstraintName: "login_code_pk" },
    lookup: { type: "bytea" },
    codeMac: { type: "bytea", name: "code_mac" },
    tries: { type: "integer" },
    expiresAtMs: { type: "bigint", name: "expires_at_ms" },
    isUsed: { type: "boolean", name: "is_used" },
  },
  indices: [
    { name: "login_code_expiry_ix", columns: ["expiresAtMs"] },
    { name: "login_code_lookup_ix", columns: ["lookup"] },
  ],
});

export type PayerSessionRow = { tokenHash: Buffer; lookup: Buffer; expiresAtMs: string };

export const PayerSessionEntity = new EntitySchema<PayerSessionRow>({
  name: "PayerSession",
  tableName: "payer_session",
  columns: {
    tokenHash: { type: "bytea", name: "token_hash", primary: true, primaryKeyConstraintName: "payer_session_pk" },
    lookup: { type: "bytea" },
    expiresAtMs: { type: "bigint", name: "expires_at_ms" },
  },
  indices: [
    { name: "payer_session_expiry_ix", columns: ["expiresAtMs"] },
    { name: "payer_session_lookup_ix", columns: ["lookup"] },
  ],
});

export type RateWindowRow = { rateKey: Buffer; windowStartMs: string; endsAtMs: string; uses: number };

export const RateWindowEntity = new EntitySchema<RateWindowRow>({
  name: "RateWindow",
  tableName: "rate_window",
  columns: {
    rateKey: { type: "bytea", name: "rate_key", primary: true, primaryKeyConstraintName: "rate_window_pk" },
    windowStartMs: {
      type: "bigint",
      name: "window_start_ms",
      primary: true,
      primaryKeyConstraintName: "rate_window_pk",
    },
    endsAtMs: { type: "bigint", name: "ends_at_ms" },
    uses: { type: "integer" },
  },
  indices: [{ name: "rate_window_end_ix", columns: ["endsAtMs"] }],
});
