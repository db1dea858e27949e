import {
  createECDH,
  createHash,
  createHmac,
  createSecretKey,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  type KeyObject,
} from "node:crypto";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { z } from "zod";
import type { Identities, LedgerSigner } from "../../app/ports.ts";
import { encodeSignedAttributes, encodeSignedData } from "../../core/cms.ts";
import { childrenOf, der, INTEGER, readDer, SEQUENCE } from "../../core/der.ts";
import { AppError, invariant } from "../../core/errors.ts";
import { createRootCertificate, createSignerCertificate, type Subject } from "./certificates.ts";
import { openVault, type Vault } from "./vault.ts";

/** Signs documents in one name: its certificate and the root's, DER. */
export type DocumentSigner = {
  readonly certificate: Uint8Array;
  readonly root: Uint8Array;
  /** The CMS SignedData over content with this SHA-256, detached, DER. */
  signCms(messageDigest: Uint8Array): Uint8Array;
};

/** The software keystore. An HSM or 签章 server stands behind the same functions. */
export type Keystore = Identities &
  LedgerSigner & {
    /**
     * Makes the bureau's root and its supervision identity if they do not exist. rootDigest: as the contract keeps it,
     * 0x and 64 digits.
     */
    ensureBureau(subject: Subject): Promise<{ readonly rootDigest: string }>;
    /** A unit's document identity. @throws AppError secret_missing */
    unitSigner(keyId: string): DocumentSigner;
    /** The bureau's supervision identity (监制). @throws AppError secret_missing */
    supervisionSigner(): DocumentSigner;
    /** The private key of an account on chain, made at first use, 0x and 64 digits. */
    accountKey(name: string): string;
    /** The address that a private key signs for, 0x and 40 digits. */
    addressOfAccountKey(key: string): string;
    /** For secrets kept in the database. */
    sealSecret(plain: Uint8Array): Uint8Array;
    openSecret(sealed: Uint8Array): Uint8Array;
    /** HMAC-SHA-256 under a key for one purpose. */
    mac(purpose: string, text: string): Uint8Array;
  };

const SIGNATURE_BYTES = 71;
/** The order n of P-256 (SP 800-186, 3.2.1.3). */
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const ROOT = "bureau-root";
const SUPERVISION = "bureau-supervision";
const Identity = z.strictObject({ key: z.base64(), certificate: z.base64() });

/** @throws AppError passphrase_wrong, keystore_malformed */
export function openKeystore(options: {
  readonly dir: string;
  readonly passphrase: string;
  readonly nowMs: () => number;
}): Keystore {
  const vault = openVault(options.dir, options.passphrase);
  const signers = new Map<string, DocumentSigner>();
  const macKeys = new Map<string, KeyObject>();
  const macKeyOf = (purpose: string): KeyObject => {
    const known = macKeys.get(purpose) ?? createSecretKey(vault.derive(purpose));
    macKeys.set(purpose, known);
    return known;
  };
  const signerOf = (name: string): DocumentSigner => {
    const known = signers.get(name) ?? documentSigner(loadIdentity(vault, name), loadIdentity(vault, ROOT).certificate);
    signers.set(name, known);
    return known;
  };
  return {
    async ensureBureau(subject) {
      await ensureIdentity(vault, ROOT, (key) => createRootCertificate(key, subject, options.nowMs()));
      await ensureSigner(vault, SUPERVISION, { ...subject, name: `${subject.name}监制` }, options.nowMs());
      const spki = createPublicKey(loadIdentity(vault, ROOT).key).export({ format: "der", type: "spki" });
      return { rootDigest: `0x${createHash("sha256").update(spki).digest("hex")}` };
    },
    async ensureUnit(keyId, unit) {
      await ensureSigner(vault, keyId, unit, options.nowMs());
      return { signer: addressOf(ledgerKey(vault, keyId)) };
    },
    unitSigner: signerOf,
    supervisionSigner: () => signerOf(SUPERVISION),
    // A missing key is a rejection, as an HSM behind the port would give it.
    signDigest: (keyId, digest) =>
      new Promise((resolve) => {
        resolve(signLedgerDigest(ledgerKey(vault, keyId, false), digest));
      }),
    accountKey: (name) => `0x${Buffer.from(ledgerKey(vault, `account-${name}`)).toString("hex")}`,
    addressOfAccountKey: (key) => addressOf(Buffer.from(key.slice(2), "hex")),
    sealSecret: (plain) => vault.seal(plain),
    openSecret: (sealed) => vault.open(sealed),
    mac: (purpose, text) => createHmac("sha256", macKeyOf(purpose)).update(text).digest(),
  };
}

type Loaded = { readonly key: KeyObject; readonly certificate: Uint8Array };

function loadIdentity(vault: Vault, name: string): Loaded {
  const parsed = Identity.safeParse(JSON.parse(Buffer.from(vault.read(name)).toString("utf8")));
  if (!parsed.success) throw new AppError("keystore_malformed", `the identity ${name} can't be read`);
  const { key, certificate } = parsed.data;
  return {
    key: createPrivateKey({ key: Buffer.from(key, "base64"), format: "der", type: "pkcs8" }),
    certificate: Buffer.from(certificate, "base64"),
  };
}

async function ensureSigner(vault: Vault, name: string, subject: Subject, nowMs: number): Promise<void> {
  const certify = (key: KeyObject): Promise<Uint8Array> =>
    createSignerCertificate(loadIdentity(vault, ROOT), key, subject, nowMs);
  await ensureIdentity(vault, name, certify);
}

async function ensureIdentity(
  vault: Vault,
  name: string,
  certify: (key: KeyObject) => Promise<Uint8Array>,
): Promise<void> {
  if (vault.has(name)) return;
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const certificate = Buffer.from(await certify(privateKey)).toString("base64");
  const key = privateKey.export({ format: "der", type: "pkcs8" }).toString("base64");
  vault.writeOnce(name, Buffer.from(JSON.stringify({ key, certificate })));
}

function documentSigner({ key, certificate }: Loaded, root: Uint8Array): DocumentSigner {
  return {
    certificate,
    root,
    signCms(messageDigest) {
      const signature = signOfOneLength(encodeSignedAttributes(messageDigest, certificate), key);
      return encodeSignedData({ certificate, root, messageDigest, signature });
    },
  };
}

/**
 * ECDSA is random and DER drops leading zeros and puts one before a high bit, so a signature (r, s) has 70 to 72 bytes. Here it
 * always has 71, so that signing the same content twice gives files that differ in these bytes alone, not in their lengths: where
 * r and s would both have the zero, or neither, n - s takes the place of s, which is as good a signature (FIPS 186-5, 6.4.2).
 */
function signOfOneLength(content: Uint8Array, key: KeyObject): Uint8Array {
  for (;;) {
    const signature = sign("sha256", content, key);
    if (signature.length === SIGNATURE_BYTES) return signature;
    const [r, s] = childrenOf(readDer(signature, SEQUENCE));
    invariant(r !== undefined && s !== undefined, "a signature has r and s");
    const other = der(SEQUENCE, r.raw, negated(s.body));
    // One in 128 has a scalar that is still shorter.
    if (other.length === SIGNATURE_BYTES) return other;
  }
}

/** The integer n - s, DER. */
function negated(scalar: Uint8Array): Uint8Array {
  const digits = (P256_ORDER - BigInt(`0x${Buffer.from(scalar).toString("hex")}`)).toString(16);
  const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), "0"), "hex");
  return (bytes[0] ?? 0) < 0x80 ? der(INTEGER, bytes) : der(INTEGER, Uint8Array.of(0), bytes);
}

/** A secp256k1 private key of 32 bytes, kept beside the identity of the same name. */
function ledgerKey(vault: Vault, name: string, mayMake = true): Uint8Array {
  const secret = `${name}-ledger`;
  if (vault.has(secret) || !mayMake) return vault.read(secret);
  const pair = createECDH("secp256k1");
  pair.generateKeys();
  const key = new Uint8Array(32);
  key.set(pair.getPrivateKey(), 32 - pair.getPrivateKey().length);
  return vault.writeOnce(secret, key);
}

function addressOf(key: Uint8Array): string {
  const point = secp256k1.getPublicKey(key, false);
  return `0x${Buffer.from(keccak_256(point.subarray(1)).subarray(12)).toString("hex")}`;
}

/** r || s || v as ecrecover takes it; noble signs with the low s that the contract demands. */
function signLedgerDigest(key: Uint8Array, digest: Uint8Array): Uint8Array {
  const recovered = secp256k1.sign(digest, key, { prehash: false, format: "recovered" });
  const signature = new Uint8Array(65);
  signature.set(recovered.subarray(1), 0);
  signature[64] = 27 + (recovered[0] ?? 0);
  return signature;
}
