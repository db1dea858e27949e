import type { DataSource, EntityManager } from "typeorm";
import type { Application, ApplicationStore, PassOutcome, Review } from "../app/numberPorts.ts";
import type { Book } from "../app/storePorts.ts";
import { invariant } from "../core/errors.ts";
import { MAX_NUMBER } from "../domain/number.ts";
import { grantBlocks } from "../domain/numberRules.ts";
import { insertApplication, applicationOf, type RawApplication } from "./applicationRows.ts";
import { assertLease } from "./batches.ts";
import { insertBook } from "./books.ts";
import { inTransaction, query, rowsOf } from "./retry.ts";
import { standingOf } from "./standings.ts";

/** States in which the unit may still change its application. */
const OPEN = "('new', 'saved', 'returned')";

/** Applications for numbers, from the unit's draft to the book. */
export function createApplicationStore(dataSource: DataSource): ApplicationStore {
  return { ...createDraftStore(dataSource), ...createReviewStore(dataSource) };
}

type Drafts = Pick<
  ApplicationStore,
  "application" | "applications" | "createApplication" | "editApplication" | "submitApplication"
>;

/** The unit's half. */
function createDraftStore(dataSource: DataSource): Drafts {
  const one = async (sql: string, parameters: readonly unknown[]): Promise<Application | undefined> => {
    const [row] = await query<RawApplication>(dataSource, sql, parameters);
    return row && applicationOf(row);
  };
  return {
    application: (unitId, applicationNo) =>
      one("select * from number_application where unit_id = $1 and application_no = $2", [unitId, applicationNo]),

    async applications({ unitId, state }, after, limit) {
      const rows = await query<RawApplication>(
        dataSource,
        `select * from number_application
         where ($1::int is null or unit_id = $1) and ($2::text is null or state = $2)
           and ($3::bigint is null or (created_at_ms, unit_id, application_no) > ($3, $4, $5))
         order by created_at_ms, unit_id, application_no limit $6`,
        [unitId ?? null, state ?? null, after?.atMs ?? null, after?.unitId ?? 0, after?.no ?? "", limit],
      );
      return rows.map(applicationOf);
    },

    createApplication: (application) =>
      inTransaction(dataSource, async (manager) => {
        const isNew = await insertApplication(manager, application);
        if (isNew) return { isNew, application };
        const sql = "select * from number_application where unit_id = $1 and application_no = $2";
        const [row] = await rowsOf<RawApplication>(manager, sql, [application.unitId, application.applicationNo]);
        invariant(row !== undefined, "an application that is there already can be read");
        return { isNew, application: applicationOf(row) };
      }),

    editApplication: (unitId, applicationNo, content) =>
      one(
        `update number_application set state = 'saved', kind = $3, code = $4, count = $5, contact = $6, phone = $7,
           address = $8, author = $9, memo = $10, reviewer = null, reviewed_at_ms = null, opinion = null
         where unit_id = $1 and application_no = $2 and state in ${OPEN} returning *`,
        [
          ...[unitId, applicationNo, content.kind, content.code, content.count],
          ...[content.contact, content.phone, content.address, content.author, content.memo],
        ],
      ),

    submitApplication: (unitId, applicationNo, nowMs) =>
      one(
        `update number_application set state = 'submitted', submitted_at_ms = $3, reviewer = null,
           reviewed_at_ms = null, opinion = null
         where unit_id = $1 and application_no = $2 and state in ${OPEN} returning *`,
        [unitId, applicationNo, nowMs],
      ),
  };
}

/** The bureau's half. */
function createReviewStore(dataSource: DataSource): Omit<ApplicationStore, keyof Drafts> {
  return {
    passApplication: (unitId, applicationNo, review) =>
      inTransaction(dataSource, (manager) => pass(manager, unitId, applicationNo, review)),

    async refuseApplication(unitId, applicationNo, { reviewer, atMs, opinion }) {
      const [row] = await query<RawApplication>(
        dataSource,
        `update number_application set state = 'returned', reviewer = $3, reviewed_at_ms = $4, opinion = $5
         where unit_id = $1 and application_no = $2 and state = 'submitted' returning *`,
        [unitId, applicationNo, reviewer, atMs, opinion],
      );
      return row && applicationOf(row);
    },

    async pendingGrants(limit) {
      const rows = await query<RawApplication>(
        dataSource,
        `select * from number_application where state = 'passed' and book_id is null
         order by reviewed_at_ms, unit_id, application_no limit $1`,
        [limit],
      );
      return rows.map(applicationOf);
    },

    moveRange: (lease, application, pastNumber) =>
      inTransaction(dataSource, async (manager) => {
        await assertLease(manager, lease);
        const { unitId, applicationNo, code, count } = application;
        const first = await takeRange(manager, code, count, pastNumber + 1);
        invariant(first !== undefined, "a range is left past the chain's");
        const [row] = await rowsOf<RawApplication>(
          manager,
          `update number_application set first = $3, last = $4
           where unit_id = $1 and application_no = $2 and book_id is null returning *`,
          [unitId, applicationNo, first, first + count - 1],
        );
        return row === undefined ? application : applicationOf(row);
      }),

    saveGrant: (application, book, nowMs) =>
      inTransaction(dataSource, (manager) => saveGrant(manager, application, book, nowMs)),
  };
}

/** The unit's row is locked before its standing is read: setStanding locks it, too. */
async function pass(
  manager: EntityManager,
  unitId: number,
  applicationNo: string,
  review: Review,
): Promise<PassOutcome> {
  const [row] = await rowsOf<RawApplication>(
    manager,
    "select * from number_application where unit_id = $1 and application_no = $2 for update",
    [unitId, applicationNo],
  );
  if (row === undefined) return { kind: "unknown" };
  if (row.state !== "submitted") return { kind: "not_submitted", state: row.state };
  await manager.query("select 1 from unit where unit_id = $1 for share", [unitId]);
  const standing = await standingOf(manager, unitId);
  if (grantBlocks(standing).length > 0) return { kind: "blocked", standing };
  const first = await takeRange(manager, row.code, row.count, 1);
  if (first === undefined) return { kind: "range_exhausted" };
  const [passed] = await rowsOf<RawApplication>(
    manager,
    `update number_application set state = 'passed', reviewer = $3, reviewed_at_ms = $4, opinion = $5,
       first = $6, last = $7 where unit_id = $1 and application_no = $2 returning *`,
    [unitId, applicationNo, review.reviewer, review.atMs, review.opinion, first, first + row.count - 1],
  );
  invariant(passed !== undefined, "a row that is locked can be changed");
  return { kind: "passed", application: applicationOf(passed) };
}

/**
 * The first number of the next free range of the code, not below `least`. The code's row is locked until the
 * transaction ends, so ranges are decided one after the other; books that were granted otherwise count, too.
 */
async function takeRange(
  manager: EntityManager,
  code: number,
  count: number,
  least: number,
): Promise<number | undefined> {
  await manager.query("insert into code_range values ($1, 1) on conflict do nothing", [code]);
  const [row] = await rowsOf<{ next: string }>(manager, "select next from code_range where code = $1 for update", [
    code,
  ]);
  const [top] = await rowsOf<{ last: string | null }>(
    manager,
    "select max(last) as last from book_grant where code = $1",
    [code],
  );
  const first = Math.max(Number(row?.next ?? 1), Number(top?.last ?? 0) + 1, least);
  if (first + count - 1 > MAX_NUMBER) return undefined;
  await manager.query("update code_range set next = $2 where code = $1", [code, first + count]);
  return first;
}

async function saveGrant(
  manager: EntityManager,
  { unitId, applicationNo, kind, code }: Application,
  book: Omit<Book, "lowWater">,
  nowMs: number,
): Promise<void> {
  const granted = await rowsOf(
    manager,
    `update number_application set book_id = $3, granted_at_ms = $4
     where unit_id = $1 and application_no = $2 and book_id is null returning 1`,
    [unitId, applicationNo, book.bookId, nowMs],
  );
  if (granted.length === 0) return;
  const [mark] = await rowsOf<{ threshold: number }>(
    manager,
    "select threshold from low_water where unit_id = $1 and kind = $2",
    [unitId, kind],
  );
  await insertBook(manager, { ...book, lowWater: mark?.threshold ?? 0 }, nowMs);
  // What was granted may still be less than the mark: then it is applied for again.
  await manager.query("delete from low_water_raise where unit_id = $1 and code = $2", [unitId, code]);
}
