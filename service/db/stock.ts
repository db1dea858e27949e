import type { DataSource } from "typeorm";
import type { NumberStore, StockQuestion } from "../app/numberPorts.ts";
import type { StockCounts } from "../domain/stock.ts";
import { query } from "./retry.ts";

type Part = "granted" | "returned" | "taken";
type Raw = { unit_id: number; code: number; blue: string; red: string; void: string; left_now: string } & Record<
  `${Part}_${"before" | "within" | "after"}`,
  string
>;

/** Sums of what lies before, within and after the period, of a table's rows with `at` (ms) and `n` (numbers). */
const split = (part: Part): string => `
  coalesce(sum(n) filter (where at < $3), 0) as ${part}_before,
  coalesce(sum(n) filter (where at >= $3 and at < $4), 0) as ${part}_within,
  coalesce(sum(n) filter (where at >= $4), 0) as ${part}_after`;

const isAsked = "($1::int is null or unit_id = $1) and ($2::int is null or code = $2)";

const dayOf = (ms: string): string => `((${ms}::bigint + 28800000) / 86400000)`;
const isDayBefore = (ms: string): string => `day < ${dayOf(ms)}`;

/** What was taken before a moment is whole days, and these: the receipts of the moment's own day up to it. */
const ofDayBefore = (ms: string, isBeforeFrom: string, isBeforeTo: string): string => `
    select r.unit_id, r.code, (state <> 'void' and reversed_fen = 0)::int, (state <> 'void' and reversed_fen > 0)::int,
      (state = 'void')::int, false, ${isBeforeFrom}, ${isBeforeTo}
    from receipt r join paged p on p.unit_id = r.unit_id and p.code = r.code
    where issued_at_ms >= ${dayOf(ms)} * 86400000 - 28800000 and issued_at_ms < ${ms}`;

const sumOf = (what: string, where: string): string => `coalesce(sum(${what}) filter (where ${where}), 0)`;
const inPeriod = (what: string): string => `(${sumOf(what, "is_before_to")} - ${sumOf(what, "is_before_from")})`;

/** One statement, so one snapshot: a number that is taken meanwhile is in both or in neither of book and receipts. */
const SQL = `
  with marks as (
    select unit_id, code, sum(last - next + 1) as left_now from book where ${isAsked} group by 1, 2
    order by 1, 2),
  paged as (
    select * from marks where $5::int is null or (unit_id, code) > ($5, $6) order by 1, 2 limit $7),
  grants as (
    select unit_id, code, ${split("granted")}
    from (select unit_id, code, granted_at_ms as at, last - first + 1 as n from book_grant where ${isAsked}) g
    group by 1, 2),
  returns as (
    select unit_id, code, ${split("returned")}
    from (select unit_id, code, done_at_ms as at, last - first + 1 as n from book_return
          where done_at_ms is not null and ${isAsked}) r
    group by 1, 2),
  counted as (
    select unit_id, code, blue, red, void, true as is_all, ${isDayBefore("$3")} as is_before_from,
      ${isDayBefore("$4")} as is_before_to
    from receipt_day join paged using (unit_id, code)
    union all ${ofDayBefore("$3", "true", "false")} union all ${ofDayBefore("$4", "false", "true")}),
  receipts as (
    select unit_id, code, ${sumOf("blue + red + void", "is_before_from")} as taken_before,
      ${sumOf("blue + red + void", "is_all")} - ${sumOf("blue + red + void", "is_before_to")} as taken_after,
      ${inPeriod("blue + red + void")} as taken_within,
      ${inPeriod("blue")} as blue, ${inPeriod("red")} as red, ${inPeriod("void")} as void
    from counted group by 1, 2)
  select paged.unit_id, paged.code, paged.left_now,
    ${(["granted", "returned", "taken"] as const)
      .flatMap((part) => ["before", "within", "after"].map((when) => `coalesce(${part}_${when}, 0) as ${part}_${when}`))
      .join(", ")},
    coalesce(blue, 0) as blue, coalesce(red, 0) as red, coalesce(void, 0) as void
  from paged left join grants using (unit_id, code) left join returns using (unit_id, code)
    left join receipts using (unit_id, code)
  order by paged.unit_id, paged.code`;

type RawStory = { book_id: number; unit_id: number; code: number } & Record<
  "first" | "granted_last" | "last" | "next" | "returned_count",
  string
> & { closing_last: string | null };

const STORIES = `
  select b.book_id, b.unit_id, b.code, b.first, coalesce(g.last, 0) as granted_last, b.last, b.next,
    (select coalesce(sum(r.last - r.first + 1), 0) from book_return r
      where r.book_id = b.book_id and r.done_at_ms is not null) as returned_count,
    (select r.first - 1 from book_return r
      where r.book_id = b.book_id and r.state = 'passed' and r.done_at_ms is null) as closing_last
  from book b left join book_grant g
    on g.book_id = b.book_id and g.unit_id = b.unit_id and g.code = b.code and g.first = b.first
  order by b.book_id`;

/** What grants, returns, receipts and books say of numbers, each by itself. */
export function createStockStore(dataSource: DataSource): Pick<NumberStore, "stockCounts" | "bookStories"> {
  return {
    async bookStories() {
      const rows = await query<RawStory>(dataSource, STORIES, []);
      return rows.map((row) => ({
        ...{ bookId: row.book_id, unitId: row.unit_id, code: row.code, first: Number(row.first) },
        ...{ grantedLast: Number(row.granted_last), last: Number(row.last), next: Number(row.next) },
        returnedCount: Number(row.returned_count),
        ...(row.closing_last !== null && { closingLast: Number(row.closing_last) }),
      }));
    },

    async stockCounts({ unitId, code, fromMs, toMs, after, limit }: StockQuestion) {
      const rows = await query<Raw>(dataSource, SQL, [
        ...[unitId ?? null, code ?? null, fromMs, toMs],
        ...[after?.unitId ?? null, after?.code ?? 0, limit],
      ]);
      return rows.map(countsOf);
    },
  };
}

function countsOf(row: Raw): StockCounts {
  const of = (part: Part) => ({
    before: Number(row[`${part}_before`]),
    within: Number(row[`${part}_within`]),
    after: Number(row[`${part}_after`]),
  });
  return {
    ...{ unitId: row.unit_id, code: row.code },
    ...{ granted: of("granted"), returned: of("returned"), taken: of("taken") },
    ...{ blue: Number(row.blue), red: Number(row.red), void: Number(row.void), leftNow: Number(row.left_now) },
  };
}
