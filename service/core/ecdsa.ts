import { p256 } from "@noble/curves/nist.js";
import { childrenOf, isPositiveInteger, readDer, SEQUENCE } from "./der.ts";
import { AppError } from "./errors.ts";

/**
 * Checks an ECDSA P-256 signature over SHA-256 of the message. `verifyP256` is the default; a faster one may stand in its
 * place (node:crypto, WebCrypto). May throw on a key that is no point of the curve.
 * @param publicKey 65 bytes: 04 || x || y
 * @param signature DER, SEQUENCE of two INTEGERs
 */
export type VerifySignature = (
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
) => boolean | Promise<boolean>;

/** The default, in plain JavaScript. */
export const verifyP256: VerifySignature = (publicKey, message, signature) =>
  p256.verify(signature, message, publicKey, { format: "der", lowS: false });

/**
 * True if the signature has exactly one encoding's form and verifies. A key off the curve makes verifiers throw: that is a
 * signature that does not verify, too.
 */
export async function isSignedBy(
  verify: VerifySignature,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  if (!isEcdsaSignature(signature)) return false;
  try {
    return await verify(publicKey, message, signature);
  } catch {
    return false;
  }
}

function isEcdsaSignature(signature: Uint8Array): boolean {
  try {
    const numbers = childrenOf(readDer(signature, SEQUENCE));
    return numbers.length === 2 && numbers.every(isPositiveInteger);
  } catch (cause) {
    if (cause instanceof AppError) return false;
    throw cause;
  }
}
