import { ZeroAddress, getCreateAddress } from "ethers";
import type { Deployment } from "../../app/storePorts.ts";
import { AppError } from "../../core/errors.ts";
import { accountSender, type AccountSender } from "./accountSender.ts";
import type { LedgerArtifact } from "./ledgerArtifact.ts";
import { parseAddress, readNode } from "./ledgerContract.ts";
import { readLedgerEvents } from "./ledgerEvents.ts";
import { readBlock } from "./nodeAnswers.ts";
import { openRpcNode, type RpcNode } from "./rpcNode.ts";

export type DeployLedgerOptions = {
  readonly rpcUrl: string;
  readonly chainId: number;
  readonly artifact: LedgerArtifact;
  /** Pays for the deployment and has no role afterwards, unless it is also the bureau. 0x-prefixed hex. */
  readonly deployerKey: string;
  /** Addresses that get the roles. */
  readonly bureau: string;
  readonly anchorer: string;
  /** Receipts that a declaration must add; default 20. */
  readonly declareMinReceipts?: number;
  /** Seconds for which a claimant's lock holds; default 30 days. */
  readonly lockTtlSeconds?: number;
  /** The ledger before this one. */
  readonly predecessor?: string;
  readonly timeoutMs?: number;
};

/**
 * Deploys the contract and waits until it is mined. If the deployer's first transaction has deployed one already (the
 * program died before it could note it down), that one is given: so it can be run again.
 * @throws AppError transaction_reverted, transaction_not_mined, chain_unreachable
 */
export async function deployLedger(options: DeployLedgerOptions): Promise<Deployment> {
  const node = openRpcNode({ url: options.rpcUrl, chainId: options.chainId });
  try {
    const genesisHash = (await readBlock(node, 0))?.hash;
    if (genesisHash === undefined) throw new AppError("chain_answer_malformed", "the chain has no first block");
    const sender = accountSender(node, options.deployerKey, options.timeoutMs);
    const earlier = await findDeployment(node, options.artifact, sender.address);
    const { contract, blockNumber, blockHash } = earlier ?? (await deploy(options, sender));
    return { chainId: options.chainId, contract, blockNumber, blockHash, genesisHash };
  } finally {
    node.stop();
  }
}

type Place = Pick<Deployment, "contract" | "blockNumber" | "blockHash">;

async function findDeployment(node: RpcNode, artifact: LedgerArtifact, deployer: string): Promise<Place | undefined> {
  const address = getCreateAddress({ from: deployer, nonce: 0 }).toLowerCase();
  const code = await readNode(node, "eth_getCode", [address, "latest"]);
  const newest = await readBlock(node, "latest");
  if (typeof code !== "string" || code.length <= 2 || newest === undefined) return undefined;
  const range = { fromBlock: 0, toBlock: newest.number, names: ["LedgerOpened"] };
  for await (const page of readLedgerEvents({ node, address, abi: artifact.abi }, range)) {
    const [opened] = page.events;
    if (opened !== undefined) {
      return { contract: address, blockNumber: opened.blockNumber, blockHash: opened.blockHash };
    }
  }
  return undefined;
}

async function deploy(options: DeployLedgerOptions, sender: AccountSender): Promise<Place> {
  const args = options.artifact.abi.encodeDeploy([
    parseAddress(options.bureau),
    parseAddress(options.anchorer),
    options.declareMinReceipts ?? 20,
    options.lockTtlSeconds ?? 30 * 86_400,
    parseAddress(options.predecessor ?? ZeroAddress),
  ]);
  const { contract, blockNumber, blockHash } = await sender.send(undefined, options.artifact.bytecode + args.slice(2));
  if (contract === undefined) throw new AppError("chain_answer_malformed", "a deployment's receipt names no contract");
  return { contract, blockNumber, blockHash };
}
