import type { JsonValue } from "./canonical.ts";
import type { LeafStatus } from "./ledgerCall.ts";
import type { Proof } from "./proof.ts";
import { CHECK_TEXTS, REASON_TEXTS, SKIPPED_TEXT, UNKNOWN_TEXT, type CheckId, type Text } from "./reportTexts.ts";

/** unknown: it could not be told; never to be shown as if it had passed. skipped: it was not looked at. */
export type Outcome = "pass" | "fail" | "unknown" | "skipped";

export type Details = Readonly<Record<string, string | number | boolean>>;

/** One thing that was checked. `reason`: why it did not pass, a stable code. */
export type Check = {
  readonly id: CheckId;
  readonly outcome: Outcome;
  /** What was checked. */
  readonly title: Text;
  /** What came of it. */
  readonly zh: string;
  readonly en: string;
  readonly reason?: string;
  readonly details: Details;
};

/**
 * valid: genuine and anchored, whatever became of it since (see the state). invalid: something is wrong. undetermined: nothing
 * is wrong so far, but something could not be told, or the receipt is not anchored yet.
 */
export type Verdict = "valid" | "invalid" | "undetermined";

/** What became of the receipt. unknown: it could not be told, or the document is not to be trusted. */
export type State = "normal" | "reversed" | "on_paper" | "claimed" | "not_anchored" | "unknown";

export type Report = {
  readonly verdict: Verdict;
  readonly state: State;
  /** True for a red-letter receipt (红字票据), which reverses another. */
  readonly isRedLetter: boolean;
  readonly checks: readonly Check[];
  /** The attached data, there as soon as it can be read: not to be believed unless the verdict says so. */
  readonly data?: { readonly [key: string]: JsonValue };
  readonly signer?: {
    readonly creditCode: string;
    readonly commonName: string;
    readonly notBeforeMs: number;
    readonly notAfterMs: number;
    /** How the contract knows the root: 0x and 64 digits. */
    readonly rootDigest: string;
  };
  readonly proof?: Proof;
  /** The hashes on the way up, 0x and 64 digits each. */
  readonly path?: {
    readonly leaf: string;
    readonly segmentRoot: string;
    readonly segmentHash: string;
    readonly batchRoot: string;
  };
  /** What was read of the chain, and where. */
  readonly chain?: {
    readonly chainId: number;
    readonly contract: string;
    readonly blockNumber: number;
    /** When the batch was anchored, seconds; 0 if the contract does not know the batch. */
    readonly batchTimeS: number;
    readonly unitId: number;
    readonly isUnitSuspended: boolean;
  };
  /** leftFen: what may still be claimed or locked of capFen. */
  readonly status?: LeafStatus & { readonly leftFen: number };
};

/** What a check found. */
export type Finding = {
  readonly outcome: "pass" | "fail" | "unknown";
  readonly reason?: string;
  readonly details: Details;
};

export const pass = (details: Details = {}): Finding => ({ outcome: "pass", details });
export const fail = (reason: string, details: Details = {}): Finding => ({ outcome: "fail", reason, details });
export const unknown = (reason: string, details: Details = {}): Finding => ({ outcome: "unknown", reason, details });

/** Puts a finding into words. */
export function checkOf(
  id: CheckId,
  finding: Finding | { readonly outcome: "skipped"; readonly details: Details },
): Check {
  const { outcome, details } = finding;
  const reason = "reason" in finding ? finding.reason : undefined;
  const text = (reason === undefined ? undefined : REASON_TEXTS[reason]) ?? outcomeText(id, outcome);
  const check = { id, outcome, title: CHECK_TEXTS[id].title, zh: text.zh, en: text.en, details };
  return reason === undefined ? check : { ...check, reason };
}

/** The verdict over all checks. Without a proof the check of that name is untold, so the receipt is at best undetermined. */
export function verdictOf(checks: readonly Check[]): Verdict {
  if (checks.some(({ outcome }) => outcome === "fail")) return "invalid";
  return checks.every(({ outcome }) => outcome === "pass") ? "valid" : "undetermined";
}

function outcomeText(id: CheckId, outcome: Outcome): Text {
  if (outcome === "skipped") return SKIPPED_TEXT;
  return outcome === "unknown" ? UNKNOWN_TEXT : CHECK_TEXTS[id][outcome];
}
