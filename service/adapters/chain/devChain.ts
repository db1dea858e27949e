import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import type { Clock } from "../../app/ports.ts";
import { AppError, invariant } from "../../core/errors.ts";
import {
  createJournal,
  journalDamaged,
  measureJournal,
  openJournalWriter,
  readJournal,
  type ChainHeader,
  type JournalWriter,
} from "./chainJournal.ts";
import { RpcError, edrVersion, newestHardfork, startEdrNode, type EdrNode } from "./edrNode.ts";
import { lockJournal } from "./journalLock.ts";
import { startRpcServer } from "./rpcServer.ts";

export type DevChain = {
  /** JSON-RPC on the loopback interface. */
  readonly url: string;
  readonly chainId: number;
  /** 0x-prefixed; unique to the chain: it tells a chain that was lost and made anew. */
  readonly genesisHash: string;
  /** There was no journal: the chain begins now. */
  readonly isNew: boolean;
  readonly replayedCount: number;
  /** Bytes of a torn last line that were cut off; they were never acknowledged. */
  readonly tornBytes: number;
  stop(): Promise<void>;
};

export type DevChainOptions = {
  readonly dir: string;
  readonly clock: Clock;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Default 31337. */
  readonly chainId?: number;
  /** Addresses with coins from the first block on; read only when the journal is made. */
  readonly funded?: readonly string[];
  /** Default 4 MiB. */
  readonly maxBodyBytes?: number;
  /** Transactions replayed so far, of how many; called at the begin and end, and every 200. */
  readonly onProgress?: (done: number, total: number) => void;
};

/** What may be asked from outside: reading, and sending a transaction that somebody signed. */
const ALLOWED: ReadonlySet<string> = new Set([
  "eth_blockNumber",
  "eth_call",
  "eth_chainId",
  "eth_estimateGas",
  "eth_feeHistory",
  "eth_getBalance",
  "eth_getBlockByHash",
  "eth_getBlockByNumber",
  "eth_getBlockTransactionCountByHash",
  "eth_getBlockTransactionCountByNumber",
  "eth_getCode",
  "eth_getLogs",
  "eth_getStorageAt",
  "eth_getTransactionByBlockHashAndIndex",
  "eth_getTransactionByBlockNumberAndIndex",
  "eth_getTransactionByHash",
  "eth_getTransactionCount",
  "eth_getTransactionReceipt",
  "eth_sendRawTransaction",
  "eth_syncing",
  "net_listening",
  "net_version",
]);

/** Answers of our own. The chain asks no fee; EDR would always suggest one gwei. */
const FIXED: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["eth_accounts", []],
  ["eth_gasPrice", "0x0"],
  ["eth_maxPriorityFeePerGas", "0x0"],
  ["web3_clientVersion", "lianpiao-devchain"],
]);

const PROGRESS_EVERY = 200;

/**
 * The embedded default chain: one EVM in this process with a journal of every mined transaction, one to a block.
 * A start replays the journal at the recorded times and compares the last block's hash. Nothing is answered, neither to
 * the sender nor to a reader, before it is on the disk: so a kill at any moment loses nothing that anybody has seen.
 * It is a durable chain for one machine, not a consensus network.
 * @throws AppError chain_journal_locked, chain_journal_damaged, chain_journal_incompatible, chain_journal_mismatch,
 * chain_port_taken
 */
export async function startDevChain(options: DevChainOptions): Promise<DevChain> {
  fs.mkdirSync(options.dir, { recursive: true });
  const lock = lockJournal(options.dir);
  try {
    const file = path.join(options.dir, "journal.jsonl");
    const isNew = !fs.existsSync(file);
    if (isNew) createJournal(file, await newHeader(options));
    const extent = await measureJournal(file);
    const { node, header, lastTimeS } = await replay(file, extent.entryCount, options);
    const journal = openJournalWriter(file, extent.wholeBytes);
    const chain = journalledChain(node, journal, options.clock, lastTimeS, extent.entryCount);
    const server = await startRpcServer({
      port: options.port ?? 0,
      maxBodyBytes: options.maxBodyBytes ?? 4 << 20,
      maxBatchCount: 1000,
      handle: (method, params) => chain.handle(method, params),
    }).catch(async (error: unknown) => {
      await journal.close();
      throw error;
    });
    return {
      url: server.url,
      chainId: header.chainId,
      genesisHash: header.genesisHash,
      isNew,
      replayedCount: extent.entryCount,
      tornBytes: extent.tornBytes,
      async stop() {
        await server.stop();
        await chain.idle();
        await journal.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function newHeader(options: DevChainOptions): Promise<ChainHeader> {
  const header = {
    version: 1,
    chainId: options.chainId ?? 31337,
    genesisTimeS: Math.floor(options.clock.nowMs() / 1000),
    hardfork: newestHardfork,
    edr: edrVersion(),
    identity: `0x${randomBytes(20).toString("hex")}`,
    funded: (options.funded ?? []).map((address) => address.toLowerCase()),
  } as const;
  const { hash } = await blockAt(await startEdrNode(header), "0x0");
  return { ...header, genesisHash: hash };
}

type Replayed = { readonly node: EdrNode; readonly header: ChainHeader; readonly lastTimeS: number };

async function replay(file: string, total: number, options: DevChainOptions): Promise<Replayed> {
  const lines = readJournal(file);
  const first = await lines.next();
  const header = first.done === true ? undefined : first.value;
  if (header === undefined || !("genesisHash" in header)) throw journalDamaged(file, 1);
  if (options.chainId !== undefined && options.chainId !== header.chainId)
    throw mismatch(file, header, options.chainId);
  const node = await startEdrNode(header);
  let tip = header.genesisHash;
  let lastTimeS = header.genesisTimeS;
  let done = 0;
  if ((await blockAt(node, "0x0")).hash !== tip) throw incompatible(file, header.edr, 0);
  options.onProgress?.(0, total);
  for await (const entry of lines) {
    invariant("raw" in entry, "only the first line is a header");
    await node("evm_setNextBlockTimestamp", [toHex(entry.timeS)]);
    await node("eth_sendRawTransaction", [entry.raw]).catch((cause: unknown) => {
      throw incompatible(file, header.edr, done + 1, cause);
    });
    tip = entry.blockHash;
    lastTimeS = entry.timeS;
    done++;
    if (done % PROGRESS_EVERY === 0) options.onProgress?.(done, total);
  }
  if ((await blockAt(node, "latest")).hash !== tip) throw incompatible(file, header.edr, done);
  options.onProgress?.(done, total);
  return { node, header, lastTimeS };
}

type JournalledChain = {
  handle(method: string, params: readonly unknown[]): Promise<unknown>;
  /** Resolves when no transaction is being mined. */
  idle(): Promise<void>;
};

function journalledChain(
  node: EdrNode,
  journal: JournalWriter,
  clock: Clock,
  startTimeS: number,
  startHeight: number,
): JournalledChain {
  let lastTimeS = startTimeS;
  let height = startHeight;
  let broken: Error | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  let inHand: Promise<unknown> = Promise.resolve();

  const mine = async (raw: unknown): Promise<unknown> => {
    if (broken !== undefined) throw broken;
    if (typeof raw !== "string") throw new RpcError(-32602, "a signed transaction is a hex string");
    // Never before the last block, even if the clock was set back.
    const timeS = Math.max(Math.floor(clock.nowMs() / 1000), lastTimeS);
    await node("evm_setNextBlockTimestamp", [toHex(timeS)]);
    const hash = await node("eth_sendRawTransaction", [raw]);
    try {
      const block = await blockAt(node, "latest");
      invariant(block.number === height + 1 && block.transactions.includes(hash), "a block holds its one transaction");
      invariant(block.timeS === timeS, "a block has the time that it was given");
      journal.append({ timeS, raw: raw.toLowerCase(), blockHash: block.hash });
      height = block.number;
      lastTimeS = timeS;
    } catch (error) {
      // The chain in memory now holds what the journal lacks: nobody may build on it.
      broken = error instanceof Error ? error : new Error(String(error));
      throw broken;
    }
    return hash;
  };

  const send = async (raw: unknown): Promise<unknown> => {
    const mined = queue.then(() => (inHand = mine(raw)));
    queue = mined.catch(() => undefined);
    const hash = await mined;
    await journal.synced();
    return hash;
  };

  const read = async (method: string, params: readonly unknown[]): Promise<unknown> => {
    const result = await node(method, params);
    await inHand.catch(() => undefined); // may have been mined, and seen, but not be in the journal yet
    await journal.synced();
    if (broken !== undefined) throw broken;
    return result;
  };

  return {
    async handle(method, params) {
      const failure = broken ?? journal.failure();
      if (failure !== undefined) throw failure;
      if (FIXED.has(method)) return FIXED.get(method);
      if (!ALLOWED.has(method)) throw new RpcError(-32601, `the method ${method.slice(0, 60)} is not offered`);
      return method === "eth_sendRawTransaction" ? send(params[0]) : read(method, params);
    },
    async idle() {
      await queue;
    },
  };
}

type Block = {
  readonly hash: string;
  readonly number: number;
  readonly timeS: number;
  readonly transactions: readonly unknown[];
};

async function blockAt(node: EdrNode, tag: string): Promise<Block> {
  const block = await node("eth_getBlockByNumber", [tag, false]);
  invariant(typeof block === "object" && block !== null, "the block exists");
  invariant("hash" in block && typeof block.hash === "string", "a block has a hash");
  invariant("number" in block && typeof block.number === "string", "a block has a number");
  invariant("timestamp" in block && typeof block.timestamp === "string", "a block has a time");
  invariant("transactions" in block && Array.isArray(block.transactions), "a block has transactions");
  const { hash, number, timestamp, transactions } = block;
  return { hash, number: Number(number), timeS: Number(timestamp), transactions };
}

function toHex(value: number): string {
  return `0x${value.toString(16)}`;
}

function incompatible(file: string, madeBy: string, blockNumber: number, cause?: unknown): AppError {
  const installed = edrVersion();
  return new AppError(
    "chain_journal_incompatible",
    `链日志 ${file} 由 edr ${madeBy} 生成，用已安装的 edr ${installed} 重放到第 ${blockNumber} 块时结果不同。` +
      `请安装原版本，或从备份恢复该文件；不要删除它，否则已上链的记录会丢失。 ` +
      `The chain's journal ${file}, made by edr ${madeBy}, gives another chain up to block ${blockNumber} with the ` +
      `installed edr ${installed}. Install that version, or restore the file from a backup. Do not delete it: ` +
      `what has been anchored would be lost.`,
    { details: { madeBy, installed, blockNumber }, cause },
  );
}

function mismatch(file: string, header: ChainHeader, chainId: number): AppError {
  return new AppError(
    "chain_journal_mismatch",
    `链日志 ${file} 的链号是 ${header.chainId}，而配置要求 ${chainId}。 ` +
      `The chain in ${file} has the id ${header.chainId}, the configuration asks for ${chainId}: correct one of them.`,
    { details: { found: header.chainId, expected: chainId } },
  );
}
