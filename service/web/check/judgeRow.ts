import { bytesOfHex } from "../../core/bytes.ts";
import { startRun } from "../../core/checkRun.ts";
import type { LedgerReader } from "../../core/ledgerCall.ts";
import {
  askLedger,
  judgeAmounts,
  judgeAnswer,
  judgeBatch,
  judgeBook,
  judgeContract,
  judgeNumber,
  judgeStatus,
  judgeUnit,
  reportedChain,
  reportedPath,
  reportedStatus,
  stateOfStatus,
} from "../../core/ledgerJudges.ts";
import { climbProof, parseProof } from "../../core/proof.ts";
import { verdictOf, type Report } from "../../core/report.ts";
import { given } from "../../core/verifyDocument.ts";
import type { Place } from "../shared/place.ts";
import { conclude } from "../verify/conclude.ts";
import type { CheckAnswer } from "./answer.ts";
import type { Question } from "./elements.ts";
import { heldAgainst, pendingOf, LIMITED, NO_MATCH, type Judged, withoutProof } from "./judge.ts";

const NO_ROOT = new Uint8Array(32);

/**
 * A row of a list by its proof alone: code, number, amount, unit and status are held against the chain; check code and date are the
 * issuing system's word (a single check discloses them, too).
 */
export async function judgeRow(
  answer: CheckAnswer,
  question: Question,
  place: Place,
  reader: LedgerReader,
): Promise<Judged> {
  if (answer.result === "limited") return { conclusion: LIMITED };
  if (answer.result === "no_match") return { conclusion: NO_MATCH };
  if (answer.proof === null) return { conclusion: withoutProof(answer), match: answer };
  const report = await verifyRow(answer.proof, question, answer.face.invoicingPartyCode, place, reader);
  const isTrusted = report.verdict === "valid";
  const pending = isTrusted ? pendingOf(answer, report) : undefined;
  if (pending !== undefined) return { conclusion: pending, report, match: answer };
  const related = { relatedInvoiceCode: answer.financeCheck.RelatedInvoiceCode };
  const mainExt = { ...related, relatedInvoiceNumber: answer.financeCheck.RelatedInvoiceNumber };
  const financeCheck = heldAgainst(answer, mainExt, isTrusted ? report.status : undefined);
  return { conclusion: conclude(report, place), report, match: { ...answer, financeCheck } };
}

async function verifyRow(
  proofHex: string,
  { elements }: Question,
  creditCode: string,
  place: Place,
  reader: LedgerReader,
): Promise<Report> {
  const run = startRun();
  const trusted = { chainId: place.chainId, address: place.contract };
  const { eInvoiceCode, eInvoiceNumber, totalAmount } = elements;
  const read = await run.read("proof", [], () => {
    const proof = parseProof(bytesOfHex(proofHex));
    return { proof, path: climbProof(proof) };
  });
  const { proof, path } = read ?? {};
  const total = totalAmount ?? (proof === undefined ? 0 : proof.issuedFen - proof.reversedFen);
  run.judge("code_and_number", ["proof"], () => judgeNumber({ eInvoiceCode, eInvoiceNumber }, given(proof)));
  run.judge("amounts", ["proof"], () => judgeAmounts({ totalAmount: total }, given(proof)));
  run.judge("trusted_contract", ["proof"], () => judgeContract(given(proof), trusted));
  const isTrusted = run.checks.every(({ outcome }) => outcome === "pass");
  const answer =
    isTrusted && proof !== undefined && path !== undefined
      ? await askLedger(reader, trusted, {
          ...{ batch: proof.batch, bookId: proof.header.bookId, rootDigest: NO_ROOT, leaf: path.leaf },
        })
      : undefined;
  const evidence = answer?.kind === "read" ? answer.evidence : undefined;
  run.judge("chain_read", ["code_and_number", "amounts", "trusted_contract"], () => judgeAnswer(given(answer)));
  run.judge("batch_root", ["chain_read"], () => judgeBatch(given(proof), given(path), given(evidence)));
  run.judge("book", ["batch_root"], () => judgeBook(given(proof), given(evidence)));
  run.judge("unit", ["book"], () => judgeUnit(creditCode, given(evidence)));
  run.judge("status", ["batch_root"], () => judgeStatus(given(evidence).status));
  const verdict = verdictOf(run.checks);
  const status = verdict === "valid" ? evidence?.status : undefined;
  return {
    verdict,
    state: status === undefined ? "unknown" : stateOfStatus(status),
    isRedLetter: total < 0,
    checks: run.checks,
    ...(proof === undefined ? {} : { proof }),
    ...(path === undefined ? {} : { path: reportedPath(path) }),
    ...(answer?.kind === "read" ? { chain: reportedChain(answer, trusted) } : {}),
    ...(status === undefined ? {} : { status: reportedStatus(status) }),
  };
}
