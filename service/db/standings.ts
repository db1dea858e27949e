import type { DataSource, EntityManager } from "typeorm";
import type { StandingStore } from "../app/numberPorts.ts";
import { goodStanding, type Standing } from "../domain/numberRules.ts";
import { dueOnSuspension } from "./bookReturns.ts";
import { inTransaction, query, rowsOf } from "./retry.ts";

type RawStanding = {
  is_unpaid: boolean;
  is_alarm: boolean;
  is_suspended: boolean;
  reason: string;
};

/** What the bureau says of units: every word of it is kept, the newest counts. */
export function createStandingStore(dataSource: DataSource): StandingStore {
  return {
    standing: (unitId) => standingOf(dataSource.manager, unitId),

    setStanding: (unitId, standing, by) =>
      inTransaction(dataSource, async (manager) => {
        const { isUnpaid, isAlarm, isSuspended, reason } = standing;
        await manager.query("select 1 from unit where unit_id = $1 for update", [unitId]);
        await manager.query(
          `insert into unit_standing (unit_id, set_at_ms, is_unpaid, is_alarm, is_suspended, is_on_chain, reason, set_by)
           select $1, greatest($2::bigint, coalesce(max(set_at_ms) + 1, 0)), $3, $4, $5, false, $6, $7
           from unit_standing where unit_id = $1`,
          [unitId, by.atMs, isUnpaid, isAlarm, isSuspended, reason, by.name],
        );
        const status = isSuspended ? "suspended" : "active";
        await manager.query("update unit set status = $2 where unit_id = $1", [unitId, status]);
        if (isSuspended) await stopIssuing(manager, unitId, by);
        else await startIssuing(manager, unitId);
      }),

    async pendingStandings() {
      // A suspended unit's books are closed first: the contract would refuse what they still have to anchor.
      const rows = await query<{ unit_id: number; is_suspended: boolean }>(
        dataSource,
        `select s.unit_id, s.is_suspended from unit_standing s
         where not s.is_on_chain
           and s.set_at_ms = (select max(set_at_ms) from unit_standing where unit_id = s.unit_id)
           and not (s.is_suspended and (
             exists (select 1 from number_application a
               where a.unit_id = s.unit_id and a.state = 'passed' and a.book_id is null)
             or exists (select 1 from book b
               where b.unit_id = s.unit_id and ${dueOnSuspension})))
         order by s.unit_id`,
        [],
      );
      return rows.map((row) => ({ unitId: row.unit_id, isSuspended: row.is_suspended }));
    },

    async markStandingOnChain(unitId, isSuspended) {
      const sql = "update unit_standing set is_on_chain = true where unit_id = $1 and is_suspended = $2";
      await query(dataSource, sql, [unitId, isSuspended]);
    },
  };
}

export async function standingOf(manager: EntityManager, unitId: number): Promise<Standing> {
  const [row] = await rowsOf<RawStanding>(
    manager,
    "select * from unit_standing where unit_id = $1 order by set_at_ms desc limit 1",
    [unitId],
  );
  if (row === undefined) return goodStanding;
  const { is_unpaid: isUnpaid, is_alarm: isAlarm, is_suspended: isSuspended, reason } = row;
  return { isUnpaid, isAlarm, isSuspended, reason };
}

/** No number is taken from now on; a return that waits for its review gives way to the whole book's. */
async function stopIssuing(
  manager: EntityManager,
  unitId: number,
  by: { readonly name: string; readonly atMs: number },
): Promise<void> {
  await manager.query(
    `update book_return set state = 'returned', reviewer = $2, reviewed_at_ms = $3, opinion = '单位停用，整本退回'
     where unit_id = $1 and state = 'submitted'`,
    [unitId, `${by.name}（停用）`, by.atMs],
  );
  await manager.query("update book set usable_last = next - 1 where unit_id = $1", [unitId]);
}

/** Books that were stopped and not closed yet are the unit's again. */
async function startIssuing(manager: EntityManager, unitId: number): Promise<void> {
  await manager.query(
    `update book set usable_last = null where unit_id = $1 and usable_last is not null and not exists (
       select 1 from book_return o
       where o.book_id = book.book_id and o.state in ('submitted', 'passed') and o.done_at_ms is null)`,
    [unitId],
  );
}
