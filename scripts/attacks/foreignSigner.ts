import { generateKeyPairSync, sign } from "node:crypto";
import {
  createRootCertificate,
  createSignerCertificate,
  type Subject,
} from "../../service/adapters/sign/certificates.ts";
import type { Signer } from "./attack.ts";

/** A root of the attacker's own, and under it a unit that bears another's name and credit code. */
export async function makeForeignSigner(subject: Subject, nowMs: number): Promise<Signer> {
  const [rootKey, key] = [newKey(), newKey()];
  const root = await createRootCertificate(rootKey, { name: "示例市财政局", creditCode: "" }, nowMs);
  const certificate = await createSignerCertificate({ key: rootKey, certificate: root }, key, subject, nowMs);
  return {
    certificate,
    root,
    sign: (message) => Promise.resolve(new Uint8Array(sign("sha256", message, { key, dsaEncoding: "der" }))),
  };
}

const newKey = () => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
