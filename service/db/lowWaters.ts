import type { DataSource } from "typeorm";
import type { LowWater, LowWaterStore } from "../app/numberPorts.ts";
import { insertApplication } from "./applicationRows.ts";
import { LowWaterEntity } from "./entities/number.ts";
import { inTransaction, query, rowsOf } from "./retry.ts";

/** Marks below which more numbers are applied for. */
export function createLowWaterStore(dataSource: DataSource): LowWaterStore {
  return {
    async lowWaters(unitId) {
      const where = unitId === undefined ? {} : { unitId };
      const rows = await dataSource.manager.find(LowWaterEntity, { where, order: { unitId: "ASC", kind: "ASC" } });
      return rows.map((row): LowWater => ({ ...row }));
    },

    saveLowWater: (mark) =>
      inTransaction(dataSource, async (manager) => {
        await manager.upsert(LowWaterEntity, { ...mark }, ["unitId", "kind"]);
        const sql = "update book set low_water = $3 where unit_id = $1 and kind = $2";
        await manager.query(sql, [mark.unitId, mark.kind, mark.threshold]);
      }),

    async stocks() {
      type Raw = { unit_id: number; code: number; left: string; is_applied_for: boolean; is_raised: boolean };
      const rows = await query<Raw>(
        dataSource,
        `select unit_id, code, sum(n) as left, bool_or(is_applied_for) as is_applied_for, bool_or(is_raised) as is_raised
         from (
           select unit_id, code, coalesce(usable_last, last) - next + 1 as n, false as is_applied_for, false as is_raised
           from book
           union all select unit_id, code, 0, true, false from number_application
           where state in ('submitted', 'passed') and book_id is null
           union all select unit_id, code, 0, false, true from low_water_raise) as part
         group by unit_id, code`,
        [],
      );
      return rows.map(({ unit_id: unitId, code, left, is_applied_for: isAppliedFor, is_raised: isRaised }) => {
        return { unitId, code, left: Number(left), isAppliedFor, isRaised };
      });
    },

    raiseLowWater: (application) =>
      inTransaction(dataSource, async (manager) => {
        const { unitId, code, createdAtMs } = application;
        const raised = await rowsOf(
          manager,
          "insert into low_water_raise values ($1, $2, $3) on conflict do nothing returning 1",
          [unitId, code, createdAtMs],
        );
        return raised.length > 0 && insertApplication(manager, application);
      }),

    async clearLowWater(unitId, code) {
      await query(dataSource, "delete from low_water_raise where unit_id = $1 and code = $2", [unitId, code]);
    },
  };
}
