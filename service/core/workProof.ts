import { u64, utf8 } from "./bytes.ts";
import { hashOf } from "./hash.ts";

/**
 * Whether a number proves work: SHA-256(utf8(token) || nonce:u64) begins with so many zero bits. Whoever looks for one has to try
 * 2^bits numbers on average.
 * @param nonce from 0 to 2^53 - 1
 * @throws AppError integer_out_of_range, text_malformed
 */
export function provesWork(token: string, nonce: number, bits: number): boolean {
  return leadingZeroBits(hashOf(utf8(token), u64(nonce))) >= bits;
}

/** Tries `count` numbers from a number on; undefined if none of them proves the work. */
export function searchWork(token: string, bits: number, from: number, count: number): number | undefined {
  const head = utf8(token);
  const tail = u64(from);
  const view = new DataView(tail.buffer, tail.byteOffset, 8);
  for (let nonce = from; nonce < from + count; nonce += 1) {
    view.setUint32(0, Math.floor(nonce / 2 ** 32));
    view.setUint32(4, nonce % 2 ** 32);
    if (leadingZeroBits(hashOf(head, tail)) >= bits) return nonce;
  }
  return undefined;
}

function leadingZeroBits(digest: Uint8Array): number {
  let bits = 0;
  for (const byte of digest) {
    if (byte !== 0) return bits + Math.clz32(byte) - 24;
    bits += 8;
  }
  return bits;
}
