import { invariant } from "../core/errors.ts";
import { isReversalReason } from "../domain/reversal.ts";
import type { StandingPaper } from "../app/paperPorts.ts";
import type { ReversalRecord } from "../app/reversalPorts.ts";
import type { Book, LedgerEntry, Receipt, Unit } from "../app/storePorts.ts";
import type { BookRow } from "./entities/receipt.ts";
import type { UnitRow } from "./entities/unit.ts";
import type { FieldProblem, IssueInput, ReceiptData } from "../domain/receipt.ts";

/** A receipt's columns, with its place on chain if its segment is anchored. */
export const receiptColumns = `r.code, r.number, r.unit_id, r.book_id, r.kind, r.bus_no, r.input, r.data, r.secret,
  r.issued_fen, r.reversed_fen, r.issued_at_ms, r.warnings, r.state, r.data_digest, r.document_digest,
  r.document_sha256, r.rendered_at_ms, r.void_reason, r.destroyed_at_ms`;

/** After every time that a row can have. */
export const MAX_MS = 8_640_000_000_000_000;

export const anchoringColumns = "b.batch_no, b.time_s, b.tx_hash, b.block_number, s.segment_index";

/** Where it stands on chain, and what became of it. */
export const standingColumns = `${anchoringColumns},
  to_jsonb(by_red) as by_red, to_jsonb(of_blue) as of_blue, to_jsonb(paper) as paper`;

/** Segments of a book don't overlap, so the last one from at or below the number is the only one that can hold it. */
export const anchoringJoin = `left join lateral (
    select * from segment where book_id = r.book_id and from_number <= r.number and is_anchored
    order by from_number desc limit 1) s on r.number < s.from_number + s.count
  left join batch b on b.batch_id = s.batch_id`;

export const standingJoin = `${anchoringJoin}
  left join reversal by_red on by_red.code = r.code and by_red.number = r.number and not by_red.is_void
  left join reversal of_blue on of_blue.red_code = r.code and of_blue.red_number = r.number
  left join paper_exchange paper on paper.code = r.code and paper.number = r.number
    and paper.state in ('requested', 'given', 'returning')`;

export type RawReceipt = {
  code: number;
  number: string;
  unit_id: number;
  book_id: number;
  kind: string;
  bus_no: string;
  input: IssueInput;
  data: ReceiptData;
  secret: Buffer;
  issued_fen: string;
  reversed_fen: string;
  issued_at_ms: string;
  warnings: FieldProblem[];
  state: "issued" | "rendered" | "void";
  data_digest: Buffer | null;
  document_digest: Buffer | null;
  document_sha256: Buffer | null;
  rendered_at_ms: string | null;
  void_reason: string | null;
  destroyed_at_ms: string | null;
  batch_no?: string | null;
  time_s?: string | null;
  tx_hash?: string | null;
  block_number?: string | null;
  segment_index?: number | null;
  by_red?: RawReversal | null;
  of_blue?: RawReversal | null;
  paper?: RawPaper | null;
};

type RawPaper = {
  exchange_id: string;
  paper_code: string;
  paper_number: number;
  digits: number;
  state: StandingPaper["state"];
  requested_at_ms: number;
};

/** As to_jsonb gives it: 64-bit integers as numbers. */
type RawReversal = {
  red_code: number;
  red_number: number;
  code: number;
  number: number;
  reason_code: string;
  reason: string;
  document_no: string;
  reversed_at_ms: number;
};

export function receiptOf(row: RawReceipt): Receipt {
  return {
    unitId: row.unit_id,
    code: row.code,
    number: Number(row.number),
    bookId: row.book_id,
    kind: row.kind,
    busNo: row.bus_no,
    input: row.input,
    data: row.data,
    secret: row.secret,
    issuedFen: Number(row.issued_fen),
    reversedFen: Number(row.reversed_fen),
    issuedAtMs: Number(row.issued_at_ms),
    warnings: row.warnings,
    state: row.state,
    ...(row.data_digest && { dataDigest: row.data_digest }),
    ...(row.document_digest && { documentDigest: row.document_digest }),
    ...(row.document_sha256 && { documentSha256: row.document_sha256 }),
    ...(row.rendered_at_ms !== null && { renderedAtMs: Number(row.rendered_at_ms) }),
    ...(row.void_reason !== null && { voidReason: row.void_reason }),
    ...(row.destroyed_at_ms !== null && { destroyedAtMs: Number(row.destroyed_at_ms) }),
    ...anchoringOf(row),
    ...(row.by_red && { reversedBy: reversalOf(row.by_red, row.by_red.red_code, row.by_red.red_number) }),
    ...(row.of_blue && { reverses: reversalOf(row.of_blue, row.of_blue.code, row.of_blue.number) }),
    ...(row.paper && { paper: paperOf(row.paper) }),
  };
}

type RawAnchoring = Pick<RawReceipt, "batch_no" | "time_s" | "tx_hash" | "block_number" | "segment_index">;

export function anchoringOf(row: RawAnchoring): Pick<Receipt, "anchoring"> {
  if (row.batch_no === null || row.batch_no === undefined) return {};
  return {
    anchoring: {
      batchNo: Number(row.batch_no),
      segmentIndex: Number(row.segment_index),
      txHash: row.tx_hash ?? "",
      blockNumber: Number(row.block_number),
      anchoredAtMs: Number(row.time_s) * 1000,
    },
  };
}

function reversalOf(row: RawReversal, code: number, number: number): ReversalRecord {
  invariant(isReversalReason(row.reason_code), "a stored reason code is one of ours");
  return {
    code,
    number,
    reasonCode: row.reason_code,
    reason: row.reason,
    documentNo: row.document_no,
    reversedAtMs: row.reversed_at_ms,
  };
}

function paperOf({ exchange_id, paper_code, paper_number, digits, state, requested_at_ms }: RawPaper): StandingPaper {
  const paperNumber = String(paper_number).padStart(digits, "0");
  return { exchangeId: exchange_id, paperCode: paper_code, paperNumber, state, requestedAtMs: requested_at_ms };
}

export type RawEntry = Pick<
  RawReceipt,
  "code" | "number" | "state" | "issued_fen" | "reversed_fen" | "data_digest" | "document_digest"
>;

export const entryColumns = "code, number, state, issued_fen, reversed_fen, data_digest, document_digest";

export function entryOf(row: RawEntry): LedgerEntry {
  return {
    code: row.code,
    number: Number(row.number),
    isVoid: row.state === "void",
    issuedFen: Number(row.issued_fen),
    reversedFen: Number(row.reversed_fen),
    ...(row.data_digest && { dataDigest: row.data_digest }),
    ...(row.document_digest && { documentDigest: row.document_digest }),
  };
}

export function bookOf(row: BookRow): Book {
  return {
    bookId: row.bookId,
    unitId: row.unitId,
    code: row.code,
    kind: row.kind,
    first: Number(row.first),
    last: Number(row.last),
    next: Number(row.next),
    rendered: Number(row.rendered),
    anchored: Number(row.anchored),
    lowWater: row.lowWater,
    ...(row.heldReason !== null && { heldReason: row.heldReason }),
    ...(row.usableLast !== null && { usableLast: Number(row.usableLast) }),
    ...(row.placeCode !== null && { placeCode: row.placeCode }),
  };
}

export function unitOf(row: UnitRow): Unit {
  return { ...row };
}
