import type { DataSource } from "typeorm";
import type { Place, PlaceStore } from "../app/numberPorts.ts";
import { PlaceEntity } from "./entities/number.ts";
import { inTransaction, rowsOf } from "./retry.ts";

/** A unit's issuing places, and which books are their own. */
export function createPlaceStore(dataSource: DataSource): PlaceStore {
  return {
    async places(unitId) {
      const rows = await dataSource.manager.find(PlaceEntity, { where: { unitId }, order: { placeCode: "ASC" } });
      return rows.map((row): Place => ({ ...row }));
    },

    savePlace: (place) =>
      inTransaction(dataSource, async (manager) => {
        await manager.upsert(PlaceEntity, { ...place }, ["unitId", "placeCode"]);
        if (place.isOpen) return;
        const sql = "update book set place_code = null where unit_id = $1 and place_code = $2";
        await manager.query(sql, [place.unitId, place.placeCode]);
      }),

    assignBook: (unitId, bookId, placeCode) =>
      inTransaction(dataSource, async (manager) => {
        if (placeCode !== undefined) {
          const open = await rowsOf(
            manager,
            "select 1 from place where unit_id = $1 and place_code = $2 and is_open for share",
            [unitId, placeCode],
          );
          if (open.length === 0) return "place_unknown";
        }
        const assigned = await rowsOf(
          manager,
          "update book set place_code = $3 where unit_id = $1 and book_id = $2 returning 1",
          [unitId, bookId, placeCode ?? null],
        );
        return assigned.length === 0 ? "book_unknown" : "assigned";
      }),
  };
}
