import "reflect-metadata";
import type { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { p256 } from "@noble/curves/nist.js";
import { encodeSignedAttributes, encodeSignedData } from "../../service/core/cms.ts";
import type { VerifySignature } from "../../service/core/ecdsa.ts";
import { documentDigestOf, fillByteRange, writeSignature } from "../../service/core/pdfSignature.ts";

const KEY = { name: "ECDSA", namedCurve: "P-256" } as const;
const SIGNING = { name: "ECDSA", hash: "SHA-256" } as const;

export const SAMPLE_CREDIT_CODE = "12440000455858000X";

export type CertificateOptions = {
  readonly creditCode?: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly unitExtensions?: readonly x509.Extension[];
  readonly rootExtensions?: readonly x509.Extension[];
};

/** A bureau's root and a unit under it, made by a library that shares no code with ours. */
export type SampleAuthority = {
  readonly root: Uint8Array;
  readonly unit: Uint8Array;
  readonly unitKeys: webcrypto.CryptoKeyPair;
  readonly rootKeys: webcrypto.CryptoKeyPair;
  /** DER signature by the unit's key. */
  sign(message: Uint8Array): Promise<Uint8Array>;
};

export async function makeAuthority(options: CertificateOptions = {}): Promise<SampleAuthority> {
  const rootKeys = await crypto.subtle.generateKey(KEY, true, ["sign", "verify"]);
  const unitKeys = await crypto.subtle.generateKey(KEY, true, ["sign", "verify"]);
  const notBefore = options.notBefore ?? new Date("2026-01-01T00:00:00Z");
  const notAfter = options.notAfter ?? new Date("2046-01-01T00:00:00Z");
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: "01",
    name: [{ CN: ["测试财政局根证书"] }],
    notBefore,
    notAfter,
    keys: rootKeys,
    signingAlgorithm: SIGNING,
    extensions: [
      ...(options.rootExtensions ?? [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      ]),
    ],
  });
  const unit = await x509.X509CertificateGenerator.create({
    serialNumber: "1f",
    issuer: root.subject,
    subject: `CN=测试医院, 2.5.4.97=NTRCN-${options.creditCode ?? SAMPLE_CREDIT_CODE}`,
    notBefore,
    notAfter,
    publicKey: unitKeys.publicKey,
    signingKey: rootKeys.privateKey,
    signingAlgorithm: SIGNING,
    extensions: [
      ...(options.unitExtensions ?? [new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true)]),
    ],
  });
  return {
    root: new Uint8Array(root.rawData),
    unit: new Uint8Array(unit.rawData),
    unitKeys,
    rootKeys,
    sign: (message) => signWith(unitKeys.privateKey, message),
  };
}

/** DER signature by a WebCrypto key. */
export async function signWith(key: webcrypto.CryptoKey, message: Uint8Array): Promise<Uint8Array> {
  const raw = new Uint8Array(await crypto.subtle.sign(SIGNING, key, message.slice()));
  return p256.Signature.fromBytes(raw, "compact").toBytes("der");
}

/** Fills the placeholder of a PDF with the unit's signature. */
export async function signPdf(pdf: Uint8Array, authority: SampleAuthority): Promise<Uint8Array> {
  const filled = fillByteRange(pdf);
  const messageDigest = documentDigestOf(filled);
  const signature = await authority.sign(encodeSignedAttributes(messageDigest, authority.unit));
  const { unit: certificate, root } = authority;
  return writeSignature(filled, encodeSignedData({ certificate, root, messageDigest, signature }));
}

/** WebCrypto in place of the default, to try thousands of documents. */
export const verifyBySubtle: VerifySignature = async (publicKey, message, signature) => {
  const key = await crypto.subtle.importKey("raw", publicKey.slice(), KEY, false, ["verify"]);
  const raw = p256.Signature.fromBytes(signature, "der").toBytes("compact");
  return crypto.subtle.verify(SIGNING, key, raw.slice(), message.slice());
};
