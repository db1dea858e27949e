import { dueBeforeMs, outstandingProblems } from "../domain/newForOld.ts";
import type { FieldProblem } from "../domain/receipt.ts";
import type { Deps } from "./deps.ts";

export type NewForOldDeps = Pick<Deps, "store" | "clock"> & { readonly settings: Pick<Deps["settings"], "newForOld"> };

/** By 核旧领新: why a unit gets no numbers, and what it is only told. At most one of both has entries. */
export type NewForOldAnswer = {
  readonly problems: readonly FieldProblem[];
  readonly warnings: readonly FieldProblem[];
};

/** Looks at what a unit has to account for, and changes nothing. */
export async function checkNewForOld(
  { store, clock, settings: { newForOld } }: NewForOldDeps,
  unitId: number,
): Promise<NewForOldAnswer> {
  if (newForOld.onBreach === "off") return { problems: [], warnings: [] };
  const found = outstandingProblems(await store.outstanding(unitId, dueBeforeMs(newForOld, clock.nowMs())));
  return newForOld.onBreach === "refuse" ? { problems: found, warnings: [] } : { problems: [], warnings: found };
}
