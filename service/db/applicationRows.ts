import type { EntityManager } from "typeorm";
import type { Application, BookReturn, Review } from "../app/numberPorts.ts";
import { rowsOf } from "./retry.ts";

export type RawApplication = {
  unit_id: number;
  application_no: string;
  kind: string;
  code: number;
  count: number;
  contact: string;
  phone: string;
  address: string;
  author: string;
  memo: string;
  source: Application["source"];
  state: Application["state"];
  created_at_ms: string;
  submitted_at_ms: string | null;
  first: string | null;
  last: string | null;
  book_id: number | null;
  granted_at_ms: string | null;
} & RawReview;

type RawReview = { reviewer: string | null; reviewed_at_ms: string | null; opinion: string | null };

export function applicationOf(row: RawApplication): Application {
  const { kind, code, count, contact, phone, address, author, memo, source, state } = row;
  return {
    ...{ unitId: row.unit_id, applicationNo: row.application_no, kind, code, count, contact, phone, address },
    ...{ author, memo, source, state, createdAtMs: Number(row.created_at_ms) },
    ...(row.submitted_at_ms !== null && { submittedAtMs: Number(row.submitted_at_ms) }),
    ...reviewOf(row),
    ...(row.first !== null && { range: { first: Number(row.first), last: Number(row.last) } }),
    ...(row.book_id !== null && { granted: { bookId: row.book_id, atMs: Number(row.granted_at_ms) } }),
  };
}

/** False if there is one of its number, or an open one of the low-water mark for its code. */
export async function insertApplication(manager: EntityManager, application: Application): Promise<boolean> {
  const { unitId, applicationNo, kind, code, count, contact, phone, address, author, memo } = application;
  const { source, state, createdAtMs, submittedAtMs } = application;
  const rows = await rowsOf(
    manager,
    `insert into number_application (unit_id, application_no, kind, code, count, contact, phone, address, author, memo,
       source, state, created_at_ms, submitted_at_ms)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) on conflict do nothing returning 1`,
    [
      ...[unitId, applicationNo, kind, code, count, contact, phone, address, author, memo],
      ...[source, state, createdAtMs, submittedAtMs ?? null],
    ],
  );
  return rows.length > 0;
}

export type RawReturn = {
  unit_id: number;
  return_no: string;
  book_id: number;
  code: number;
  first: string;
  last: string;
  reason: string;
  author: string;
  source: BookReturn["source"];
  state: BookReturn["state"];
  created_at_ms: string;
  done_at_ms: string | null;
} & RawReview;

export function returnOf(row: RawReturn): BookReturn {
  const { code, reason, author, source, state } = row;
  return {
    ...{ unitId: row.unit_id, returnNo: row.return_no, bookId: row.book_id, code },
    ...{ first: Number(row.first), last: Number(row.last), reason, author, source, state },
    createdAtMs: Number(row.created_at_ms),
    ...reviewOf(row),
    ...(row.done_at_ms !== null && { doneAtMs: Number(row.done_at_ms) }),
  };
}

function reviewOf(row: RawReview): { readonly review?: Review } {
  const { reviewer, reviewed_at_ms: atMs, opinion } = row;
  return reviewer === null ? {} : { review: { reviewer, atMs: Number(atMs), opinion: opinion ?? "" } };
}
