import type { LeafStatus } from "../core/ledgerCall.ts";
import { entryDateOf, type EntryAct } from "../domain/entryDate.ts";
import type { ActStore, ReceiptAct } from "./actPorts.ts";
import type { ReceiptKey } from "./checkPorts.ts";

/**
 * 入账日期 of a receipt by what was followed of the ledger.
 * @param status what the chain says, read at the block
 * @returns yyyyMMdd; "" if nothing is claimed, or the follower does not know of all that is
 */
export async function loadEntryDate(
  store: Pick<ActStore, "claimActs">,
  receipt: ReceiptKey,
  status: LeafStatus | undefined,
  blockNumber: number,
): Promise<string> {
  if (status === undefined || status.usedFen === 0) return "";
  const { code, number } = receipt;
  const acts = await store.claimActs({ code, number });
  const known = acts.filter((act) => act.blockNumber <= blockNumber);
  return entryDateOf(known.flatMap(entryOf), status.usedFen);
}

function entryOf({ details, timeS }: ReceiptAct): EntryAct[] {
  if (details.kind !== "claimed" && details.kind !== "claim_released") return [];
  const { claimantId, amountFen } = details;
  return [{ isRelease: details.kind === "claim_released", claimantId, amountFen, timeS }];
}
