import { anchoredTopic, receiptTopic, type Deps } from "./deps.ts";
import type { Receipt } from "./storePorts.ts";

/** Another program on the same database may do the work, and its bell is not heard here. */
const LOOK_EVERY_MS = 250;

/** The receipt once it has come so far, or as it stands when the time is up. A void receipt is not waited for. */
export async function awaitReceipt(
  deps: Deps,
  receipt: Receipt,
  until: "rendered" | "anchored",
  timeoutMs: number,
): Promise<Receipt> {
  const deadlineMs = deps.clock.nowMs() + timeoutMs;
  const topic = until === "anchored" ? anchoredTopic : receiptTopic(receipt.code, receipt.number);
  for (let current = receipt; ;) {
    const leftMs = deadlineMs - deps.clock.nowMs();
    if (hasCome(current, until) || leftMs <= 0) return current;
    await deps.bell.heard(topic, Math.min(leftMs, LOOK_EVERY_MS));
    current = (await deps.store.receipt(receipt.code, receipt.number)) ?? current;
  }
}

function hasCome(receipt: Receipt, until: "rendered" | "anchored"): boolean {
  return (
    receipt.state === "void" || (until === "anchored" ? receipt.anchoring !== undefined : receipt.state === "rendered")
  );
}
