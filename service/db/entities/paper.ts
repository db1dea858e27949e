import { EntitySchema } from "typeorm";
import type { PaperState } from "../../app/paperPorts.ts";

export type PaperBookRow = {
  paperCode: string;
  first: string;
  unitId: number;
  placeCode: string;
  last: string;
  next: string;
  digits: number;
  grantedAtMs: string;
};

export const PaperBookEntity = new EntitySchema<PaperBookRow>({
  name: "PaperBook",
  tableName: "paper_book",
  columns: {
    paperCode: { type: "text", name: "paper_code", primary: true, primaryKeyConstraintName: "paper_book_pk" },
    first: { type: "bigint", primary: true, primaryKeyConstraintName: "paper_book_pk" },
    unitId: { type: "integer", name: "unit_id" },
    placeCode: { type: "text", name: "place_code" },
    last: { type: "bigint" },
    next: { type: "bigint" },
    digits: { type: "integer" },
    grantedAtMs: { type: "bigint", name: "granted_at_ms" },
  },
  indices: [{ name: "paper_book_unit_ix", columns: ["unitId", "paperCode", "first"] }],
  checks: [{ name: "paper_book_marks_ck", expression: "first <= next and next <= last + 1 and first <= last" }],
});

export type PaperSpoiltRow = {
  paperCode: string;
  paperNumber: string;
  unitId: number;
  reason: string;
  spoiltAtMs: string;
};

export const PaperSpoiltEntity = new EntitySchema<PaperSpoiltRow>({
  name: "PaperSpoilt",
  tableName: "paper_spoilt",
  columns: {
    paperCode: { type: "text", name: "paper_code", primary: true, primaryKeyConstraintName: "paper_spoilt_pk" },
    paperNumber: { type: "bigint", name: "paper_number", primary: true, primaryKeyConstraintName: "paper_spoilt_pk" },
    unitId: { type: "integer", name: "unit_id" },
    reason: { type: "text" },
    spoiltAtMs: { type: "bigint", name: "spoilt_at_ms" },
  },
  indices: [{ name: "paper_spoilt_unit_ix", columns: ["unitId", "spoiltAtMs", "paperCode", "paperNumber"] }],
});

export type PaperExchangeRow = {
  exchangeId: string;
  unitId: number;
  code: number;
  number: string;
  paperCode: string;
  paperNumber: string;
  digits: number;
  state: PaperState;
  placeCode: string;
  operator: string;
  reason: string;
  requestedAtMs: string;
  settledAtMs: string | null;
};

const STANDING = "state in ('requested', 'given', 'returning')";

export const PaperExchangeEntity = new EntitySchema<PaperExchangeRow>({
  name: "PaperExchange",
  tableName: "paper_exchange",
  columns: {
    exchangeId: { type: "text", name: "exchange_id", primary: true, primaryKeyConstraintName: "paper_exchange_pk" },
    unitId: { type: "integer", name: "unit_id" },
    code: { type: "integer" },
    number: { type: "bigint" },
    paperCode: { type: "text", name: "paper_code" },
    paperNumber: { type: "bigint", name: "paper_number" },
    digits: { type: "integer" },
    state: { type: "text" },
    placeCode: { type: "text", name: "place_code" },
    operator: { type: "text" },
    reason: { type: "text" },
    requestedAtMs: { type: "bigint", name: "requested_at_ms" },
    settledAtMs: { type: "bigint", name: "settled_at_ms", nullable: true },
  },
  indices: [
    { name: "paper_exchange_standing_ix", columns: ["code", "number"], unique: true, where: STANDING },
    { name: "paper_exchange_unit_ix", columns: ["unitId", "requestedAtMs", "exchangeId"] },
    {
      name: "paper_exchange_paper_ix",
      columns: ["paperCode", "paperNumber"],
      unique: true,
      where: "state <> 'refused'",
    },
    { name: "paper_exchange_receipt_ix", columns: ["code", "number"] },
    {
      name: "paper_exchange_unsettled_ix",
      columns: ["requestedAtMs"],
      where: "state in ('requested', 'returning')",
    },
  ],
  checks: [
    {
      name: "paper_exchange_state_ck",
      expression: "state in ('requested', 'given', 'returning', 'returned', 'replaced', 'refused')",
    },
  ],
});
