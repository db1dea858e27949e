import { bytesOfHex, hexOf } from "../core/bytes.ts";
import { nextHead } from "../core/segment.ts";
import { replaceTransaction, setAside, submitBatch } from "./anchorBatch.ts";
import { anchoredTopic, type Deps } from "./deps.ts";
import type { BatchMark, Lease, OpenBatch } from "./storePorts.ts";

/** anchored: read back and marked. dropped: nothing of it can be mined any more. waiting: look again later. */
export type BatchProgress = "anchored" | "dropped" | "waiting";

/**
 * Takes an open batch one step on: looks for its transaction, sends it again or replaces it, and once it is confirmed reads the
 * batch back from the chain before marking it. Safe to repeat at any point.
 * @throws AppError chain_unreachable, lease_lost
 */
export async function confirmBatch(deps: Deps, lease: Lease, batch: OpenBatch): Promise<BatchProgress> {
  const mined = await findMined(deps, batch);
  if (mined === undefined) return pursue(deps, lease, batch);
  const depth = (await deps.ledger.blockNumber()) - mined.blockNumber;
  if (depth < deps.settings.confirmations) return "waiting";
  deps.failpoint("confirmed");
  if (!mined.isSuccess || mined.batchNo === undefined) return drop(deps, lease, batch, "the transaction was reverted");
  return markIfEqual(deps, lease, batch, { ...mined, batchNo: mined.batchNo });
}

type Mined = { txHash: string; blockNumber: number; blockHash: string; isSuccess: boolean; batchNo?: number };

async function findMined(deps: Deps, batch: OpenBatch): Promise<Mined | undefined> {
  for (const { hash } of batch.transactions.toReversed()) {
    const receipt = await deps.ledger.receipt(hash);
    if (receipt !== undefined) return { txHash: hash, ...receipt };
  }
  return undefined;
}

/** No transaction of the batch is mined: send the first, the same again, a dearer one, or one with a new nonce. */
async function pursue(deps: Deps, lease: Lease, batch: OpenBatch): Promise<BatchProgress> {
  const last = batch.transactions.at(-1);
  if (last === undefined) return submitAgain(deps, lease, batch);
  const ageMs = deps.clock.nowMs() - last.recordedAtMs;
  if (ageMs < deps.settings.resendAfterMs) return "waiting";
  if ((await deps.ledger.minedNonce()) > last.nonce) {
    // The nonce is spent; our receipt may lag behind it, so look once more before another nonce is used.
    if ((await findMined(deps, batch)) !== undefined) return "waiting";
    deps.log.warn("nonce_spent_elsewhere", { batchId: batch.batchId, nonce: last.nonce });
    return submitAgain(deps, lease, batch);
  }
  if (ageMs >= deps.settings.replaceAfterMs) await replaceTransaction(deps, lease, batch, last);
  else await deps.ledger.send(last.raw);
  return "waiting";
}

async function submitAgain(deps: Deps, lease: Lease, batch: OpenBatch): Promise<BatchProgress> {
  const answer = await deps.ledger.simulate(batch.segments);
  if (answer.kind === "accepted") {
    await submitBatch(deps, lease, batch, answer.gas);
    return "waiting";
  }
  const reason = `${answer.error}(${answer.details})`;
  if (answer.bookId !== undefined) await setAside(deps, answer.bookId, reason);
  else await deps.store.raiseAlarm("anchor_refused", "ledger", reason, deps.clock.nowMs());
  return drop(deps, lease, batch, reason);
}

async function drop(deps: Deps, lease: Lease, batch: OpenBatch, reason: string): Promise<BatchProgress> {
  deps.log.warn("batch_dropped", { batchId: batch.batchId, reason });
  await deps.store.dropBatch(lease, batch.batchId, reason);
  return "dropped";
}

async function markIfEqual(
  deps: Deps,
  lease: Lease,
  batch: OpenBatch,
  mined: Mined & { readonly batchNo: number },
): Promise<BatchProgress> {
  const { mark, difference } = await readBack(deps, batch, mined);
  if (mark === undefined) {
    deps.log.error("read_back_differs", { batchId: batch.batchId, difference });
    await deps.store.raiseAlarm("read_back_differs", `batch ${batch.batchId}`, difference, deps.clock.nowMs());
    return "waiting";
  }
  await deps.store.markAnchored(lease, batch.batchId, mark);
  deps.failpoint("marked");
  const receiptCount = batch.segments.reduce((sum, segment) => sum + segment.count, 0);
  deps.log.info("batch_anchored", { batchNo: mark.batchNo, segmentCount: batch.segments.length, receiptCount });
  deps.bell.ring(anchoredTopic);
  return "anchored";
}

type ReadBack =
  | { readonly mark: BatchMark; readonly difference?: undefined }
  | { readonly mark?: undefined; readonly difference: string };

/** Compares root, time and head, count, and every book's next number on chain with our own. */
async function readBack(deps: Deps, batch: OpenBatch, mined: Mined & { readonly batchNo: number }): Promise<ReadBack> {
  const { batchNo, txHash, blockNumber, blockHash } = mined;
  const onChain = await deps.ledger.batch(batchNo);
  if (onChain === undefined) return { difference: `batch ${batchNo} is not on chain` };
  if (onChain.root !== hexOf(batch.root)) return { difference: `root ${onChain.root}, ours ${hexOf(batch.root)}` };
  if (onChain.segmentCount !== batch.segments.length) {
    return { difference: `${onChain.segmentCount} segments, ours ${batch.segments.length}` };
  }
  const previous = await deps.store.lastAnchored();
  if (batchNo !== (previous?.batchNo ?? 0) + 1)
    return { difference: `batch ${batchNo} after ${previous?.batchNo ?? 0}` };
  const previousHead = previous === undefined ? new Uint8Array(32) : bytesOfHex(previous.head);
  const head = nextHead(previousHead, batchNo, batch.root, onChain.timeS);
  if (onChain.head !== hexOf(head)) return { difference: `head ${onChain.head}, ours ${hexOf(head)}` };
  const books = await deps.ledger.books(batch.segments.map((segment) => segment.bookId));
  for (const [index, segment] of batch.segments.entries()) {
    const next = books[index]?.next;
    const ours = segment.from + segment.count;
    if (next !== ours) return { difference: `book ${segment.bookId} next ${next}, ours ${ours}` };
  }
  return { mark: { batchNo, head, timeS: onChain.timeS, txHash, blockNumber, blockHash } };
}
