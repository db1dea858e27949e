import type { Branch } from "./probeBranches.ts";

export interface ExplainedGap extends Pick<Branch, "file" | "text" | "way"> {
  readonly why: string;
}

/** The branches that no test can reach, each with its reason. docs/contract-coverage.md prints them. */
export const explainedGaps: readonly ExplainedGap[] = [
  {
    file: "contracts/ledger/LedgerAnchor.sol",
    text: "for (uint256 i = 0; i < size; ++i)",
    way: "not entered",
    why: "a batch of no segments was refused before (LedgerBatchSize)",
  },
  {
    file: "contracts/ledger/LedgerAnchor.sol",
    text: "for (uint256 i = 0; i < segment.reversals.length; ++i)",
    way: "not entered",
    why: "_anchorSegment calls _reverseAll only if there are reversals",
  },
  {
    file: "contracts/ledger/LedgerAnchor.sol",
    text: "for (uint256 i = 0; i < reversals.length; ++i)",
    way: "not entered",
    why: "no reversals have returned NO_REVERSALS two lines above",
  },
  {
    file: "contracts/ledger/LedgerRegistry.sol",
    text: "for (uint256 i = 0; i < 18; ++i)",
    way: "not entered",
    why: "a credit code always has 18 bytes",
  },
  {
    file: "contracts/lib/SegmentTree.sol",
    text: "for (uint256 i = 0; i < pairs; ++i)",
    way: "not entered",
    why: "more than one node makes at least one pair",
  },
  {
    file: "contracts/lib/SegmentTree.sol",
    text: "index != 0",
    way: "false",
    why: "an even index gets here only if it is `last`, which is not 0: halved together, both end odd. RFC 9162 2.1.3.2 has the condition, so it stays",
  },
];
