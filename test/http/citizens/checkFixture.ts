import { encodeBytes32String, Wallet } from "ethers";
import type { Deps } from "../../../service/app/deps.ts";
import { followLedger } from "../../../service/app/followLedger.ts";
import type { Receipt } from "../../../service/app/storePorts.ts";
import { bytesOfHex, hexOf } from "../../../service/core/bytes.ts";
import type { RpcRequest } from "../../../service/core/ledgerCall.ts";
import { leafOf } from "../../../service/core/leaf.ts";
import { domainSeparator, paperSigningDigest, segmentSigningDigest } from "../../../service/core/segment.ts";
import { searchWork } from "../../../service/core/workProof.ts";
import { createApp, type AppOptions } from "../../../service/http/app.ts";
import { listen } from "../../../service/http/server.ts";
import { startPlatform, type Platform } from "../../support/platform.ts";

export type CheckAnswer = { readonly status: number; readonly body: Record<string, unknown>; readonly text: string };

/** The program with a real database and a real chain, its pages on a real socket. */
export type CheckFixture = {
  readonly platform: Platform;
  readonly url: string;
  readonly deps: Deps;
  /** A receipt that is drawn and anchored. */
  anchored(busNo: string, change?: Parameters<Platform["issue"]>[2]): Promise<Receipt>;
  /** What a claimant, the unit and a red-letter receipt do to it on chain. */
  claim(receipt: Receipt, amountFen: number): Promise<void>;
  changeToPaper(receipt: Receipt): Promise<void>;
  /** Reads what was done on chain, as the worker does. */
  follow(): Promise<void>;
  /** Past the database, which does not know the red-letter receipt: to be done last. Gives its code and number. */
  reverse(receipt: Receipt): Promise<{ readonly code: string; readonly number: string }>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<CheckAnswer>;
  stop(): Promise<void>;
};

export type FixtureOptions = {
  readonly change?: (platform: Platform) => Deps;
  readonly app?: Partial<AppOptions>;
};

export async function startCheckFixture({ change, app = {} }: FixtureOptions = {}): Promise<CheckFixture> {
  const platform = await startPlatform();
  const { ledger, keystore } = platform;
  const deps = change?.(platform) ?? platform.deps;
  const { node, abi } = ledger.onNode;
  const askNode: RpcRequest = (method, params) => node.request(method, params);
  const server = await listen(
    createApp({
      ...{ deps, openSecret: (sealed) => keystore.openSecret(sealed), probes: [], version: "test", askNode },
      ...app,
    }),
    "127.0.0.1",
    0,
  );
  const url = `http://127.0.0.1:${server.port}`;
  const bureau = new Wallet(keystore.accountKey("bureau"));
  const anchorer = new Wallet(keystore.accountKey("anchorer"));
  /** The chain of the tests mines at once. */
  const send = async (wallet: Wallet, method: string, args: readonly unknown[]): Promise<void> => {
    const data = abi.encodeFunctionData(method, args);
    const call = { from: wallet.address, to: ledger.contract, data };
    const [nonce, gasLimit, gasPrice] = await Promise.all([
      node.request("eth_getTransactionCount", [wallet.address, "latest"]),
      node.request("eth_estimateGas", [call]),
      node.request("eth_gasPrice", []),
    ]);
    const transaction = { to: ledger.contract, data, type: 0, chainId: ledger.chainId, nonce: Number(nonce) };
    const priced = { gasLimit: BigInt(String(gasLimit)) * 2n, gasPrice: BigInt(String(gasPrice)) * 2n };
    const hash = await node.request("eth_sendRawTransaction", [
      await wallet.signTransaction({ ...transaction, ...priced }),
    ]);
    const receipt = (await node.request("eth_getTransactionReceipt", [hash])) as { status: string } | null;
    if (receipt?.status !== "0x1") throw new Error(`${method} was not mined`);
  };
  const domain = domainSeparator({ chainId: deps.ledger.chainId, contract: bytesOfHex(deps.ledger.contract) });
  const sign = async (keyId: string, digest: Uint8Array): Promise<string> =>
    hexOf(await keystore.signDigest(keyId, digest));
  return {
    platform,
    url,
    deps,
    async anchored(busNo, input = {}) {
      const receipt = await platform.issue("outpatient", busNo, input);
      await platform.renderAll();
      await platform.anchorAll();
      return platform.current(receipt);
    },
    async claim(receipt, amountFen) {
      const code = encodeBytes32String("91440300MA5CLAIM01").slice(0, 38);
      await send(bureau, "admitClaimant", [code, bureau.address]);
      await send(bureau, "claim", [hexOf(leafIn(receipt)), receipt.issuedFen, amountFen]);
    },
    async changeToPaper(receipt) {
      const unit = (await deps.store.unit(receipt.unitId))!;
      const leaf = leafIn(receipt);
      const claim = { unitId: receipt.unitId, leaf, onPaper: true, nonce: 0 };
      const signature = await sign(unit.keyId, paperSigningDigest(domain, claim));
      await send(bureau, "setPaper", [receipt.unitId, hexOf(leaf), true, signature]);
    },
    async reverse(receipt) {
      const unit = (await deps.store.unit(receipt.unitId))!;
      const books = await deps.store.books(receipt.unitId);
      const book = books.find(({ kind }) => kind !== receipt.kind)!;
      const reversal = { leaf: leafIn(receipt), by: book.next };
      const segment = { bookId: book.bookId, from: book.next, count: 1, root: new Uint8Array(32).fill(7) };
      const digest = segmentSigningDigest(domain, { ...segment, reversals: [reversal] });
      const reversals = [{ leaf: hexOf(reversal.leaf), by: reversal.by }];
      const signature = await sign(unit.keyId, digest);
      await send(anchorer, "anchor", [[{ ...segment, root: hexOf(segment.root), reversals, signature }]]);
      return { code: String(book.code).padStart(8, "0"), number: String(book.next).padStart(10, "0") };
    },
    async follow() {
      await followLedger(deps, (await deps.store.lease("follow", "test", 60_000))!);
    },
    post: (target, body, headers = {}) => post(url + target, body, headers),
    async stop() {
      await server.close();
      await platform.stop();
    },
  };
}

async function post(url: string, body: unknown, headers: Readonly<Record<string, string>>): Promise<CheckAnswer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: JSON.parse(text) as Record<string, unknown>, text };
}

function leafIn(receipt: Receipt): Uint8Array {
  const { code, number, issuedFen, reversedFen, dataDigest, documentDigest } = receipt;
  return leafOf({ code, number, issuedFen, reversedFen, dataDigest: dataDigest!, documentDigest: documentDigest! });
}

/** The five elements as they are typed. */
export function typed({ data }: Receipt): Record<string, unknown> {
  const { eInvoiceCode, eInvoiceNumber, randomNumber, totalAmount, issueDate } = data;
  return { eInvoiceCode, eInvoiceNumber, randomNumber, totalAmount, issueDate };
}

export type ChallengeView = { readonly token: string; readonly bits: number; readonly expiresAt: string };

/** "<token>:<nonce>" */
export function solved({ token, bits }: ChallengeView): string {
  const nonce = searchWork(token, bits, 0, 2 ** 32);
  if (nonce === undefined) throw new Error("no nonce proves it");
  return `${token}:${String(nonce)}`;
}

/** Another check code than the receipt's. */
export const otherCode = (receipt: Receipt, n = 0): string =>
  receipt.data.randomNumber.startsWith("zzzzz")
    ? `AAAAA${String.fromCharCode(65 + (n % 26))}`
    : `zzzzz${String.fromCharCode(65 + (n % 26))}`;
