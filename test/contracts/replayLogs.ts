import type { LogDescription } from "ethers";
import { ZERO_HASH } from "./ledgerFixture.ts";
import type { LedgerContract } from "./typedContract.ts";

interface LockState {
  readonly amountFen: bigint;
  readonly lapsesAt: bigint;
}

/** All state of a ledger, as the views answer it, rebuilt from nothing but its logs. */
export interface ReplayedLedger {
  readonly units: Map<bigint, [string, string, bigint, bigint, bigint]>;
  readonly claimants: Map<bigint, [string, string, bigint, bigint]>;
  readonly books: Map<bigint, [bigint, bigint, bigint, bigint, bigint]>;
  readonly closed: Set<bigint>;
  readonly roots: Map<string, [bigint, bigint]>;
  readonly batches: Map<bigint, [string, string, bigint, bigint]>;
  readonly declared: Map<bigint, [bigint, bigint, bigint, bigint, bigint]>;
  readonly receipts: Map<string, ReceiptState>;
  readonly accounts: Map<string, bigint>;
  readonly roles: Set<string>;
  parameters: [string, bigint, bigint];
  paused: boolean;
  headHash: string;
}

export interface ReceiptState {
  reversed: boolean;
  onPaper: boolean;
  byCode: bigint;
  byNumber: bigint;
  capFen: bigint;
  readonly claimedFen: Map<bigint, bigint>;
  readonly locks: Map<bigint, LockState>;
}

/** Reads every log of the ledger, in order, and refuses one that it does not know. */
export async function replayLogs(ledger: LedgerContract): Promise<ReplayedLedger> {
  const state: ReplayedLedger = {
    units: new Map(),
    claimants: new Map(),
    books: new Map(),
    closed: new Set(),
    roots: new Map(),
    batches: new Map(),
    declared: new Map(),
    receipts: new Map(),
    accounts: new Map(),
    roles: new Set(),
    parameters: ["", 0n, 0n],
    paused: false,
    headHash: ZERO_HASH,
  };
  for (const log of await ledger.queryFilter("*")) {
    const parsed = ledger.interface.parseLog(log);
    if (parsed === null) throw new Error(`unknown log ${log.topics[0]}`);
    applyRegistry(state, parsed) || applyNumbers(state, parsed) || applyStatus(state, parsed) || unknown(parsed);
  }
  return state;
}

/** A receipt's Status at a time, in seconds. */
export function statusAt(state: ReplayedLedger, leaf: string, time: bigint): unknown[] {
  const receipt = receiptOf(state, leaf);
  const usedFen = [...receipt.claimedFen.values()].reduce((sum, fen) => sum + fen, 0n);
  const held = [...receipt.locks.values()].filter((lock) => lock.lapsesAt > time);
  const lockedFen = held.reduce((sum, lock) => sum + lock.amountFen, 0n);
  const capFen = usedFen + lockedFen === 0n ? 0n : receipt.capFen;
  return [receipt.reversed, receipt.onPaper, receipt.byCode, receipt.byNumber, capFen, usedFen, lockedFen];
}

function applyRegistry(state: ReplayedLedger, { name, args: a }: LogDescription): boolean {
  switch (name) {
    case "LedgerOpened":
      state.parameters = [a.predecessor, a.declareMinReceipts, a.lockTtlSeconds];
      return true;
    case "RoleGranted":
      state.roles.add(`${a.role} ${a.account}`);
      return true;
    case "RoleRevoked":
      state.roles.delete(`${a.role} ${a.account}`);
      return true;
    case "Paused":
      state.paused = true;
      return true;
    case "Unpaused":
      state.paused = false;
      return true;
    case "UnitAdmitted":
      state.units.set(a.unitId, [a.creditCode, a.signer, a.time, 0n, 0n]);
      return true;
    case "UnitSuspended":
      must(state.units, a.unitId)[3] = a.time;
      return true;
    case "UnitResumed":
      must(state.units, a.unitId)[3] = 0n;
      return true;
    case "UnitRekeyed":
      must(state.units, a.unitId)[1] = a.signer;
      return true;
    case "RootAdded":
      state.roots.set(a.rootDigest, [a.time, 0n]);
      return true;
    case "RootRevoked":
      must(state.roots, a.rootDigest)[1] = a.from;
      return true;
    case "ClaimantAdmitted":
      state.claimants.set(a.claimantId, [a.creditCode, a.account, a.time, 0n]);
      state.accounts.set(a.account, a.claimantId);
      return true;
    case "ClaimantSuspended":
      must(state.claimants, a.claimantId)[3] = a.time;
      return true;
    case "ClaimantResumed":
      must(state.claimants, a.claimantId)[3] = 0n;
      return true;
    case "ClaimantRekeyed":
      must(state.claimants, a.claimantId)[1] = a.account;
      state.accounts.set(a.account, a.claimantId);
      return true;
    default:
      return false;
  }
}

function applyNumbers(state: ReplayedLedger, { name, args: a }: LogDescription): boolean {
  switch (name) {
    case "BookGranted":
      state.books.set(a.bookId, [a.unitId, a.code, a.first, a.last, a.first]);
      return true;
    case "BookClosed":
      must(state.books, a.bookId)[3] = a.last;
      state.closed.add(a.bookId);
      return true;
    case "SegmentAnchored":
      must(state.books, a.bookId)[4] = BigInt(a.from) + BigInt(a.count);
      return true;
    case "BatchAnchored":
      state.batches.set(a.batchNo, [a.root, a.head, a.time, a.segmentCount]);
      state.headHash = a.head;
      return true;
    case "TotalsDeclared":
      state.declared.set(a.bookId, [a.through, a.issuedFen, a.reversedFen, a.voidCount, a.time]);
      return true;
    default:
      return false;
  }
}

function applyStatus(state: ReplayedLedger, { name, args: a }: LogDescription): boolean {
  if (a.leaf === undefined) return false;
  const receipt = receiptOf(state, a.leaf);
  switch (name) {
    case "ReceiptReversed":
      [receipt.reversed, receipt.byCode, receipt.byNumber] = [true, must(state.books, a.bookId)[1], a.by];
      return true;
    case "ReversedInUse":
      return true;
    case "PaperChanged":
      receipt.onPaper = a.onPaper;
      must(state.units, a.unitId)[4] = BigInt(a.nonce) + 1n;
      return true;
    case "ReceiptLocked":
      receipt.capFen = a.capFen;
      receipt.locks.set(a.claimantId, { amountFen: a.amountFen, lapsesAt: a.lapsesAt });
      return true;
    case "ReceiptClaimed":
      receipt.capFen = a.capFen;
      receipt.locks.delete(a.claimantId);
      addClaimed(receipt, a.claimantId, a.amountFen);
      return true;
    case "ClaimReleased":
      addClaimed(receipt, a.claimantId, -BigInt(a.amountFen));
      return true;
    case "LockReleased":
      receipt.locks.delete(a.claimantId);
      return true;
    default:
      return false;
  }
}

function addClaimed(receipt: ReceiptState, claimantId: bigint, fen: bigint): void {
  receipt.claimedFen.set(claimantId, (receipt.claimedFen.get(claimantId) ?? 0n) + fen);
}

function receiptOf(state: ReplayedLedger, leaf: string): ReceiptState {
  const known = state.receipts.get(leaf);
  if (known !== undefined) return known;
  const fresh: ReceiptState = {
    reversed: false,
    onPaper: false,
    byCode: 0n,
    byNumber: 0n,
    capFen: 0n,
    claimedFen: new Map(),
    locks: new Map(),
  };
  state.receipts.set(leaf, fresh);
  return fresh;
}

function must<K, V>(map: Map<K, V>, key: K): V {
  const value = map.get(key);
  if (value === undefined) throw new Error(`no record ${String(key)} before this log`);
  return value;
}

function unknown(log: LogDescription): never {
  throw new Error(`no rule for ${log.name}`);
}
