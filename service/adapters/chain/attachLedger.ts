import type { Deployment } from "../../app/storePorts.ts";
import { AppError } from "../../core/errors.ts";
import { readNode } from "./ledgerContract.ts";
import { readBlock } from "./nodeAnswers.ts";
import { openRpcNode } from "./rpcNode.ts";

/**
 * Takes up a contract that somebody deployed: the block that is newest now is what must still be there at later starts.
 * @throws AppError ledger_missing, chain_unreachable
 */
export async function attachLedger(options: {
  readonly rpcUrl: string;
  readonly chainId: number;
  readonly contract: string;
}): Promise<Deployment> {
  const { chainId } = options;
  const contract = options.contract.toLowerCase();
  const node = openRpcNode({ url: options.rpcUrl, chainId });
  try {
    const code = await readNode(node, "eth_getCode", [contract, "latest"]);
    const [genesis, newest] = [await readBlock(node, 0), await readBlock(node, "latest")];
    if (genesis === undefined || newest === undefined || typeof code !== "string" || code.length <= 2) {
      throw new AppError(
        "ledger_missing",
        `there is no contract at ${contract}: check LEDGER_ADDRESS and CHAIN_RPC_URL`,
      );
    }
    return { chainId, contract, blockNumber: newest.number, blockHash: newest.hash, genesisHash: genesis.hash };
  } finally {
    node.stop();
  }
}
