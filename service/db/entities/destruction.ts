import { EntitySchema } from "typeorm";
import type { DestructionState } from "../../app/destructionPorts.ts";
import type { Run } from "../../app/writeOffPorts.ts";

export type ArchiveRunRow = {
  indexSha256: string;
  bookId: number;
  unitId: number;
  fromNumber: string;
  through: string;
  recordedAtMs: string;
};

export const ArchiveRunEntity = new EntitySchema<ArchiveRunRow>({
  name: "ArchiveRun",
  tableName: "archive_run",
  columns: {
    indexSha256: { type: "text", name: "index_sha256", primary: true, primaryKeyConstraintName: "archive_run_pk" },
    bookId: { type: "integer", name: "book_id", primary: true, primaryKeyConstraintName: "archive_run_pk" },
    unitId: { type: "integer", name: "unit_id" },
    fromNumber: { type: "bigint", name: "from_number" },
    through: { type: "bigint" },
    recordedAtMs: { type: "bigint", name: "recorded_at_ms" },
  },
  indices: [{ name: "archive_run_book_ix", columns: ["bookId", "fromNumber"] }],
});

export type DestructionRow = {
  destructionId: string;
  unitId: number;
  through: string;
  runs: Run[];
  numberCount: string;
  applicant: string;
  reason: string;
  appliedAtMs: string;
  state: DestructionState;
  reviewer: string | null;
  opinion: string | null;
  reviewedAtMs: string | null;
  doneAtMs: string | null;
};

export const DestructionEntity = new EntitySchema<DestructionRow>({
  name: "Destruction",
  tableName: "destruction",
  columns: {
    destructionId: { type: "text", name: "destruction_id", primary: true, primaryKeyConstraintName: "destruction_pk" },
    unitId: { type: "integer", name: "unit_id" },
    through: { type: "text" },
    runs: { type: "jsonb" },
    numberCount: { type: "bigint", name: "number_count" },
    applicant: { type: "text" },
    reason: { type: "text" },
    appliedAtMs: { type: "bigint", name: "applied_at_ms" },
    state: { type: "text" },
    reviewer: { type: "text", nullable: true },
    opinion: { type: "text", nullable: true },
    reviewedAtMs: { type: "bigint", name: "reviewed_at_ms", nullable: true },
    doneAtMs: { type: "bigint", name: "done_at_ms", nullable: true },
  },
  indices: [
    { name: "destruction_open_ix", columns: ["unitId"], unique: true, where: "state in ('applied', 'passed')" },
  ],
  checks: [{ name: "destruction_state_ck", expression: "state in ('applied', 'refused', 'passed', 'done')" }],
});
