import { EntitySchema } from "typeorm";

export type BatchRow = {
  batchId: number;
  root: Buffer;
  state: "open" | "dropped" | "anchored";
  createdAtMs: string;
  dropReason: string | null;
  batchNo: string | null;
  head: string | null;
  timeS: string | null;
  txHash: string | null;
  blockNumber: string | null;
  blockHash: string | null;
};

export const BatchEntity = new EntitySchema<BatchRow>({
  name: "Batch",
  tableName: "batch",
  columns: {
    batchId: { type: "integer", name: "batch_id", primary: true, primaryKeyConstraintName: "batch_pk" },
    root: { type: "bytea" },
    state: { type: "text" },
    createdAtMs: { type: "bigint", name: "created_at_ms" },
    dropReason: { type: "text", name: "drop_reason", nullable: true },
    batchNo: { type: "bigint", name: "batch_no", nullable: true },
    head: { type: "text", nullable: true },
    timeS: { type: "bigint", name: "time_s", nullable: true },
    txHash: { type: "text", name: "tx_hash", nullable: true },
    blockNumber: { type: "bigint", name: "block_number", nullable: true },
    blockHash: { type: "text", name: "block_hash", nullable: true },
  },
  uniques: [{ name: "batch_batch_no_uq", columns: ["batchNo"] }],
  indices: [{ name: "batch_open_ix", columns: ["state"], unique: true, where: "state = 'open'" }],
  checks: [{ name: "batch_state_ck", expression: "state in ('open', 'dropped', 'anchored')" }],
});

export type SegmentRow = {
  batchId: number;
  segmentIndex: number;
  bookId: number;
  fromNumber: string;
  count: number;
  root: Buffer;
  hash: Buffer;
  reversals: { leaf: string; by: number }[];
  signature: string;
  isAnchored: boolean;
};

export const SegmentEntity = new EntitySchema<SegmentRow>({
  name: "Segment",
  tableName: "segment",
  columns: {
    batchId: { type: "integer", name: "batch_id", primary: true, primaryKeyConstraintName: "segment_pk" },
    segmentIndex: { type: "integer", name: "segment_index", primary: true, primaryKeyConstraintName: "segment_pk" },
    bookId: { type: "integer", name: "book_id" },
    fromNumber: { type: "bigint", name: "from_number" },
    count: { type: "integer" },
    root: { type: "bytea" },
    hash: { type: "bytea" },
    reversals: { type: "jsonb" },
    signature: { type: "text" },
    isAnchored: { type: "boolean", name: "is_anchored" },
  },
  indices: [{ name: "segment_anchored_ix", columns: ["bookId", "fromNumber"], unique: true, where: "is_anchored" }],
});

export type BatchTransactionRow = {
  nonce: string;
  hash: string;
  batchId: number;
  raw: string;
  fee: { maxFeePerGas: string; maxPriorityFeePerGas: string };
  gas: string;
  recordedAtMs: string;
};

export const BatchTransactionEntity = new EntitySchema<BatchTransactionRow>({
  name: "BatchTransaction",
  tableName: "batch_transaction",
  columns: {
    nonce: { type: "bigint", primary: true, primaryKeyConstraintName: "batch_transaction_pk" },
    hash: { type: "text", primary: true, primaryKeyConstraintName: "batch_transaction_pk" },
    batchId: { type: "integer", name: "batch_id" },
    raw: { type: "text" },
    fee: { type: "jsonb" },
    gas: { type: "bigint" },
    recordedAtMs: { type: "bigint", name: "recorded_at_ms" },
  },
  indices: [{ name: "batch_transaction_batch_ix", columns: ["batchId"] }],
});

export type LeaseRow = { name: string; holder: string; fence: string; untilMs: string };

export const LeaseEntity = new EntitySchema<LeaseRow>({
  name: "Lease",
  tableName: "lease",
  columns: {
    name: { type: "text", primary: true, primaryKeyConstraintName: "lease_pk" },
    holder: { type: "text" },
    fence: { type: "bigint" },
    untilMs: { type: "bigint", name: "until_ms" },
  },
});

export type AlarmRow = {
  alarmId: string;
  kind: string;
  subject: string;
  details: string;
  raisedAtMs: string;
  clearedAtMs: string | null;
};

export const AlarmEntity = new EntitySchema<AlarmRow>({
  name: "Alarm",
  tableName: "alarm",
  columns: {
    alarmId: { type: "uuid", name: "alarm_id", primary: true, primaryKeyConstraintName: "alarm_pk" },
    kind: { type: "text" },
    subject: { type: "text" },
    details: { type: "text" },
    raisedAtMs: { type: "bigint", name: "raised_at_ms" },
    clearedAtMs: { type: "bigint", name: "cleared_at_ms", nullable: true },
  },
  indices: [{ name: "alarm_open_ix", columns: ["kind", "subject"], unique: true, where: "cleared_at_ms is null" }],
});
