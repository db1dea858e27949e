import { AppError } from "../core/errors.ts";
import { codeNumberOf } from "../domain/code.ts";
import type { RegionCode } from "../domain/kind.ts";
import { issueCodeOf } from "../domain/receiptAssembly.ts";
import { regionName } from "../domain/region.ts";
import type { Clock } from "./ports.ts";
import type { Register } from "./register.ts";
import type { RegisterStore } from "./registerPorts.ts";
import type { UnitStore } from "./storePorts.ts";

type CodeDeps = {
  readonly store: RegisterStore & Pick<UnitStore, "units" | "books">;
  readonly clock: Clock;
  readonly register: Register;
};

/**
 * Gives a kind another class and kind code in one region, from now or a later time on. Receipts that are issued keep
 * theirs; books of the former code are not used up any more. Two kinds may have the same code: numbers are taken from
 * books of the unit, the code AND the kind, and the contract lets no two books of a code overlap.
 * @returns the names of units that may issue the kind and have no book of the new code yet: they need one by then
 * @throws AppError unknown_kind, kind_code_malformed, kind_code_in_past
 */
export async function changeKindCode(
  deps: CodeDeps,
  change: Omit<RegionCode, "fromMs"> & { readonly kindId: string; readonly fromMs?: number },
  changedBy: string,
): Promise<readonly string[]> {
  const { kindId, region, classCode, kindCode, isConfirmed } = change;
  const changedAtMs = deps.clock.nowMs();
  const fromMs = change.fromMs ?? changedAtMs;
  if (!deps.register.kinds.has(kindId)) throw new AppError("unknown_kind", `there is no kind ${kindId}`);
  if (regionName(region) === "" || ![classCode, kindCode].every((part) => /^\d{2}$/.test(part))) {
    throw new AppError(
      "kind_code_malformed",
      "region, class and kind code have two digits each; the region must exist",
    );
  }
  if (fromMs < changedAtMs) {
    throw new AppError("kind_code_in_past", "a code begins now or later: receipts of the past have theirs");
  }
  await deps.store.addKindCode({ kindId, region, classCode, kindCode, isConfirmed, fromMs, changedAtMs, changedBy });
  await deps.register.refresh();
  return unitsWithoutBook(deps, kindId, region, fromMs);
}

async function unitsWithoutBook(
  { store, register }: CodeDeps,
  kindId: string,
  region: string,
  fromMs: number,
): Promise<readonly string[]> {
  const kind = register.kinds.get(kindId);
  if (kind === undefined) return [];
  const code = codeNumberOf(issueCodeOf(kind, { region }, fromMs));
  const books = await store.books();
  const hasBook = (unitId: number): boolean =>
    books.some(
      (book) => book.unitId === unitId && book.code === code && book.kind === kindId && book.next <= book.last,
    );
  return (await store.units())
    .filter((unit) => unit.region === region && unit.kinds.includes(kindId) && !hasBook(unit.unitId))
    .map(({ name }) => name);
}
