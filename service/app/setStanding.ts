import { AppError } from "../core/errors.ts";
import type { Standing } from "../domain/numberRules.ts";
import type { Deps } from "./deps.ts";

/**
 * What the bureau says of a unit from now on: in arrears, under warning, suspended. Suspended, it issues no more at once, and
 * the worker closes its books on chain after what they have given out.
 * @throws AppError unit_unknown, name_missing
 */
export async function setStanding(
  { store, clock, log }: Pick<Deps, "store" | "clock" | "log">,
  unitId: number,
  change: Partial<Standing>,
  by: string,
): Promise<Standing> {
  if ((await store.unit(unitId)) === undefined) {
    throw new AppError("unit_unknown", `没有单位 ${unitId}。 There is no unit ${unitId}.`);
  }
  if (by.trim() === "") throw new AppError("name_missing", "请写明经办人。 Say who does it.");
  const standing = { ...(await store.standing(unitId)), ...change };
  await store.setStanding(unitId, standing, { name: by.trim(), atMs: clock.nowMs() });
  const { isUnpaid, isAlarm, isSuspended } = standing;
  log.warn("standing_set", { unitId, isUnpaid, isAlarm, isSuspended });
  return standing;
}
