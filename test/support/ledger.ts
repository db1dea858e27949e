import path from "node:path";
import { HDNodeWallet, SigningKey, Wallet } from "ethers";
import { deployLedger } from "../../service/adapters/chain/deployLedger.ts";
import { startDevChain, type DevChain } from "../../service/adapters/chain/devChain.ts";
import { ethersLedger, type EthersLedger } from "../../service/adapters/chain/ethersLedger.ts";
import { ledgerAdmin, type LedgerAdmin } from "../../service/adapters/chain/ledgerAdmin.ts";
import { loadLedgerArtifact } from "../../service/adapters/chain/ledgerArtifact.ts";
import { systemClock } from "../../service/adapters/system/clock.ts";
import type { LedgerSigner } from "../../service/app/ports.ts";
import type { Deployment } from "../../service/app/storePorts.ts";
import { bytesOfHex, hexOf } from "../../service/core/bytes.ts";
import { makeTestFolder } from "./database.ts";

const artifactFile = path.resolve(
  import.meta.dirname,
  "../../artifacts/contracts/ReceiptLedger.sol/ReceiptLedger.json",
);

export type TestLedger = {
  readonly chain: DevChain;
  readonly deployment: Deployment;
  readonly ledger: EthersLedger;
  readonly admin: LedgerAdmin;
  readonly keys: { readonly bureau: string; readonly anchorer: string };
  /** A unit's secp256k1 wallet, made by its key id. */
  walletOf(keyId: string): Wallet;
  readonly signer: LedgerSigner;
  stop(): Promise<void>;
};

/** A chain of the test's own with the real contract on it. */
export async function startTestLedger(): Promise<TestLedger> {
  const { dir, remove } = makeTestFolder("chain");
  const [bureau, anchorer] = [HDNodeWallet.createRandom(), HDNodeWallet.createRandom()];
  const funded = [bureau.address, anchorer.address];
  const chain = await startDevChain({ dir, clock: systemClock, funded });
  const artifact = loadLedgerArtifact(artifactFile);
  const place = { rpcUrl: chain.url, chainId: chain.chainId, artifact };
  const roles = { bureau: bureau.address, anchorer: anchorer.address };
  const deployment = await deployLedger({ ...place, deployerKey: bureau.privateKey, ...roles });
  const { contract } = deployment;
  const ledger = ethersLedger({ ...place, contract, anchorerKey: anchorer.privateKey });
  const admin = ledgerAdmin({ ...place, contract, bureauKey: bureau.privateKey });
  const wallets = new Map<string, Wallet>();
  const walletOf = (keyId: string): Wallet => {
    const wallet = wallets.get(keyId) ?? new Wallet(HDNodeWallet.createRandom().privateKey);
    wallets.set(keyId, wallet);
    return wallet;
  };
  return {
    chain,
    deployment,
    ledger,
    admin,
    keys: { bureau: bureau.privateKey, anchorer: anchorer.privateKey },
    walletOf,
    signer: {
      signDigest: async (keyId, digest) =>
        bytesOfHex(new SigningKey(walletOf(keyId).privateKey).sign(hexOf(digest)).serialized),
    },
    async stop() {
      admin.stop();
      ledger.stop();
      await chain.stop();
      remove();
    },
  };
}
