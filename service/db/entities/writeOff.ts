import { EntitySchema } from "typeorm";
import type { WriteOffReport, WriteOffResult, WriteOffState } from "../../domain/writeOff.ts";

export type WriteOffRow = {
  writeOffId: string;
  unitId: number;
  cutoff: string;
  filedAtMs: string;
  state: WriteOffState;
  result: WriteOffResult | null;
  report: WriteOffReport;
};

export const WriteOffEntity = new EntitySchema<WriteOffRow>({
  name: "WriteOff",
  tableName: "write_off",
  columns: {
    writeOffId: { type: "text", name: "write_off_id", primary: true, primaryKeyConstraintName: "write_off_pk" },
    unitId: { type: "integer", name: "unit_id" },
    cutoff: { type: "text" },
    filedAtMs: { type: "bigint", name: "filed_at_ms" },
    state: { type: "text" },
    result: { type: "integer", nullable: true },
    report: { type: "jsonb" },
  },
  uniques: [{ name: "write_off_unit_uq", columns: ["unitId", "cutoff"] }],
  checks: [
    { name: "write_off_state_ck", expression: "state in ('filed', 'reviewed')" },
    { name: "write_off_result_ck", expression: "result between 1 and 4" },
  ],
});

export type WriteOffRunRow = { writeOffId: string; bookId: number; fromNumber: string; through: string; last: string };

export const WriteOffRunEntity = new EntitySchema<WriteOffRunRow>({
  name: "WriteOffRun",
  tableName: "write_off_run",
  columns: {
    writeOffId: { type: "text", name: "write_off_id", primary: true, primaryKeyConstraintName: "write_off_run_pk" },
    bookId: { type: "integer", name: "book_id", primary: true, primaryKeyConstraintName: "write_off_run_pk" },
    fromNumber: { type: "bigint", name: "from_number" },
    through: { type: "bigint" },
    last: { type: "bigint" },
  },
  indices: [
    {
      name: "write_off_run_number_ix",
      columns: ["bookId", "fromNumber"],
      unique: true,
      where: "from_number <= through",
    },
    { name: "write_off_run_book_ix", columns: ["bookId", "through"] },
  ],
});

export type WriteOffEventRow = {
  writeOffId: string;
  seq: number;
  kind: "filed" | "reviewed" | "rectified";
  atMs: string;
  byWhom: string;
  text: string;
  result: WriteOffResult | null;
};

export const WriteOffEventEntity = new EntitySchema<WriteOffEventRow>({
  name: "WriteOffEvent",
  tableName: "write_off_event",
  columns: {
    writeOffId: { type: "text", name: "write_off_id", primary: true, primaryKeyConstraintName: "write_off_event_pk" },
    seq: { type: "integer", primary: true, primaryKeyConstraintName: "write_off_event_pk" },
    kind: { type: "text" },
    atMs: { type: "bigint", name: "at_ms" },
    byWhom: { type: "text", name: "by_whom" },
    text: { type: "text" },
    result: { type: "integer", nullable: true },
  },
});
