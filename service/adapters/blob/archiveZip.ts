import { createHash } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { createInflateRaw } from "node:zlib";
import type { ArchiveReading } from "../../app/archivePorts.ts";
import { AppError } from "../../core/errors.ts";

/** Sizes come from whoever packed it: no more than this is held at once. */
const MAX_DIRECTORY_BYTES = 2 ** 30;
const MAX_READ_BYTES = 2 ** 28;
const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const LINE_BYTES = 46;
const LOCAL_BYTES = 30;
const ELSEWHERE_32 = 0xffffffff;

type Entry = { readonly offset: number; readonly packed: number; readonly size: number; readonly isDeflated: boolean };

/**
 * Reads an archive from a ZIP file (APPNOTE 6.3, ZIP64), packed by us or anew by another program, without unpacking it. Checksums of
 * the ZIP are not looked at: the archive has digests of its own.
 * @throws AppError archive_zip_malformed, archive_zip_unsupported (encrypted, in parts, packed otherwise than stored or deflated)
 */
export async function openArchiveZip(file: string): Promise<ArchiveReading & { close(): Promise<void> }> {
  const handle = await open(file);
  try {
    const entries = await directoryOf(handle);
    const contents = (name: string): Promise<Readable> | undefined => {
      const entry = entries.get(name);
      return entry && streamOf(handle, entry);
    };
    return {
      async read(name) {
        if ((entries.get(name)?.size ?? 0) > MAX_READ_BYTES) throw malformed(`${name} is too large`);
        return bytesOf(await contents(name));
      },
      async digest(name) {
        const stream = await contents(name);
        if (stream === undefined) return undefined;
        const hash = createHash("sha256");
        for await (const chunk of stream) hash.update(chunk as Buffer);
        return hash.digest();
      },
      async *lines(name) {
        const stream = await contents(name);
        if (stream === undefined) return;
        // An error of the stream is not one of the interface over it.
        const failed = new Promise<never>((_, reject) => stream.once("error", reject));
        failed.catch(() => undefined);
        const lines = createInterface({ input: stream, crlfDelay: Infinity })[Symbol.asyncIterator]();
        for (;;) {
          const next = await Promise.race([lines.next(), failed]);
          if (next.done === true) return;
          yield next.value;
        }
      },
      names: () => Readable.from(entries.keys()),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function bytesOf(stream: Readable | undefined): Promise<Uint8Array | undefined> {
  if (stream === undefined) return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function directoryOf(handle: FileHandle): Promise<ReadonlyMap<string, Entry>> {
  const { offset, size } = await placeOfDirectory(handle);
  const bytes = await readAt(handle, offset, size);
  const entries = new Map<string, Entry>();
  for (let at = 0; at < bytes.length;) {
    if (at + LINE_BYTES > bytes.length || bytes.readUInt32LE(at) !== 0x02014b50) throw malformed("its directory");
    const nameEnd = at + LINE_BYTES + bytes.readUInt16LE(at + 28);
    const extraEnd = nameEnd + bytes.readUInt16LE(at + 30);
    const name = bytes.subarray(at + LINE_BYTES, nameEnd).toString("utf8");
    if (entries.has(name)) throw malformed(`${name} is there twice`);
    if (!name.endsWith("/")) entries.set(name, entryOf(bytes, at, bytes.subarray(nameEnd, extraEnd)));
    at = extraEnd + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

/** From the end of the file: a comment may follow, and ZIP64 stands before. */
async function placeOfDirectory(handle: FileHandle): Promise<{ readonly offset: number; readonly size: number }> {
  const { size: length } = await handle.stat();
  const start = Math.max(0, length - END_BYTES - LOCATOR_BYTES - 0xffff);
  const tail = await readAt(handle, start, length - start);
  const at = tail.lastIndexOf("PK\x05\x06", undefined, "latin1");
  if (at === -1 || at + END_BYTES > tail.length) throw malformed("it has no directory");
  const locator = at - LOCATOR_BYTES;
  const isLarge = locator >= 0 && tail.readUInt32LE(locator) === 0x07064b50;
  const large = isLarge ? await readAt(handle, Number(tail.readBigUInt64LE(locator + 8)), 56) : undefined;
  if (large !== undefined && large.readUInt32LE(0) !== 0x06064b50) throw malformed("its ZIP64 record");
  const size = large === undefined ? tail.readUInt32LE(at + 12) : Number(large.readBigUInt64LE(40));
  const offset = large === undefined ? tail.readUInt32LE(at + 16) : Number(large.readBigUInt64LE(48));
  if (size > MAX_DIRECTORY_BYTES) throw malformed("its directory is too large");
  return { offset, size };
}

function entryOf(directory: Buffer, at: number, extra: Buffer): Entry {
  const [flags, method] = [directory.readUInt16LE(at + 8), directory.readUInt16LE(at + 10)];
  if ((flags & 1) !== 0 || (method !== 0 && method !== 8)) {
    throw new AppError(
      "archive_zip_unsupported",
      "ZIP 已加密或压缩方式不受支持，请解压为文件夹后核对。 The ZIP is encrypted, or packed in an unknown way: unpack it and check the folder.",
    );
  }
  const large = largeFields(extra);
  const field = (position: number): number => {
    const value = directory.readUInt32LE(at + position);
    return value === ELSEWHERE_32 ? (large.shift() ?? value) : value;
  };
  // In this order they stand in the ZIP64 field.
  const [size, packed, offset] = [field(24), field(20), field(42)];
  return { offset, packed, size, isDeflated: method === 8 };
}

function largeFields(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const field = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
    return Array.from({ length: Math.floor(field.length / 8) }, (_, index) => Number(field.readBigUInt64LE(index * 8)));
  }
  return [];
}

/** Ends with an error if there is more than the directory says, or less. */
async function streamOf(handle: FileHandle, { offset, packed, size, isDeflated }: Entry): Promise<Readable> {
  const local = await readAt(handle, offset, LOCAL_BYTES);
  if (local.readUInt32LE(0) !== 0x04034b50) throw malformed("an entry is not where it should be");
  const start = offset + LOCAL_BYTES + local.readUInt16LE(26) + local.readUInt16LE(28);
  const body = Readable.from(chunksAt(handle, start, packed));
  if (!isDeflated) return Readable.from(exactly(body, size));
  const inflate = createInflateRaw();
  body.once("error", (error) => inflate.destroy(error));
  return Readable.from(exactly(body.pipe(inflate), size));
}

const CHUNK_BYTES = 2 ** 18;

async function* chunksAt(handle: FileHandle, start: number, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < length; at += CHUNK_BYTES) {
    yield await readAt(handle, start + at, Math.min(CHUNK_BYTES, length - at));
  }
}

async function* exactly(chunks: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer> {
  let left = size;
  try {
    for await (const chunk of chunks) {
      left -= chunk.length;
      if (left < 0) break;
      yield chunk;
    }
  } catch (cause) {
    throw cause instanceof AppError ? cause : malformed("an entry can't be unpacked", cause);
  }
  if (left !== 0) throw malformed("an entry has another length");
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead !== length) throw malformed("it ends too early");
  return buffer;
}

function malformed(why: string, cause?: unknown): AppError {
  const message = `ZIP 文件已损坏 (${why})。 The ZIP file is damaged: ${why}.`;
  return new AppError("archive_zip_malformed", message, cause === undefined ? {} : { cause });
}
