import path from "node:path";
import type { EthersLedger } from "../../service/adapters/chain/ethersLedger.ts";
import type { LedgerAdmin } from "../../service/adapters/chain/ledgerAdmin.ts";
import type { Keystore } from "../../service/adapters/sign/keystore.ts";
import { admitUnit, grantBook, type Grant } from "../../service/app/admitUnit.ts";
import { anchorBatch } from "../../service/app/anchorBatch.ts";
import { confirmBatch } from "../../service/app/confirmBatch.ts";
import type { Deps, Settings } from "../../service/app/deps.ts";
import { issueReceipts } from "../../service/app/issueReceipts.ts";
import type { Log } from "../../service/app/ports.ts";
import type { Register } from "../../service/app/register.ts";
import { renderReceipts } from "../../service/app/renderReceipts.ts";
import type { Lease, Receipt, Unit } from "../../service/app/storePorts.ts";
import { makeDeps, openParts } from "../../service/compose.ts";
import { parseConfig } from "../../service/config.ts";
import { demoUnits } from "../../service/demoUnits.ts";
import { issueDateOf } from "../../service/domain/fiscalTime.ts";
import type { IssueInput } from "../../service/domain/receipt.ts";
import { sampleInput } from "../../service/domain/samples.ts";
import { admitDemoUnits, prepareBureau } from "../../service/firstStart.ts";
import { startRenderPool } from "../../service/threads/renderPool.ts";
import { makeTestFolder, startTestDatabase, type TestDatabase } from "./database.ts";

/** What was logged, by event. */
export type Logged = { readonly level: "info" | "warn" | "error"; readonly event: string; readonly fields: unknown };

/** All real parts of the program, put together in this process, with no worker running: a test takes each step itself. */
export type Platform = {
  readonly deps: Deps;
  readonly database: TestDatabase;
  readonly ledger: EthersLedger;
  readonly admin: LedgerAdmin;
  /** What deps.kinds and deps.catalogues come from. */
  readonly register: Register;
  readonly keystore: Keystore;
  readonly rpcUrl: string;
  /** Where the documents lie. */
  readonly documentsDir: string;
  readonly logged: Logged[];
  /** The same parts, some of them replaced. */
  with(parts: Partial<Omit<Deps, "settings">>, settings?: Partial<Settings>): Deps;
  admit(unit: Omit<Unit, "unitId" | "keyId" | "status">): Promise<Unit>;
  grant(unit: Unit, grant: Grant): Promise<void>;
  /** A demo unit as it was admitted. */
  unitOf(appId: string): Promise<Unit>;
  /** Issues a sample; throws if it is not issued. */
  issue(kind: string, busNo: string, change?: Partial<IssueInput>): Promise<Receipt>;
  /** Draws all that waits. */
  renderAll(deps?: Deps): Promise<void>;
  /** Anchors all that is drawn; one batch per round. */
  anchorAll(deps?: Deps): Promise<void>;
  /** The receipt as it is stored now. */
  current(receipt: Pick<Receipt, "code" | "number">): Promise<Receipt>;
  alarms(): Promise<readonly string[]>;
  stop(): Promise<void>;
};

export const PASSPHRASE = "correct horse battery";

/** The demo unit that issues each kind. */
export const appOf = (kind: string): string =>
  demoUnits.find(({ unit }) => unit.kinds.includes(kind))?.appId ?? "demo-hospital";

/** An input of the kind that is accepted today. */
export const sampleToday = (kind: string, n: number, busNo: string): IssueInput => ({
  ...sampleInput(kind, n, issueDateOf(Date.now())),
  busNo,
});

/** Nothing is left running if it can't be started. */
export async function startPlatform(): Promise<Platform> {
  const stops: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    return { ...(await openPlatform(stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function openPlatform(stops: (() => Promise<void> | void)[]): Promise<Omit<Platform, "stop">> {
  const folder = makeTestFolder("platform");
  stops.push(() => folder.remove());
  const database = await startTestDatabase();
  stops.push(() => database.stop());
  const config = parseConfig({
    ...{ DATA_DIR: folder.dir, DATABASE_URL: database.url, CHAIN_PORT: "0", PORT: "0", LOG_LEVEL: "silent" },
    ...{ PUBLIC_URL: "http://localhost:3000", KEYSTORE_PASSPHRASE: PASSPHRASE, RESEND_AFTER_MS: "100" },
  });
  const parts = await openParts(config, () => undefined, { mayDeploy: true });
  stops.push(() => parts.stop());
  const { store, keystore, ledger, admin } = parts;
  if (admin === undefined) throw new Error("the embedded chain comes with the bureau's key");
  await prepareBureau(keystore, admin, () => undefined);
  await admitDemoUnits(parts, admin, () => undefined);
  const keystoreDir = path.join(folder.dir, "keys");
  const renderer = await startRenderPool({ keystoreDir, passphrase: PASSPHRASE, threadCount: 2, isSample: true });
  stops.push(() => renderer.stop());
  const logged: Logged[] = [];
  const composed = makeDeps(parts, renderer);
  stops.push(() => composed.pictures.stop());
  const settings = { ...composed.settings, anchorMaxReceipts: 1000, holder: "test" };
  const deps: Deps = { ...composed, settings, log: recordingLog(logged) };
  const { kinds, clock } = deps;
  const admitting = { store, kinds, clock, ledger, bureau: admin, identities: keystore };
  const unitOf = async (appId: string): Promise<Unit> => {
    const key = await store.appKey(appId);
    return (await store.unit(key!.unitId))!;
  };
  return {
    ...{
      deps,
      database,
      ledger,
      admin,
      keystore,
      rpcUrl: parts.rpcUrl,
      documentsDir: path.join(folder.dir, "documents"),
      logged,
      unitOf,
    },
    ...{ register: parts.register },
    admit: (unit) => admitUnit(admitting, unit),
    grant: (unit, grant) => grantBook(admitting, unit, grant),
    with: (replaced, changed = {}) => ({ ...deps, ...replaced, settings: { ...settings, ...changed } }),
    async issue(kind, busNo, change = {}) {
      const input = { ...sampleToday(kind, 0, busNo), ...change };
      const [result] = await issueReceipts(deps, await unitOf(appOf(kind)), [input]);
      if (result?.kind !== "issued") throw new Error(JSON.stringify(result));
      return result.receipt;
    },
    async renderAll(own = deps) {
      while ((await renderReceipts(own)) > 0);
    },
    async anchorAll(own = deps) {
      const lease = (await store.lease("anchor", "test", 60_000))!;
      await settleBatch(own, lease);
      while ((await anchorBatch(own, lease)) !== undefined) await settleBatch(own, lease);
    },
    current: async ({ code, number }) => (await store.receipt(code, number))!,
    alarms: async () => (await store.openAlarms()).map((alarm) => `${alarm.kind} ${alarm.subject}`).sort(),
  };
}

/** Takes the open batch to its end. */
async function settleBatch(deps: Deps, lease: Lease): Promise<void> {
  for (let steps = 0; ; steps++) {
    const open = await deps.store.openBatch();
    if (open === undefined) return;
    if (steps > 1000) throw new Error(`batch ${open.batchId} does not come to an end`);
    await confirmBatch(deps, lease, open);
  }
}

function recordingLog(logged: Logged[]): Log {
  const at =
    (level: Logged["level"]) =>
    (event: string, fields?: unknown): void => {
      logged.push({ level, event, fields });
    };
  return { info: at("info"), warn: at("warn"), error: at("error") };
}
