import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import type { Keystore } from "./adapters/sign/keystore.ts";
import { systemClock } from "./adapters/system/clock.ts";
import { admitUnit, grantBook } from "./app/admitUnit.ts";
import type { Bureau, Ledger } from "./app/ports.ts";
import type { Register } from "./app/register.ts";
import type { AppKey, Store } from "./app/storePorts.ts";
import { demoUnits, type DemoUnit } from "./demoUnits.ts";
import type { Config } from "./config.ts";
import type { Progress } from "./openLedger.ts";

/** The folder with what the demo units sign their requests with, one file an app id. */
export const demoFolder = (dataDir: string): string => path.join(dataDir, "demo");

/** The bureau's root certificate, known to the contract. */
export async function prepareBureau(keystore: Keystore, bureau: Bureau, progress: Progress): Promise<void> {
  progress("准备财政部门根证书 (preparing the bureau's root certificate)");
  const { rootDigest } = await keystore.ensureBureau({ name: "示例市财政局", creditCode: "" });
  await bureau.addRoot(rootDigest);
}

/** Admits the demo units with their books and keys; what is there already is left as it is. */
export async function admitDemoUnits(
  parts: {
    readonly config: Config;
    readonly store: Store;
    readonly keystore: Keystore;
    readonly ledger: Ledger;
    readonly register: Pick<Register, "kinds">;
  },
  bureau: Bureau,
  progress: Progress,
): Promise<void> {
  const { config, store, keystore, ledger } = parts;
  const { kinds } = parts.register;
  const admitDeps = { store, bureau, identities: keystore, ledger, clock: systemClock, kinds };
  for (const demo of demoUnits) {
    if ((await store.appKey(demo.appId)) !== undefined) continue;
    progress(`准入示例单位 (admitting the demo unit) ${demo.unit.name}`);
    const unit = await admitUnit(admitDeps, demo.unit);
    for (const grant of demo.grants) await grantBook(admitDeps, unit, grant);
    // The key is the last step: a start that was cut short is finished by the next.
    await store.saveAppKey({ ...makeCredential(config.DATA_DIR, demo, keystore), unitId: unit.unitId });
  }
}

/** Notes in the demo units' files where this start listens. */
export function noteDemoUrl(dataDir: string, url: string): void {
  for (const { appId } of demoUnits) {
    const file = path.join(demoFolder(dataDir), `${appId}.json`);
    if (!fs.existsSync(file)) continue;
    const credential: unknown = JSON.parse(fs.readFileSync(file, "utf8"));
    writeCredential(dataDir, appId, Object.assign({}, credential, { url }));
  }
}

/** Makes the app id's key, keeps the caller's half in the demo folder, and gives ours. */
function makeCredential(dataDir: string, demo: DemoUnit, keystore: Keystore): Omit<AppKey, "unitId"> {
  const { appId, algorithm } = demo;
  if (algorithm === "hmac-sha256") {
    const secret = randomBytes(32);
    writeCredential(dataDir, appId, { appId, algorithm, secretHex: secret.toString("hex") });
    return { appId, algorithm, key: keystore.sealSecret(secret) };
  }
  const pem = generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" }).toString();
  writeCredential(dataDir, appId, { appId, algorithm, privateKeyPem: pem });
  const jwk = createPublicKey(createPrivateKey(pem)).export({ format: "jwk" });
  return { appId, algorithm, key: Buffer.from(jwk.x ?? "", "base64url") };
}

function writeCredential(dataDir: string, appId: string, credential: object): void {
  fs.mkdirSync(demoFolder(dataDir), { recursive: true, mode: 0o700 });
  const file = path.join(demoFolder(dataDir), `${appId}.json`);
  fs.writeFileSync(file, `${JSON.stringify(credential, null, 2)}\n`, { mode: 0o600, flush: true });
}
