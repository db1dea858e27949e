/**
 * One standard (收费标准) of one item that the unit is authorised to charge, as the bureau keeps it. An item whose standard
 * changed stands there once for each standard.
 */
export type CatalogueItem = {
  readonly itemCode: string;
  /** Ids of the kinds of receipt that the item may stand on. */
  readonly kinds: readonly string[];
  /** Decimal yuan, as itemStd; "" if unbounded. */
  readonly minStd: string;
  readonly maxStd: string;
  /** yyyyMMdd, both inclusive; "" if open. */
  readonly validFrom: string;
  readonly validThrough: string;
};

/** All standards of the unit. An item that is not in it may not be charged. */
export type ItemCatalogue = readonly CatalogueItem[];

/** An entry of a region's catalogue. */
export type RegionItem = CatalogueItem & {
  readonly itemName: string;
  /** Credit codes of the units that may charge it; []: every unit of the region. */
  readonly units: readonly string[];
};

/** A region's catalogue, ready to be asked. */
export type RegionCatalogue = {
  /** Of these kinds it speaks; on any other A13 is silent. */
  readonly kinds: ReadonlySet<string>;
  readonly byCode: ReadonlyMap<string, readonly RegionItem[]>;
};

export function regionCatalogue(items: readonly RegionItem[]): RegionCatalogue {
  const byCode = new Map<string, RegionItem[]>();
  for (const item of items) {
    const known = byCode.get(item.itemCode);
    if (known === undefined) byCode.set(item.itemCode, [item]);
    else known.push(item);
  }
  return { kinds: new Set(items.flatMap(({ kinds }) => kinds)), byCode };
}

/** All that this unit may charge on the kind, for a form to check; undefined if the catalogue does not speak of the kind. */
export function catalogueOfKind(
  catalogue: RegionCatalogue | undefined,
  creditCode: string,
  kindId: string,
): readonly RegionItem[] | undefined {
  if (catalogue === undefined || !catalogue.kinds.has(kindId)) return undefined;
  return [...catalogue.byCode.values()]
    .flat()
    .filter(({ kinds, units }) => kinds.includes(kindId) && (units.length === 0 || units.includes(creditCode)));
}

/** What the catalogue says to this unit of these items; undefined if it does not speak of the kind at all. */
export function catalogueFor(
  catalogue: RegionCatalogue | undefined,
  creditCode: string,
  kindId: string,
  itemCodes: readonly string[],
): ItemCatalogue | undefined {
  if (catalogue === undefined || !catalogue.kinds.has(kindId)) return undefined;
  return [...new Set(itemCodes)].flatMap((code) =>
    (catalogue.byCode.get(code) ?? []).filter(({ units }) => units.length === 0 || units.includes(creditCode)),
  );
}
