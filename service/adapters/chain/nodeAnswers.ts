import { AppError } from "../../core/errors.ts";
import { readNode } from "./ledgerContract.ts";
import type { RpcNode } from "./rpcNode.ts";

export type NodeBlock = {
  readonly number: number;
  readonly hash: string;
  readonly timeS: number;
  /** undefined: the chain has no base fee (before EIP-1559). */
  readonly baseFeePerGas: bigint | undefined;
};

export type NodeLog = {
  /** 0x-prefixed lower case. */
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
  readonly blockNumber: number;
  readonly blockHash: string;
  readonly transactionHash: string;
  readonly logIndex: number;
};

export type NodeReceipt = {
  readonly blockNumber: number;
  readonly blockHash: string;
  readonly isSuccess: boolean;
  /** Of a deployment. */
  readonly contract: string | undefined;
  readonly logs: readonly NodeLog[];
};

/** undefined if there is no such block. @throws AppError chain_unreachable, chain_answer_malformed */
export async function readBlock(node: RpcNode, block: number | "latest"): Promise<NodeBlock | undefined> {
  const tag = typeof block === "number" ? `0x${block.toString(16)}` : block;
  const answer = await readNode(node, "eth_getBlockByNumber", [tag, false]);
  if (answer === null) return undefined;
  const fields = fieldsOf(answer);
  const { baseFeePerGas } = fields;
  return {
    number: readQuantity(fields["number"]),
    hash: readText(fields["hash"]),
    timeS: readQuantity(fields["timestamp"]),
    baseFeePerGas: typeof baseFeePerGas === "string" ? BigInt(baseFeePerGas) : undefined,
  };
}

/** undefined: not mined. @throws AppError chain_unreachable, chain_answer_malformed */
export async function readReceipt(node: RpcNode, hash: string): Promise<NodeReceipt | undefined> {
  const answer = await readNode(node, "eth_getTransactionReceipt", [hash]);
  if (answer === null) return undefined;
  const fields = fieldsOf(answer);
  if (fields["blockHash"] === null) return undefined; // some nodes answer for a transaction that waits
  const { contractAddress } = fields;
  return {
    blockNumber: readQuantity(fields["blockNumber"]),
    blockHash: readText(fields["blockHash"]),
    isSuccess: readQuantity(fields["status"]) === 1,
    contract: typeof contractAddress === "string" ? contractAddress.toLowerCase() : undefined,
    logs: listOf(fields["logs"]).map(parseLog),
  };
}

/** The logs of a contract in a range of blocks, both ends included. */
export function parseLogs(answer: unknown): readonly NodeLog[] {
  return listOf(answer).map(parseLog);
}

/** A number that the node answered: hex, at most 2^53 - 1. @throws AppError chain_answer_malformed */
export function readQuantity(value: unknown): number {
  const number = typeof value === "string" && /^0x[0-9a-f]+$/i.test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw malformed("a number");
  return number;
}

function parseLog(value: unknown): NodeLog {
  const fields = fieldsOf(value);
  return {
    address: readText(fields["address"]).toLowerCase(),
    topics: listOf(fields["topics"]).map(readText),
    data: readText(fields["data"]),
    blockNumber: readQuantity(fields["blockNumber"]),
    blockHash: readText(fields["blockHash"]),
    transactionHash: readText(fields["transactionHash"]),
    logIndex: readQuantity(fields["logIndex"]),
  };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) throw malformed("an object");
  return { ...value };
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw malformed("a list");
  return value;
}

function readText(value: unknown): string {
  if (typeof value !== "string") throw malformed("a text");
  return value;
}

function malformed(expected: string): AppError {
  return new AppError(
    "chain_answer_malformed",
    `节点的应答无法读取（应为 ${expected}）。 The node's answer cannot be read: expected ${expected}.`,
  );
}
