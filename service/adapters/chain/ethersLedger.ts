import { Transaction, Wallet, type TransactionLike } from "ethers";
import type { BookEvent, Fee, Ledger, SignedSegment } from "../../app/ports.ts";
import type { Deployment } from "../../app/storePorts.ts";
import { AppError } from "../../core/errors.ts";
import { jsonRpcReader, type LedgerReader } from "../../core/ledgerCall.ts";
import type { LedgerArtifact } from "./ledgerArtifact.ts";
import {
  integerIn,
  parseAddress,
  readBook,
  readContract,
  readNode,
  readRefusal,
  recordIn,
  textIn,
  truthIn,
  type LedgerContract,
} from "./ledgerContract.ts";
import { readLedgerEvents } from "./ledgerEvents.ts";
import { readBlock, readQuantity, readReceipt } from "./nodeAnswers.ts";
import { readReceiptActs } from "./receiptActs.ts";
import { RpcRefusal, openRpcNode } from "./rpcNode.ts";

export type EthersLedgerOptions = {
  readonly rpcUrl: string;
  readonly chainId: number;
  readonly contract: string;
  /** The secp256k1 key that submits batches, 0x-prefixed hex. No other program may send with it. */
  readonly anchorerKey: string;
  readonly artifact: LedgerArtifact;
  /** How long one request to the node may take; default 10,000. */
  readonly timeoutMs?: number;
};

export type EthersLedger = Ledger & {
  /** What core's verify reads the chain through. */
  readonly reader: LedgerReader;
  /** For the readers of an audit. */
  readonly onNode: LedgerContract;
  /**
   * Checks that the node still has the chain and the contract that the database belongs to.
   * @throws AppError chain_state_lost, chain_unreachable
   */
  assertDeployed(deployment: Deployment): Promise<void>;
  stop(): void;
};

/** The ledger by JSON-RPC. It keeps no state: nonces and transactions are the caller's, in the database. */
export function ethersLedger(options: EthersLedgerOptions): EthersLedger {
  const node = openRpcNode({ url: options.rpcUrl, chainId: options.chainId, timeoutMs: options.timeoutMs ?? 10_000 });
  const contract: LedgerContract = { node, address: parseAddress(options.contract), abi: options.artifact.abi };
  const wallet = new Wallet(options.anchorerKey);
  const anchorer = wallet.address.toLowerCase();
  return {
    chainId: options.chainId,
    contract: contract.address,
    anchorer,
    onNode: contract,
    reader: jsonRpcReader((method, params) => readNode(node, method, params)),
    head: () => readHead(contract),
    batch: (batchNo) => readBatch(contract, batchNo),
    books: (bookIds) => Promise.all(bookIds.map((bookId) => loadBook(contract, bookId))),
    status: (leaf) => readStatus(contract, leaf),
    bookEvents: () => readBookEvents(contract),
    acts: (span) => readReceiptActs(contract, span),
    simulate: (segments) => simulate(contract, anchorer, segments),
    async prepare(segments, nonce, fee, gas) {
      const isPriced = (await readBlock(node, "latest"))?.baseFeePerGas !== undefined;
      const data = encodeAnchor(contract, segments);
      const base = { chainId: options.chainId, to: contract.address, nonce, gasLimit: gas, data, value: 0n };
      const unsigned: TransactionLike = isPriced
        ? { ...base, type: 2, ...fee }
        : { ...base, type: 0, gasPrice: fee.maxFeePerGas };
      const raw = await wallet.signTransaction(unsigned);
      return { raw, hash: hashOf(raw) };
    },
    fee: (previous) => readFee(contract, previous),
    send: (raw) => send(contract, raw),
    receipt: (hash) => anchorReceipt(contract, hash),
    blockNumber: async () => readQuantity(await readNode(node, "eth_blockNumber", [])),
    minedNonce: async () => readQuantity(await readNode(node, "eth_getTransactionCount", [anchorer, "latest"])),
    assertDeployed: (deployment) => assertDeployed(contract, deployment),
    stop: () => node.stop(),
  };
}

async function readHead(contract: LedgerContract): ReturnType<Ledger["head"]> {
  const head = await readContract(contract, "head", []);
  return { batchCount: integerIn(head, "batchCount"), headHash: textIn(head, "headHash") };
}

async function readBatch(contract: LedgerContract, batchNo: number): ReturnType<Ledger["batch"]> {
  const batch = recordIn(await readContract(contract, "batch", [batchNo]), 0);
  const timeS = integerIn(batch, "time");
  if (timeS === 0) return undefined;
  const segmentCount = integerIn(batch, "segmentCount");
  return { root: textIn(batch, "root"), head: textIn(batch, "head"), timeS, segmentCount };
}

async function readStatus(contract: LedgerContract, leaf: string): ReturnType<Ledger["status"]> {
  const status = recordIn(await readContract(contract, "status", [leaf]), 0);
  return {
    reversed: truthIn(status, "reversed"),
    onPaper: truthIn(status, "onPaper"),
    reversedByCode: integerIn(status, "reversedByCode"),
    reversedByNumber: integerIn(status, "reversedByNumber"),
    capFen: integerIn(status, "capFen"),
    usedFen: integerIn(status, "usedFen"),
    lockedFen: integerIn(status, "lockedFen"),
  };
}

async function loadBook(contract: LedgerContract, bookId: number): Promise<{ next: number; last: number }> {
  const book = await readBook(contract, bookId);
  if (book !== undefined) return { next: book.next, last: book.last };
  throw new AppError("book_unknown", `链上没有号段 ${bookId}。 The chain knows no book ${bookId}.`, {
    details: { bookId },
  });
}

async function readBookEvents(contract: LedgerContract): Promise<readonly BookEvent[]> {
  const toBlock = readQuantity(await readNode(contract.node, "eth_blockNumber", []));
  const events: BookEvent[] = [];
  const names = ["BookGranted", "BookClosed"];
  for await (const page of readLedgerEvents(contract, { fromBlock: 0, toBlock, names, pageBlocks: 10_000 })) {
    for (const { name, args } of page.events) {
      const of = (field: string): number => Number(args[field]);
      const [bookId, last] = [of("bookId"), of("last")];
      if (name === "BookClosed") events.push({ kind: "closed", bookId, last });
      else events.push({ kind: "granted", bookId, unitId: of("unitId"), code: of("code"), first: of("first"), last });
    }
  }
  return events;
}

function encodeAnchor(contract: LedgerContract, segments: readonly SignedSegment[]): string {
  return contract.abi.encodeFunctionData("anchor", [segments]);
}

/** The gas is the estimate and a little more: what a claimant does meanwhile may make a reversal cost an event more. */
async function simulate(
  contract: LedgerContract,
  anchorer: string,
  segments: readonly SignedSegment[],
): ReturnType<Ledger["simulate"]> {
  const call = { from: anchorer, to: contract.address, data: encodeAnchor(contract, segments) };
  try {
    const estimate = BigInt(readQuantity(await contract.node.request("eth_estimateGas", [call])));
    return { kind: "accepted", gas: estimate + estimate / 32n + 20_000n };
  } catch (error) {
    if (!(error instanceof RpcRefusal)) throw error;
    const { args: _args, ...refusal } = readRefusal(contract, error);
    return { kind: "refused", ...refusal };
  }
}

/** Twice the base fee, so that a transaction stays good while the base fee rises for some blocks. */
async function readFee(contract: LedgerContract, previous: Fee | undefined): Promise<Fee> {
  const { node } = contract;
  const block = await readBlock(node, "latest");
  const asked = await readSuggestion(contract, block?.baseFeePerGas);
  if (previous === undefined) return asked;
  return {
    maxFeePerGas: larger(asked.maxFeePerGas, bumped(previous.maxFeePerGas)),
    maxPriorityFeePerGas: larger(asked.maxPriorityFeePerGas, bumped(previous.maxPriorityFeePerGas)),
  };
}

async function readSuggestion(contract: LedgerContract, baseFee: bigint | undefined): Promise<Fee> {
  const method = baseFee === undefined ? "eth_gasPrice" : "eth_maxPriorityFeePerGas";
  const price = BigInt(readQuantity(await readNode(contract.node, method, [])));
  if (baseFee === undefined) return { maxFeePerGas: price, maxPriorityFeePerGas: price };
  return { maxFeePerGas: 2n * baseFee + price, maxPriorityFeePerGas: price };
}

/** At least an eighth more, rounded up, and always more: also over zero. */
function bumped(price: bigint): bigint {
  return price + larger((price + 7n) / 8n, 1n);
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function hashOf(raw: string): string {
  const { hash } = Transaction.from(raw);
  if (hash === null) throw new AppError("transaction_malformed", "the transaction is not signed");
  return hash;
}

/**
 * Nodes say "already known", "nonce too low" or something else of a transaction that they have: so they are asked.
 * @throws AppError transaction_refused (details.reason: RefusalKind), chain_unreachable
 */
async function send(contract: LedgerContract, raw: string): Promise<void> {
  const hash = hashOf(raw);
  try {
    await contract.node.request("eth_sendRawTransaction", [raw]);
  } catch (error) {
    if (!(error instanceof RpcRefusal)) throw error;
    const known = await readNode(contract.node, "eth_getTransactionByHash", [hash]);
    if (known !== null) return;
    throw new AppError(
      "transaction_refused",
      `节点拒绝了交易：${error.message.slice(0, 200)}。 The node refused the transaction.`,
      { details: { reason: error.kind, hash }, cause: error },
    );
  }
}

async function anchorReceipt(contract: LedgerContract, hash: string): ReturnType<Ledger["receipt"]> {
  const receipt = await readReceipt(contract.node, hash);
  if (receipt === undefined) return undefined;
  const { blockNumber, blockHash, isSuccess } = receipt;
  for (const log of receipt.logs) {
    if (log.address !== contract.address) continue;
    const event = contract.abi.parseLog({ topics: [...log.topics], data: log.data });
    if (event?.name !== "BatchAnchored") continue;
    return { blockNumber, blockHash, isSuccess, batchNo: integerIn(event.args, "batchNo") };
  }
  return { blockNumber, blockHash, isSuccess };
}

async function assertDeployed(contract: LedgerContract, deployment: Deployment): Promise<void> {
  const { node } = contract;
  const chainId = readQuantity(await readNode(node, "eth_chainId", []));
  if (chainId !== deployment.chainId) throw stateLost("chainId", deployment.chainId, chainId);
  const genesis = await readBlock(node, 0);
  if (genesis?.hash !== deployment.genesisHash) throw stateLost("genesisHash", deployment.genesisHash, genesis?.hash);
  const block = await readBlock(node, deployment.blockNumber);
  if (block?.hash !== deployment.blockHash) throw stateLost("blockHash", deployment.blockHash, block?.hash);
  const code = await readNode(node, "eth_getCode", [deployment.contract, "latest"]);
  if (typeof code !== "string" || code.length <= 2) throw stateLost("contract", deployment.contract, "no code");
}

function stateLost(what: string, expected: unknown, found: unknown): AppError {
  return new AppError(
    "chain_state_lost",
    `链的状态已丢失或连接了另一条链：${what} 应为 ${String(expected)}，实为 ${String(found)}。` +
      `数据库中的票据属于原链；请恢复链数据，或更正 CHAIN_RPC_URL。不会自动重新部署。 ` +
      `The chain's state is lost, or this is another chain: ${what} should be ${String(expected)}, is ${String(found)}. ` +
      `The receipts in the database belong to the old chain: restore its data or correct CHAIN_RPC_URL. ` +
      `Nothing is deployed anew by itself.`,
    { details: { what, expected, found } },
  );
}
