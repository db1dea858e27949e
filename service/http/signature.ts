import {
  createHmac,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  randomBytes,
  timingSafeEqual,
  verify,
} from "node:crypto";
import { checkContentDigest } from "./contentDigest.ts";
import { signatureBase, type SignedMessage } from "./signatureBase.ts";
import { parseSignatureFields, type SignatureAlgorithm, type SignatureFields } from "./signatureFields.ts";

/** The key of an app, opened: Ed25519 public key (32 bytes) or HMAC secret. */
export type VerifyingKey = { readonly algorithm: SignatureAlgorithm; readonly key: Uint8Array };
export type DecoyKeys = Readonly<Record<SignatureAlgorithm, Uint8Array>>;

/** Why a request is not accepted. `invalid` says no more on purpose: who guesses must not learn which apps exist. */
export type SignatureFault =
  | { readonly kind: "missing" }
  | { readonly kind: "malformed" }
  | { readonly kind: "incomplete"; readonly missing: readonly string[] }
  | { readonly kind: "expired"; readonly skewS: number }
  | { readonly kind: "digest" }
  | { readonly kind: "invalid" };

export type Claim = { readonly kind: "claim"; readonly fields: SignatureFields; readonly base: string };

/**
 * What every signature must cover. The path and query stand for the target, not "@target-uri": behind a proxy the
 * scheme and host that the client saw are not those that arrive here, and an integrator can't tell why it fails.
 * One who wants them bound may cover "@authority" or "@target-uri" too; then they are checked.
 */
export const requiredComponents: readonly string[] = ["@method", "@path", "@query"];

/**
 * Reads what a request claims and checks all that needs no key: form, coverage, time, and the body against its digest.
 * @param nowS seconds since the epoch
 * @param windowS how far `created` may be off, either way
 */
export function readSignature(
  message: SignedMessage,
  body: Uint8Array,
  nowS: number,
  windowS: number,
): Claim | SignatureFault {
  const input = message.field("signature-input");
  const signature = message.field("signature");
  if (input === undefined || signature === undefined) return { kind: "missing" };
  const fields = parseSignatureFields(input.join(", "), signature.join(", "));
  if (fields === undefined) return { kind: "malformed" };
  const required = body.length > 0 ? [...requiredComponents, "content-digest"] : requiredComponents;
  const missing = required.filter((name) => !fields.components.includes(name));
  if (missing.length > 0) return { kind: "incomplete", missing };
  const skewS = nowS - fields.created;
  if (Math.abs(skewS) > windowS) return { kind: "expired", skewS };
  if (fields.expires !== undefined && nowS > fields.expires) return { kind: "expired", skewS };
  if (fields.components.includes("content-digest")) {
    const digest = message.field("content-digest");
    if (digest === undefined || checkContentDigest(digest.join(", "), body) !== "match") return { kind: "digest" };
  }
  const base = signatureBase(message, fields.components, fields.params);
  return base === undefined ? { kind: "malformed" } : { kind: "claim", fields, base };
}

/**
 * Whether the signature over the base is the key's. The work is that of the claimed algorithm whatever the key is, so
 * that time does not tell an app that exists from one that does not, nor what kind of key it has.
 * @param key undefined: no such app
 * @param decoys keys that nobody holds
 */
export function isSignedBy(key: VerifyingKey | undefined, decoys: DecoyKeys, claim: Claim): boolean {
  const { fields, base } = claim;
  const isFitting = key !== undefined && key.algorithm === fields.alg;
  const isGood = verifyBytes(fields.alg, isFitting ? key.key : decoys[fields.alg], Buffer.from(base), fields.signature);
  return isFitting && isGood;
}

/** Fresh keys whose secrets nobody holds. */
export function makeDecoyKeys(): DecoyKeys {
  const { x } = generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" });
  return { ed25519: Buffer.from(x ?? "", "base64url"), "hmac-sha256": randomBytes(32) };
}

function verifyBytes(alg: SignatureAlgorithm, key: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  switch (alg) {
    case "hmac-sha256": {
      // As an object: Node takes three times as long with bytes as a key.
      const expected = createHmac("sha256", createSecretKey(key)).update(bytes).digest();
      return signature.length === expected.length && timingSafeEqual(expected, signature);
    }
    case "ed25519": {
      const jwk = { kty: "OKP", crv: "Ed25519", x: Buffer.from(key).toString("base64url") };
      return signature.length === 64 && verify(null, bytes, createPublicKey({ key: jwk, format: "jwk" }), signature);
    }
  }
}
