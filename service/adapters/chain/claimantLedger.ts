import { computeAddress } from "ethers";
import { accountSender } from "./accountSender.ts";
import type { LedgerArtifact } from "./ledgerArtifact.ts";
import { ledgerRefused, parseAddress, readRefusal, type LedgerContract } from "./ledgerContract.ts";
import { RpcRefusal, openRpcNode } from "./rpcNode.ts";

export type ClaimantLedgerOptions = {
  readonly rpcUrl: string;
  readonly chainId: number;
  readonly contract: string;
  readonly artifact: LedgerArtifact;
  /** The claimant's secp256k1 key, 0x-prefixed hex. */
  readonly claimantKey: string;
  /** How long to wait for a transaction; default 60,000. */
  readonly timeoutMs?: number;
};

/** What a claimant does on the contract: docs/ledger.md, Status. A release's reason is the claimant's own code, from 1 to 65535. */
export type ClaimantAct =
  | { readonly kind: "claim" | "lock"; readonly capFen: number; readonly amountFen: number }
  | { readonly kind: "release"; readonly amountFen: number; readonly reason: number }
  | { readonly kind: "release_lock"; readonly reason: number };

/** The contract, as who reimburses uses it. */
export type ClaimantLedger = {
  /**
   * @param leaf of a receipt that was verified by its proof
   * @throws AppError ledger_refused (details.error: the contract's), transaction_reverted, transaction_not_mined, chain_unreachable
   */
  send(leaf: string, act: ClaimantAct): Promise<{ readonly blockNumber: number }>;
  stop(): void;
};

/** Of a key: 0x-prefixed lower case. */
export function claimantAccount(claimantKey: string): string {
  return computeAddress(claimantKey).toLowerCase();
}

export function claimantLedger(options: ClaimantLedgerOptions): ClaimantLedger {
  const node = openRpcNode({ url: options.rpcUrl, chainId: options.chainId });
  const contract: LedgerContract = { node, address: parseAddress(options.contract), abi: options.artifact.abi };
  const sender = accountSender(node, options.claimantKey, options.timeoutMs);
  return {
    async send(leaf, act) {
      try {
        const { blockNumber } = await sender.send(contract.address, encode(contract, leaf, act));
        return { blockNumber };
      } catch (error) {
        if (error instanceof RpcRefusal) throw ledgerRefused(readRefusal(contract, error));
        throw error;
      }
    },
    stop: () => node.stop(),
  };
}

function encode({ abi }: LedgerContract, leaf: string, act: ClaimantAct): string {
  switch (act.kind) {
    case "claim":
    case "lock":
      return abi.encodeFunctionData(act.kind, [leaf, act.capFen, act.amountFen]);
    case "release":
      return abi.encodeFunctionData("release", [leaf, act.amountFen, act.reason]);
    case "release_lock":
      return abi.encodeFunctionData("releaseLock", [leaf, act.reason]);
  }
}
