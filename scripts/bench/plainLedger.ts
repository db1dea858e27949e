import { ContractFactory, JsonRpcProvider, Wallet, type BaseContract, type ContractTransactionResponse } from "ethers";
import path from "node:path";
import { loadLedgerArtifact } from "../../service/adapters/chain/ledgerArtifact.ts";

/** The plain way on chain: a contract that stores one hash for each receipt (contracts/test/HashPerReceipt.sol). */
export type PlainLedger = {
  /** One transaction, awaited until it is mined. @param hash 0x and 64 digits */
  store(hash: string): Promise<void>;
  /** One eth_call. */
  isKnown(hash: string): Promise<boolean>;
  close(): void;
};

const ARTIFACT = path.resolve(
  import.meta.dirname,
  "../../artifacts/contracts/test/HashPerReceipt.sol/HashPerReceipt.json",
);

type Contract = BaseContract & {
  store(hash: string): Promise<ContractTransactionResponse>;
  isKnown(hash: string): Promise<boolean>;
};

/**
 * Deploys it on the node, whose chain must ask no fee. Of ethers' defaults three are set right, since they would make the plain
 * way wait for nothing: 10 ms before each request, 4 s between looks for a receipt, and answers kept for 250 ms.
 */
export async function openPlainLedger(rpcUrl: string): Promise<PlainLedger> {
  const provider = new JsonRpcProvider(rpcUrl, undefined, {
    polling: true,
    pollingInterval: 50,
    cacheTimeout: -1,
    batchMaxCount: 1,
  });
  const { abi, bytecode } = loadLedgerArtifact(ARTIFACT);
  const sender = Wallet.createRandom().connect(provider);
  const deployed = await new ContractFactory(abi, bytecode, sender).deploy();
  await deployed.waitForDeployment();
  const contract = deployed as Contract;
  return {
    async store(hash) {
      const sent = await contract.store(hash);
      await sent.wait();
    },
    isKnown: (hash) => contract.isKnown(hash),
    close: () => provider.destroy(),
  };
}
