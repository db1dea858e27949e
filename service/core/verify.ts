import { hexOf } from "./bytes.ts";
import { rootDigestOf, type Chain } from "./certificate.ts";
import { startRun, type CheckRun } from "./checkRun.ts";
import type { Evidence, LeafStatus, LedgerReader } from "./ledgerCall.ts";
import {
  askLedger,
  judgeAnswer,
  judgeBatch,
  judgeBook,
  judgeContract,
  judgeStatus,
  judgeUnit,
  reportedChain,
  reportedPath,
  reportedStatus,
  stateOfStatus,
  type Answer,
  type TrustedContract,
} from "./ledgerJudges.ts";
import { fail, pass, unknown, verdictOf, type Finding, type Report, type State, type Verdict } from "./report.ts";
import { checkDocument, given, type DocumentFacts, type DocumentOptions } from "./verifyDocument.ts";

export type VerifyOptions = DocumentOptions & {
  readonly reader: LedgerReader;
  readonly trustedContract: TrustedContract;
  /** The present, for a receipt that is not anchored yet; without it its certificates' validity is skipped. */
  readonly nowMs?: number;
};

/**
 * Verifies a receipt's PDF with a node alone (docs/ledger.md, Proof). Never throws for what the document or the node says: each is
 * a check of the report. Nothing is shown as passed that could not be told.
 */
export async function verifyPdf(pdf: Uint8Array, options: VerifyOptions): Promise<Report> {
  const run = startRun();
  const facts = await checkDocument(run, pdf, options);
  const { proof } = facts;
  run.judge("trusted_contract", ["proof"], () => judgeContract(given(proof), options.trustedContract));
  const answer = await askChain(run, facts, options);
  const evidence = answer?.kind === "read" ? answer.evidence : undefined;
  run.judge("batch_root", ["chain_read", "proof"], () => judgeBatch(given(proof), given(facts.path), given(evidence)));
  checkCertificates(run, facts, evidence, options);
  run.judge("book", ["chain_read", "batch_root"], () => judgeBook(given(proof), given(evidence)));
  run.judge("unit", ["book", "certificate_chain"], () =>
    judgeUnit(given(facts.chain).leaf.creditCode, given(evidence)),
  );
  run.judge("status", ["batch_root"], () => judgeStatus(given(evidence).status));
  return reportOf(run, facts, answer, options);
}

/** Asks only if the answer can mean something; of a receipt without a proof, about its root alone. */
async function askChain(run: CheckRun, facts: DocumentFacts, options: VerifyOptions): Promise<Answer | undefined> {
  const isTrusted = run.checks.some(({ id, outcome }) => id === "trusted_contract" && outcome === "pass");
  const { chain, proof, path } = facts;
  const isUseful = chain !== undefined && (isTrusted || !facts.isSealed);
  const answer = isUseful
    ? await askLedger(options.reader, options.trustedContract, {
        batch: proof?.batch ?? 0,
        bookId: proof?.header.bookId ?? 0,
        rootDigest: rootDigestOf(chain.root),
        leaf: path?.leaf ?? new Uint8Array(32),
      })
    : undefined;
  run.judge("chain_read", facts.isSealed ? ["trusted_contract", "certificate_chain"] : ["certificate_chain"], () =>
    judgeAnswer(given(answer)),
  );
  return answer;
}

/** Certificates count at the time of the batch; for a receipt without a proof, now, as far as that tells anything. */
function checkCertificates(
  run: CheckRun,
  { chain, isSealed }: DocumentFacts,
  evidence: Evidence | undefined,
  { nowMs }: VerifyOptions,
): void {
  const needs = isSealed ? (["batch_root", "certificate_chain"] as const) : (["chain_read"] as const);
  run.judge("certificate_root", needs, () => judgeRoot(given(evidence), isSealed));
  const timeMs = isSealed ? (evidence?.batch.timeS ?? 0) * 1000 : nowMs;
  if (timeMs === undefined) {
    run.judge("certificate_validity", ["proof"], () => unknown("not_sealed"));
    return;
  }
  run.judge("certificate_validity", isSealed ? needs : ["certificate_chain"], () => {
    const isValid = [given(chain).leaf, given(chain).root].every(
      ({ notBeforeMs, notAfterMs }) => notBeforeMs <= timeMs && timeMs <= notAfterMs,
    );
    if (isValid) return pass({ timeMs });
    return isSealed ? fail("certificate_expired", { timeMs }) : unknown("certificate_not_current", { timeMs });
  });
}

function judgeRoot({ root, batch }: Evidence, isSealed: boolean): Finding {
  const details = { addedAtS: root.addedAtS, revokedFromS: root.revokedFromS };
  if (root.addedAtS === 0) return fail("root_unknown", details);
  if (!isSealed) return root.revokedFromS === 0 ? pass(details) : unknown("root_revoked", details);
  if (root.addedAtS > batch.timeS) return fail("root_added_later", details);
  const isRevoked = root.revokedFromS !== 0 && root.revokedFromS <= batch.timeS;
  return isRevoked ? fail("root_revoked", details) : pass(details);
}

function reportOf(
  run: CheckRun,
  facts: DocumentFacts,
  answer: Answer | undefined,
  { trustedContract }: VerifyOptions,
): Report {
  const { chain, receipt, proof, path } = facts;
  const verdict = verdictOf(run.checks);
  const evidence = answer?.kind === "read" ? answer.evidence : undefined;
  const status = verdict === "valid" ? evidence?.status : undefined;
  const total = receipt?.data["totalAmount"];
  const report: Report = {
    verdict,
    state: stateOf(verdict, facts, status),
    isRedLetter: typeof total === "number" && total < 0,
    checks: run.checks,
  };
  return {
    ...report,
    ...(receipt === undefined ? {} : { data: receipt.data }),
    ...(chain === undefined ? {} : { signer: signerOf(chain) }),
    ...(proof === undefined ? {} : { proof }),
    ...(path === undefined ? {} : { path: reportedPath(path) }),
    ...(answer?.kind === "read" ? { chain: reportedChain(answer, trustedContract) } : {}),
    ...(status === undefined ? {} : { status: reportedStatus(status) }),
  };
}

function signerOf({ leaf, root }: Chain): NonNullable<Report["signer"]> {
  const { creditCode, commonName, notBeforeMs, notAfterMs } = leaf;
  return { creditCode, commonName, notBeforeMs, notAfterMs, rootDigest: hexOf(rootDigestOf(root)) };
}

function stateOf(verdict: Verdict, { isSealed, chain }: DocumentFacts, status: LeafStatus | undefined): State {
  if (verdict === "undetermined" && !isSealed && chain !== undefined) return "not_anchored";
  return status === undefined ? "unknown" : stateOfStatus(status);
}
