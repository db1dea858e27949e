import type { DataSource, EntityManager } from "typeorm";
import type { BookReturn, NewReturn, ReturnOutcome, ReturnStore } from "../app/numberPorts.ts";
import { invariant } from "../core/errors.ts";
import { returnOf, type RawReturn } from "./applicationRows.ts";
import { inTransaction, query, rowsOf } from "./retry.ts";

/** A book b of a suspended unit that has numbers left, or some to anchor yet: the contract anchors only closed ones then. */
export const dueOnSuspension = "(b.next <= b.last or (not b.is_closed and b.anchored <= b.last))";

/** Books' ends on their way back to the bureau. The book's row is locked while one is begun, so no number is taken meanwhile. */
export function createReturnStore(dataSource: DataSource): ReturnStore {
  return {
    async bookReturn(unitId, returnNo) {
      const sql = "select * from book_return where unit_id = $1 and return_no = $2";
      const [row] = await query<RawReturn>(dataSource, sql, [unitId, returnNo]);
      return row && returnOf(row);
    },

    async bookReturns({ unitId, state }, after, limit) {
      const rows = await query<RawReturn>(
        dataSource,
        `select * from book_return where ($1::int is null or unit_id = $1) and ($2::text is null or state = $2)
           and ($3::bigint is null or (created_at_ms, unit_id, return_no) > ($3, $4, $5))
         order by created_at_ms, unit_id, return_no limit $6`,
        [unitId ?? null, state ?? null, after?.atMs ?? null, after?.unitId ?? 0, after?.no ?? "", limit],
      );
      return rows.map(returnOf);
    },

    createReturn: (wanted) => inTransaction(dataSource, (manager) => create(manager, wanted), { againIfUnique: true }),

    reviewReturn: (unitId, returnNo, isPassed, review) =>
      inTransaction(dataSource, async (manager) => {
        const [row] = await rowsOf<RawReturn>(
          manager,
          `update book_return set state = $3, reviewer = $4, reviewed_at_ms = $5, opinion = $6
           where unit_id = $1 and return_no = $2 and state = 'submitted' returning *`,
          [unitId, returnNo, isPassed ? "passed" : "returned", review.reviewer, review.atMs, review.opinion],
        );
        if (row === undefined) return undefined;
        if (!isPassed) await manager.query("update book set usable_last = null where book_id = $1", [row.book_id]);
        return returnOf(row);
      }),

    async pendingReturns(limit) {
      const rows = await query<RawReturn>(
        dataSource,
        `select * from book_return where state = 'passed' and done_at_ms is null
         order by reviewed_at_ms, unit_id, return_no limit $1`,
        [limit],
      );
      return rows.map(returnOf);
    },

    finishReturn: (bookReturn, nowMs) => inTransaction(dataSource, (manager) => finish(manager, bookReturn, nowMs)),

    async returnOldBooks(beforeYear, nowMs) {
      return begin(dataSource, "year", "年度终了，未用票号自动退回", "2000 + b.code % 100 < $1 and b.next <= b.last", [
        beforeYear,
        nowMs,
      ]);
    },

    async returnSuspendedBooks(nowMs) {
      const isDue = `${dueOnSuspension} and u.status = $1`;
      return begin(dataSource, "suspension", "单位停用，未用票号退回", isDue, ["suspended", nowMs]);
    },
  };
}

/** The bureau's own act: reviewed as it is begun. */
async function begin(
  dataSource: DataSource,
  source: "year" | "suspension",
  reason: string,
  isDue: string,
  parameters: readonly unknown[],
): Promise<number> {
  return inTransaction(
    dataSource,
    async (manager) => {
      const rows = await rowsOf<{ book_id: number }>(
        manager,
        `with due as (
           select b.book_id, b.unit_id, b.code, b.next, b.last from book b join unit u on u.unit_id = b.unit_id
           where ${isDue} and not exists (select 1 from book_return o
             where o.book_id = b.book_id and o.state in ('submitted', 'passed') and o.done_at_ms is null)
           order by b.book_id for update of b),
         stopped as (update book set usable_last = due.next - 1 from due where book.book_id = due.book_id)
         insert into book_return (unit_id, return_no, book_id, code, first, last, reason, author, source, state,
           created_at_ms, reviewer, reviewed_at_ms, opinion)
         select unit_id, '${source}-' || book_id || '-' || $2::text, book_id, code, next, last, '${reason}', '系统', '${source}',
           'passed', $2::bigint, '财政部门', $2::bigint, '自动' from due returning book_id`,
        parameters,
      );
      return rows.length;
    },
    { againIfUnique: true },
  );
}

type RawBook = { unit_id: number; code: number; next: string; last: string };

async function create(manager: EntityManager, wanted: NewReturn): Promise<ReturnOutcome> {
  const { unitId, returnNo, bookId, reason, author, nowMs } = wanted;
  const [book] = await rowsOf<RawBook>(
    manager,
    "select unit_id, code, next, last from book where book_id = $1 and unit_id = $2 for update",
    [bookId, unitId],
  );
  const earlier = await rowsOf<RawReturn>(
    manager,
    `select * from book_return where unit_id = $1 and (return_no = $2
       or (book_id = $3 and state in ('submitted', 'passed') and done_at_ms is null))
     order by return_no = $2 desc`,
    [unitId, returnNo, bookId],
  );
  const [known] = earlier;
  if (known?.return_no === returnNo) return { kind: sameness(known, wanted), bookReturn: returnOf(known) };
  if (book === undefined) return { kind: "book_unknown" };
  if (known !== undefined) return { kind: "return_open", returnNo: known.return_no };
  const [next, last] = [Number(book.next), Number(book.last)];
  const first = wanted.first ?? next;
  if (first < next || first > last) return { kind: "outside", next, last };
  await manager.query("update book set usable_last = $2 where book_id = $1", [bookId, first - 1]);
  const [row] = await rowsOf<RawReturn>(
    manager,
    `insert into book_return (unit_id, return_no, book_id, code, first, last, reason, author, source, state, created_at_ms)
     values ($1, $2, $3, $4, $5, $6, $7, $8, 'unit', 'submitted', $9) returning *`,
    [unitId, returnNo, bookId, book.code, first, last, reason, author, nowMs],
  );
  invariant(row !== undefined, "what is inserted is returned");
  return { kind: "created", bookReturn: returnOf(row) };
}

function sameness(row: RawReturn, wanted: NewReturn): "repeated" | "conflict" {
  const isSame =
    row.book_id === wanted.bookId &&
    row.reason === wanted.reason &&
    row.author === wanted.author &&
    (wanted.first === undefined || wanted.first === Number(row.first));
  return isSame ? "repeated" : "conflict";
}

async function finish(manager: EntityManager, bookReturn: BookReturn, nowMs: number): Promise<void> {
  const { unitId, returnNo, bookId, first } = bookReturn;
  const done = await rowsOf(
    manager,
    `update book_return set done_at_ms = $3
     where unit_id = $1 and return_no = $2 and state = 'passed' and done_at_ms is null returning 1`,
    [unitId, returnNo, nowMs],
  );
  if (done.length === 0) return;
  // A suspension meanwhile has stopped the book further down: that is left as it is.
  await manager.query(
    `update book set last = $2, is_closed = true,
       usable_last = case when usable_last < $2 then usable_last else null end where book_id = $1`,
    [bookId, first - 1],
  );
}
