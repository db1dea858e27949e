import type { ReceiptAct, StoredAct } from "./actPorts.ts";
import type { AuditDeps } from "./auditLedger.ts";
import { subjectOf } from "./auditReceipts.ts";
import { find, type Tally } from "./auditTally.ts";
import type { ReceiptKey } from "./checkPorts.ts";

const PAGE_BLOCKS = 2_000;

/** Compares what was kept of the contract's events with the chain, as far as it was read; names what was done to ours by others. */
export async function auditActs({ store, ledger }: AuditDeps, tally: Tally): Promise<void> {
  const end = (await store.actCursor()) ?? 0;
  const changed = new Map<string, ReceiptKey>();
  const start = (await store.deployment())?.blockNumber ?? 0;
  for (let fromBlock = start; fromBlock < end; fromBlock += PAGE_BLOCKS) {
    const span = { fromBlock, toBlock: Math.min(fromBlock + PAGE_BLOCKS, end) - 1 };
    const [onChain, kept] = await Promise.all([ledger.acts(span), store.actsBetween(span)]);
    compare(onChain, kept, tally);
    for (const { isForeign, receipt } of kept) {
      if (isForeign && receipt !== undefined) changed.set(subjectOf(receipt), receipt);
    }
  }
  for (const [subject, receipt] of changed) {
    if (!(await store.isChangedElsewhere(receipt))) continue;
    find(tally, "changed_elsewhere", subject, [
      "on chain it is reversed or on paper, by an act that was not done here",
    ]);
  }
}

function compare(onChain: readonly ReceiptAct[], kept: readonly StoredAct[], tally: Tally): void {
  const missing = new Map(onChain.map((act) => [keyOf(act), textOf(act)]));
  for (const act of kept) {
    const key = keyOf(act);
    const expected = missing.get(key);
    missing.delete(key);
    if (expected === undefined) find(tally, "event_differs", key, ["the chain has no such event"]);
    else if (expected !== textOf(act)) find(tally, "event_differs", key, ["it is not what the chain has"]);
  }
  for (const key of missing.keys()) find(tally, "event_differs", key, ["the chain has it, and it was not kept"]);
}

const keyOf = ({ txHash, logIndex }: ReceiptAct): string => `event ${txHash} ${logIndex}`;

/** The database gives the members in an order of its own. */
function textOf({ blockNumber, timeS, leaf, details }: ReceiptAct): string {
  const members = Object.entries(details).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([blockNumber, timeS, leaf, members]);
}
