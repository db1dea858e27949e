import { bytesOfHex, hexOf } from "../core/bytes.ts";
import { RECEIPT_INNER, treeRoot } from "../core/merkle.ts";
import { batchRoot, domainSeparator, segmentHash, segmentSigningDigest, type Reversal } from "../core/segment.ts";
import type { Deps } from "./deps.ts";
import type { Fee, SignedSegment } from "./ports.ts";
import type { BatchTransaction, Lease, LedgerEntry, OpenBatch, SegmentCandidate } from "./storePorts.ts";
import { entryLeaf } from "./segmentTrees.ts";

/** A transaction's gas limit over the simulated need: the books' slots may have changed their warmth since. */
const GAS_MARGIN_PERCENT = 120n;

/**
 * Writes the next batch down and sends it, if receipts wait. The batch is durable before its transaction is signed, and the
 * transaction before it is sent: whatever a crash cuts short is taken up by confirmBatch.
 * @returns the batch; undefined if nothing waits or nothing can be anchored now
 * @throws AppError chain_unreachable, lease_lost
 */
export async function anchorBatch(deps: Deps, lease: Lease): Promise<OpenBatch | undefined> {
  await deps.store.advanceRendered();
  const candidates = await deps.store.segmentCandidates(deps.settings.anchorMaxReceipts);
  if (candidates.length === 0) return undefined;
  const segments = await Promise.all(candidates.map((candidate) => signSegment(deps, candidate)));
  const accepted = await setAsideRefused(deps, segments);
  if (accepted === undefined) return undefined;
  const hashes = accepted.segments.map((segment) => segmentHash(segment, bytesOfHex(segment.root)));
  const batch = await deps.store.createBatch(lease, batchRoot(hashes), accepted.segments, deps.clock.nowMs());
  deps.failpoint("batch_written");
  await submitBatch(deps, lease, batch, accepted.gas);
  return batch;
}

async function signSegment(deps: Deps, candidate: SegmentCandidate): Promise<SignedSegment> {
  const { bookId, from, entries, unitKeyId } = candidate;
  const root = treeRoot(entries.map(entryLeaf), RECEIPT_INNER);
  const reversals = reversalsOf(entries);
  const claim = { bookId, from, count: entries.length, root, reversals };
  const { chainId, contract } = deps.ledger;
  const domain = domainSeparator({ chainId, contract: bytesOfHex(contract) });
  const signature = await deps.ledgerSigner.signDigest(unitKeyId, segmentSigningDigest(domain, claim));
  return {
    bookId,
    from,
    count: entries.length,
    root: hexOf(root),
    reversals: reversals.map(({ leaf, by }) => ({ leaf: hexOf(leaf), by })),
    signature: hexOf(signature),
  };
}

/** What the segment's red-letter receipts reverse, in their order. A void one reverses nothing. */
export function reversalsOf(entries: readonly LedgerEntry[]): readonly Reversal[] {
  return entries.flatMap(({ original, number, isVoid }) =>
    original === undefined || isVoid ? [] : [{ leaf: entryLeaf(original), by: number }],
  );
}

/** Simulates until the contract accepts, setting each segment that it refuses aside: one unit never holds up the others. */
async function setAsideRefused(
  deps: Deps,
  all: readonly SignedSegment[],
): Promise<{ readonly segments: readonly SignedSegment[]; readonly gas: bigint } | undefined> {
  let segments = all;
  while (segments.length > 0) {
    const answer = await deps.ledger.simulate(segments);
    if (answer.kind === "accepted") {
      await deps.store.clearAlarm("anchor_refused", "ledger", deps.clock.nowMs());
      return { segments, gas: answer.gas };
    }
    const reason = `${answer.error}(${answer.details})`;
    const refused = segments.find((segment) => segment.bookId === answer.bookId);
    if (refused === undefined) {
      deps.log.error("anchor_refused", { reason });
      await deps.store.raiseAlarm("anchor_refused", "ledger", reason, deps.clock.nowMs());
      return undefined;
    }
    await setAside(deps, refused.bookId, reason);
    segments = segments.filter((segment) => segment !== refused);
  }
  return undefined;
}

/** Sets a book's segments aside until `mendBook`. */
export async function setAside(deps: Deps, bookId: number, reason: string): Promise<void> {
  deps.log.error("segment_set_aside", { bookId, reason });
  await deps.store.raiseAlarm("segment_set_aside", `book ${bookId}`, reason, deps.clock.nowMs());
  await deps.store.holdBook(bookId, reason);
}

/** Signs a transaction for the batch with a nonce of its own, records it, and sends it. */
export async function submitBatch(deps: Deps, lease: Lease, batch: OpenBatch, gasNeeded: bigint): Promise<void> {
  const [ours, mined] = await Promise.all([deps.store.nextNonce(), deps.ledger.minedNonce()]);
  const gas = (gasNeeded * GAS_MARGIN_PERCENT) / 100n;
  // A batch is dropped only once its nonce is spent, so our count is never ahead; the node's may lag behind.
  const nonce = Math.max(ours, mined);
  await sendTransaction(deps, lease, batch, { nonce, gas, fee: await deps.ledger.fee() });
}

/** Replaces a stuck transaction: the same nonce, a higher fee, so that only one of them can be mined. */
export async function replaceTransaction(
  deps: Deps,
  lease: Lease,
  batch: OpenBatch,
  stuck: BatchTransaction,
): Promise<void> {
  const fee = await deps.ledger.fee(stuck.fee);
  await sendTransaction(deps, lease, batch, { nonce: stuck.nonce, gas: stuck.gas, fee });
}

async function sendTransaction(
  deps: Deps,
  lease: Lease,
  batch: OpenBatch,
  terms: { readonly nonce: number; readonly gas: bigint; readonly fee: Fee },
): Promise<void> {
  const { nonce, gas, fee } = terms;
  const { raw, hash } = await deps.ledger.prepare(batch.segments, nonce, fee, gas);
  const recordedAtMs = deps.clock.nowMs();
  await deps.store.recordTransaction(lease, batch.batchId, { nonce, hash, raw, fee, gas, recordedAtMs });
  deps.failpoint("transaction_recorded");
  await deps.ledger.send(raw);
  deps.failpoint("transaction_sent");
  deps.log.info("batch_sent", { batchId: batch.batchId, segmentCount: batch.segments.length, hash, nonce });
}
