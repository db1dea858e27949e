import { eventTopic, type Deps, type Settings } from "./deps.ts";
import type { Lease } from "./storePorts.ts";

export type FollowDeps = Pick<Deps, "store" | "ledger" | "clock" | "bell" | "log" | "failpoint"> & {
  readonly settings: Pick<Settings, "confirmations">;
};

/** Blocks that are read and kept at a time. */
const MOST_BLOCKS = 2_000;

/**
 * Reads what was done to receipts on the contract since the last time, of confirmed blocks alone, and keeps it. The cursor moves in the
 * transaction that keeps the acts, so a crash repeats a reading and never a consequence.
 * @param mostBlocks how far to read
 * @returns how many confirmed blocks are left to be read
 * @throws AppError chain_unreachable, lease_lost, database_unreachable
 */
export async function followLedger(deps: FollowDeps, lease: Lease, mostBlocks = MOST_BLOCKS): Promise<number> {
  const { store, ledger, settings, log, clock, bell } = deps;
  const fromBlock = (await store.actCursor()) ?? (await store.deployment())?.blockNumber;
  const confirmed = (await ledger.blockNumber()) - settings.confirmations;
  if (fromBlock === undefined || fromBlock > confirmed) return 0;
  const span = { fromBlock, toBlock: Math.min(fromBlock + mostBlocks - 1, confirmed) };
  const acts = await ledger.acts(span);
  deps.failpoint("acts_read");
  const fresh = await store.recordActs(lease, span, acts, clock.nowMs());
  deps.failpoint("acts_kept");
  for (const { details, receipt, isForeign, txHash } of fresh) {
    if (isForeign) log.error("changed_elsewhere", { ...receipt, act: details.kind, txHash });
  }
  if (fresh.length > 0) {
    const own = fresh.filter(({ receipt }) => receipt !== undefined);
    log.info("acts_kept", { ...span, actCount: fresh.length, ownCount: own.length });
    bell.ring(eventTopic);
  }
  return confirmed - span.toBlock;
}
