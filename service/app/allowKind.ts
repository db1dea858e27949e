import { AppError } from "../core/errors.ts";
import type { Register } from "./register.ts";
import type { Unit, UnitStore } from "./storePorts.ts";

/**
 * Lets a unit issue a kind; numbers are granted apart (admitUnit.ts). Doing it again changes nothing.
 * @throws AppError unknown_kind, unknown_unit
 */
export async function allowKind(
  deps: { readonly store: Pick<UnitStore, "units" | "saveUnit">; readonly register: Pick<Register, "kinds"> },
  creditCode: string,
  kindId: string,
): Promise<Unit> {
  if (!deps.register.kinds.has(kindId)) throw new AppError("unknown_kind", `there is no kind ${kindId}`);
  const unit = (await deps.store.units()).find((each) => each.creditCode === creditCode);
  if (unit === undefined) throw new AppError("unknown_unit", `there is no unit of the credit code ${creditCode}`);
  if (unit.kinds.includes(kindId)) return unit;
  const changed = { ...unit, kinds: [...unit.kinds, kindId] };
  await deps.store.saveUnit(changed);
  return changed;
}
