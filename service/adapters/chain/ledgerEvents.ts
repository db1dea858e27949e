import type { ParamType } from "ethers";
import type { LedgerContract } from "./ledgerContract.ts";
import { parseLogs, type NodeLog } from "./nodeAnswers.ts";
import { RpcRefusal, unreachable } from "./rpcNode.ts";

/** An event of the contract. Integers of up to 64 bits are numbers, larger ones bigints; bytes and addresses lower-case hex. */
export type LedgerEvent = {
  readonly name: string;
  readonly args: Readonly<Record<string, string | number | bigint | boolean>>;
  readonly blockNumber: number;
  readonly blockHash: string;
  readonly transactionHash: string;
  readonly logIndex: number;
};

export type LedgerEventPage = {
  readonly fromBlock: number;
  readonly toBlock: number;
  readonly events: readonly LedgerEvent[];
};

export type LedgerEventRange = {
  readonly fromBlock: number;
  /** Included. */
  readonly toBlock: number;
  /** Only these; default: all that the contract has. */
  readonly names?: readonly string[];
  /** Blocks to a page at first; default 2,000. */
  readonly pageBlocks?: number;
};

/**
 * The contract's events in the order of the chain, in pages without gaps, so that an auditor rebuilds its state from
 * logs alone and can go on after the last page. A page that the node refuses as too large is asked for in halves.
 * @throws AppError chain_unreachable, chain_answer_malformed
 */
export async function* readLedgerEvents(
  contract: LedgerContract,
  range: LedgerEventRange,
): AsyncGenerator<LedgerEventPage> {
  const topics = range.names?.map((name) => contract.abi.getEvent(name)?.topicHash ?? null);
  let size = range.pageBlocks ?? 2000;
  let fromBlock = range.fromBlock;
  while (fromBlock <= range.toBlock) {
    const toBlock = Math.min(fromBlock + size - 1, range.toBlock);
    const logs = await readPage(contract, fromBlock, toBlock, topics);
    if (logs === "too_large") {
      size = Math.max(1, Math.floor((toBlock - fromBlock + 1) / 2));
      continue;
    }
    yield { fromBlock, toBlock, events: logs.flatMap((log) => parseEvent(contract, log)) };
    fromBlock = toBlock + 1;
  }
}

async function readPage(
  contract: LedgerContract,
  fromBlock: number,
  toBlock: number,
  topics: readonly (string | null)[] | undefined,
): Promise<readonly NodeLog[] | "too_large"> {
  const filter = {
    address: contract.address,
    fromBlock: `0x${fromBlock.toString(16)}`,
    toBlock: `0x${toBlock.toString(16)}`,
    topics: topics === undefined ? [] : [topics],
  };
  try {
    return parseLogs(await contract.node.request("eth_getLogs", [filter]));
  } catch (error) {
    if (!(error instanceof RpcRefusal)) throw error;
    if (fromBlock === toBlock) throw unreachable(error);
    return "too_large";
  }
}

function parseEvent(contract: LedgerContract, log: NodeLog): LedgerEvent[] {
  const parsed = contract.abi.parseLog({ topics: [...log.topics], data: log.data });
  if (parsed === null) return [];
  const values: readonly unknown[] = parsed.args.toArray();
  const args = parsed.fragment.inputs.map((input, index) => [input.name, parseValue(input, values[index])] as const);
  const { blockNumber, blockHash, transactionHash, logIndex } = log;
  return [{ name: parsed.name, args: Object.fromEntries(args), blockNumber, blockHash, transactionHash, logIndex }];
}

function parseValue(input: ParamType, value: unknown): string | number | bigint | boolean {
  if (typeof value === "boolean") return value;
  if (typeof value !== "bigint") return String(value).toLowerCase();
  const isSmall = Number(input.baseType.replace(/^u?int/, "")) <= 64 && Number.isSafeInteger(Number(value));
  return isSmall ? Number(value) : value;
}
