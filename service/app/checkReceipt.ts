import { hexOf, utf8 } from "../core/bytes.ts";
import { disclose } from "../core/disclosure.ts";
import { encodeDisclosureFile } from "../core/disclosureFile.ts";
import { leafOf } from "../core/leaf.ts";
import type { LedgerReader } from "../core/ledgerCall.ts";
import { askLedger, judgeStatus, type Answer } from "../core/ledgerJudges.ts";
import { bitsOfCheck, bitsOfRequest, checkPolicy, isWithinDay } from "../domain/checkPolicy.ts";
import { CHECK_FIELDS, decideCheck, type CheckFinding } from "../domain/financeCheck.ts";
import { qrSignatureOf } from "../domain/qrText.ts";
import { issueChallenge, readWork, type Challenge } from "./checkChallenge.ts";
import type { CheckCounts, CheckEnding, ReceiptKey } from "./checkPorts.ts";
import type { Deps } from "./deps.ts";
import { loadEntryDate } from "./entryDate.ts";
import { proveReceipt } from "./proveReceipt.ts";
import type { Receipt } from "./storePorts.ts";

/** The five elements of a check, amount in fen, date yyyyMMdd; or what a QR code of ours says, with its signature. */
export type CheckElements = ReceiptKey & {
  readonly randomNumber: string;
  /** undefined only in an older QR code. */
  readonly totalAmount: number | undefined;
  readonly issueDate: string;
  readonly scanned?: { readonly signedText: string; readonly signature: string };
};

export type CheckRequest = {
  readonly checks: readonly CheckElements[];
  /** The asker's network address, as text. */
  readonly address: string;
  /** "<token>:<nonce>" */
  readonly work?: string;
  /** A list costs work from its first row on, and its answers hold the proofs alone. */
  readonly isList: boolean;
};

export type CheckOutcome =
  | { readonly kind: "answered"; readonly answers: readonly CheckAnswer[] }
  | { readonly kind: "work_needed"; readonly challenge: Challenge }
  | { readonly kind: "too_many"; readonly retryAfterS: number };

export type CheckAnswer =
  | CheckMatch
  /** No such receipt, or an element differs: never told which. */
  | { readonly kind: "no_match" }
  /** Typed too often today: nothing was looked at. */
  | { readonly kind: "limited" };

export type CheckMatch = {
  readonly kind: "match";
  readonly finding: CheckFinding;
  /** How many checks of it agreed before this one. */
  readonly checkedBefore: number;
  /** The proof's bytes; there once it is anchored. */
  readonly proof?: Uint8Array;
  /** A disclosure file with the elements and the issuer; there for a single check once it is anchored. */
  readonly disclosure?: Uint8Array;
  /** The block at which the server read the status. */
  readonly blockNumber?: number;
  readonly batchNo?: number;
};

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const SHANGHAI_MS = 8 * HOUR_MS;
/** Somebody else's miss meanwhile may raise the price by a step: work that was asked for is taken all the same. */
const GRACE_BITS = 1;
const AT_ONCE = 16;

/**
 * Answers who asks by typing or scanning. A right QR signature proves that the code was seen, so it needs no work and no limit but the
 * address's; whatever is typed counts as a miss until it has agreed (docs/security.md, Guessing check codes).
 * @throws AppError database_unreachable
 */
export async function checkReceipts(deps: Deps, request: CheckRequest): Promise<CheckOutcome> {
  const nowMs = deps.clock.nowMs();
  const work = request.work === undefined ? undefined : readWork(deps, request.work);
  const shown = request.checks.map((check) => ({ ...check, isShown: isShownByQr(deps, check) }));
  const receipts = countsOf(shown.filter((check) => !check.isShown));
  const day = Math.floor((nowMs + SHANGHAI_MS) / DAY_MS);
  const hour = Math.floor(nowMs / HOUR_MS);
  const addressKey = hexOf(deps.settings.checkMac(`address ${day} ${request.address}`)).slice(2, 34);
  const price: Price = { bits: 0, isTooMany: false, limited: new Set() };
  const isAccepted = await deps.store.beginChecks(
    { day, hour, addressKey, receipts, checkCount: shown.length, ...(work === undefined ? {} : { work }) },
    (counts, isWorkNew) => {
      Object.assign(price, priceOf(receipts, counts, request.isList));
      const shownBits = work !== undefined && isWorkNew ? work.bits + GRACE_BITS : 0;
      return !price.isTooMany && shownBits >= price.bits;
    },
  );
  const { bits, isTooMany, limited } = price;
  if (isTooMany) return { kind: "too_many", retryAfterS: Math.ceil((HOUR_MS - (nowMs % HOUR_MS)) / 1000) };
  if (!isAccepted) return { kind: "work_needed", challenge: issueChallenge(deps, bits) };
  const isLimited = (check: ShownCheck): boolean => !check.isShown && limited.has(keyOf(check));
  const open = shown.filter((check) => !isLimited(check));
  const matches = await findMatches(deps, open);
  const keys = countsOf([...matches.keys()]);
  const passes = await deps.store.passesOf(keys);
  const checkedBefore = new Map(keys.map((key, index) => [keyOf(key), passes[index] ?? 0]));
  await deps.store.endChecks({ day, hour, addressKey, ...endingOf(shown, matches, isLimited) });
  const reader = atOneBlock(deps.reader);
  const answers = await mapSome(shown, async (check): Promise<CheckAnswer> => {
    if (isLimited(check)) return { kind: "limited" };
    const receipt = matches.get(check);
    if (receipt === undefined) return { kind: "no_match" };
    return present(deps, reader, receipt, checkedBefore.get(keyOf(receipt)) ?? 0, request.isList);
  });
  return { kind: "answered", answers };
}

type ShownCheck = CheckElements & { readonly isShown: boolean };

const keyOf = ({ code, number }: ReceiptKey): string => `${code}_${number}`;

/** The signature is ours, over the very text that was scanned. */
function isShownByQr(deps: Deps, { scanned }: CheckElements): boolean {
  if (scanned === undefined) return false;
  return isSame(deps, qrSignatureOf(deps.settings.qrMac(scanned.signedText)), scanned.signature);
}

function countsOf(checks: readonly ReceiptKey[]): readonly (ReceiptKey & { readonly count: number })[] {
  const counts = new Map<string, ReceiptKey & { readonly count: number }>();
  for (const check of checks) {
    const { code, number } = check;
    counts.set(keyOf(check), { code, number, count: (counts.get(keyOf(check))?.count ?? 0) + 1 });
  }
  return [...counts.values()];
}

/** What a request has to show, and which receipts (by keyOf) it is not told about. */
type Price = { readonly bits: number; readonly isTooMany: boolean; readonly limited: ReadonlySet<string> };

function priceOf(
  receipts: readonly (ReceiptKey & { readonly count: number })[],
  counts: CheckCounts,
  isList: boolean,
): Price {
  const limited = receipts.filter((_, index) => !isWithinDay(counts.receipts[index] ?? 0));
  return {
    bits: bitsOfRequest(bitsOfChecks(receipts, counts, isList)),
    isTooMany: counts.addressChecks > checkPolicy.addressMaxChecksPerHour,
    limited: new Set(limited.map(keyOf)),
  };
}

/** What is not answered costs nothing. */
function bitsOfChecks(
  receipts: readonly (ReceiptKey & { readonly count: number })[],
  { receipts: misses, addressMisses, everybody }: CheckCounts,
  isList: boolean,
): readonly number[] {
  const address = addressMisses - receipts.reduce((sum, { count }) => sum + count, 0);
  return receipts.flatMap(({ count }, index) => {
    const receipt = misses[index] ?? 0;
    const bits = bitsOfCheck({ receipt, address, everybody }, isList);
    return isWithinDay(receipt) ? new Array<number>(count).fill(bits) : [];
  });
}

/** The same is done whether a receipt exists or not; a decoy stands in for one that does not. */
async function findMatches(deps: Deps, checks: readonly ShownCheck[]): Promise<Map<CheckElements, Receipt>> {
  const found = await deps.store.receiptsOf(countsOf(checks));
  const byKey = new Map(found.map((receipt) => [keyOf(receipt), receipt]));
  const decoy = hexOf(deps.random.bytes(8));
  const matches = new Map<CheckElements, Receipt>();
  for (const check of checks) {
    const receipt = byKey.get(keyOf(check));
    const isScan = check.scanned !== undefined;
    const amount = check.totalAmount === undefined && isScan ? receipt?.data.totalAmount : check.totalAmount;
    const asked = `${check.randomNumber} ${String(amount)} ${check.issueDate}`;
    const stored = receipt === undefined ? decoy : elementsOf(receipt);
    const agrees = isSame(deps, asked, stored) && isScan === check.isShown;
    if (agrees && receipt !== undefined) matches.set(check, receipt);
  }
  return matches;
}

function elementsOf({ data }: Receipt): string {
  return `${data.randomNumber} ${data.totalAmount} ${data.issueDate}`;
}

/** Compares digests, all of them: how far two texts agree is not to be told by the time that it takes. */
function isSame({ hash }: Deps, a: string, b: string): boolean {
  const [left, right] = [hash([utf8(a)]), hash([utf8(b)])];
  return left.reduce((difference, byte, index) => difference | (byte ^ (right[index] ?? 0)), 0) === 0;
}

/** Who is right has not missed, and neither has who is told nothing: else a list could use up a receipt's day for free. */
function endingOf(
  checks: readonly ShownCheck[],
  matches: ReadonlyMap<CheckElements, Receipt>,
  isLimited: (check: ShownCheck) => boolean,
): Pick<CheckEnding, "receipts" | "addressPasses" | "missCount"> {
  const passed = checks.filter((check) => matches.has(check));
  const unmissed = checks.filter((check) => !check.isShown && (matches.has(check) || isLimited(check)));
  const passes = new Map(countsOf(passed).map((each) => [keyOf(each), each.count]));
  const misses = new Map(countsOf(unmissed).map((each) => [keyOf(each), each.count]));
  return {
    receipts: countsOf([...passed, ...unmissed]).map(({ code, number }) => {
      const key = keyOf({ code, number });
      return { code, number, passes: passes.get(key) ?? 0, misses: misses.get(key) ?? 0 };
    }),
    addressPasses: unmissed.length,
    missCount: checks.filter((check) => !check.isShown && !matches.has(check) && !isLimited(check)).length,
  };
}

async function present(
  deps: Deps,
  reader: LedgerReader,
  receipt: Receipt,
  checkedBefore: number,
  isList: boolean,
): Promise<CheckMatch> {
  const { data, secret, anchoring } = receipt;
  const proof = await proveReceipt(deps, receipt);
  const answer = await readStatus(deps, reader, receipt);
  const evidence = answer?.kind === "read" ? answer.evidence : undefined;
  const status =
    evidence !== undefined && judgeStatus(evidence.status).outcome === "pass" ? evidence.status : undefined;
  const isVoid = receipt.state === "void";
  const entryDate = await loadEntryDate(deps.store, receipt, status, answer?.kind === "read" ? answer.blockNumber : 0);
  const disclosure = (bytes: Uint8Array): Uint8Array =>
    encodeDisclosureFile({ proof: bytes, disclosure: disclose({ ...data }, secret, CHECK_FIELDS) });
  return {
    kind: "match",
    finding: decideCheck({
      ...{ data, isVoid, isAnchored: anchoring !== undefined, status, entryDate },
      ...(receipt.reversedBy && { reversedBy: receipt.reversedBy }),
      isOnPaper: receipt.paper !== undefined,
    }),
    checkedBefore,
    ...(anchoring === undefined ? {} : { batchNo: anchoring.batchNo }),
    ...(answer?.kind === "read" ? { blockNumber: answer.blockNumber } : {}),
    ...(proof === undefined ? {} : { proof }),
    ...(proof === undefined || isList ? {} : { disclosure: disclosure(proof) }),
  };
}

async function readStatus(deps: Deps, reader: LedgerReader, receipt: Receipt): Promise<Answer | undefined> {
  const { code, number, dataDigest, documentDigest, issuedFen, reversedFen, anchoring, bookId } = receipt;
  if (anchoring === undefined || dataDigest === undefined || documentDigest === undefined) return undefined;
  const leaf = leafOf({ code, number, dataDigest, documentDigest, issuedFen, reversedFen });
  const trusted = { chainId: deps.ledger.chainId, address: deps.ledger.contract };
  return askLedger(reader, trusted, { batch: anchoring.batchNo, bookId, rootDigest: new Uint8Array(32), leaf });
}

/** All rows of a request are judged by the same block. */
function atOneBlock(reader: LedgerReader): LedgerReader {
  let chainId: Promise<bigint> | undefined;
  let block: Promise<bigint> | undefined;
  return {
    chainId: () => (chainId ??= reader.chainId()),
    blockNumber: () => (block ??= reader.blockNumber()),
    call: (to, data, at) => reader.call(to, data, at),
  };
}

async function mapSome<A, B>(items: readonly A[], map: (item: A) => Promise<B>): Promise<readonly B[]> {
  const results: B[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(map))));
  }
  return results;
}
