import fs from "node:fs";
import path from "node:path";
import { accountTurn } from "./adapters/chain/accountTurn.ts";
import { attachLedger } from "./adapters/chain/attachLedger.ts";
import { deployLedger } from "./adapters/chain/deployLedger.ts";
import { startDevChain } from "./adapters/chain/devChain.ts";
import { ethersLedger, type EthersLedger } from "./adapters/chain/ethersLedger.ts";
import { fetchRpc } from "./adapters/chain/fetchRpc.ts";
import { ledgerAdmin, type LedgerAdmin } from "./adapters/chain/ledgerAdmin.ts";
import { loadLedgerArtifact } from "./adapters/chain/ledgerArtifact.ts";
import { unitLedger } from "./adapters/chain/unitLedger.ts";
import type { Keystore } from "./adapters/sign/keystore.ts";
import { systemClock } from "./adapters/system/clock.ts";
import type { UnitLedger } from "./app/declarationPorts.ts";
import type { Deployment, Store } from "./app/storePorts.ts";
import type { Config } from "./config.ts";
import { AppError } from "./core/errors.ts";
import { jsonRpcReader } from "./core/ledgerCall.ts";
import { readLedgerFile } from "./ledgerFile.ts";

/** Tells people what takes a while. */
export type Progress = (message: string) => void;

export type LedgerParts = {
  readonly rpcUrl: string;
  readonly ledger: EthersLedger;
  /** undefined where the bureau's key is not given. */
  readonly admin: LedgerAdmin | undefined;
  /** Sends what units sign. */
  readonly unitLedger: UnitLedger;
  readonly deployment: Deployment;
  stop(): Promise<void>;
};

export type LedgerOptions = {
  readonly config: Config;
  readonly store: Store;
  readonly keystore: Keystore;
  readonly progress: Progress;
  /** False: only what is there is opened. */
  readonly mayDeploy: boolean;
};

type Chain = { readonly rpcUrl: string; readonly chainId: number; stop(): Promise<void> };
type Keys = { readonly anchorer: string; readonly bureau: string | undefined; readonly registrar: string };

const artifactFile = path.resolve(import.meta.dirname, "../artifacts/contracts/ReceiptLedger.sol/ReceiptLedger.json");

/**
 * Opens the chain and the contract that the database belongs to; on an empty database deploys it. With mayDeploy the histories
 * of database and chain must agree.
 * @throws AppError chain_state_lost, database_behind_chain, ledger_missing, chain_unreachable
 */
export async function openLedger(options: LedgerOptions): Promise<LedgerParts> {
  const { config, store, keystore } = options;
  const keys = {
    anchorer: config.ANCHORER_KEY ?? keystore.accountKey("anchorer"),
    bureau: config.BUREAU_KEY ?? (config.CHAIN_RPC_URL === undefined ? keystore.accountKey("bureau") : undefined),
    registrar: config.REGISTRAR_KEY ?? keystore.accountKey("registrar"),
  };
  const known = await store.deployment();
  const chain = await openChain(options, keys, known);
  try {
    const deployment = known ?? (await newDeployment(options, chain, keys));
    const artifact = loadLedgerArtifact(artifactFile);
    const { rpcUrl, chainId } = chain;
    const place = { rpcUrl, chainId, artifact, contract: deployment.contract };
    const ledger = ethersLedger({ ...place, anchorerKey: keys.anchorer });
    await ledger.assertDeployed(deployment);
    // A command beside the service, above all the audit, must be able to look at what is wrong.
    if (options.mayDeploy) await assertSameHistory(store, ledger);
    if (known === undefined) await store.saveDeployment(deployment);
    // The bureau's acts and the units' come from every program that serves them, and from commands beside it.
    const admin =
      keys.bureau === undefined
        ? undefined
        : ledgerAdmin({ ...place, bureauKey: keys.bureau, inTurn: accountTurn(store, "bureau") });
    const units = unitLedger({
      ...place,
      registrarKey: keys.registrar,
      inTurn: accountTurn(store, "registrar"),
    });
    const stop = async (): Promise<void> => {
      admin?.stop();
      units.stop();
      ledger.stop();
      await chain.stop();
    };
    return { rpcUrl, ledger, admin, unitLedger: units, deployment, stop };
  } catch (error) {
    await chain.stop();
    throw error;
  }
}

async function openChain(options: LedgerOptions, keys: Keys, known: Deployment | undefined): Promise<Chain> {
  const { config, progress, keystore } = options;
  const running = config.CHAIN_RPC_URL ?? (options.mayDeploy ? undefined : await runningChain(config));
  if (running !== undefined) {
    const chainId = Number(await jsonRpcReader(fetchRpc(running)).chainId());
    return { rpcUrl: running, chainId, stop: () => Promise.resolve() };
  }
  const dir = path.join(config.DATA_DIR, "chain");
  if (known !== undefined && !fs.existsSync(path.join(dir, "journal.jsonl"))) throw chainLost(dir);
  progress("启动内置链 (starting the embedded chain)");
  const chain = await startDevChain({
    dir,
    clock: systemClock,
    port: config.CHAIN_PORT,
    funded: [keys.anchorer, keys.bureau ?? keys.anchorer, keys.registrar].map((key) => addressOf(key, keystore)),
    onProgress: (done, total) => {
      if (total > 0 && done % 1000 === 0) progress(`重放链上交易 ${done} / ${total} (replaying transactions)`);
    },
  });
  return { rpcUrl: chain.url, chainId: chain.chainId, stop: () => chain.stop() };
}

const addressOf = (key: string, keystore: Keystore): string => keystore.addressOfAccountKey(key);

/** The embedded chain of a program that runs in the same folder, for commands beside it. */
async function runningChain(config: Config): Promise<string | undefined> {
  const place = readLedgerFile(config.DATA_DIR);
  if (place === undefined) return undefined;
  try {
    const chainId = await jsonRpcReader(fetchRpc(place.rpcUrl)).chainId();
    return Number(chainId) === place.chainId ? place.rpcUrl : undefined;
  } catch {
    return undefined;
  }
}

async function newDeployment(options: LedgerOptions, chain: Chain, keys: Keys): Promise<Deployment> {
  const { config, progress, keystore, mayDeploy } = options;
  const { rpcUrl, chainId } = chain;
  if (config.LEDGER_ADDRESS !== undefined) return attachLedger({ rpcUrl, chainId, contract: config.LEDGER_ADDRESS });
  if (!mayDeploy || keys.bureau === undefined) {
    throw new AppError(
      "ledger_missing",
      "没有账本合约，请先运行 npm start。 There is no ledger yet: run npm start first.",
    );
  }
  progress("部署账本合约 (deploying the ledger contract)");
  return deployLedger({
    rpcUrl,
    chainId,
    artifact: loadLedgerArtifact(artifactFile),
    deployerKey: keys.bureau,
    bureau: addressOf(keys.bureau, keystore),
    anchorer: addressOf(keys.anchorer, keystore),
  });
}

/** A chain behind the database has lost receipts that we call anchored; a database behind the chain was restored from an old copy. */
async function assertSameHistory(store: Store, ledger: EthersLedger): Promise<void> {
  const [last, head, open] = [await store.lastAnchored(), await ledger.head(), await store.openBatch()];
  const ours = last?.batchNo ?? 0;
  if (head.batchCount < ours || (head.batchCount === ours && ours > 0 && head.headHash !== last?.head)) {
    throw chainLost(`batch ${ours} ${last?.head ?? ""}, on chain ${head.batchCount} ${head.headHash}`);
  }
  if (head.batchCount > ours + (open === undefined ? 0 : 1)) {
    throw new AppError(
      "database_behind_chain",
      `数据库只到批次 ${ours}，链上已有 ${head.batchCount} 个批次：数据库可能是旧备份，请恢复完整的数据库后再启动。 ` +
        `The database ends at batch ${ours}, the chain at ${head.batchCount}: restore the whole database before starting.`,
    );
  }
}

function chainLost(where: string): AppError {
  return new AppError(
    "chain_state_lost",
    `链的状态已丢失或不一致（${where}）。程序不会另行部署新合约；请恢复链的数据后再启动。 ` +
      `The chain's state is lost or differs (${where}). No new contract is deployed; restore the chain's data and start again.`,
  );
}
