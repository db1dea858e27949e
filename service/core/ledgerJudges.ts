import { equalBytes, hexOf } from "./bytes.ts";
import type { JsonValue } from "./canonical.ts";
import { AppError } from "./errors.ts";
import { decodeEvidence, encodeEvidenceCall, type Evidence, type LeafStatus, type LedgerReader } from "./ledgerCall.ts";
import type { Proof, ProofPath } from "./proof.ts";
import { fail, pass, unknown, type Finding, type Report, type State } from "./report.ts";

/*
 * What data, proof and chain must say of one another (docs/ledger.md, Proof), whether the data came in a document or in a
 * disclosure. Each judge is pure and gives the finding of the check that bears its name.
 */

/** The one thing that a verifier trusts. address: 0x and 40 digits, in any case. */
export type TrustedContract = { readonly chainId: number; readonly address: string };

/** A receipt's data, or what is shown of it. */
export type Data = { readonly [key: string]: JsonValue };

/** What was read of the chain, or why nothing was. */
export type Answer =
  | { readonly kind: "read"; readonly evidence: Evidence; readonly blockNumber: number }
  | { readonly kind: "untold"; readonly reason: string };

/** What is asked about; digests 32 bytes, zeros for what is not asked. */
export type Question = {
  readonly batch: number;
  readonly bookId: number;
  readonly rootDigest: Uint8Array;
  readonly leaf: Uint8Array;
};

export function judgeNumber(data: Data, proof: Proof): Finding {
  const code = String(proof.code).padStart(8, "0");
  const number = String(proof.number).padStart(10, "0");
  const isSame = data["eInvoiceCode"] === code && data["eInvoiceNumber"] === number;
  return isSame ? pass({ code, number }) : fail("another_number", { code, number });
}

/** A red-letter receipt has a negative total: its amount is in reversedFen (docs/ledger.md, Encoding). */
export function judgeAmounts(data: Data, { issuedFen, reversedFen }: Proof): Finding {
  const total = data["totalAmount"];
  const details = { issuedFen, reversedFen };
  if (typeof total !== "number") return fail("total_missing", details);
  const isSame = issuedFen === Math.max(total, 0) && reversedFen === Math.max(-total, 0);
  return isSame ? pass({ ...details, totalAmount: total }) : fail("another_amount", { ...details, totalAmount: total });
}

export function judgeContract(proof: Proof, trusted: TrustedContract): Finding {
  const contract = hexOf(proof.contract);
  const isTrusted = proof.chainId === trusted.chainId && contract === trusted.address.toLowerCase();
  const details = { chainId: proof.chainId, contract };
  return isTrusted ? pass(details) : fail("another_contract", details);
}

/** Asks the trusted contract, at the node's newest block. Never throws: what went wrong is the answer's reason. */
export async function askLedger(reader: LedgerReader, trusted: TrustedContract, question: Question): Promise<Answer> {
  try {
    const [chainId, block] = await Promise.all([reader.chainId(), reader.blockNumber()]);
    if (chainId !== BigInt(trusted.chainId)) return { kind: "untold", reason: "wrong_chain" };
    const { batch, bookId, rootDigest, leaf } = question;
    const hex = await reader.call(
      trusted.address.toLowerCase(),
      encodeEvidenceCall(batch, bookId, rootDigest, leaf),
      block,
    );
    return { kind: "read", evidence: decodeEvidence(hex), blockNumber: Number(block) };
  } catch (cause) {
    const isUnreadable = cause instanceof AppError && cause.code === "evidence_malformed";
    return { kind: "untold", reason: isUnreadable ? "evidence_malformed" : "node_unreachable" };
  }
}

export function judgeAnswer(answer: Answer): Finding {
  return answer.kind === "read" ? pass({ blockNumber: answer.blockNumber }) : unknown(answer.reason);
}

/**
 * A node that has not got as far as the batch knows nothing of it: that is no proof of forgery. But if the book is already past
 * the number, the number stands in another batch.
 */
export function judgeBatch(proof: Proof, path: ProofPath, { batch, book }: Evidence): Finding {
  const details = { batch: proof.batch, batchTimeS: batch.timeS, batchRoot: hexOf(path.batchRoot) };
  if (batch.timeS === 0) {
    return book.next > proof.number ? fail("another_batch", details) : unknown("batch_unknown", details);
  }
  const isSame = equalBytes(batch.root, path.batchRoot) && batch.segmentCount === proof.segmentCount;
  return isSame ? pass(details) : fail("another_root", { ...details, rootOnChain: hexOf(batch.root) });
}

export function judgeBook({ code, number, header }: Proof, { book }: Evidence): Finding {
  const details = { bookId: header.bookId, code: book.code, first: book.first, last: book.last, next: book.next };
  if (book.unitId === 0) return fail("book_unknown", details);
  if (book.code !== code) return fail("another_code", details);
  const isInside = header.from >= book.first && number <= book.last && header.from + header.count <= book.next;
  return isInside ? pass(details) : fail("number_outside_book", details);
}

/**
 * The book's unit must bear this credit code and have been admitted by the batch's time. A suspended unit's numbers that were
 * given out before are still anchored (docs/ledger.md, Book): that is no failure.
 */
export function judgeUnit(creditCode: unknown, { unit, batch, book }: Evidence): Finding {
  const details = { unitId: book.unitId, creditCode: unit.creditCode, suspendedAtS: unit.suspendedAtS };
  if (unit.creditCode === "" || unit.creditCode !== creditCode) return fail("another_unit", details);
  const isAdmitted = unit.admittedAtS !== 0 && unit.admittedAtS <= batch.timeS;
  return isAdmitted ? pass(details) : fail("unit_not_admitted", details);
}

export function judgeStatus(status: LeafStatus): Finding {
  const isSound =
    status.usedFen + status.lockedFen <= status.capFen && status.reversed === (status.reversedByCode !== 0);
  return isSound ? pass({ ...status }) : unknown("status_unreadable", { ...status });
}

/** The state that a trusted status means. */
export function stateOfStatus(status: LeafStatus): State {
  if (status.reversed) return "reversed";
  if (status.onPaper) return "on_paper";
  return status.usedFen + status.lockedFen > 0 ? "claimed" : "normal";
}

/** The hashes on the way up, as a report has them. */
export function reportedPath(path: ProofPath): NonNullable<Report["path"]> {
  return {
    leaf: hexOf(path.leaf),
    segmentRoot: hexOf(path.segmentRoot),
    segmentHash: hexOf(path.segmentHash),
    batchRoot: hexOf(path.batchRoot),
  };
}

/** What was read of the chain, as a report has it. */
export function reportedChain(
  { evidence, blockNumber }: Extract<Answer, { kind: "read" }>,
  trusted: TrustedContract,
): NonNullable<Report["chain"]> {
  return {
    chainId: trusted.chainId,
    contract: trusted.address.toLowerCase(),
    blockNumber,
    batchTimeS: evidence.batch.timeS,
    unitId: evidence.book.unitId,
    isUnitSuspended: evidence.unit.suspendedAtS !== 0,
  };
}

/** The status with what is left to be claimed, as a report has it. */
export function reportedStatus(status: LeafStatus): NonNullable<Report["status"]> {
  return { ...status, leftFen: status.capFen - status.usedFen - status.lockedFen };
}
