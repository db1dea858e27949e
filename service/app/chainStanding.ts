import { hexOf } from "../core/bytes.ts";
import type { LeafStatus } from "../core/ledgerCall.ts";
import type { Deps } from "./deps.ts";
import { entryLeaf } from "./segmentTrees.ts";
import type { Receipt } from "./storePorts.ts";

/** What the chain says of a receipt, as far as it decides what may be done with it. */
export type ChainStanding = {
  /** fen that are claimed or held. */
  readonly usedFen: number;
  /** It is reversed, or on paper, by an act that is not ours: any admitted unit that knows the leaf can do that. */
  readonly isChangedElsewhere: boolean;
};

/**
 * Asks the chain. Of what has no document yet, or is void, nothing can be there.
 * @throws AppError chain_unreachable
 */
export async function loadStanding(deps: Pick<Deps, "store" | "ledger">, receipt: Receipt): Promise<ChainStanding> {
  if (receipt.state !== "rendered") return { usedFen: 0, isChangedElsewhere: false };
  const leaf = hexOf(entryLeaf({ ...receipt, isVoid: false }));
  const status = await deps.ledger.status(leaf);
  const isChangedElsewhere = await isForeign(deps, receipt, leaf, status);
  return { usedFen: status.usedFen + status.lockedFen, isChangedElsewhere };
}

/** Our rows are read after the chain, for they are written before it is told. */
async function isForeign(
  { store, ledger }: Pick<Deps, "store" | "ledger">,
  { code, number }: Receipt,
  leaf: string,
  { reversed, onPaper }: LeafStatus,
): Promise<boolean> {
  if (!reversed && !onPaper) return false;
  const now = await store.receipt(code, number);
  if (reversed) return now?.reversedBy === undefined;
  if (now?.paper !== undefined) return false;
  // Our own paper may have been taken back since the chain was asked.
  return (await ledger.status(leaf)).onPaper;
}
