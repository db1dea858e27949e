import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";
import { HDNodeWallet, Mnemonic, hexlify, id, toUtf8Bytes } from "ethers";
import type { ContractTransactionResponse, TypedDataDomain, TypedDataField } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";
import { asLedger } from "./typedContract.ts";

/** The EIP-712 types as docs/ledger.md writes them; the contract computes the same hashes. */
export const SEGMENT_TYPES: Record<string, TypedDataField[]> = {
  Segment: [
    { name: "bookId", type: "uint32" },
    { name: "from", type: "uint40" },
    { name: "count", type: "uint24" },
    { name: "root", type: "bytes32" },
    { name: "reversals", type: "Reversal[]" },
  ],
  Reversal: [
    { name: "leaf", type: "bytes32" },
    { name: "by", type: "uint40" },
  ],
};

export const DECLARATION_TYPES: Record<string, TypedDataField[]> = {
  Declaration: [
    { name: "bookId", type: "uint32" },
    { name: "through", type: "uint40" },
    { name: "issuedFen", type: "uint64" },
    { name: "reversedFen", type: "uint64" },
    { name: "voidCount", type: "uint40" },
  ],
};

export const PAPER_TYPES: Record<string, TypedDataField[]> = {
  Paper: [
    { name: "unitId", type: "uint32" },
    { name: "leaf", type: "bytes32" },
    { name: "onPaper", type: "bool" },
    { name: "nonce", type: "uint64" },
  ],
};

export interface Reversal {
  readonly leaf: string;
  readonly by: number;
}

export interface Segment {
  readonly bookId: number;
  readonly from: number;
  readonly count: number;
  readonly root: string;
  readonly reversals: readonly Reversal[];
}

export interface SignedSegment extends Segment {
  readonly signature: string;
}

export interface Declaration {
  readonly bookId: number;
  readonly through: number;
  readonly issuedFen: number | bigint;
  readonly reversedFen: number | bigint;
  readonly voidCount: number;
}

export interface LedgerOptions {
  readonly unitCount?: number;
  readonly declareMinReceipts?: number;
  readonly lockTtlSeconds?: number;
}

export const CODE = 44060126;
export const BOOK_SIZE = 1_000_000;
export const LOCK_TTL = 3600;
export const DECLARE_MIN = 20;
export const ZERO_ADDRESS = "0x0000000000000000000000000000000000000000";
export const ZERO_HASH = "0x" + "00".repeat(32);

/**
 * A ledger with units 1..unitCount, each with its own key and one book: book i holds the BOOK_SIZE numbers from
 * (i - 1) * BOOK_SIZE + 1 of CODE.
 */
export async function deployLedger(connection: NetworkConnection, options: LedgerOptions = {}) {
  const { unitCount = 2, declareMinReceipts = DECLARE_MIN, lockTtlSeconds = LOCK_TTL } = options;
  const { ethers } = connection;
  const [bureau, anchorer, insurer, employer, stranger, ...others] = await ethers.getSigners();
  if (!bureau || !anchorer || !insurer || !employer || !stranger) throw new Error("too few signers");
  const args = [bureau.address, anchorer.address, declareMinReceipts, lockTtlSeconds, ZERO_ADDRESS];
  const ledger = asLedger(await ethers.deployContract("ReceiptLedger", args, bureau));
  const address = await ledger.getAddress();
  const { chainId } = await ethers.provider.getNetwork();
  const domain: TypedDataDomain = { name: "Lianpiao", version: "1", chainId, verifyingContract: address };
  const units = unitKeys(unitCount);
  const signers = { bureau, anchorer, insurer, employer, stranger, others };
  const by = (signer: HardhatEthersSigner) => asLedger(ledger.connect(signer));

  for (const [index, wallet] of units.entries()) {
    await ledger.admitUnit(creditCode(index + 1), wallet.address);
    await ledger.grantBook(index + 1, CODE, index * BOOK_SIZE + 1, (index + 1) * BOOK_SIZE);
  }
  return { connection, ethers, ledger, address, domain, units, signers, by, asAnchorer: by(anchorer) };
}

export type Ledger = Awaited<ReturnType<typeof deployLedger>>;

/** Wallets that are the same in every run; unit i has the i-th, from 1. */
export function unitKeys(count: number): HDNodeWallet[] {
  const seed = Mnemonic.fromPhrase("test test test test test test test test test test test junk");
  const parent = HDNodeWallet.fromMnemonic(seed, "m/44'/60'/7'/0");
  return Array.from({ length: count }, (_, index) => parent.deriveChild(index));
}

/** The key of a unit by its id. */
export function unitKey(fixture: Ledger, unitId: number): HDNodeWallet {
  const wallet = fixture.units[unitId - 1];
  if (wallet === undefined) throw new Error(`no unit ${unitId} in the fixture`);
  return wallet;
}

/** A credit code of the right form, as bytes18. */
export function creditCode(index: number): string {
  return asciiCode("12440600" + String(index).padStart(9, "0") + "X");
}

/** ASCII text as hex bytes. */
export function asciiCode(text: string): string {
  return hexlify(toUtf8Bytes(text));
}

/** A segment of a book that begins at `from`; its root is made up unless given. */
export function segmentOf(bookId: number, from: number, count = 1, reversals: readonly Reversal[] = []): Segment {
  return { bookId, from, count, root: id(`root ${bookId} ${from}`), reversals };
}

/** The segment with the signature of `wallet`, by default the key of the unit that has the book's number. */
export async function signSegment(fixture: Ledger, segment: Segment, wallet?: HDNodeWallet): Promise<SignedSegment> {
  const key = wallet ?? unitKey(fixture, segment.bookId);
  return { ...segment, signature: await key.signTypedData(fixture.domain, SEGMENT_TYPES, segment) };
}

/** Signs and anchors segments as one batch. */
export async function anchor(fixture: Ledger, ...segments: Segment[]): Promise<ContractTransactionResponse> {
  return fixture.asAnchorer.anchor(await Promise.all(segments.map((segment) => signSegment(fixture, segment))));
}

/** Signs and sends a declaration. */
export async function declare(fixture: Ledger, totals: Declaration, wallet?: HDNodeWallet) {
  const key = wallet ?? unitKey(fixture, totals.bookId);
  const signature = await key.signTypedData(fixture.domain, DECLARATION_TYPES, totals);
  const { bookId, through, issuedFen, reversedFen, voidCount } = totals;
  return fixture.by(fixture.signers.stranger).declare(bookId, through, issuedFen, reversedFen, voidCount, signature);
}

/** Signs and sends a change to paper with the unit's nonce on chain, or another. */
export async function setPaper(fixture: Ledger, unitId: number, leaf: string, onPaper: boolean, nonce?: bigint) {
  const current: bigint = nonce ?? (await fixture.ledger.unit(unitId)).nonce;
  const value = { unitId, leaf, onPaper, nonce: current };
  const signature = await unitKey(fixture, unitId).signTypedData(fixture.domain, PAPER_TYPES, value);
  return fixture.by(fixture.signers.stranger).setPaper(unitId, leaf, onPaper, signature);
}

/** Expects a call to be refused with a custom error of the ledger and exactly these arguments. */
export async function expectRefusal(call: Promise<unknown>, fixture: Ledger, error: string, ...args: unknown[]) {
  const refusal = expect(call).to.be.revertedWithCustomError(fixture.ledger, error);
  await (args.length === 0 ? refusal : refusal.withArgs(...args));
}

/** The time of the newest block, in seconds. */
export async function latestTime(fixture: Ledger): Promise<bigint> {
  return BigInt(await fixture.connection.networkHelpers.time.latest());
}
