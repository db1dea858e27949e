import type { Deflate } from "../../core/disclosurePack.ts";

/** Raw DEFLATE by the browser. */
export const streamDeflate: Deflate = {
  deflate: (bytes) => pump(bytes, new CompressionStream("deflate-raw"), Infinity),
  inflate: (bytes, maxBytes) => pump(bytes, new DecompressionStream("deflate-raw"), maxBytes),
};

/** With zlib's head and tail (RFC 1950), as PDF's FlateDecode has it. */
export const zlibDeflated = (bytes: Uint8Array): Promise<Uint8Array> =>
  pump(bytes, new CompressionStream("deflate"), Infinity);

/** Stops as soon as there is more than was allowed. */
async function pump(
  bytes: Uint8Array,
  through: CompressionStream | DecompressionStream,
  maxBytes: number,
): Promise<Uint8Array> {
  const reader = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(through).getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length;
    if (length > maxBytes) {
      await reader.cancel();
      throw new RangeError("it unpacks to more than is allowed");
    }
    parts.push(part.value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
