import type { DataSource } from "typeorm";

/** What the benchmark's database is filled with. */
export const CODE = 44060126;
export const UNIT_COUNT = 20;
/** The year's first moment in Asia/Shanghai. */
export const FROM_MS = Date.parse("2026-01-01T00:00:00+08:00");
export const YEAR_MS = 365 * 86_400_000;
const CHUNK = 250_000;

/** Receipts through a year, in the books of 20 units; one in a hundred reverses the one before, one in a thousand is void. */
export async function fillStock(
  database: DataSource,
  count: number,
  onProgress: (done: number) => void,
): Promise<void> {
  const perUnit = Math.ceil(count / UNIT_COUNT);
  for (let unit = 1; unit <= UNIT_COUNT; unit++) {
    const [first, last] = [(unit - 1) * perUnit + 1, unit * perUnit];
    await database.query(
      `insert into book (book_id, unit_id, code, kind, first, last, next, rendered, anchored, low_water)
       values ($1, $1, $2, 'outpatient', $3, $4, $4::bigint + 1, $4::bigint + 1, $4::bigint + 1, 0)`,
      [unit, CODE, first, last],
    );
    await database.query("insert into book_grant values ($1, $1, $2, $3, $4, $5)", [unit, CODE, first, last, FROM_MS]);
  }
  for (let from = 1; from <= perUnit * UNIT_COUNT; from += CHUNK) {
    await insertReceipts(database, from, Math.min(from + CHUNK - 1, perUnit * UNIT_COUNT), perUnit);
    onProgress(from);
  }
  await database.query(
    `insert into reversal (red_code, red_number, code, number, reason_code, reason, document_no, reversed_at_ms, is_void)
     select $1, n, $1, n - 1, 'refund', '', '', $2, false from generate_series(100, $3::bigint, 100) n`,
    [CODE, FROM_MS, perUnit * UNIT_COUNT],
  );
  await database.query("vacuum analyze receipt");
}

/** Numbers from one through another; a row is some 1.2 KB, less than a real one. */
export function insertReceipts(database: DataSource, from: number, through: number, perUnit: number): Promise<unknown> {
  return database.query(
    `insert into receipt (code, number, unit_id, book_id, kind, bus_no, input_digest, input, data, secret, issued_fen,
       reversed_fen, issued_at_ms, warnings, state, render_until_ms)
     select $1, n, unit, unit, 'outpatient', 'B' || n, sha256(n::text::bytea), jsonb_build_object('busNo', 'B' || n),
       jsonb_build_object('remark', repeat(md5(n::text), 28), 'mainExt',
         jsonb_build_object('relatedInvoiceCode', case when n % 100 = 0 then '44060126' else '' end)),
       sha256(n::text::bytea), case when n % 100 = 0 then 0 else 1000 end, case when n % 100 = 0 then 1000 else 0 end,
       $5::bigint + ((n - 1) % $4) * $6::bigint / $4, '[]', case when n % 1000 = 1 then 'void' else 'rendered' end, 0
     from (select n, ((n - 1) / $4 + 1)::int as unit from generate_series($2::bigint, $3::bigint) n) s`,
    [CODE, from, through, perUnit, FROM_MS, YEAR_MS],
  );
}
