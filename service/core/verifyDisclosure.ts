import type { DataLeaf, JsonValue } from "./canonical.ts";
import { startRun, type CheckRun } from "./checkRun.ts";
import { checkDisclosure, type DisclosedData } from "./disclosure.ts";
import { parseDisclosureFile } from "./disclosureFile.ts";
import { DISCLOSURE_TEXTS, NOT_IN_DISCLOSURE } from "./disclosureTexts.ts";
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
  type Answer,
  type Data,
  type TrustedContract,
} from "./ledgerJudges.ts";
import type { Evidence, LedgerReader } from "./ledgerCall.ts";
import { climbProof, parseProof, type Proof, type ProofPath } from "./proof.ts";
import { fail, pass, verdictOf, type Check, type Finding, type Report } from "./report.ts";
import { CHECK_TEXTS, type CheckId } from "./reportTexts.ts";
import { given } from "./verifyDocument.ts";

/**
 * A report on chosen fields. `data` holds what is shown at the top and in objects; elements of arrays, whose places would be
 * guesswork, stand in `shown` alone.
 */
export type DisclosureReport = Report & {
  /** Every field that is shown, by its path. Absent with `withheld` if the disclosure cannot be read or is not the receipt's. */
  readonly shown?: readonly DataLeaf[];
  /** The path of every field that was withheld. */
  readonly withheld?: readonly string[];
};

export type VerifyDisclosureOptions = {
  readonly reader: LedgerReader;
  readonly trustedContract: TrustedContract;
};

/** Of these a disclosure tells nothing: they are skipped by design, and the verdict is taken without them. */
export const CHECKS_OF_DOCUMENT_ALONE: readonly CheckId[] = [
  "file_structure",
  "whole_document",
  "signature_form",
  "document_digest",
  "signature",
  "certificate_chain",
  "proof_document",
  "certificate_root",
  "certificate_validity",
];

/** What a disclosure says, as far as it can be read. */
type Facts = {
  readonly proof?: Proof | undefined;
  readonly path?: ProofPath | undefined;
  readonly disclosed?: DisclosedData | undefined;
  readonly data?: Data | undefined;
};

const ORDER = Object.keys(CHECK_TEXTS);
const NO_ROOT = new Uint8Array(32);

/**
 * Verifies a disclosure file with a node alone (docs/verify.md, Disclosure file). It vouches for the data that the unit anchored,
 * not for a document: the checks of document and certificates are skipped with reason not_in_disclosure, and the unit is told by
 * the contract, which took the segment only under that unit's key. Never throws for what file or node say.
 * @param file untrusted bytes
 */
export async function verifyDisclosure(file: Uint8Array, options: VerifyDisclosureOptions): Promise<DisclosureReport> {
  const { reader, trustedContract } = options;
  const run = startRun();
  const facts = await checkFile(run, file);
  const { proof, path, data } = facts;
  run.judge("trusted_contract", ["proof"], () => judgeContract(given(proof), trustedContract));
  const isTrusted = run.checks.some(({ id, outcome }) => id === "trusted_contract" && outcome === "pass");
  const answer =
    isTrusted && proof !== undefined && path !== undefined
      ? await askLedger(reader, trustedContract, {
          batch: proof.batch,
          bookId: proof.header.bookId,
          rootDigest: NO_ROOT,
          leaf: path.leaf,
        })
      : undefined;
  const evidence = answer?.kind === "read" ? answer.evidence : undefined;
  run.judge("chain_read", ["trusted_contract"], () => judgeAnswer(given(answer)));
  run.judge("batch_root", ["chain_read"], () => judgeBatch(given(proof), given(path), given(evidence)));
  run.judge("book", ["batch_root"], () => judgeBook(given(proof), given(evidence)));
  run.judge("issuer", ["book", "data_digest"], () => judgeIssuer(given(data), given(evidence)));
  run.judge("unit", ["issuer"], () => judgeUnit(given(data)["invoicingPartyCode"], given(evidence)));
  run.judge("status", ["batch_root"], () => judgeStatus(given(evidence).status));
  return reportOf(run.checks, facts, answer, trustedContract);
}

async function checkFile(run: CheckRun, bytes: Uint8Array): Promise<Facts> {
  const file = await run.read("receipt_data", [], () => parseDisclosureFile(bytes));
  const read = await run.read("proof", ["receipt_data"], () => {
    const proof = parseProof(given(file).proof);
    return { proof, path: climbProof(proof) };
  });
  const disclosed = await run.read("data_digest", ["proof"], () =>
    checkDisclosure(given(file).disclosure, given(read).proof.dataDigest),
  );
  const data = disclosed === undefined ? undefined : dataOf(disclosed.shown);
  run.judge("code_and_number", ["data_digest"], () => judgeNumber(given(data), given(read).proof));
  run.judge("amounts", ["data_digest"], () => judgeAmounts(given(data), given(read).proof));
  return { ...read, disclosed, data };
}

/** No certificate stands in a disclosure: the unit is the one whose key the contract asked for. */
function judgeIssuer(data: Data, { unit }: Evidence): Finding {
  const details = { unitCreditCode: unit.creditCode };
  const isSame = unit.creditCode !== "" && data["invoicingPartyCode"] === unit.creditCode;
  return isSame ? pass(details) : fail("another_issuer", details);
}

function reportOf(
  made: readonly Check[],
  { proof, path, disclosed, data }: Facts,
  answer: Answer | undefined,
  trusted: TrustedContract,
): DisclosureReport {
  const verdict = verdictOf(made);
  const status = verdict === "valid" && answer?.kind === "read" ? answer.evidence.status : undefined;
  const total = data?.["totalAmount"];
  return {
    verdict,
    state: status === undefined ? "unknown" : stateOfStatus(status),
    isRedLetter: typeof total === "number" && total < 0,
    checks: allChecks(made),
    ...(data === undefined || disclosed === undefined
      ? {}
      : { data, shown: disclosed.shown, withheld: disclosed.withheld }),
    ...(proof === undefined ? {} : { proof }),
    ...(path === undefined ? {} : { path: reportedPath(path) }),
    ...(answer?.kind === "read" ? { chain: reportedChain(answer, trusted) } : {}),
    ...(status === undefined ? {} : { status: reportedStatus(status) }),
  };
}

/** The checks that were made in a disclosure's words, and those that do not apply, in the order of every report. */
function allChecks(made: readonly Check[]): readonly Check[] {
  const skipped = CHECKS_OF_DOCUMENT_ALONE.map((id): Check => {
    const { title } = CHECK_TEXTS[id];
    return { id, outcome: "skipped", title, ...NOT_IN_DISCLOSURE, reason: "not_in_disclosure", details: {} };
  });
  const checks = [...made.map(inOwnWords), ...skipped];
  return checks.sort((a, b) => ORDER.indexOf(a.id) - ORDER.indexOf(b.id));
}

function inOwnWords(check: Check): Check {
  const texts = DISCLOSURE_TEXTS[check.id];
  if (texts === undefined) return check;
  const said = check.outcome === "pass" ? texts.pass : check.outcome === "fail" ? texts.fail : {};
  return { ...check, title: texts.title ?? check.title, ...said };
}

/** Shown leaves as an object again, but for those in arrays. A Map holds the members, so no name among them is special. */
function dataOf(shown: readonly DataLeaf[]): Data {
  type Level = Map<string, Level | { readonly value: JsonValue }>;
  const top: Level = new Map();
  for (const { path, value } of shown) {
    const tokens = path.slice(1).split("/");
    if (tokens.some((token) => /^(?:0|[1-9]\d*)$/.test(token))) continue;
    const names = tokens.map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
    let level = top;
    for (const name of names.slice(0, -1)) {
      const next = level.get(name);
      const inner = next instanceof Map ? next : new Map<string, Level | { readonly value: JsonValue }>();
      level.set(name, inner);
      level = inner;
    }
    level.set(names.at(-1) ?? "", { value });
  }
  const plain = (level: Level): Data =>
    Object.fromEntries([...level].map(([name, inner]) => [name, inner instanceof Map ? plain(inner) : inner.value]));
  return plain(top);
}
