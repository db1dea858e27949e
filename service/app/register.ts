import { AppError } from "../core/errors.ts";
import { assertKind } from "../domain/assertKind.ts";
import { regionCatalogue, type RegionCatalogue } from "../domain/catalogue.ts";
import type { Kind } from "../domain/kind.ts";
import type { Log } from "./ports.ts";
import type { KindCodeEntry, RegisterStore } from "./registerPorts.ts";

/** Kinds, codes and catalogues as this program knows them now. The maps change while it runs; their values never do. */
export type Register = {
  /** The newest version of each kind, by id, with the codes of the regions. */
  readonly kinds: ReadonlyMap<string, Kind>;
  /** By region. */
  readonly catalogues: ReadonlyMap<string, RegionCatalogue>;
  /** Takes over what any program has changed; what was changed before the call is there when it resolves. */
  refresh(): Promise<void>;
};

type RegisterDeps = { readonly store: RegisterStore; readonly log: Log };

/** @throws AppError database_unreachable */
export async function openRegister(deps: RegisterDeps): Promise<Register> {
  const kinds = new Map<string, Kind>();
  const catalogues = new Map<string, RegionCatalogue>();
  const editions = new Map<string, number>();
  let mark = "";
  let last: Promise<void> = Promise.resolve();

  async function load(): Promise<void> {
    const current = await deps.store.registerMark();
    if (current === mark) return;
    const loaded = await loadKinds(deps);
    for (const { region, edition, itemCount } of await deps.store.catalogueEditions()) {
      if (editions.get(region) === edition) continue;
      const items = await deps.store.catalogueItems(region, edition);
      editions.set(region, edition);
      // An import without items takes the catalogue back.
      if (itemCount === 0) catalogues.delete(region);
      else catalogues.set(region, regionCatalogue(items));
    }
    for (const kind of loaded) kinds.set(kind.id, kind);
    mark = current;
  }

  /** One after the other, so that no older state overwrites a newer one. */
  const refresh = (): Promise<void> => {
    last = last.catch(() => undefined).then(load);
    return last;
  };
  await refresh();
  return { kinds, catalogues, refresh };
}

/** A kind that this program cannot read is left as it was, and told: it may be of a newer program. */
async function loadKinds({ store, log }: RegisterDeps): Promise<readonly Kind[]> {
  const codes = await store.kindCodes();
  return (await store.newestKinds()).flatMap(({ kindId, specimenVersion, body }) => {
    try {
      return [withCodes(assertKind(body), codes)];
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      log.error("kind_not_loaded", { kind: kindId, specimenVersion, reason: error.code });
      return [];
    }
  });
}

function withCodes(kind: Kind, codes: readonly KindCodeEntry[]): Kind {
  const regionCodes = codes
    .filter(({ kindId }) => kindId === kind.id)
    .map(({ region, classCode, kindCode, isConfirmed, fromMs }) => ({
      region,
      classCode,
      kindCode,
      isConfirmed,
      fromMs,
    }));
  return regionCodes.length === 0 ? kind : { ...kind, regionCodes };
}
