import type { ActDetails, BlockSpan, ReceiptAct } from "../../app/actPorts.ts";
import { AppError } from "../../core/errors.ts";
import type { LedgerContract } from "./ledgerContract.ts";
import { readLedgerEvents, type LedgerEvent } from "./ledgerEvents.ts";
import { readBlock } from "./nodeAnswers.ts";

type Args = LedgerEvent["args"];

const READERS: Readonly<Record<string, (args: Args) => ActDetails>> = {
  ReceiptLocked: (args) => ({
    kind: "locked",
    ...{ claimantId: numberIn(args, "claimantId"), capFen: numberIn(args, "capFen") },
    ...{ amountFen: numberIn(args, "amountFen"), lapsesAtS: numberIn(args, "lapsesAt") },
  }),
  ReceiptClaimed: (args) => ({
    kind: "claimed",
    ...{ claimantId: numberIn(args, "claimantId"), capFen: numberIn(args, "capFen") },
    amountFen: numberIn(args, "amountFen"),
  }),
  ClaimReleased: (args) => ({ kind: "claim_released", ...releaseIn(args) }),
  LockReleased: (args) => ({ kind: "lock_released", ...releaseIn(args) }),
  ReceiptReversed: (args) => ({ kind: "reversed", bookId: numberIn(args, "bookId"), by: numberIn(args, "by") }),
  ReversedInUse: (args) => ({
    kind: "reversed_in_use",
    bookId: numberIn(args, "bookId"),
    ...{ usedFen: numberIn(args, "usedFen"), lockedFen: numberIn(args, "lockedFen") },
  }),
  PaperChanged: (args) => ({
    kind: "paper_changed",
    unitId: numberIn(args, "unitId"),
    onPaper: args["onPaper"] === true,
    nonce: numberIn(args, "nonce"),
  }),
};

/**
 * What was done to receipts in a run of blocks, in the order of the chain, with the times of the blocks.
 * @throws AppError chain_unreachable, chain_answer_malformed
 */
export async function readReceiptActs(contract: LedgerContract, span: BlockSpan): Promise<readonly ReceiptAct[]> {
  // A node that is behind answers that there are no logs in blocks which it does not have.
  if ((await readBlock(contract.node, span.toBlock)) === undefined) {
    throw new AppError("chain_unreachable", `the node does not have block ${span.toBlock} yet`);
  }
  const events: LedgerEvent[] = [];
  for await (const page of readLedgerEvents(contract, { ...span, names: Object.keys(READERS) })) {
    events.push(...page.events);
  }
  const times = new Map<number, number>();
  for (const { blockNumber, blockHash } of events) {
    if (times.has(blockNumber)) continue;
    const block = await readBlock(contract.node, blockNumber);
    // Of another chain than the logs: a node behind, or a reorganisation; it is read again.
    if (block?.hash !== blockHash) {
      throw new AppError("chain_unreachable", `the node's block ${blockNumber} is not the one that its logs are of`);
    }
    times.set(blockNumber, block.timeS);
  }
  return events.flatMap(({ name, args, blockNumber, transactionHash, logIndex }) => {
    const read = READERS[name];
    if (read === undefined) return [];
    const place = { txHash: transactionHash, logIndex, blockNumber, timeS: times.get(blockNumber) ?? 0 };
    return [{ ...place, leaf: String(args["leaf"]), details: read(args) }];
  });
}

function releaseIn(args: Args): { readonly claimantId: number; readonly amountFen: number; readonly reason: number } {
  return {
    claimantId: numberIn(args, "claimantId"),
    amountFen: numberIn(args, "amountFen"),
    reason: numberIn(args, "reason"),
  };
}

/** At most 2^53 - 1: the contract sees to it. */
function numberIn(args: Args, name: string): number {
  const value = args[name];
  if (typeof value === "number") return value;
  throw new AppError("chain_answer_malformed", `an event's ${name} is no number`);
}
