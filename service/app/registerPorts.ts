import type { RegionItem } from "../domain/catalogue.ts";
import type { RegionCode } from "../domain/kind.ts";

/** When a row of the register was added, and by whom. */
export type Change = { readonly changedAtMs: number; readonly changedBy: string };

/** A version of a kind as it is stored; `body` is JSON that assertKind took when it was written. */
export type KindVersion = Change & {
  readonly kindId: string;
  /** "01" to "99". */
  readonly specimenVersion: string;
  readonly body: unknown;
};

/** One entry of the code table: from `fromMs` on the kind has this code in this region. */
export type KindCodeEntry = Change & RegionCode & { readonly kindId: string };

/** One import of a region's catalogue, from 1 on. */
export type CatalogueEdition = Change & {
  readonly region: string;
  readonly edition: number;
  readonly itemCount: number;
};

/** What the bureau keeps of kinds, codes and items: rows are only ever added. */
export interface RegisterStore {
  /** Another text after every change of what stands below. */
  registerMark(): Promise<string>;
  /** The newest version of each kind, by id. */
  newestKinds(): Promise<readonly KindVersion[]>;
  kindVersion(kindId: string, specimenVersion: string): Promise<KindVersion | undefined>;
  /** All versions of a kind, oldest first. */
  kindHistory(kindId: string): Promise<readonly KindVersion[]>;
  /** False if the kind has this version already: the first writer wins. */
  addKindVersion(version: KindVersion): Promise<boolean>;
  /** By time of beginning, then of change. */
  kindCodes(): Promise<readonly KindCodeEntry[]>;
  addKindCode(entry: KindCodeEntry): Promise<void>;
  /** The newest edition of each region. */
  catalogueEditions(): Promise<readonly CatalogueEdition[]>;
  catalogueItems(region: string, edition: number): Promise<readonly RegionItem[]>;
  /** Adds the region's next edition, whole, and gives its number. */
  addCatalogue(region: string, items: readonly RegionItem[], change: Change): Promise<number>;
}
