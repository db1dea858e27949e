import { equalBytes, hexOf } from "./bytes.ts";
import { rootDigestOf, type Chain } from "./certificate.ts";
import { startRun, type CheckRun } from "./checkRun.ts";
import { AppError } from "./errors.ts";
import { decodeEvidence, encodeEvidenceCall, type Evidence, type LeafStatus, type LedgerReader } from "./ledgerCall.ts";
import type { Proof } from "./proof.ts";
import { fail, pass, unknown, verdictOf, type Finding, type Report, type State, type Verdict } from "./report.ts";
import { checkDocument, given, type DocumentFacts, type DocumentOptions } from "./verifyDocument.ts";

export type VerifyOptions = DocumentOptions & {
  readonly reader: LedgerReader;
  /** The one thing that a verifier trusts. address: 0x and 40 digits. */
  readonly trustedContract: { readonly chainId: number; readonly address: string };
  /** The present, for a receipt that is not anchored yet; without it its certificates' validity is skipped. */
  readonly nowMs?: number;
};

/** What was read of the chain, or why nothing was. */
type Answer =
  | { readonly kind: "read"; readonly evidence: Evidence; readonly blockNumber: number }
  | { readonly kind: "untold"; readonly reason: string };

/**
 * Verifies a receipt's PDF with a node alone (docs/ledger.md, Proof). Never throws for what the document or the node says: each is
 * a check of the report. Nothing is shown as passed that could not be told.
 */
export async function verifyPdf(pdf: Uint8Array, options: VerifyOptions): Promise<Report> {
  const run = startRun();
  const facts = await checkDocument(run, pdf, options);
  const { proof } = facts;
  run.judge("trusted_contract", ["proof"], () => judgeContract(given(proof), options));
  const answer = await askChain(run, facts, options);
  const evidence = answer?.kind === "read" ? answer.evidence : undefined;
  run.judge("batch_root", ["chain_read", "proof"], () => judgeBatch(facts, given(evidence)));
  checkCertificates(run, facts, evidence, options);
  run.judge("book", ["chain_read", "batch_root"], () => judgeBook(given(proof), given(evidence)));
  run.judge("unit", ["book", "certificate_chain"], () => judgeUnit(given(facts.chain), given(evidence)));
  run.judge("status", ["batch_root"], () => judgeStatus(given(evidence).status));
  return reportOf(run, facts, answer, options);
}

function judgeContract(proof: Proof, { trustedContract }: VerifyOptions): Finding {
  const contract = hexOf(proof.contract);
  const isTrusted = proof.chainId === trustedContract.chainId && contract === trustedContract.address.toLowerCase();
  const details = { chainId: proof.chainId, contract };
  return isTrusted ? pass(details) : fail("another_contract", details);
}

/** Asks only if the answer can mean something; of a receipt without a proof, about its root alone. */
async function askChain(run: CheckRun, facts: DocumentFacts, options: VerifyOptions): Promise<Answer | undefined> {
  const isTrusted = run.checks.some(({ id, outcome }) => id === "trusted_contract" && outcome === "pass");
  const isUseful = facts.chain !== undefined && (isTrusted || !facts.isSealed);
  const answer = isUseful ? await readEvidence(given(facts.chain), facts, options) : undefined;
  run.judge("chain_read", facts.isSealed ? ["trusted_contract", "certificate_chain"] : ["certificate_chain"], () => {
    const { kind, ...details } = given(answer);
    if (kind === "read" && "blockNumber" in details) return pass({ blockNumber: details.blockNumber });
    return unknown("reason" in details ? details.reason : "node_unreachable");
  });
  return answer;
}

async function readEvidence(chain: Chain, facts: DocumentFacts, options: VerifyOptions): Promise<Answer> {
  const { reader, trustedContract } = options;
  const { proof, path } = facts;
  try {
    const [chainId, block] = await Promise.all([reader.chainId(), reader.blockNumber()]);
    if (chainId !== BigInt(trustedContract.chainId)) return { kind: "untold", reason: "wrong_chain" };
    const data = encodeEvidenceCall(
      proof?.batch ?? 0,
      proof?.header.bookId ?? 0,
      rootDigestOf(chain.root),
      path?.leaf ?? new Uint8Array(32),
    );
    const hex = await reader.call(trustedContract.address.toLowerCase(), data, block);
    return { kind: "read", evidence: decodeEvidence(hex), blockNumber: Number(block) };
  } catch (cause) {
    const isUnreadable = cause instanceof AppError && cause.code === "evidence_malformed";
    return { kind: "untold", reason: isUnreadable ? "evidence_malformed" : "node_unreachable" };
  }
}

/**
 * A node that has not got as far as the batch knows nothing of it: that is no proof of forgery. But if the book is already past
 * the number, the number stands in another batch.
 */
function judgeBatch({ proof, path }: DocumentFacts, { batch, book }: Evidence): Finding {
  const { number, segmentCount, batch: batchNo } = given(proof);
  const details = { batch: batchNo, batchTimeS: batch.timeS, batchRoot: hexOf(given(path).batchRoot) };
  if (batch.timeS === 0) {
    return book.next > number ? fail("another_batch", details) : unknown("batch_unknown", details);
  }
  const isSame = equalBytes(batch.root, given(path).batchRoot) && batch.segmentCount === segmentCount;
  return isSame ? pass(details) : fail("another_root", { ...details, rootOnChain: hexOf(batch.root) });
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

function judgeBook({ code, number, header }: Proof, { book }: Evidence): Finding {
  const details = { bookId: header.bookId, code: book.code, first: book.first, last: book.last, next: book.next };
  if (book.unitId === 0) return fail("book_unknown", details);
  if (book.code !== code) return fail("another_code", details);
  const isInside = header.from >= book.first && number <= book.last && header.from + header.count <= book.next;
  return isInside ? pass(details) : fail("number_outside_book", details);
}

/** A suspended unit's numbers that were given out before are still anchored (docs/ledger.md, Book): that is no failure. */
function judgeUnit({ leaf }: Chain, { unit, batch, book }: Evidence): Finding {
  const details = { unitId: book.unitId, creditCode: unit.creditCode, suspendedAtS: unit.suspendedAtS };
  if (unit.creditCode === "" || unit.creditCode !== leaf.creditCode) return fail("another_unit", details);
  const isAdmitted = unit.admittedAtS !== 0 && unit.admittedAtS <= batch.timeS;
  return isAdmitted ? pass(details) : fail("unit_not_admitted", details);
}

function judgeStatus(status: LeafStatus): Finding {
  const isSound =
    status.usedFen + status.lockedFen <= status.capFen && status.reversed === (status.reversedByCode !== 0);
  return isSound ? pass({ ...status }) : unknown("status_unreadable", { ...status });
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
    ...(path === undefined
      ? {}
      : {
          path: {
            leaf: hexOf(path.leaf),
            segmentRoot: hexOf(path.segmentRoot),
            segmentHash: hexOf(path.segmentHash),
            batchRoot: hexOf(path.batchRoot),
          },
        }),
    ...(answer?.kind !== "read"
      ? {}
      : {
          chain: {
            chainId: trustedContract.chainId,
            contract: trustedContract.address.toLowerCase(),
            blockNumber: answer.blockNumber,
            batchTimeS: answer.evidence.batch.timeS,
            unitId: answer.evidence.book.unitId,
            isUnitSuspended: answer.evidence.unit.suspendedAtS !== 0,
          },
        }),
    ...(status === undefined
      ? {}
      : { status: { ...status, leftFen: status.capFen - status.usedFen - status.lockedFen } }),
  };
}

function signerOf({ leaf, root }: Chain): NonNullable<Report["signer"]> {
  const { creditCode, commonName, notBeforeMs, notAfterMs } = leaf;
  return { creditCode, commonName, notBeforeMs, notAfterMs, rootDigest: hexOf(rootDigestOf(root)) };
}

function stateOf(verdict: Verdict, { isSealed, chain }: DocumentFacts, status: LeafStatus | undefined): State {
  if (verdict === "undetermined" && !isSealed && chain !== undefined) return "not_anchored";
  if (status === undefined) return "unknown";
  if (status.reversed) return "reversed";
  if (status.onPaper) return "on_paper";
  return status.usedFen + status.lockedFen > 0 ? "claimed" : "normal";
}
