import { hexOf } from "../core/bytes.ts";
import type { AuditDeps } from "./auditLedger.ts";
import { subjectOf } from "./auditReceipts.ts";
import { find, type Tally } from "./auditTally.ts";
import type { PaperExchange } from "./paperPorts.ts";
import { entryLeaf } from "./segmentTrees.ts";
import type { Receipt } from "./storePorts.ts";

const PAGE = 100;

/** Compares what stands on paper with the chain; what the chain is just being told of is left out. */
export async function auditPapers(deps: AuditDeps, tally: Tally): Promise<void> {
  for (let after = ""; ;) {
    const page = await deps.store.exchanges(after, PAGE);
    const reasons = await Promise.all(page.map(({ exchange, receipt }) => reasonsOf(deps, exchange, receipt)));
    for (const [index, { exchange }] of page.entries()) {
      find(tally, "paper_differs", subjectOf(exchange), reasons[index] ?? []);
    }
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.exchange.exchangeId;
  }
}

async function reasonsOf(
  { ledger }: AuditDeps,
  { exchangeId, state }: PaperExchange,
  receipt: Receipt | undefined,
): Promise<readonly string[]> {
  if (receipt === undefined) return ["it is on paper, and there is no such row"];
  if (state !== "given" && state !== "returned") return [];
  const { paper } = receipt;
  // Another paper may have been given since this one was returned; its own row is looked at.
  if (state === "returned" ? paper !== undefined : paper?.exchangeId !== exchangeId) return [];
  const { onPaper } = await ledger.status(hexOf(entryLeaf({ ...receipt, isVoid: receipt.state === "void" })));
  if (onPaper === (state === "given")) return [];
  return [onPaper ? "its paper was returned, and on chain it is on paper" : "it is on paper, and on chain it is not"];
}
