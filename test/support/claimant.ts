import path from "node:path";
import { accountSender } from "../../service/adapters/chain/accountSender.ts";
import { loadLedgerArtifact } from "../../service/adapters/chain/ledgerArtifact.ts";
import { readRefusal } from "../../service/adapters/chain/ledgerContract.ts";
import { openRpcNode, RpcRefusal } from "../../service/adapters/chain/rpcNode.ts";
import { hexOf } from "../../service/core/bytes.ts";
import { entryLeaf } from "../../service/app/segmentTrees.ts";
import type { Receipt } from "../../service/app/storePorts.ts";
import type { Platform } from "./platform.ts";

const artifactFile = path.resolve(
  import.meta.dirname,
  "../../artifacts/contracts/ReceiptLedger.sol/ReceiptLedger.json",
);

/** An organisation that reimburses, on the platform's real contract. Amounts in fen. A refusal is an Error named as the contract's. */
export type TestClaimant = {
  claim(receipt: Receipt, amountFen: number): Promise<void>;
  lock(receipt: Receipt, amountFen: number): Promise<void>;
  release(receipt: Receipt, amountFen: number): Promise<void>;
  stop(): void;
};

/** The bureau's account stands in for the claimant's: it is the one that can pay for transactions here. */
export async function admitTestClaimant(platform: Platform, creditCode = "91440300MA5CLA1M0X"): Promise<TestClaimant> {
  const { ledger, rpcUrl, keystore, admin } = platform;
  const key = keystore.accountKey("bureau");
  await admin.admitClaimant(creditCode, keystore.addressOfAccountKey(key));
  const { abi } = loadLedgerArtifact(artifactFile);
  const node = openRpcNode({ url: rpcUrl, chainId: ledger.chainId });
  const sender = accountSender(node, key);
  const act = async (name: string, args: readonly unknown[]): Promise<void> => {
    try {
      await sender.send(ledger.contract, abi.encodeFunctionData(name, args));
    } catch (error) {
      if (error instanceof RpcRefusal)
        throw new Error(readRefusal({ node, address: ledger.contract, abi }, error).error);
      throw error;
    }
  };
  const leafOf = (receipt: Receipt): string => hexOf(entryLeaf({ ...receipt, isVoid: false }));
  return {
    claim: (receipt, amountFen) => act("claim", [leafOf(receipt), receipt.issuedFen, amountFen]),
    lock: (receipt, amountFen) => act("lock", [leafOf(receipt), receipt.issuedFen, amountFen]),
    release: (receipt, amountFen) => act("release", [leafOf(receipt), amountFen, 1]),
    stop: () => node.stop(),
  };
}
