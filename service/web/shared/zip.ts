import { AppError } from "../../core/errors.ts";
import { crc32 } from "./crc32.ts";

/** One file of an archive. */
export type ZipEntry = {
  readonly name: string;
  /** Unpacks it. @throws AppError zip_malformed, zip_too_large */
  read(): Promise<Uint8Array<ArrayBuffer>>;
};

/** An archive's sizes come from whoever packed it: nothing is unpacked past these. */
export const ZIP_LIMITS = { entries: 1_000, entryBytes: 64 * 1024 * 1024 };

const END_LENGTH = 22;
const ENTRY_LENGTH = 46;
const LOCAL_LENGTH = 30;

/**
 * The files of a ZIP archive (APPNOTE 6.3), as its central directory lists them; folders are left out. Stored and deflated
 * entries only.
 * @throws AppError zip_malformed, zip_too_large (entries), zip_unsupported (ZIP64, parts, encryption, other methods)
 */
export function readZip(bytes: Uint8Array<ArrayBuffer>): readonly ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = endOfDirectory(view);
  const count = view.getUint16(end + 10, true);
  if (view.getUint16(end + 8, true) !== count || count === 0xffff) throw refused("unsupported", "ZIP64, or in parts");
  if (count > ZIP_LIMITS.entries) throw refused("too_large", `more than ${ZIP_LIMITS.entries} files`);
  const entries: ZipEntry[] = [];
  let at = view.getUint32(end + 16, true);
  for (let i = 0; i < count; i += 1) {
    if (at + ENTRY_LENGTH > end || view.getUint32(at, true) !== 0x02014b50) throw refused("malformed", "its directory");
    const nameEnd = at + ENTRY_LENGTH + view.getUint16(at + 28, true);
    const name = nameOf(bytes.subarray(at + ENTRY_LENGTH, nameEnd));
    const start = at;
    if (!name.endsWith("/")) entries.push({ name, read: () => readEntry(bytes, view, start) });
    at = nameEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
}

function endOfDirectory(view: DataView): number {
  const first = Math.max(0, view.byteLength - END_LENGTH - 0xffff);
  for (let at = view.byteLength - END_LENGTH; at >= first; at -= 1) {
    const isEnd = view.getUint32(at, true) === 0x06054b50;
    if (isEnd && at + END_LENGTH + view.getUint16(at + 20, true) === view.byteLength) return at;
  }
  throw refused("malformed", "it has no directory");
}

async function readEntry(bytes: Uint8Array<ArrayBuffer>, view: DataView, at: number): Promise<Uint8Array<ArrayBuffer>> {
  const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
  const [packed, size] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
  const local = view.getUint32(at + 42, true);
  if ((flags & 1) !== 0 || (method !== 0 && method !== 8)) throw refused("unsupported", "encrypted, or packed anew");
  if (size > ZIP_LIMITS.entryBytes) throw refused("too_large", "a file of it");
  if (local + LOCAL_LENGTH > bytes.length || view.getUint32(local, true) !== 0x04034b50) {
    throw refused("malformed", "an entry is not where it should be");
  }
  const start = local + LOCAL_LENGTH + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  const body = bytes.slice(start, start + packed);
  const unpacked = method === 0 ? body : await inflate(body, size);
  if (body.length !== packed || unpacked.length !== size) throw refused("malformed", "an entry has another length");
  // Without this a receipt in an archive that was damaged on its way would pass for one that was altered.
  if (crc32(unpacked) !== view.getUint32(at + 16, true)) throw refused("malformed", "an entry has another checksum");
  return unpacked;
}

/** Stops as soon as there is more than was said: a small archive must not fill the memory. */
async function inflate(body: Uint8Array<ArrayBuffer>, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const unpacked = new Uint8Array(size);
  const reader = new Blob([body]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  let length = 0;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (length + part.value.length > size) throw refused("malformed", "an entry has another length");
      unpacked.set(part.value, length);
      length += part.value.length;
    }
  } catch (cause) {
    await reader.cancel().catch(() => undefined);
    throw cause instanceof AppError ? cause : refused("malformed", "an entry cannot be unpacked");
  }
  return unpacked.subarray(0, length);
}

/** Windows packs Chinese names in GBK without saying so; its pairs can pass for letters of two bytes, which names here have not. */
function nameOf(bytes: Uint8Array): string {
  try {
    const name = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!/[\u0080-\u07ff]/.test(name)) return name;
  } catch {
    // It is no UTF-8.
  }
  return new TextDecoder("gb18030").decode(bytes);
}

function refused(kind: "malformed" | "too_large" | "unsupported", why: string): AppError {
  return new AppError(`zip_${kind}`, `the ZIP archive cannot be read: ${why}`);
}
