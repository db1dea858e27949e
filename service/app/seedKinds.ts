import type { Kind } from "../domain/kind.ts";
import type { Clock } from "./ports.ts";
import type { RegisterStore } from "./registerPorts.ts";

/** Who added what comes with the program. */
export const PROGRAM = "lianpiao";

/**
 * Stores the kinds that come with the program, where they are missing: a new kind, or a newer version of one that the
 * bureau has never changed. A kind that the bureau has changed is the bureau's.
 */
export async function seedKinds(
  deps: { readonly store: RegisterStore; readonly clock: Clock },
  kinds: readonly Kind[],
): Promise<void> {
  const newest = new Map((await deps.store.newestKinds()).map((version) => [version.kindId, version]));
  for (const kind of kinds) {
    const known = newest.get(kind.id);
    if (known !== undefined && (known.changedBy !== PROGRAM || known.specimenVersion >= kind.specimenVersion)) continue;
    const { id: kindId, specimenVersion } = kind;
    const change = { changedAtMs: deps.clock.nowMs(), changedBy: PROGRAM };
    await deps.store.addKindVersion({ kindId, specimenVersion, body: kind, ...change });
  }
}
