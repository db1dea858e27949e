import { EntitySchema } from "typeorm";
import type { DeskInput, DeskReversalTerms } from "../../app/deskPorts.ts";
import type { DeskRole } from "../../domain/deskRoles.ts";

export type DeskAccountRow = {
  accountId: string;
  unitId: number;
  name: string;
  displayName: string;
  role: DeskRole;
  placeCode: string;
  isClosed: boolean;
  passwordHash: string;
  isPasswordGiven: boolean;
  needsTotp: boolean;
  totpSealed: Buffer | null;
  totpPending: Buffer | null;
  /** The last step whose code was used. */
  totpStep: string;
  createdAtMs: string;
};

export const DeskAccountEntity = new EntitySchema<DeskAccountRow>({
  name: "DeskAccount",
  tableName: "desk_account",
  columns: {
    accountId: { type: "text", name: "account_id", primary: true, primaryKeyConstraintName: "desk_account_pk" },
    unitId: { type: "integer", name: "unit_id" },
    name: { type: "text" },
    displayName: { type: "text", name: "display_name" },
    role: { type: "text" },
    placeCode: { type: "text", name: "place_code" },
    isClosed: { type: "boolean", name: "is_closed" },
    passwordHash: { type: "text", name: "password_hash" },
    isPasswordGiven: { type: "boolean", name: "is_password_given" },
    needsTotp: { type: "boolean", name: "needs_totp" },
    totpSealed: { type: "bytea", name: "totp_sealed", nullable: true },
    totpPending: { type: "bytea", name: "totp_pending", nullable: true },
    totpStep: { type: "bigint", name: "totp_step" },
    createdAtMs: { type: "bigint", name: "created_at_ms" },
  },
  uniques: [{ name: "desk_account_name_uq", columns: ["unitId", "name"] }],
  checks: [{ name: "desk_account_role_ck", expression: "role in ('cashier', 'reviewer', 'accountant', 'head')" }],
});

export type DeskRecoveryRow = { accountId: string; mac: Buffer };

export const DeskRecoveryEntity = new EntitySchema<DeskRecoveryRow>({
  name: "DeskRecovery",
  tableName: "desk_recovery",
  columns: {
    accountId: { type: "text", name: "account_id", primary: true, primaryKeyConstraintName: "desk_recovery_pk" },
    mac: { type: "bytea", primary: true, primaryKeyConstraintName: "desk_recovery_pk" },
  },
});

export type DeskSessionRow = { tokenHash: Buffer; accountId: string; seenAtMs: string; endsAtMs: string };

export const DeskSessionEntity = new EntitySchema<DeskSessionRow>({
  name: "DeskSession",
  tableName: "desk_session",
  columns: {
    tokenHash: { type: "bytea", name: "token_hash", primary: true, primaryKeyConstraintName: "desk_session_pk" },
    accountId: { type: "text", name: "account_id" },
    seenAtMs: { type: "bigint", name: "seen_at_ms" },
    endsAtMs: { type: "bigint", name: "ends_at_ms" },
  },
  indices: [
    { name: "desk_session_account_ix", columns: ["accountId"] },
    { name: "desk_session_end_ix", columns: ["endsAtMs"] },
  ],
});

export type DeskLogRow = {
  unitId: number;
  seq: string;
  atMs: string;
  accountId: string;
  action: string;
  object: string;
  hash: Buffer;
};

export const DeskLogEntity = new EntitySchema<DeskLogRow>({
  name: "DeskLog",
  tableName: "desk_log",
  columns: {
    unitId: { type: "integer", name: "unit_id", primary: true, primaryKeyConstraintName: "desk_log_pk" },
    seq: { type: "bigint", primary: true, primaryKeyConstraintName: "desk_log_pk" },
    atMs: { type: "bigint", name: "at_ms" },
    accountId: { type: "text", name: "account_id" },
    action: { type: "text" },
    object: { type: "text" },
    hash: { type: "bytea" },
  },
});

export const DeskLogHeadEntity = new EntitySchema<{ unitId: number; seq: string; hash: Buffer }>({
  name: "DeskLogHead",
  tableName: "desk_log_head",
  columns: {
    unitId: { type: "integer", name: "unit_id", primary: true, primaryKeyConstraintName: "desk_log_head_pk" },
    seq: { type: "bigint" },
    hash: { type: "bytea" },
  },
});

export const DeskIssueEntity = new EntitySchema<{
  unitId: number;
  busNo: string;
  accountId: string;
  checkerId: string;
}>({
  name: "DeskIssue",
  tableName: "desk_issue",
  columns: {
    unitId: { type: "integer", name: "unit_id", primary: true, primaryKeyConstraintName: "desk_issue_pk" },
    busNo: { type: "text", name: "bus_no", primary: true, primaryKeyConstraintName: "desk_issue_pk" },
    accountId: { type: "text", name: "account_id" },
    checkerId: { type: "text", name: "checker_id" },
  },
});

export const DeskItemEntity = new EntitySchema<{
  unitId: number;
  kind: string;
  itemCode: string;
  itemName: string;
  itemUnit: string;
  itemStd: string;
}>({
  name: "DeskItem",
  tableName: "desk_item",
  columns: {
    unitId: { type: "integer", name: "unit_id", primary: true, primaryKeyConstraintName: "desk_item_pk" },
    kind: { type: "text", primary: true, primaryKeyConstraintName: "desk_item_pk" },
    itemCode: { type: "text", name: "item_code", primary: true, primaryKeyConstraintName: "desk_item_pk" },
    itemName: { type: "text", name: "item_name" },
    itemUnit: { type: "text", name: "item_unit" },
    itemStd: { type: "text", name: "item_std" },
  },
});

export type DeskRequestRow = {
  requestId: string;
  unitId: number;
  code: number;
  number: string;
  terms: DeskReversalTerms;
  rest: DeskInput | null;
  askedBy: string;
  askedAtMs: string;
  state: "asked" | "done" | "refused";
  decidedBy: string | null;
  decidedAtMs: string | null;
  note: string;
};

export const DeskRequestEntity = new EntitySchema<DeskRequestRow>({
  name: "DeskRequest",
  tableName: "desk_request",
  columns: {
    requestId: { type: "text", name: "request_id", primary: true, primaryKeyConstraintName: "desk_request_pk" },
    unitId: { type: "integer", name: "unit_id" },
    code: { type: "integer" },
    number: { type: "bigint" },
    terms: { type: "jsonb" },
    rest: { type: "jsonb", nullable: true },
    askedBy: { type: "text", name: "asked_by" },
    askedAtMs: { type: "bigint", name: "asked_at_ms" },
    state: { type: "text" },
    decidedBy: { type: "text", name: "decided_by", nullable: true },
    decidedAtMs: { type: "bigint", name: "decided_at_ms", nullable: true },
    note: { type: "text" },
  },
  indices: [
    { name: "desk_request_asked_ix", columns: ["code", "number"], unique: true, where: "state = 'asked'" },
    { name: "desk_request_unit_ix", columns: ["unitId", "askedAtMs"] },
  ],
  checks: [{ name: "desk_request_state_ck", expression: "state in ('asked', 'done', 'refused')" }],
});

export const deskEntities = [
  DeskAccountEntity,
  DeskRecoveryEntity,
  DeskSessionEntity,
  DeskLogEntity,
  DeskLogHeadEntity,
  DeskIssueEntity,
  DeskItemEntity,
  DeskRequestEntity,
] as const;
