import type { DataSource } from "typeorm";
import type { LedgerEntry, SegmentCandidate } from "../app/storePorts.ts";
import { query } from "./retry.ts";
import { entryColumns, entryOf, type RawEntry } from "./rows.ts";

/** 500 segments take 10.5 M gas (docs/gas.md); chains with EIP-7825 cap a transaction at 16.78 M. */
const MAX_SEGMENTS = 500;
/** A reversal takes 29,000 gas beside its segment's: so many and 500 segments stay below 15 M. */
const MAX_REVERSALS = 150;

type OpenRun = { book_id: number; unit_id: number; key_id: string; anchored: string; rendered: string };

/** Runs of numbers that are rendered and not anchored, of books that are not set aside; what a batch can't hold waits. */
export async function segmentCandidates(
  dataSource: DataSource,
  maxReceipts: number,
): Promise<readonly SegmentCandidate[]> {
  const books = await query<OpenRun>(
    dataSource,
    `select b.book_id, b.unit_id, u.key_id, b.anchored, b.rendered from book b join unit u on u.unit_id = b.unit_id
     where b.anchored < b.rendered and b.held_reason is null order by b.book_id limit $1`,
    [MAX_SEGMENTS],
  );
  const originals = await originalsOf(dataSource);
  const candidates: SegmentCandidate[] = [];
  let [receiptsLeft, reversalsLeft] = [maxReceipts, MAX_REVERSALS];
  for (const book of books) {
    if (receiptsLeft === 0) break;
    const from = Number(book.anchored);
    const rows = await query<RawEntry>(
      dataSource,
      `select ${entryColumns} from receipt where book_id = $1 and number >= $2 and number < $3 order by number limit $4`,
      [book.book_id, from, Number(book.rendered), receiptsLeft],
    );
    const entries = runOf(rows, originals, reversalsLeft);
    if (entries.length === 0) continue;
    receiptsLeft -= entries.length;
    reversalsLeft -= entries.filter((entry) => entry.original !== undefined).length;
    candidates.push({ bookId: book.book_id, unitId: book.unit_id, unitKeyId: book.key_id, from, entries });
  }
  return candidates;
}

const keyOf = (code: number, number: string | number): string => `${code} ${number}`;

/**
 * What the red-letter receipts that wait reverse, by their own code and number. What somebody else has reversed meanwhile is left out:
 * the contract would refuse it for good, and with it the book's segments.
 */
async function originalsOf(dataSource: DataSource): Promise<ReadonlyMap<string, LedgerEntry>> {
  const rows = await query<RawEntry & { red_code: number; red_number: string }>(
    dataSource,
    `select v.red_code, v.red_number, o.code, o.number, o.state, o.issued_fen, o.reversed_fen, o.data_digest,
       o.document_digest
     from book b join reversal v on v.red_code = b.code and v.red_number between b.anchored and least(b.rendered - 1, b.last)
       join receipt o on o.code = v.code and o.number = v.number
     where b.anchored < b.rendered and b.held_reason is null and not v.is_void
       and not exists (select from ledger_act a where a.code = o.code and a.number = o.number and a.is_foreign
         and a.details ->> 'kind' = 'reversed')`,
    [],
  );
  return new Map(rows.map((row) => [keyOf(row.red_code, row.red_number), entryOf(row)]));
}

/** Ends before the first red-letter receipt that is one too many. */
function runOf(
  rows: readonly RawEntry[],
  originals: ReadonlyMap<string, LedgerEntry>,
  reversalsLeft: number,
): readonly LedgerEntry[] {
  const entries: LedgerEntry[] = [];
  let reversalCount = 0;
  for (const row of rows) {
    const original = originals.get(keyOf(row.code, row.number));
    reversalCount += original === undefined ? 0 : 1;
    if (reversalCount > reversalsLeft) break;
    entries.push({ ...entryOf(row), ...(original && { original }) });
  }
  return entries;
}
