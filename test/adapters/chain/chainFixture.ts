import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { Wallet, type Transaction, ZeroAddress } from "ethers";
import { AppError } from "../../../service/core/errors.ts";
import { startDevChain, type DevChain, type DevChainOptions } from "../../../service/adapters/chain/devChain.ts";

export const systemClock = { nowMs: () => Date.now() };

export function temporaryFolder(prefix: string): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), `${prefix}-`));
  fs.chmodSync(dir, 0o755);
  return dir;
}

/** Polls a state; never a fixed wait. */
export async function until(isTrue: () => boolean | Promise<boolean>, what: string, timeoutMs = 30_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await isTrue())) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export function openChain(dir: string, options: Partial<DevChainOptions> = {}): Promise<DevChain> {
  return startDevChain({ dir, clock: systemClock, ...options });
}

/** The AppError that the work ends with. */
export async function failure(work: Promise<unknown>): Promise<AppError> {
  const error = await work.then(
    () => new Error("no error"),
    (caught: unknown) => caught,
  );
  if (error instanceof AppError) return error;
  throw error;
}

export type RpcAnswer = { result?: unknown; error?: { code: number; message: string; data?: string }; id?: unknown };

export async function post(url: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { method: "POST", headers: { "content-type": "application/json", ...headers }, body });
}

export async function ask(url: string, method: string, params: unknown[] = []): Promise<RpcAnswer> {
  const response = await post(url, JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
  return (await response.json()) as RpcAnswer;
}

export type PlainBlock = {
  hash: string;
  number: string;
  timestamp: string;
  baseFeePerGas: string;
  transactions: string[];
};

export async function block(url: string, tag: string): Promise<PlainBlock> {
  return (await ask(url, "eth_getBlockByNumber", [tag, false])).result as PlainBlock;
}

export function newWallet(): Wallet {
  return new Wallet(Wallet.createRandom().privateKey);
}

export async function signed(wallet: Wallet, nonce: number, fields: Partial<Transaction> = {}): Promise<string> {
  return wallet.signTransaction({
    type: 2,
    chainId: 31337,
    nonce,
    to: ZeroAddress,
    gasLimit: 100_000n,
    maxFeePerGas: 0n,
    maxPriorityFeePerGas: 0n,
    ...fields,
  });
}
