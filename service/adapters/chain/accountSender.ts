import { setTimeout as sleep } from "node:timers/promises";
import { Transaction, Wallet } from "ethers";
import { AppError } from "../../core/errors.ts";
import { alone, type AccountTurn } from "./accountTurn.ts";
import { readNode } from "./ledgerContract.ts";
import { readBlock, readQuantity, readReceipt, type NodeReceipt } from "./nodeAnswers.ts";
import type { RpcNode } from "./rpcNode.ts";

/** Sends an account's transactions one after the other and waits for each; for the rare ones, not for batches. */
export type AccountSender = {
  /** 0x-prefixed lower case. */
  readonly address: string;
  /**
   * @param to undefined: a deployment
   * @throws RpcRefusal if the node refuses it when it is simulated; AppError transaction_reverted, transaction_not_mined
   * (it may be mined later), chain_unreachable
   */
  send(to: string | undefined, data: string): Promise<NodeReceipt>;
};

const POLL_MS = 50;

/** @param inTurn keeps apart those that send from the account: from the look at its nonce until the node has the transaction */
export function accountSender(
  node: RpcNode,
  key: string,
  timeoutMs = 60_000,
  inTurn: AccountTurn = alone,
): AccountSender {
  const wallet = new Wallet(key);
  const address = wallet.address.toLowerCase();
  let queue: Promise<unknown> = Promise.resolve();

  const sendNow = async (to: string | undefined, data: string): Promise<NodeReceipt> =>
    awaitReceipt(node, await inTurn(() => submit(to, data)), timeoutMs);

  const submit = async (to: string | undefined, data: string): Promise<string> => {
    const call = to === undefined ? { from: address, data } : { from: address, to, data };
    const estimate = BigInt(readQuantity(await node.request("eth_estimateGas", [call])));
    const nonce = readQuantity(await readNode(node, "eth_getTransactionCount", [address, "pending"]));
    const baseFee = (await readBlock(node, "latest"))?.baseFeePerGas;
    const method = baseFee === undefined ? "eth_gasPrice" : "eth_maxPriorityFeePerGas";
    const price = BigInt(readQuantity(await readNode(node, method, [])));
    const raw = await wallet.signTransaction({
      chainId: node.chainId,
      to: to ?? null,
      data,
      nonce,
      gasLimit: estimate + estimate / 16n,
      ...(baseFee === undefined
        ? { type: 0, gasPrice: price }
        : { type: 2, maxFeePerGas: 2n * baseFee + price, maxPriorityFeePerGas: price }),
    });
    await node.request("eth_sendRawTransaction", [raw]);
    return Transaction.from(raw).hash ?? "";
  };

  return {
    address,
    send(to, data) {
      const sent = queue.then(() => sendNow(to, data));
      queue = sent.catch(() => undefined);
      return sent;
    },
  };
}

async function awaitReceipt(node: RpcNode, hash: string, timeoutMs: number): Promise<NodeReceipt> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const receipt = await readReceipt(node, hash);
    if (receipt?.isSuccess === true) return receipt;
    if (receipt !== undefined) {
      throw new AppError("transaction_reverted", `交易 ${hash} 已回滚。 The transaction ${hash} was reverted.`, {
        details: { hash },
      });
    }
    if (performance.now() > deadline) {
      throw new AppError(
        "transaction_not_mined",
        `交易 ${hash} 在 ${timeoutMs} 毫秒内未上链。 The transaction ${hash} was not mined within ${timeoutMs} ms.`,
        { details: { hash } },
      );
    }
    await sleep(POLL_MS);
  }
}
