import { randomBytes, randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import type { DataSource } from "typeorm";
import { lockJournal } from "./adapters/chain/journalLock.ts";
import { openFileBlobs } from "./adapters/blob/fileBlobs.ts";
import { fetchRpc } from "./adapters/chain/fetchRpc.ts";
import { startEmbeddedPostgres, type EmbeddedPostgres } from "./adapters/postgres/embeddedPostgres.ts";
import { contactKeysOf } from "./adapters/sign/contactKeys.ts";
import type { RunningSandbox } from "./adapters/sandbox/messageSandbox.ts";
import { openKeystore, type Keystore } from "./adapters/sign/keystore.ts";
import { createHttpSms } from "./adapters/sms/httpSms.ts";
import { createBell } from "./adapters/system/bell.ts";
import { deskSecrets } from "./adapters/system/deskSecrets.ts";
import { systemClock } from "./adapters/system/clock.ts";
import { createFailpoint } from "./adapters/system/failpoint.ts";
import { systemHash } from "./adapters/system/hash.ts";
import { createLog } from "./adapters/system/log.ts";
import { systemRandom } from "./adapters/system/random.ts";
import type { DeclarationSchedule } from "./app/declareTotals.ts";
import { createWebhookPoster } from "./adapters/webhook/webhookPoster.ts";
import type { Channels } from "./app/deliveryPorts.ts";
import type { Deps } from "./app/deps.ts";
import type { BlobStore, Failpoint, Log } from "./app/ports.ts";
import type { Store } from "./app/storePorts.ts";
import { openRegister, type Register } from "./app/register.ts";
import { seedKinds } from "./app/seedKinds.ts";
import { createSegmentTrees } from "./app/segmentTrees.ts";
import { isTriedOut, type Config } from "./config.ts";
import { AppError } from "./core/errors.ts";
import { openDatabase } from "./db/dataSource.ts";
import type { BusNoMac } from "./db/erasedBusNo.ts";
import { createStore } from "./db/store.ts";
import { builtinKinds } from "./domain/kinds/builtin.ts";
import type { NewForOld } from "./domain/newForOld.ts";
import type { QrPlace } from "./domain/qrText.ts";
import { admitDemoDesk } from "./demoDesk.ts";
import { admitDemoUnits, noteDemoUrl, prepareBureau } from "./firstStart.ts";
import { createApp } from "./http/app.ts";
import type { Probe } from "./http/operations.ts";
import { listen } from "./http/server.ts";
import { writeLedgerFile } from "./ledgerFile.ts";
import { openLedger, type LedgerParts, type Progress } from "./openLedger.ts";
import { startPicturePool } from "./threads/picturePool.ts";
import { startRenderPool } from "./threads/renderPool.ts";
import { startAnchorWorker } from "./workers/anchor.ts";
import { startDeclareWorker } from "./workers/declare.ts";
import { startDeliverWorker } from "./workers/deliver.ts";
import { startFollowWorker } from "./workers/follow.ts";
import type { Worker } from "./workers/loop.ts";
import { startPaperWorker } from "./workers/paper.ts";
import { startRegisterWorker } from "./workers/register.ts";
import { startNumbersWorker } from "./workers/numbers.ts";
import { startRenderWorker } from "./workers/render.ts";
import { startWebhookWorker } from "./workers/webhook.ts";

export const VERSION = "0.1.0";

/** What commands beside the service need: opened, and nothing running. */
export type Parts = LedgerParts & {
  readonly config: Config;
  readonly log: Log;
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly keystore: Keystore;
  readonly register: Register;
};

/** The whole program, running. */
export type Service = {
  readonly deps: Deps;
  readonly parts: Parts;
  /** Origin of the pages; undefined without the role http. */
  readonly url: string | undefined;
  /** The same on this machine, whatever stands before it. */
  readonly localUrl: string | undefined;
  /** Where mail and messages stay while the program is tried out. */
  readonly sandbox: RunningSandbox | undefined;
  /** True if this start admitted the demo units. */
  readonly isFirstStart: boolean;
  stop(): Promise<void>;
};

type OpenOptions = { readonly mayDeploy: boolean };

/**
 * Opens database, keystore, documents and ledger. Without mayDeploy only what is there is opened.
 * @throws AppError the codes of each part; nothing is left running then
 */
export async function openParts(
  config: Config,
  progress: Progress,
  { mayDeploy }: OpenOptions = { mayDeploy: false },
): Promise<Parts> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    if (mayDeploy) assertFolderFree(config);
    else assertStartedBefore(config);
    const postgres = config.DATABASE_URL === undefined ? await startPostgres(config, progress) : undefined;
    // A command beside a running service has adopted its server, and must leave it running.
    if (postgres !== undefined && (mayDeploy || !postgres.isAdopted)) stops.push(() => postgres.stop());
    const failpoint = createFailpoint(config.FAILPOINT);
    const keystore = openKeys(config);
    const busNoMac = (text: string): Uint8Array => keystore.mac("busNo", text);
    const { store, dataSource } = await openStore(config.DATABASE_URL ?? postgres?.url ?? "", failpoint, busNoMac);
    stops.push(() => dataSource.destroy());
    const ledgerParts = await openLedger({ config, store, keystore, progress, mayDeploy });
    stops.push(() => ledgerParts.stop());
    const blobs = await openFileBlobs(path.join(config.DATA_DIR, "documents"));
    const log = createLog(config.LOG_LEVEL);
    if (mayDeploy) await seedKinds({ store, clock: systemClock }, builtinKinds);
    const register = await openRegister({ store, log });
    return { ...ledgerParts, config, log, store, blobs, keystore, register, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Starts the program with the roles that the configuration names.
 * @throws AppError as openParts; nothing is left running then
 */
export async function startService(config: Config, progress: Progress): Promise<Service> {
  const parts = await openParts(config, progress, { mayDeploy: true });
  const stops: (() => Promise<void>)[] = [() => parts.stop()];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    const isFirstStart = await setUp(parts, progress);
    progress("打开字库，启动绘制线程 (opening fonts, starting render threads)");
    const renderer = await startRenderPool({
      keystoreDir: keystoreDirOf(config),
      passphrase: passphraseOf(config),
      threadCount: config.RENDER_THREADS,
      isSample: config.SAMPLE,
    });
    stops.push(() => renderer.stop());
    const sandbox = await openSandbox(config);
    if (sandbox !== undefined) stops.push(() => sandbox.stop());
    const channels = await openChannels(sandbox === undefined ? config : { ...config, ...addressesOf(sandbox) });
    stops.push(() => Promise.resolve(channels.email?.stop()));
    const deps = makeDeps(parts, renderer, channels);
    stops.push(() => deps.pictures.stop());
    await deps.store.releaseClaims(deps.settings.holder);
    await deps.store.releaseDeliveries(deps.settings.holder);
    await deps.store.releaseEndpoints(deps.settings.holder);
    const workers = [...startWorkers(deps, config, parts.admin), startRegisterWorker(deps, parts.register)];
    stops.push(async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
    });
    const server = config.ROLES.includes("http") ? await openPages(deps, parts, workers, sandbox) : undefined;
    if (server !== undefined) stops.push(() => server.close());
    const localUrl = server === undefined ? undefined : `http://localhost:${server.port}`;
    const url = localUrl === undefined ? undefined : (config.PUBLIC_URL ?? localUrl);
    if (url !== undefined) noteDemoUrl(config.DATA_DIR, url);
    return { deps, parts, url, localUrl, sandbox, isFirstStart, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A folder that another program runs on is refused before anything of it is touched: its database would be adopted, and stopped. */
function assertFolderFree(config: Config): void {
  if (config.CHAIN_RPC_URL !== undefined) return;
  const dir = path.join(config.DATA_DIR, "chain");
  fs.mkdirSync(dir, { recursive: true });
  lockJournal(dir).release();
}

/** A command beside the service makes no database of its own. */
function assertStartedBefore(config: Config): void {
  if (config.DATABASE_URL !== undefined || fs.existsSync(path.join(config.DATA_DIR, "postgres", "data"))) return;
  throw new AppError(
    "ledger_missing",
    `${config.DATA_DIR} 中没有账本，请先运行 npm start。 There is no ledger in ${config.DATA_DIR}: run npm start first.`,
  );
}

function startPostgres(config: Config, progress: Progress): Promise<EmbeddedPostgres> {
  progress("启动内置数据库 (starting the embedded PostgreSQL)");
  return startEmbeddedPostgres({ dir: path.join(config.DATA_DIR, "postgres"), database: "lianpiao" });
}

async function openStore(
  url: string,
  failpoint: Failpoint,
  busNoMac: BusNoMac,
): Promise<{ store: Store; dataSource: DataSource }> {
  const dataSource = await openDatabase(url);
  return { store: createStore(dataSource, failpoint, busNoMac), dataSource };
}

const keystoreDirOf = (config: Config): string => path.join(config.DATA_DIR, "keys");

function openKeys(config: Config): Keystore {
  return openKeystore({ dir: keystoreDirOf(config), passphrase: passphraseOf(config), nowMs: systemClock.nowMs });
}

/** Without a passphrase from outside, a random one lies beside the keys: for trying out, not for keeping secrets. */
function passphraseOf(config: Config): string {
  if (config.KEYSTORE_PASSPHRASE !== undefined) return config.KEYSTORE_PASSPHRASE;
  const file = path.join(keystoreDirOf(config), "passphrase");
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  if (!fs.existsSync(file)) {
    const temporary = `${file}.${process.pid}`;
    fs.writeFileSync(temporary, randomBytes(24).toString("base64url"), { mode: 0o600, flush: true });
    fs.renameSync(temporary, file);
  }
  return fs.readFileSync(file, "utf8");
}

async function setUp(parts: Parts, progress: Progress): Promise<boolean> {
  const { config, store, deployment, rpcUrl } = parts;
  writeLedgerFile(config.DATA_DIR, { chainId: deployment.chainId, contract: deployment.contract, rpcUrl });
  if (parts.admin === undefined) return false;
  await prepareBureau(parts.keystore, parts.admin, progress);
  if (!config.DEMO_UNITS) return false;
  const isFirst = (await store.units()).length === 0;
  await admitDemoUnits(parts, parts.admin, progress);
  await admitDemoDesk(config, store);
  return isFirst;
}

/** What the use cases are given, of the parts that are open. */
export function makeDeps(parts: Parts, renderer: Deps["renderer"], channels: Channels = {}): Deps {
  const { config, store, blobs, ledger, keystore, log } = parts;
  const publicUrl = new URL(config.PUBLIC_URL ?? `http://localhost:${config.PORT}`).origin;
  // With the embedded chain no other program can share this folder, so a restart takes its own leases up at once.
  const isAlone = config.CHAIN_RPC_URL === undefined;
  return {
    clock: systemClock,
    random: systemRandom,
    bell: createBell(),
    hash: systemHash,
    log,
    store,
    renderer,
    pictures: startPicturePool(),
    blobs,
    ledger,
    reader: ledger.reader,
    ledgerSigner: keystore,
    unitLedger: parts.unitLedger,
    contacts: contactKeysOf(keystore),
    channels,
    webhooks: createWebhookPoster({
      sealSecret: (plain) => keystore.sealSecret(plain),
      openSecret: (sealed) => keystore.openSecret(sealed),
      nowMs: systemClock.nowMs,
      isPrivateAllowed: config.WEBHOOK_ALLOW_PRIVATE,
    }),
    deskSecrets,
    segmentTrees: createSegmentTrees(store),
    failpoint: createFailpoint(config.FAILPOINT),
    kinds: parts.register.kinds,
    catalogues: parts.register.catalogues,
    settings: {
      publicUrl,
      qrPlace: qrPlaceOf(publicUrl),
      qrMac: (text) => keystore.mac("qr", text),
      checkMac: (text) => keystore.mac("check", text),
      confirmations: config.CONFIRMATIONS,
      anchorMaxReceipts: config.ANCHOR_MAX_RECEIPTS,
      resendAfterMs: config.RESEND_AFTER_MS,
      replaceAfterMs: config.REPLACE_AFTER_MS,
      isPdfAttached: config.MAIL_ATTACH_PDF,
      sealWaitMs: config.SEAL_WAIT_MS,
      newForOld: newForOldOf(config),
      holder: isAlone ? "embedded" : randomUUID(),
    },
  };
}

export const newForOldOf = ({ NEW_FOR_OLD, NEW_FOR_OLD_GRACE_MS, DECLARE_EVERY }: Config): NewForOld => ({
  onBreach: NEW_FOR_OLD,
  every: DECLARE_EVERY,
  graceMs: NEW_FOR_OLD_GRACE_MS,
});

const qrPlaceOf = (origin: string): QrPlace => ({ origin, template: "1", appId: "lianpiao" });

function startWorkers(deps: Deps, config: Config, admin: Parts["admin"]): readonly Worker[] {
  return [
    ...(config.ROLES.includes("render") ? [startRenderWorker(deps)] : []),
    ...(config.ROLES.includes("declare") ? [startDeclareWorker(deps, scheduleOf(config))] : []),
    ...(config.ROLES.includes("anchor")
      ? [
          startAnchorWorker(deps, config.ANCHOR_INTERVAL_MS),
          startPaperWorker(deps),
          startNumbersWorker(deps, admin),
          startFollowWorker(deps),
        ]
      : []),
    ...(config.ROLES.includes("deliver") && canDeliver(deps) ? [startDeliverWorker(deps)] : []),
    ...(config.ROLES.includes("deliver") ? [startWebhookWorker(deps)] : []),
  ];
}

export const scheduleOf = (config: Config): DeclarationSchedule => ({
  every: config.DECLARE_EVERY,
  delayMs: config.DECLARE_DELAY_MS,
  redDelayMs: config.DECLARE_RED_DELAY_MS,
});

const canDeliver = ({ channels }: Deps): boolean => channels.email !== undefined || channels.sms !== undefined;

/** What is configured. The mail library is loaded only where mail is sent. */
async function openChannels({ SMTP_URL, MAIL_FROM, SMS_URL, SMS_SECRET }: Config): Promise<Channels> {
  return {
    ...(SMTP_URL !== undefined && MAIL_FROM !== undefined
      ? { email: (await import("./adapters/mail/smtpMailer.ts")).createSmtpMailer({ url: SMTP_URL, from: MAIL_FROM }) }
      : {}),
    ...(SMS_URL !== undefined && SMS_SECRET !== undefined
      ? { sms: createHttpSms({ url: SMS_URL, secret: SMS_SECRET, nowMs: systemClock.nowMs }) }
      : {}),
  };
}

/** Its libraries are loaded only where it is used. */
async function openSandbox(config: Config): Promise<RunningSandbox | undefined> {
  if (!isTriedOut(config)) return undefined;
  const { startMessageSandbox } = await import("./adapters/sandbox/messageSandbox.ts");
  return startMessageSandbox(systemClock.nowMs);
}

/** The real adapters send to it, by the real protocols. */
function addressesOf({ smtpUrl, smsUrl, smsSecret }: RunningSandbox): Partial<Config> {
  return { SMTP_URL: smtpUrl, MAIL_FROM: "链票演示 <demo@lianpiao.example>", SMS_URL: smsUrl, SMS_SECRET: smsSecret };
}

function openPages(
  deps: Deps,
  parts: Parts,
  workers: readonly Worker[],
  sandbox: RunningSandbox | undefined,
): ReturnType<typeof listen> {
  const { config, keystore } = parts;
  const app = createApp({
    deps,
    openSecret: (sealed) => keystore.openSecret(sealed),
    probes: [
      probe("database", true, () => deps.store.deployment()),
      probe("chain", false, () => deps.ledger.head()),
      ...workers.map((worker) => probe(worker.name, false, () => assertWell(worker))),
    ],
    version: VERSION,
    signatureWindowS: config.SIGNATURE_WINDOW_S,
    trustedHops: config.TRUSTED_HOPS,
    askNode: fetchRpc(parts.rpcUrl),
    sandbox,
  });
  return listen(app, config.HOST, config.PORT).catch((cause: unknown) => {
    const isTaken = cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE";
    throw isTaken ? portTaken(config) : cause;
  });
}

function portTaken({ HOST, PORT }: Config): AppError {
  return new AppError(
    "port_taken",
    `端口 ${HOST}:${PORT} 已被占用：请停止占用它的程序，或用 PORT 另选端口。 ` +
      `The port ${HOST}:${PORT} is taken: stop the program that has it, or choose another by PORT.`,
  );
}

function probe(name: string, isRequired: boolean, look: () => Promise<unknown>): Probe {
  const check = async (): Promise<void> => {
    await look();
  };
  return { name, isRequired, check };
}

function assertWell(worker: Worker): Promise<void> {
  return worker.isWell() ? Promise.resolve() : Promise.reject(new Error(`the last step of ${worker.name} failed`));
}
