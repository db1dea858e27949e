import fs from "node:fs";
import path from "node:path";
import { Transaction, concat, getBytes, hexlify, sha256, type Wallet } from "ethers";
import { deployLedger } from "../../../service/adapters/chain/deployLedger.ts";
import type { DevChain } from "../../../service/adapters/chain/devChain.ts";
import { ethersLedger, type EthersLedger } from "../../../service/adapters/chain/ethersLedger.ts";
import { ledgerAdmin, type LedgerAdmin } from "../../../service/adapters/chain/ledgerAdmin.ts";
import { loadLedgerArtifact } from "../../../service/adapters/chain/ledgerArtifact.ts";
import type { Fee, SignedSegment } from "../../../service/app/ports.ts";
import type { Deployment } from "../../../service/app/storePorts.ts";
import { batchRoot, domainSeparator, segmentHash, segmentSigningDigest } from "../../../service/core/segment.ts";
import { newWallet, openChain, temporaryFolder } from "./chainFixture.ts";
import { startFaultyProxy, type FaultyProxy } from "./faultyProxy.ts";

export const artifactFile = path.resolve(
  import.meta.dirname,
  "../../../artifacts/contracts/ReceiptLedger.sol/ReceiptLedger.json",
);

export type Keys = { deployer: Wallet; bureau: Wallet; anchorer: Wallet; unit: Wallet };

export function newKeys(): Keys {
  return { deployer: newWallet(), bureau: newWallet(), anchorer: newWallet(), unit: newWallet() };
}

export const hospital = "12420000420005166X";
export const rootDigest = sha256("0x01");
export const receiptCode = 44060126;

export type TestBook = { bookId: number; first: number };

/** A chain with the real contract, one unit and its books, and a ledger that reaches it through a proxy. */
export type LedgerFixture = {
  dir: string;
  keys: Keys;
  chain: DevChain;
  proxy: FaultyProxy;
  deployment: Deployment;
  admin: LedgerAdmin;
  ledger: EthersLedger;
  unitId: number;
  /** A new book of 1,000 numbers. */
  newBook(): Promise<TestBook>;
  /** A signed segment of the unit. */
  segmentOf(book: TestBook, offset?: number, count?: number): SignedSegment;
  /** A transaction of the segments at the next nonce, if the contract accepts them. */
  prepare(segments: readonly SignedSegment[], nonce?: number, fee?: Fee): Promise<{ raw: string; hash: string }>;
  /** Stops all, and starts them again on the same folder. */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

export async function openLedgerFixture(): Promise<LedgerFixture> {
  const dir = temporaryFolder("ledger");
  const keys = newKeys();
  const artifact = loadLedgerArtifact(artifactFile);
  const start = async () => {
    const funded = [keys.deployer.address, keys.bureau.address, keys.anchorer.address];
    const chain = await openChain(dir, { funded });
    const proxy = await startFaultyProxy(chain.url, hashOf);
    const deployment = await deployLedger({
      rpcUrl: chain.url,
      chainId: chain.chainId,
      artifact,
      deployerKey: keys.deployer.privateKey,
      bureau: keys.bureau.address,
      anchorer: keys.anchorer.address,
    });
    const common = { chainId: chain.chainId, contract: deployment.contract, artifact };
    const admin = ledgerAdmin({ ...common, rpcUrl: chain.url, bureauKey: keys.bureau.privateKey });
    const { privateKey } = keys.anchorer;
    const ledger = ethersLedger({ ...common, rpcUrl: proxy.url, anchorerKey: privateKey, timeoutMs: 2000 });
    return { chain, proxy, deployment, admin, ledger };
  };
  const end = async (parts: Awaited<ReturnType<typeof start>>) => {
    parts.ledger.stop();
    parts.admin.stop();
    await parts.proxy.stop();
    await parts.chain.stop();
  };
  const parts = await start();
  const { unitId } = await parts.admin.admitUnit(hospital, keys.unit.address);
  let nextFirst = 1;
  const fixture: LedgerFixture = {
    dir,
    keys,
    ...parts,
    unitId,
    async newBook() {
      const first = nextFirst;
      nextFirst += 1000;
      const { bookId } = await fixture.admin.grantBook({ unitId, code: receiptCode, first, last: first + 999 });
      return { bookId, first };
    },
    segmentOf: ({ bookId, first }, offset = 0, count = 10) =>
      signSegment(fixture.deployment, keys.unit, { bookId, from: first + offset, count }),
    async prepare(segments, nonce, fee) {
      const { ledger } = fixture;
      const simulated = await ledger.simulate(segments);
      if (simulated.kind !== "accepted") throw new Error(`${simulated.error} ${simulated.details}`);
      const own = nonce ?? (await ledger.minedNonce());
      return ledger.prepare(segments, own, fee ?? (await ledger.fee()), simulated.gas);
    },
    async restart() {
      await end(fixture);
      Object.assign(fixture, await start());
    },
    async stop() {
      await end(fixture);
      fs.rmSync(dir, { recursive: true, force: true });
    },
  };
  return fixture;
}

export function hashOf(raw: string): string {
  return Transaction.from(raw).hash ?? "";
}

/** A segment that the wallet's unit signs; the root is any 32 bytes to the contract. */
export function signSegment(
  deployment: Deployment,
  wallet: Wallet,
  segment: Omit<SignedSegment, "signature" | "root" | "reversals"> & Partial<Pick<SignedSegment, "reversals">>,
): SignedSegment {
  const root = sha256(concat([`0x${segment.bookId.toString(16).padStart(8, "0")}`, numberBytes(segment.from)]));
  const reversals = segment.reversals ?? [];
  const domain = domainSeparator({ chainId: deployment.chainId, contract: getBytes(deployment.contract) });
  const digest = segmentSigningDigest(domain, {
    ...segment,
    root: getBytes(root),
    reversals: reversals.map(({ leaf, by }) => ({ leaf: getBytes(leaf), by })),
  });
  return { ...segment, root, reversals, signature: wallet.signingKey.sign(digest).serialized };
}

export function rootOf(segments: readonly SignedSegment[]): string {
  return hexlify(batchRoot(segments.map((segment) => segmentHash(segment, getBytes(segment.root)))));
}

function numberBytes(number: number): string {
  return `0x${number.toString(16).padStart(10, "0")}`;
}
