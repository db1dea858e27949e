import type { Kind, RegionCode } from "./kind.ts";

/** The class and kind code that hold for a kind in a region at a time. */
export type KindCode = Pick<RegionCode, "classCode" | "kindCode" | "isConfirmed">;

/** The region's own code that began last before this time, else the kind's. Of two that begin together the later entry holds. */
export function kindCodeOf(kind: Kind, region: string, atMs: number): KindCode {
  let found: RegionCode | undefined;
  for (const entry of kind.regionCodes ?? []) {
    if (entry.region !== region || entry.fromMs > atMs) continue;
    if (found === undefined || entry.fromMs >= found.fromMs) found = entry;
  }
  return found ?? kind;
}
