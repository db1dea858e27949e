import { hexlify, toUtf8Bytes } from "ethers";
import { AppError } from "../../core/errors.ts";
import { accountSender } from "./accountSender.ts";
import type { AccountTurn } from "./accountTurn.ts";
import type { LedgerArtifact } from "./ledgerArtifact.ts";
import {
  integerIn,
  ledgerRefused,
  parseAddress,
  readBook,
  readContract,
  readRefusal,
  readUnit,
  recordIn,
  type LedgerContract,
} from "./ledgerContract.ts";
import { RpcRefusal, openRpcNode } from "./rpcNode.ts";

export type LedgerAdminOptions = {
  readonly rpcUrl: string;
  readonly chainId: number;
  readonly contract: string;
  readonly artifact: LedgerArtifact;
  /** The bureau's secp256k1 key, 0x-prefixed hex. Another than the anchorer's, whose nonces are kept elsewhere. */
  readonly bureauKey: string;
  /** How long to wait for a transaction; default 60,000. */
  readonly timeoutMs?: number;
  /** Needed where several programs act for the bureau; default: this one alone. */
  readonly inTurn?: AccountTurn;
};

/**
 * What the bureau does on the contract. Each act reads first and does nothing if it is done already, so that it may be
 * repeated after a crash; it returns when its transaction is mined.
 * @throws AppError ledger_refused (details: error and arguments), transaction_reverted, transaction_not_mined,
 * chain_unreachable, ledger_missing, and the codes named at each act
 */
export type LedgerAdmin = {
  /** rootDigest: 0x-prefixed SHA-256 of the root's SubjectPublicKeyInfo. */
  addRoot(rootDigest: string): Promise<Done>;
  /** @throws AppError revocation_differs if it counts as revoked from an earlier second already */
  revokeRoot(rootDigest: string, fromS: number): Promise<Done>;
  /** creditCode: 18 characters. @throws AppError unit_signer_differs if it was admitted with another signer */
  admitUnit(creditCode: string, signer: string): Promise<Done & { readonly unitId: number }>;
  rekeyUnit(unitId: number, signer: string): Promise<Done>;
  /** Closes the books given after the last numbers given out. */
  suspendUnit(unitId: number, books: readonly { readonly bookId: number; readonly last: number }[]): Promise<Done>;
  resumeUnit(unitId: number): Promise<Done>;
  /** A book of this unit, code and range that was granted before is the one. */
  grantBook(grant: BookGrant): Promise<Done & { readonly bookId: number }>;
  closeBook(bookId: number, last: number): Promise<Done>;
  admitClaimant(creditCode: string, account: string): Promise<Done & { readonly claimantId: number }>;
  pause(): Promise<Done>;
  unpause(): Promise<Done>;
  stop(): void;
};

/** isNew: this call did it; otherwise it had been done before. */
export type Done = { readonly isNew: boolean };

export type BookGrant = {
  readonly unitId: number;
  readonly code: number;
  readonly first: number;
  readonly last: number;
};

type Act = (name: string, args: readonly unknown[]) => Promise<Done>;

export function ledgerAdmin(options: LedgerAdminOptions): LedgerAdmin {
  const node = openRpcNode({ url: options.rpcUrl, chainId: options.chainId });
  const contract: LedgerContract = { node, address: parseAddress(options.contract), abi: options.artifact.abi };
  const sender = accountSender(node, options.bureauKey, options.timeoutMs, options.inTurn);
  const act: Act = async (name, args) => {
    try {
      await sender.send(contract.address, contract.abi.encodeFunctionData(name, args));
      return { isNew: true };
    } catch (error) {
      if (error instanceof RpcRefusal) throw ledgerRefused(readRefusal(contract, error));
      throw error;
    }
  };
  const isPaused = async (): Promise<boolean> => {
    const paused: unknown = (await readContract(contract, "paused", []))[0];
    return paused === true;
  };
  return {
    addRoot: async (rootDigest) =>
      (await readRoot(contract, rootDigest)).addedAtS > 0 ? done : act("addRoot", [rootDigest]),
    revokeRoot: (rootDigest, fromS) => revokeRoot(contract, act, rootDigest, fromS),
    admitUnit: (creditCode, signer) => admitUnit(contract, act, creditCode, parseAddress(signer)),
    rekeyUnit: async (unitId, signer) =>
      (await readUnit(contract, unitId))?.signer === parseAddress(signer) ? done : act("rekeyUnit", [unitId, signer]),
    suspendUnit: async (unitId, books) =>
      (await isSuspended(contract, unitId)) === true
        ? done
        : act("suspendUnit", [unitId, books.map((book) => book.bookId), books.map((book) => book.last)]),
    resumeUnit: async (unitId) =>
      (await isSuspended(contract, unitId)) === false ? done : act("resumeUnit", [unitId]),
    grantBook: (grant) => grantBook(contract, act, sender.address, grant),
    closeBook: (bookId, last) => closeBook(contract, act, bookId, last),
    admitClaimant: (creditCode, account) => admitClaimant(contract, act, creditCode, parseAddress(account)),
    pause: async () => ((await isPaused()) ? done : act("pause", [])),
    unpause: async () => ((await isPaused()) ? act("unpause", []) : done),
    stop: () => node.stop(),
  };
}

const done: Done = { isNew: false };

async function readRoot(
  contract: LedgerContract,
  rootDigest: string,
): Promise<{ readonly addedAtS: number; readonly revokedFromS: number }> {
  const root = recordIn(await readContract(contract, "root", [rootDigest]), 0);
  return { addedAtS: integerIn(root, "addedAt"), revokedFromS: integerIn(root, "revokedFrom") };
}

async function revokeRoot(contract: LedgerContract, act: Act, rootDigest: string, fromS: number): Promise<Done> {
  const { revokedFromS } = await readRoot(contract, rootDigest);
  if (revokedFromS === fromS) return done;
  if (revokedFromS !== 0 && revokedFromS < fromS) {
    throw new AppError(
      "revocation_differs",
      `该根证书已自 ${revokedFromS} 秒起吊销。 The root is revoked from second ${revokedFromS} on already.`,
      { details: { revokedFromS, fromS } },
    );
  }
  return act("revokeRoot", [rootDigest, fromS]);
}

async function admitUnit(
  contract: LedgerContract,
  act: Act,
  creditCode: string,
  signer: string,
): Promise<Done & { readonly unitId: number }> {
  const code = creditCodeBytes(creditCode);
  const unitId = async (): Promise<number> => firstInteger(contract, "unitOf", [code]);
  const existing = await unitId();
  if (existing === 0) return { ...(await act("admitUnit", [code, signer])), unitId: await unitId() };
  const unit = await readUnit(contract, existing);
  if (unit?.signer !== signer) {
    throw new AppError(
      "unit_signer_differs",
      `单位 ${creditCode} 已以另一签名地址接入；更换密钥请用 rekeyUnit。 ` +
        `The unit ${creditCode} was admitted with another signer: to change its key use rekeyUnit.`,
      { details: { unitId: existing, signer: unit?.signer } },
    );
  }
  return { ...done, unitId: existing };
}

async function admitClaimant(
  contract: LedgerContract,
  act: Act,
  creditCode: string,
  account: string,
): Promise<Done & { readonly claimantId: number }> {
  const claimantId = async (): Promise<number> => firstInteger(contract, "claimantOf", [account]);
  const existing = await claimantId();
  if (existing !== 0) return { ...done, claimantId: existing };
  return { ...(await act("admitClaimant", [creditCodeBytes(creditCode), account])), claimantId: await claimantId() };
}

async function grantBook(
  contract: LedgerContract,
  act: Act,
  bureau: string,
  grant: BookGrant,
): Promise<Done & { readonly bookId: number }> {
  const args = [grant.unitId, grant.code, grant.first, grant.last];
  const existing = await findBook(contract, bureau, grant, args);
  if (existing !== undefined) return { ...done, bookId: existing };
  const granted = await act("grantBook", args);
  const bookId = await findBook(contract, bureau, grant, args);
  if (bookId === undefined) throw new AppError("ledger_missing", "the book that was granted is not there");
  return { ...granted, bookId };
}

/** The contract itself names the book that holds a range, whatever the number of books: so it is asked for the range. */
async function findBook(
  contract: LedgerContract,
  bureau: string,
  grant: BookGrant,
  args: readonly unknown[],
): Promise<number | undefined> {
  const data = contract.abi.encodeFunctionData("grantBook", args);
  try {
    await contract.node.request("eth_call", [{ from: bureau, to: contract.address, data }, "latest"]);
    return undefined;
  } catch (error) {
    if (!(error instanceof RpcRefusal)) throw error;
    const refusal = readRefusal(contract, error);
    const { first, last } = refusal.args;
    const isSame =
      refusal.error === "LedgerRangeOverlaps" && Number(first) === grant.first && Number(last) === grant.last;
    const book = isSame && refusal.bookId !== undefined ? await readBook(contract, refusal.bookId) : undefined;
    if (refusal.bookId === undefined || book?.unitId !== grant.unitId) throw ledgerRefused(refusal);
    return refusal.bookId;
  }
}

async function closeBook(contract: LedgerContract, act: Act, bookId: number, last: number): Promise<Done> {
  const book = await readBook(contract, bookId);
  const isClosed: unknown = (await readContract(contract, "isClosed", [bookId]))[0];
  return isClosed === true && book?.last === last ? done : act("closeBook", [bookId, last]);
}

async function isSuspended(contract: LedgerContract, unitId: number): Promise<boolean | undefined> {
  const unit = await readUnit(contract, unitId);
  return unit === undefined ? undefined : unit.suspendedAtS > 0;
}

async function firstInteger(contract: LedgerContract, name: string, args: readonly unknown[]): Promise<number> {
  const value: unknown = (await readContract(contract, name, args))[0];
  return Number(value);
}

/** bytes18 of a unified social credit code; the contract checks its characters. */
function creditCodeBytes(creditCode: string): string {
  const bytes = toUtf8Bytes(creditCode);
  if (bytes.length === 18) return hexlify(bytes);
  throw new AppError(
    "credit_code_malformed",
    `统一社会信用代码应为 18 位：${creditCode}。 A unified social credit code has 18 characters: ${creditCode}.`,
  );
}
