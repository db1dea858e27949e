import type { Check, Outcome, Report } from "../../core/report.ts";
import type { CheckId, Text } from "../../core/reportTexts.ts";
import { words } from "../shared/words.ts";

export type StationId = "signature" | "data" | "path" | "chain" | "status";

/** One of the five things that a person asks about a receipt, with the checks that answer it. */
export type Station = {
  readonly id: StationId;
  readonly title: Text;
  readonly outcome: Outcome;
  readonly checks: readonly Check[];
};

/** Every check stands in exactly one station. */
export const STATION_CHECKS: Readonly<Record<StationId, readonly CheckId[]>> = {
  signature: [
    "file_structure",
    "whole_document",
    "signature_form",
    "document_digest",
    "signature",
    "certificate_chain",
    "certificate_root",
    "certificate_validity",
  ],
  data: ["receipt_data", "issuer", "data_digest", "code_and_number", "amounts"],
  path: ["proof", "proof_document", "trusted_contract"],
  chain: ["chain_read", "batch_root", "book", "unit"],
  status: ["status"],
};

const TITLES: Readonly<Record<StationId, Text>> = {
  signature: words("文件与签名", "Document and signature"),
  data: words("数据与票面", "Data and page"),
  path: words("通往链上的路径", "The path to the chain"),
  chain: words("链上记录", "The record on chain"),
  status: words("当前状态", "Present status"),
};

const ORDER: readonly StationId[] = ["signature", "data", "path", "chain", "status"];

export function stationsOf({ checks }: Pick<Report, "checks">): readonly Station[] {
  return ORDER.map((id) => {
    const own = checks.filter((check) => STATION_CHECKS[id].includes(check.id));
    const applying = own.filter(appliesTo);
    return { id, title: TITLES[id], outcome: worst(applying.map(({ outcome }) => outcome)), checks: own };
  });
}

/** Of a document's checks a disclosure has none to make: that is by design, and no lack. */
export const appliesTo = ({ reason }: Check): boolean => reason !== "not_in_disclosure";

/** Passed only if all passed. Skipped only if nothing of it was looked at. */
export function worst(outcomes: readonly Outcome[]): Outcome {
  for (const outcome of ["fail", "unknown"] as const) if (outcomes.includes(outcome)) return outcome;
  return outcomes.length > 0 && outcomes.every((outcome) => outcome === "pass") ? "pass" : "skipped";
}
