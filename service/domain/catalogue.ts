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
