import fs from "node:fs";
import {
  ContractDecoder,
  EdrContext,
  L1_CHAIN_TYPE,
  MineOrdering,
  OSAKA,
  l1GenesisState,
  l1HardforkFromString,
  l1ProviderFactory,
  type AccountOverride,
  type ProviderConfig,
} from "@nomicfoundation/edr";
import type { ChainHeader } from "./chainJournal.ts";

/** Hardhat's EVM in this process. Throws RpcError with what the node answered. */
export type EdrNode = (method: string, params: readonly unknown[]) => Promise<unknown>;

/** A JSON-RPC error as a node answers it; `data` of a revert is its return data in hex. */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly code: number;
  readonly data: string | undefined;

  constructor(code: number, message: string, data?: string) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** The rules that new chains are made with. */
export const newestHardfork: string = OSAKA;

/** EIP-7825: no transaction may ask for more gas. */
const TRANSACTION_GAS_CAP = 16_777_216n;

/**
 * A block holds one transaction, so it uses at most the cap, which is below half of this limit: by EIP-1559 the base
 * fee, zero in the first block, then never rises. So an account without coins can send, at a gas price of zero.
 */
const BLOCK_GAS_LIMIT = 60_000_000n;

/** 10^9 ether: what a funded account has. It needs coins only to bid for the replacement of a transaction. */
const FUNDED_WEI = 10n ** 27n;

let context: Promise<EdrContext> | undefined;

/** Starts a chain at its first block. Equal headers and transactions at equal times give equal blocks, hash for hash. */
export async function startEdrNode(header: Omit<ChainHeader, "genesisHash" | "edr">): Promise<EdrNode> {
  context ??= createContext();
  const provider = await (
    await context
  ).createProvider(
    L1_CHAIN_TYPE,
    providerConfig(header),
    { enable: false, decodeConsoleLogInputsCallback: () => [], printLineCallback: () => undefined },
    { subscriptionCallback: () => undefined },
    new ContractDecoder(),
  );
  let id = 0;
  return async (method, params) => {
    const response = await provider.handleRequest(JSON.stringify({ jsonrpc: "2.0", id: ++id, method, params }));
    const data: unknown = response.data;
    return parseResponse(typeof data === "string" ? JSON.parse(data) : data);
  };
}

/** The version of the EVM package that is installed. */
export function edrVersion(): string {
  const manifest = new URL("package.json", import.meta.resolve("@nomicfoundation/edr"));
  const value: unknown = JSON.parse(fs.readFileSync(manifest, "utf8"));
  const version = field(value, "version");
  return typeof version === "string" ? version : "unknown";
}

async function createContext(): Promise<EdrContext> {
  const made = new EdrContext();
  await made.registerProviderFactory(L1_CHAIN_TYPE, l1ProviderFactory());
  return made;
}

function providerConfig(header: Omit<ChainHeader, "genesisHash" | "edr">): ProviderConfig {
  return {
    allowBlocksWithSameTimestamp: true,
    allowUnlimitedContractSize: false,
    bailOnCallFailure: true,
    // A transaction that reverts is mined all the same, as on any chain; true would report an error instead of its hash.
    bailOnTransactionFailure: false,
    chainId: BigInt(header.chainId),
    coinbase: bytesOf(header.identity),
    defaultTransactionGasLimit: TRANSACTION_GAS_CAP,
    genesisState: genesisState(header),
    hardfork: header.hardfork,
    initialBaseFeePerGas: 0n,
    minGasPrice: 0n,
    mining: { autoMine: true, blockGasLimit: BLOCK_GAS_LIMIT, memPool: { order: MineOrdering.Fifo } },
    network: { genesisBlockGasLimit: BLOCK_GAS_LIMIT, genesisBlockTime: BigInt(header.genesisTimeS) },
    networkId: BigInt(header.chainId),
    observability: {},
    ownedAccounts: [],
    precompileOverrides: [],
    transactionGasCap: TRANSACTION_GAS_CAP,
  };
}

function genesisState(header: Pick<ChainHeader, "hardfork" | "identity" | "funded">): AccountOverride[] {
  return [
    ...l1GenesisState(l1HardforkFromString(header.hardfork)),
    { address: bytesOf(header.identity), balance: 1n },
    ...header.funded.map((address) => ({ address: bytesOf(address), balance: FUNDED_WEI })),
  ];
}

function bytesOf(address: string): Uint8Array {
  return Uint8Array.from(Buffer.from(address.slice(2), "hex"));
}

function parseResponse(response: unknown): unknown {
  const error = field(response, "error");
  if (error === undefined) return field(response, "result");
  const code = field(error, "code");
  const message = field(error, "message");
  const text = typeof message === "string" ? message : "unknown error";
  const returned = field(field(error, "data"), "data");
  // As go-ethereum answers a revert, so that any client finds the custom error in it.
  if (typeof returned === "string") throw new RpcError(3, `execution reverted: ${text}`, returned);
  throw new RpcError(typeof code === "number" ? code : -32000, text);
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}
