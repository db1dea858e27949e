import { getAddress, type ErrorDescription, type Interface, type Result } from "ethers";
import { AppError } from "../../core/errors.ts";
import { RpcRefusal, unreachable, type RpcNode } from "./rpcNode.ts";

/** The contract at its address on a node. */
export type LedgerContract = {
  readonly node: RpcNode;
  /** 0x-prefixed lower case. */
  readonly address: string;
  readonly abi: Interface;
};

export type BookRecord = {
  readonly unitId: number;
  readonly code: number;
  readonly first: number;
  readonly last: number;
  /** The next number to be anchored. */
  readonly next: number;
};

export type UnitRecord = {
  readonly creditCode: string;
  /** 0x-prefixed lower case. */
  readonly signer: string;
  readonly admittedAtS: number;
  /** 0: not suspended. */
  readonly suspendedAtS: number;
};

/** A call that the contract refused, in its own words. */
export type ContractRefusal = {
  /** The custom error's name; "Error" or "Panic" of Solidity's own; "Unknown" or "NoRevertData" if it gives none. */
  readonly error: string;
  /** name=value of each argument, or the node's own words. */
  readonly details: string;
  readonly args: Readonly<Record<string, string>>;
  /** If the error's first argument is a bookId. */
  readonly bookId?: number;
};

/**
 * Calls a view and gives what it returns.
 * @throws AppError chain_unreachable; ledger_missing if the address answers, but not as the contract does
 */
export async function readContract(
  contract: LedgerContract,
  name: string,
  args: readonly unknown[],
  block: number | "latest" = "latest",
): Promise<Result> {
  const data = contract.abi.encodeFunctionData(name, args);
  const tag = typeof block === "number" ? `0x${block.toString(16)}` : block;
  const answer = await readNode(contract.node, "eth_call", [{ to: contract.address, data }, tag]);
  try {
    return contract.abi.decodeFunctionResult(name, typeof answer === "string" ? answer : "0x");
  } catch (cause) {
    throw ledgerMissing(contract.address, cause);
  }
}

/** A read that the node refuses tells as little as no answer. @throws AppError chain_unreachable */
export async function readNode(node: RpcNode, method: string, params: readonly unknown[]): Promise<unknown> {
  try {
    return await node.request(method, params);
  } catch (error) {
    throw error instanceof RpcRefusal ? unreachable(error) : error;
  }
}

/** undefined if there is no such book. */
export async function readBook(contract: LedgerContract, bookId: number): Promise<BookRecord | undefined> {
  const book = recordIn(await readContract(contract, "book", [bookId]), 0);
  const unitId = integerIn(book, "unitId");
  if (unitId === 0) return undefined;
  const [code, first] = [integerIn(book, "code"), integerIn(book, "first")];
  return { unitId, code, first, last: integerIn(book, "last"), next: integerIn(book, "next") };
}

/** undefined if there is no such unit. */
export async function readUnit(contract: LedgerContract, unitId: number): Promise<UnitRecord | undefined> {
  const unit = recordIn(await readContract(contract, "unit", [unitId]), 0);
  const admittedAtS = integerIn(unit, "admittedAt");
  if (admittedAtS === 0) return undefined;
  return {
    creditCode: Buffer.from(textIn(unit, "creditCode").slice(2), "hex").toString("latin1"),
    signer: textIn(unit, "signer").toLowerCase(),
    admittedAtS,
    suspendedAtS: integerIn(unit, "suspendedAt"),
  };
}

/** Ids run from 1 to these. */
export async function readCounts(
  contract: LedgerContract,
): Promise<{ readonly units: number; readonly books: number; readonly claimants: number }> {
  const counts = await readContract(contract, "counts", []);
  return {
    units: integerIn(counts, "unitCount"),
    books: integerIn(counts, "bookCount"),
    claimants: integerIn(counts, "claimantCount"),
  };
}

/** What a refused call says. @throws AppError chain_unreachable if the node refused for a reason of its own */
export function readRefusal(contract: LedgerContract, refusal: RpcRefusal): ContractRefusal {
  if (refusal.kind !== "reverted") throw unreachable(refusal);
  if (refusal.data === undefined || refusal.data === "0x") {
    return { error: "NoRevertData", details: refusal.message.slice(0, 200), args: {} };
  }
  const parsed = parseError(contract.abi, refusal.data);
  if (parsed === null) return { error: "Unknown", details: refusal.data.slice(0, 200), args: {} };
  const values: readonly unknown[] = parsed.args.toArray();
  const named = parsed.fragment.inputs.map((input, index): [string, string] => [input.name, String(values[index])]);
  const details = named.map(([name, value]) => `${name}=${value}`).join(", ");
  const base = { error: parsed.name, details, args: Object.fromEntries(named) };
  const [first] = named;
  return first?.[0] === "bookId" ? { ...base, bookId: Number(first[1]) } : base;
}

/** A refusal as the caller of an act gets it. */
export function ledgerRefused(refusal: ContractRefusal): AppError {
  return new AppError(
    "ledger_refused",
    `合约拒绝：${refusal.error}（${refusal.details}）。 The contract refused: ${refusal.error} (${refusal.details}).`,
    { details: { ...refusal.args, error: refusal.error } },
  );
}

function parseError(abi: Interface, data: string): ErrorDescription | null {
  try {
    return abi.parseError(data);
  } catch {
    return null; // a known selector with arguments that do not fit it
  }
}

/** @throws AppError address_malformed */
export function parseAddress(text: string): string {
  try {
    return getAddress(text.toLowerCase()).toLowerCase();
  } catch (cause) {
    throw new AppError("address_malformed", `不是地址：${text}。 This is no address: ${text}.`, { cause });
  }
}

/** A struct inside a result. */
export function recordIn(result: Result, index: number): Result {
  const value: unknown = result[index];
  if (!isResult(value)) throw new AppError("ledger_missing", "the contract's answer is no record");
  return value;
}

/** An integer of at most 2^53 - 1. */
export function integerIn(result: Result, name: string): number {
  const value: unknown = result.getValue(name);
  const number = typeof value === "bigint" ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw new AppError("ledger_missing", `the contract's ${name} is no number`);
  return number;
}

export function truthIn(result: Result, name: string): boolean {
  const value: unknown = result.getValue(name);
  if (typeof value !== "boolean") throw new AppError("ledger_missing", `the contract's ${name} is no truth value`);
  return value;
}

export function textIn(result: Result, name: string): string {
  const value: unknown = result.getValue(name);
  if (typeof value !== "string") throw new AppError("ledger_missing", `the contract's ${name} is no text`);
  return value;
}

function isResult(value: unknown): value is Result {
  return Array.isArray(value) && "getValue" in value;
}

function ledgerMissing(address: string, cause: unknown): AppError {
  return new AppError(
    "ledger_missing",
    `地址 ${address} 上没有票据账本合约；链的状态可能已丢失。 ` +
      `There is no receipt ledger at ${address}: the chain's state may be lost.`,
    { details: { address }, cause },
  );
}
