import { createPublicKey, verify, type KeyObject } from "node:crypto";
import type { VerifySignature } from "../../service/core/ecdsa.ts";

/** P-256 by the machine's own library, for verifiers that run in Node; keys that were seen are kept. */
export function nativeVerifier(): VerifySignature {
  const keys = new Map<string, KeyObject>();
  return (publicKey, message, signature) => {
    const id = Buffer.from(publicKey).toString("base64");
    const key = keys.get(id) ?? keyOf(publicKey);
    keys.set(id, key);
    return verify("sha256", message, { key, dsaEncoding: "der" }, signature);
  };
}

/** @param publicKey 65 bytes: 04 || x || y */
function keyOf(publicKey: Uint8Array): KeyObject {
  const coordinate = (from: number): string => Buffer.from(publicKey.subarray(from, from + 32)).toString("base64url");
  return createPublicKey({ format: "jwk", key: { kty: "EC", crv: "P-256", x: coordinate(1), y: coordinate(33) } });
}
