import { hexlify } from "ethers";
import type { Declared, UnitLedger } from "../../app/declarationPorts.ts";
import type { DeclarationClaim } from "../../core/segment.ts";
import { accountSender } from "./accountSender.ts";
import type { AccountTurn } from "./accountTurn.ts";
import type { LedgerArtifact } from "./ledgerArtifact.ts";
import {
  integerIn,
  ledgerRefused,
  parseAddress,
  readContract,
  readNode,
  readRefusal,
  recordIn,
  type LedgerContract,
} from "./ledgerContract.ts";
import { readQuantity } from "./nodeAnswers.ts";
import { RpcRefusal, openRpcNode } from "./rpcNode.ts";

export type UnitLedgerOptions = {
  readonly rpcUrl: string;
  readonly chainId: number;
  readonly contract: string;
  readonly artifact: LedgerArtifact;
  /** The sender's secp256k1 key, 0x-prefixed hex. Neither the anchorer's nor the bureau's, whose nonces are kept elsewhere. */
  readonly registrarKey: string;
  /** Keeps this program's transactions and another's apart; default: no other sends from the account. */
  readonly inTurn?: AccountTurn;
  /** How long to wait for a transaction; default 60,000. */
  readonly timeoutMs?: number;
};

/** Sends what units have signed. Each act reads first and does nothing if it is done already, so it may be repeated after a crash. */
export function unitLedger(options: UnitLedgerOptions): UnitLedger & { stop(): void } {
  const node = openRpcNode({ url: options.rpcUrl, chainId: options.chainId });
  const contract: LedgerContract = { node, address: parseAddress(options.contract), abi: options.artifact.abi };
  const sender = accountSender(node, options.registrarKey, options.timeoutMs, options.inTurn);
  const send = async (name: string, args: readonly unknown[]): Promise<{ readonly isNew: boolean }> => {
    try {
      await sender.send(contract.address, contract.abi.encodeFunctionData(name, args));
      return { isNew: true };
    } catch (error) {
      if (error instanceof RpcRefusal) throw ledgerRefused(readRefusal(contract, error));
      throw error;
    }
  };
  let declareMinReceipts: Promise<number> | undefined;
  return {
    registrar: sender.address,
    async declareMinReceipts() {
      // It can't change; an answer that failed is asked for again.
      declareMinReceipts ??= readMinReceipts(contract);
      declareMinReceipts.catch(() => (declareMinReceipts = undefined));
      return declareMinReceipts;
    },
    declared: (bookId, depth = 0) => readDeclared(contract, bookId, depth),
    async declare(claim, signature) {
      const present = await readDeclared(contract, claim.bookId, 0);
      if (present !== undefined && present.through >= claim.through) return { isNew: false };
      return send("declare", [...argumentsOf(claim), hexlify(signature)]);
    },
    async paperNonce(unitId) {
      const unit = recordIn(await readContract(contract, "unit", [unitId]), 0);
      return integerIn(unit, "nonce");
    },
    async setPaper({ unitId, leaf, onPaper }, signature) {
      await send("setPaper", [unitId, hexlify(leaf), onPaper, hexlify(signature)]);
    },
    stop: () => node.stop(),
  };
}

const argumentsOf = ({ bookId, through, issuedFen, reversedFen, voidCount }: DeclarationClaim): readonly number[] => [
  bookId,
  through,
  issuedFen,
  reversedFen,
  voidCount,
];

async function readMinReceipts(contract: LedgerContract): Promise<number> {
  const value: unknown = (await readContract(contract, "declareMinReceipts", []))[0];
  return Number(value);
}

async function readDeclared(contract: LedgerContract, bookId: number, depth: number): Promise<Declared | undefined> {
  const newest = depth === 0 ? undefined : readQuantity(await readNode(contract.node, "eth_blockNumber", []));
  const block = newest === undefined ? "latest" : newest - depth;
  // Nothing was declared before the first block.
  if (typeof block === "number" && block < 0) return undefined;
  const record = recordIn(await readContract(contract, "declared", [bookId], block), 0);
  const timeS = integerIn(record, "time");
  if (timeS === 0) return undefined;
  return {
    bookId,
    through: integerIn(record, "through"),
    issuedFen: integerIn(record, "issuedFen"),
    reversedFen: integerIn(record, "reversedFen"),
    voidCount: integerIn(record, "voidCount"),
    timeS,
  };
}
