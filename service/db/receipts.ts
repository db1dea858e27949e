import type { DataSource } from "typeorm";
import type { Receipt, ReceiptFilter, ReceiptPlace, ReceiptStore } from "../app/storePorts.ts";
import { namesOfBusNos, type BusNoMac } from "./erasedBusNo.ts";
import { createGroup } from "./group.ts";
import { query } from "./retry.ts";
import {
  anchoringColumns,
  anchoringJoin,
  anchoringOf,
  standingColumns,
  standingJoin,
  entryColumns,
  entryOf,
  receiptColumns,
  receiptOf,
  type RawEntry,
  type RawReceipt,
} from "./rows.ts";

const select = `select ${receiptColumns}, ${standingColumns} from receipt r ${standingJoin}`;

/** Reads of receipts and of what their proofs are made of. */
export function createReceiptStore(dataSource: DataSource, mac?: BusNoMac): ReceiptStore {
  const receipt = createGroup((places: readonly Place[]) => readReceipts(dataSource, places));
  const receiptPlace = createGroup((places: readonly Place[]) => readPlaces(dataSource, places));
  return {
    receipt: (code, number) => receipt({ code, number }),
    receiptPlace: (code, number) => receiptPlace({ code, number }),

    async receiptByBusNo(unitId, busNo) {
      const where = "where r.unit_id = $1 and r.bus_no = any($2)";
      const names = [...namesOfBusNos(mac, unitId, [busNo]).keys()];
      const [row] = await query<RawReceipt>(dataSource, `${select} ${where}`, [unitId, names]);
      return row && receiptOf(row);
    },

    async receipts(unitId, filter, after, limit) {
      const { conditions, parameters } = conditionsOf(filter);
      const place = [after?.issuedAtMs ?? -1, after?.code ?? -1, after?.number ?? -1];
      const rows = await query<RawReceipt>(
        dataSource,
        `${select} where r.unit_id = $1 and (r.issued_at_ms, r.code, r.number) > ($2, $3, $4) ${conditions}
         order by r.issued_at_ms, r.code, r.number limit $5`,
        [unitId, ...place, limit, ...parameters],
      );
      return rows.map(receiptOf);
    },

    async segmentOf(bookId, number) {
      type Raw = { batch_no: string; segment_index: number; from_number: string; count: number; hashes: Buffer[] };
      const [row] = await query<Raw>(
        dataSource,
        `select b.batch_no, s.segment_index, s.from_number, s.count,
           (select array_agg(hash order by segment_index) from segment where batch_id = s.batch_id) as hashes
         from segment s join batch b on b.batch_id = s.batch_id
         where s.book_id = $1 and s.is_anchored and s.from_number <= $2 and $2 < s.from_number + s.count`,
        [bookId, number],
      );
      if (row === undefined) return undefined;
      return {
        batchNo: Number(row.batch_no),
        segmentIndex: row.segment_index,
        bookId,
        from: Number(row.from_number),
        count: row.count,
        segmentHashes: row.hashes,
      };
    },

    async entries(bookId, from, count) {
      const rows = await query<RawEntry>(
        dataSource,
        `select ${entryColumns} from receipt where book_id = $1 and number >= $2 and number < $3 order by number`,
        [bookId, from, from + count],
      );
      return rows.map(entryOf);
    },
  };
}

type Place = { readonly code: number; readonly number: number };

async function readReceipts(
  dataSource: DataSource,
  places: readonly Place[],
): Promise<readonly (Receipt | undefined)[]> {
  const rows = await query<RawReceipt>(
    dataSource,
    `${select} where (r.code, r.number) in (select * from unnest($1::int[], $2::bigint[]))`,
    [places.map(({ code }) => code), places.map(({ number }) => number)],
  );
  const byPlace = new Map(rows.map((row) => [`${row.code} ${row.number}`, receiptOf(row)]));
  return places.map(({ code, number }) => byPlace.get(`${code} ${number}`));
}

type RawPlace = Pick<
  RawReceipt,
  | (
      | "unit_id"
      | "code"
      | "number"
      | "book_id"
      | "issued_fen"
      | "reversed_fen"
      | "state"
      | "data_digest"
      | "document_digest"
    )
  | ("destroyed_at_ms" | "batch_no" | "time_s" | "tx_hash" | "block_number" | "segment_index")
>;

async function readPlaces(
  dataSource: DataSource,
  places: readonly Place[],
): Promise<readonly (ReceiptPlace | undefined)[]> {
  const rows = await query<RawPlace>(
    dataSource,
    `select r.unit_id, r.code, r.number, r.book_id, r.issued_fen, r.reversed_fen, r.state, r.data_digest, r.document_digest,
       r.destroyed_at_ms, ${anchoringColumns}
     from receipt r ${anchoringJoin} where (r.code, r.number) in (select * from unnest($1::int[], $2::bigint[]))`,
    [places.map(({ code }) => code), places.map(({ number }) => number)],
  );
  const byPlace = new Map(rows.map((row) => [`${row.code} ${row.number}`, placeOf(row)]));
  return places.map(({ code, number }) => byPlace.get(`${code} ${number}`));
}

function placeOf(row: RawPlace): ReceiptPlace {
  return {
    unitId: row.unit_id,
    code: row.code,
    number: Number(row.number),
    bookId: row.book_id,
    issuedFen: Number(row.issued_fen),
    reversedFen: Number(row.reversed_fen),
    state: row.state,
    ...(row.data_digest && { dataDigest: row.data_digest }),
    ...(row.document_digest && { documentDigest: row.document_digest }),
    ...(row.destroyed_at_ms !== null && { destroyedAtMs: Number(row.destroyed_at_ms) }),
    ...anchoringOf(row),
  };
}

/** Conditions on the receipt r from the sixth parameter on. */
function conditionsOf(filter: ReceiptFilter): { conditions: string; parameters: unknown[] } {
  const parameters: unknown[] = [];
  const parts: string[] = [];
  const add = (value: unknown, condition: (placeholder: string) => string): void => {
    if (value === undefined) return;
    parameters.push(value);
    parts.push(` and ${condition(`$${5 + parameters.length}`)}`);
  };
  add(filter.kind, (p) => `r.kind = ${p}`);
  add(filter.issuedFromMs, (p) => `r.issued_at_ms >= ${p}`);
  add(filter.issuedBeforeMs, (p) => `r.issued_at_ms < ${p}`);
  if (filter.state === "anchored") parts.push(" and b.batch_no is not null and r.state <> 'void'");
  else if (filter.state === "rendered") parts.push(" and b.batch_no is null and r.state = 'rendered'");
  else add(filter.state, (p) => `r.state = ${p}`);
  return { conditions: parts.join(""), parameters };
}
