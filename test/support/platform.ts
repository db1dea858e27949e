import fs from "node:fs";
import path from "node:path";
import { openFileBlobs } from "../../service/adapters/blob/fileBlobs.ts";
import { openKeystore, type Keystore } from "../../service/adapters/sign/keystore.ts";
import { createBell } from "../../service/adapters/system/bell.ts";
import { systemClock } from "../../service/adapters/system/clock.ts";
import { systemHash } from "../../service/adapters/system/hash.ts";
import { systemRandom } from "../../service/adapters/system/random.ts";
import { admitUnit, grantBook, type Grant } from "../../service/app/admitUnit.ts";
import { anchorBatch } from "../../service/app/anchorBatch.ts";
import { confirmBatch } from "../../service/app/confirmBatch.ts";
import type { Deps, Settings } from "../../service/app/deps.ts";
import { issueReceipts } from "../../service/app/issueReceipts.ts";
import type { Log } from "../../service/app/ports.ts";
import type { Lease, Receipt, Unit } from "../../service/app/storePorts.ts";
import { renderReceipts } from "../../service/app/renderReceipts.ts";
import { createSegmentTrees } from "../../service/app/segmentTrees.ts";
import { createStore } from "../../service/db/store.ts";
import { demoUnits } from "../../service/demoUnits.ts";
import { issueDateOf } from "../../service/domain/fiscalTime.ts";
import { builtinKinds } from "../../service/domain/kinds/builtin.ts";
import type { IssueInput } from "../../service/domain/receipt.ts";
import { sampleInput } from "../../service/domain/samples.ts";
import { startRenderPool } from "../../service/threads/renderPool.ts";
import { makeTestFolder, startTestDatabase, type TestDatabase } from "./database.ts";
import { startTestLedger, type TestLedger } from "./ledger.ts";

/** What was logged, by event. */
export type Logged = { readonly level: "info" | "warn" | "error"; readonly event: string; readonly fields: unknown };

/** All real parts of the program, put together in this process, with no worker running: a test takes each step itself. */
export type Platform = {
  readonly deps: Deps;
  readonly database: TestDatabase;
  readonly chain: TestLedger;
  readonly keystore: Keystore;
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

export async function startPlatform(): Promise<Platform> {
  const folder = makeTestFolder("platform");
  const [database, chain] = await Promise.all([startTestDatabase(), startTestLedger()]);
  const keysDir = path.join(folder.dir, "keys");
  const documentsDir = path.join(folder.dir, "documents");
  const keystore = openKeystore({ dir: keysDir, passphrase: PASSPHRASE, nowMs: systemClock.nowMs });
  const { rootDigest } = await keystore.ensureBureau({ name: "示例市财政局", creditCode: "" });
  await chain.admin.addRoot(rootDigest);
  const store = createStore(database.dataSource, () => undefined);
  const kinds = new Map(builtinKinds.map((kind) => [kind.id, kind]));
  const admitting = {
    ...{ store, kinds, clock: systemClock, ledger: chain.ledger },
    ...{ bureau: chain.admin, identities: keystore },
  };
  const units = new Map<string, Unit>();
  for (const demo of demoUnits) {
    const unit = await admitUnit(admitting, demo.unit);
    for (const grant of demo.grants) await grantBook(admitting, unit, grant);
    units.set(demo.appId, unit);
  }
  const pool = { keystoreDir: keysDir, passphrase: PASSPHRASE, threadCount: 2, isSample: true };
  const renderer = await startRenderPool(pool);
  const logged: Logged[] = [];
  const deps: Deps = {
    ...{ clock: systemClock, random: systemRandom, bell: createBell(), hash: systemHash, log: recordingLog(logged) },
    ...{ store, renderer, kinds, ledger: chain.ledger, ledgerSigner: keystore, failpoint: () => undefined },
    blobs: await openFileBlobs(documentsDir),
    segmentTrees: createSegmentTrees(store),
    settings: {
      publicUrl: "http://localhost:3000",
      qrPlace: { origin: "http://localhost:3000", template: "1", appId: "lianpiao" },
      qrMac: (text) => keystore.mac("qr", text),
      ...{ confirmations: 0, anchorMaxReceipts: 1000, resendAfterMs: 100, replaceAfterMs: 3_600_000, holder: "test" },
    },
  };
  const unitOf = async (appId: string): Promise<Unit> => units.get(appId)!;
  return {
    ...{ deps, database, chain, keystore, documentsDir, logged, unitOf },
    admit: (unit) => admitUnit(admitting, unit),
    grant: (unit, grant) => grantBook(admitting, unit, grant),
    with: (parts, settings = {}) => ({ ...deps, ...parts, settings: { ...deps.settings, ...settings } }),
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
    async stop() {
      await renderer.stop();
      await chain.stop();
      await database.stop();
      folder.remove();
    },
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

/** Takes a copy of a folder, and gives what puts it back. */
export function keepFolder(dir: string): { restore(): void; forget(): void } {
  const copy = `${dir}.kept`;
  fs.cpSync(dir, copy, { recursive: true });
  return {
    restore() {
      fs.rmSync(dir, { recursive: true });
      fs.cpSync(copy, dir, { recursive: true });
    },
    forget: () => fs.rmSync(copy, { recursive: true, force: true }),
  };
}
