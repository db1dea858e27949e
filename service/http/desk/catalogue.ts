import type { Deps } from "../../app/deps.ts";
import { catalogueOfKind, type RegionItem } from "../../domain/catalogue.ts";
import { jsonReply, type Reply } from "../call.ts";
import type { DeskCall } from "./guard.ts";

/** GET /unit/api/catalogue/{kind}: what the form checks while it is typed (A13); null: the bureau says nothing of this kind. */
export function getCatalogue(deps: Deps, { unit, params }: DeskCall): Promise<Reply> {
  const items = catalogueOfKind(deps.catalogues.get(unit.region), unit.creditCode, params["kind"] ?? "");
  return Promise.resolve(jsonReply(200, { items: items?.map(presentItem) ?? null }));
}

/** Which other units may charge it is no business of this one. */
function presentItem({ units: _units, ...item }: RegionItem): Omit<RegionItem, "units"> {
  return item;
}
