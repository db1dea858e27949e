import { problem } from "../domain/problem.ts";
import type { FieldProblem } from "../domain/receipt.ts";
import type { Deps } from "./deps.ts";
import type { Place } from "./numberPorts.ts";

/** Of one unit. */
export const MAX_PLACES = 500;

/** Makes a unit's issuing place, or changes it; [] if it is done. Closed, it gives its books back to all places. */
export async function setPlace({ store }: Pick<Deps, "store">, place: Place): Promise<readonly FieldProblem[]> {
  const places = await store.places(place.unitId);
  const isNew = places.every(({ placeCode }) => placeCode !== place.placeCode);
  if (isNew && places.length >= MAX_PLACES) {
    const zh = `开票点最多 ${MAX_PLACES} 个`;
    return [problem("too_many_places", ["placeCode"], zh, `a unit has at most ${MAX_PLACES} places`)];
  }
  await store.savePlace(place);
  return [];
}
