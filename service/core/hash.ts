import { sha256 } from "@noble/hashes/sha2.js";

/*
 * SHA-256 of many short messages. The library's one-call form makes a hasher and its views for each, which costs as much as the
 * hashing: here one hasher is set back to a kept state instead. Nothing is kept between calls.
 */
const INITIAL = sha256.create();
const HASHER = sha256.create();
const BLOCK = 64;

/** H over the parts, one after the other, 32 bytes. */
export function hashOf(...parts: readonly Uint8Array[]): Uint8Array {
  const hasher = INITIAL._cloneInto(HASHER);
  for (const part of parts) hasher.update(part);
  return hasher.digest();
}

/** HMAC-SHA-256 (RFC 2104) under one key of at most 64 bytes, for many messages; 32 bytes each. */
export function keyedHash(key: Uint8Array): (message: Uint8Array) => Uint8Array {
  const inner = padded(key, 0x36);
  const outer = padded(key, 0x5c);
  return (message) => {
    const digest = inner._cloneInto(HASHER).update(message).digest();
    return outer._cloneInto(HASHER).update(digest).digest();
  };
}

function padded(key: Uint8Array, pad: number): ReturnType<typeof sha256.create> {
  const block = new Uint8Array(BLOCK).fill(pad);
  key.forEach((byte, index) => (block[index] = byte ^ pad));
  return sha256.create().update(block);
}
