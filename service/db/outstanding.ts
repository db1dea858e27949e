import type { DataSource } from "typeorm";
import { invariant } from "../core/errors.ts";
import type { Outstanding } from "../domain/newForOld.ts";
import { query } from "./retry.ts";

type Raw = {
  kind: Outstanding["kind"];
  book_id: number | null;
  code: number | null;
  number: string | null;
  write_off_id: string | null;
};

/** Of each book the first number that no write-off accounts for: one look at the receipt that has it. */
const SQL = `
  select 'write_off' as kind, b.book_id, b.code, f.number, null as write_off_id
  from book b
    left join lateral (select max(through) as through from write_off_run where book_id = b.book_id) run on true
    cross join lateral (select coalesce(run.through + 1, b.first) as number) f
    join receipt r on r.code = b.code and r.number = f.number and r.issued_at_ms < $2
  where b.unit_id = $1
  union all
  select 'declaration', d.book_id, b.code, d.through, null
  from declaration d join book b on b.book_id = d.book_id
  where d.unit_id = $1 and d.declared_at_ms is null and d.period_end_ms <= $2
  union all
  select 'rectification', null, null, null, write_off_id
  from write_off where unit_id = $1 and state = 'reviewed' and result = 3
  order by 1, 2, 5`;

/** What a unit owes, kind by kind. */
export async function outstandingOf(
  dataSource: DataSource,
  unitId: number,
  beforeMs: number,
): Promise<readonly Outstanding[]> {
  const rows = await query<Raw>(dataSource, SQL, [unitId, beforeMs]);
  return rows.map((row): Outstanding => {
    const { kind, book_id: bookId, code, number, write_off_id: writeOffId } = row;
    if (kind === "rectification") {
      invariant(writeOffId !== null, "what is to be rectified has its name");
      return { kind, writeOffId };
    }
    invariant(bookId !== null && code !== null && number !== null, "what is outstanding stands in a book");
    return kind === "write_off"
      ? { kind, bookId, code, from: Number(number) }
      : { kind, bookId, code, through: Number(number) };
  });
}
