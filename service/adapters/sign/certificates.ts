import "reflect-metadata"; // @peculiar/x509 resolves its parts through tsyringe, which needs it first
import { createPublicKey, randomBytes, webcrypto, type KeyObject } from "node:crypto";
import * as x509 from "@peculiar/x509";

/**
 * Who a certificate names. creditCode: the unified social credit code, 18 characters, "" for an authority without one.
 */
export type Subject = { readonly name: string; readonly creditCode: string };

const ECDSA = { name: "ECDSA", namedCurve: "P-256" } as const;
const SIGNING = { name: "ECDSA", hash: "SHA-256" } as const;
const ROOT_YEARS = 30;
/** Signed receipts are kept for 30 years, and verify against the time of their batch, not against today. */
const UNIT_YEARS = 5;
const CLOCK_SKEW_MS = 3_600_000;

/** A root certificate of the bureau over its own key, DER. */
export async function createRootCertificate(key: KeyObject, subject: Subject, nowMs: number): Promise<Uint8Array> {
  const keys = await keyPairOf(key);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: nameOf(subject),
    ...validity(nowMs, ROOT_YEARS),
    keys,
    signingAlgorithm: SIGNING,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return new Uint8Array(certificate.rawData);
}

/** A certificate for a signer directly under the root, DER. */
export async function createSignerCertificate(
  issuer: { readonly key: KeyObject; readonly certificate: Uint8Array },
  key: KeyObject,
  subject: Subject,
  nowMs: number,
): Promise<Uint8Array> {
  const root = new x509.X509Certificate(issuer.certificate);
  const [rootKeys, keys] = [await keyPairOf(issuer.key), await keyPairOf(key)];
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    issuer: root.subjectName,
    subject: nameOf(subject),
    ...validity(nowMs, UNIT_YEARS),
    publicKey: keys.publicKey,
    signingKey: rootKeys.privateKey,
    signingAlgorithm: SIGNING,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.nonRepudiation, true),
      await x509.AuthorityKeyIdentifierExtension.create(rootKeys.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return new Uint8Array(certificate.rawData);
}

/** C, O, CN, and the credit code as ETSI EN 319 412-1 writes a national registration: NTRCN-<code>. */
function nameOf({ name, creditCode }: Subject): x509.Name {
  const parts = [{ C: ["CN"] }, { O: [name] }, { CN: [name] }];
  return new x509.Name(creditCode === "" ? parts : [...parts, { "2.5.4.97": [`NTRCN-${creditCode}`] }]);
}

function validity(nowMs: number, years: number): { notBefore: Date; notAfter: Date } {
  const notAfter = new Date(nowMs);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + years);
  return { notBefore: new Date(nowMs - CLOCK_SKEW_MS), notAfter };
}

/** 16 random bytes, positive and without a leading zero byte (RFC 5280, 4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString("hex");
}

async function keyPairOf(key: KeyObject): Promise<webcrypto.CryptoKeyPair> {
  const { subtle } = webcrypto;
  const pkcs8 = key.export({ format: "der", type: "pkcs8" });
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  return {
    privateKey: await subtle.importKey("pkcs8", pkcs8, ECDSA, false, ["sign"]),
    publicKey: await subtle.importKey("spki", spki, ECDSA, true, ["verify"]),
  };
}
