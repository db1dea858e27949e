import { codeNumberOf, codeTextOf } from "../domain/code.ts";
import { codeInYear, grantBlocks, oldBooksBefore, yearsOpen } from "../domain/numberRules.ts";
import type { Deps } from "./deps.ts";
import { checkNewForOld, type NewForOldDeps } from "./newForOld.ts";
import type { LowWater } from "./numberPorts.ts";

export type KeepDeps = Pick<Deps, "log" | "kinds"> & NewForOldDeps;

/**
 * What goes by itself: books of past years and of suspended units are returned, and where a code's stock is below the
 * unit's mark more numbers are applied for. Done twice, or by two programs at once, it changes nothing more.
 * @returns how many books were returned and applications made
 */
export async function keepStock(deps: KeepDeps): Promise<number> {
  const { store, clock, log } = deps;
  const nowMs = clock.nowMs();
  const old = await store.returnOldBooks(oldBooksBefore(nowMs), nowMs);
  const suspended = await store.returnSuspendedBooks(nowMs);
  const applied = await applyWhereLow(deps, nowMs);
  const count = old + suspended + applied;
  if (count > 0) log.info("stock_kept", { old, suspended, applied });
  return count;
}

async function applyWhereLow(deps: KeepDeps, nowMs: number): Promise<number> {
  const { store, kinds } = deps;
  const marks = (await store.lowWaters()).filter((mark) => mark.isAuto && mark.threshold > 0);
  if (marks.length === 0) return 0;
  const stocks = new Map((await store.stocks()).map((stock) => [`${stock.unitId} ${stock.code}`, stock]));
  const units = new Map((await store.units()).map((unit) => [unit.unitId, unit]));
  let applied = 0;
  for (const mark of marks) {
    const [unit, kind] = [units.get(mark.unitId), kinds.get(mark.kind)];
    if (unit === undefined || kind === undefined || !unit.kinds.includes(mark.kind)) continue;
    for (const year of yearsOpen(nowMs)) {
      const code = codeNumberOf(codeInYear(kind, unit, year));
      const stock = stocks.get(`${mark.unitId} ${code}`);
      const isLow = (stock?.left ?? 0) < mark.threshold;
      if (!isLow && stock?.isRaised === true) await store.clearLowWater(mark.unitId, code);
      if (!isLow || stock?.isRaised === true || stock?.isAppliedFor === true) continue;
      if (await raise(deps, mark, code, nowMs)) applied += 1;
    }
  }
  return applied;
}

/** A unit that gets no numbers now is not applied for; the alarm of its low stock stands all the same. */
async function raise(deps: KeepDeps, mark: LowWater, code: number, nowMs: number): Promise<boolean> {
  const { store, log } = deps;
  const { unitId, kind, pushNumber: count, threshold, contact, phone, address } = mark;
  if (grantBlocks(await store.standing(unitId)).length > 0) return false;
  if ((await checkNewForOld(deps, unitId)).problems.length > 0) return false;
  const isRaised = await store.raiseLowWater({
    ...{ unitId, kind, code, count, contact, phone, address },
    applicationNo: `auto-${codeTextOf(code)}-${nowMs}`,
    author: "系统",
    memo: `库存低于 ${threshold}，自动申领`,
    ...{ source: "low_water", state: "submitted", createdAtMs: nowMs, submittedAtMs: nowMs },
  });
  if (isRaised) log.warn("numbers_applied_for", { unitId, code, count });
  return isRaised;
}
