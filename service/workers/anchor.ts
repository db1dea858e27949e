import { anchorBatch } from "../app/anchorBatch.ts";
import { confirmBatch } from "../app/confirmBatch.ts";
import { renderedTopic, type Deps } from "../app/deps.ts";
import { AppError } from "../core/errors.ts";
import { startLoop, type Worker } from "./loop.ts";

const LEASE_MS = 10_000;
const NOT_HOLDER_REST_MS = 2_000;
const CONFIRM_EVERY_MS = 200;
const LOOK_EVERY_MS = 1_000;

/** Anchors every intervalMs, or as soon as a batch is full; one program at a time, by a lease. */
export function startAnchorWorker(deps: Deps, intervalMs: number): Worker {
  const { bell, log } = deps;
  let lastBuiltMs = 0;
  return startLoop({ name: "anchor", bell, topic: renderedTopic, log }, async () => {
    const lease = await deps.store.lease("anchor", deps.settings.holder, LEASE_MS);
    if (lease === undefined) return NOT_HOLDER_REST_MS;
    const open = await deps.store.openBatch();
    if (open !== undefined) {
      const progress = await watchingChain(deps, () => confirmBatch(deps, lease, open));
      return progress === "waiting" ? CONFIRM_EVERY_MS : 0;
    }
    const restMs = lastBuiltMs + intervalMs - deps.clock.nowMs();
    if (restMs > 0 && !(await isFull(deps))) return Math.min(restMs, LOOK_EVERY_MS);
    const batch = await watchingChain(deps, () => anchorBatch(deps, lease));
    if (batch === undefined) return LOOK_EVERY_MS;
    lastBuiltMs = deps.clock.nowMs();
    return 0;
  });
}

async function isFull(deps: Deps): Promise<boolean> {
  await deps.store.advanceRendered();
  const waiting = (await deps.store.books())
    .filter((book) => book.heldReason === undefined)
    .reduce((sum, book) => sum + book.rendered - book.anchored, 0);
  return waiting >= deps.settings.anchorMaxReceipts;
}

/** An unreachable chain is an alarm while it lasts; issuing goes on without it. */
async function watchingChain<T>(deps: Deps, step: () => Promise<T>): Promise<T> {
  const nowMs = deps.clock.nowMs();
  try {
    const result = await step();
    await deps.store.clearAlarm("chain_unreachable", "ledger", nowMs);
    return result;
  } catch (error) {
    if (error instanceof AppError && error.code === "chain_unreachable") {
      await deps.store.raiseAlarm("chain_unreachable", "ledger", error.message, nowMs);
    }
    throw error;
  }
}
