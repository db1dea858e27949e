import { promisify } from "node:util";
import { deflateRaw, inflateRaw } from "node:zlib";
import type { Deflate } from "../../core/disclosurePack.ts";

const pack = promisify(deflateRaw);
const unpack = promisify(inflateRaw);

/** Raw DEFLATE by Node's zlib. */
export const zlibDeflate: Deflate = {
  deflate: async (bytes) => new Uint8Array(await pack(bytes)),
  inflate: async (bytes, maxBytes) => new Uint8Array(await unpack(bytes, { maxOutputLength: maxBytes })),
};
