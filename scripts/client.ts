import { readFile } from "node:fs/promises";
import type { Credential } from "./clientPackage/signer.ts";

// The client of scripts and tests is the package's own.
export { createClient, type Client } from "./clientPackage/client.ts";
export { createSigner, type Credential, type Signer } from "./clientPackage/signer.ts";

/** A demo unit's key, as the first start writes it to DATA_DIR/demo/<appId>.json. */
export type DemoKey = Credential & { readonly url: string };

export async function readDemoKey(dataDir: string, appId: string): Promise<DemoKey> {
  const file: unknown = JSON.parse(await readFile(`${dataDir}/demo/${appId}.json`, "utf8"));
  if (!isDemoKey(file)) throw new Error(`${dataDir}/demo/${appId}.json holds no key`);
  return file;
}

function isDemoKey(value: unknown): value is DemoKey {
  if (typeof value !== "object" || value === null) return false;
  const { appId, algorithm, secretHex, privateKeyPem, url } = value as Readonly<Record<string, unknown>>;
  const isKeyThere = algorithm === "ed25519" ? typeof privateKeyPem === "string" : typeof secretHex === "string";
  return typeof appId === "string" && typeof url === "string" && isKeyThere;
}
