import { assertKind, kindProblems } from "../domain/assertKind.ts";
import type { Kind } from "../domain/kind.ts";
import type { Deps } from "./deps.ts";
import type { Receipt } from "./storePorts.ts";

/**
 * The kind as it was when the receipt was issued, by the version in its specimen code; undefined if there is no such, or
 * none that this program can read.
 */
export async function findKindVersion(
  deps: Pick<Deps, "kinds"> & { readonly store: Pick<Deps["store"], "kindVersion"> },
  receipt: Pick<Receipt, "kind" | "data">,
): Promise<Kind | undefined> {
  const version = receipt.data.eInvoiceSpecimenCode.slice(8);
  const newest = deps.kinds.get(receipt.kind);
  if (newest?.specimenVersion === version) return newest;
  const stored = await deps.store.kindVersion(receipt.kind, version);
  if (stored === undefined || kindProblems(stored.body).length > 0) return undefined;
  return assertKind(stored.body);
}
