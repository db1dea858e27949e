import { AppError } from "../core/errors.ts";
import { parseCatalogueCsv } from "../domain/catalogueCsv.ts";
import { regionName } from "../domain/region.ts";
import type { Clock } from "./ports.ts";
import type { Register } from "./register.ts";
import type { RegisterStore } from "./registerPorts.ts";

/**
 * Takes a region's catalogue of items from CSV, whole: what was there before holds no more. A file with a head alone
 * takes the catalogue back, and A13 is silent again. Other programs take it over within seconds.
 * @throws AppError region_unknown, catalogue_malformed (details.problems: FieldProblem[], by row)
 */
export async function importCatalogue(
  deps: { readonly store: RegisterStore; readonly clock: Clock; readonly register: Register },
  region: string,
  csv: string,
  changedBy: string,
): Promise<{ readonly edition: number; readonly itemCount: number }> {
  if (regionName(region) === "") throw new AppError("region_unknown", `there is no region ${region}`);
  const parsed = parseCatalogueCsv(csv, (id) => deps.register.kinds.has(id));
  if (parsed.kind === "refused") {
    throw new AppError("catalogue_malformed", "the file is no catalogue: see the problems", {
      details: { problems: parsed.problems },
    });
  }
  const change = { changedAtMs: deps.clock.nowMs(), changedBy };
  const edition = await deps.store.addCatalogue(region, parsed.items, change);
  await deps.register.refresh();
  return { edition, itemCount: parsed.items.length };
}
