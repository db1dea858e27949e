import { createWriteStream } from "node:fs";
import { rename } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32 } from "node:zlib";
import { AppError } from "../../core/errors.ts";

/** What is packed. A file must not change meanwhile: it is read twice. */
export type PackedFiles = {
  names(): AsyncIterable<string>;
  open(name: string): AsyncIterable<Uint8Array>;
};

/** Names are UTF-8; no time is told: 1980-01-01. So the same files make the same bytes. */
const FLAGS = 0x0800;
const DATE = 0x0021;
/** A number of so many bytes that is told in a ZIP64 record instead. */
const ELSEWHERE_16 = 0xffff;
const ELSEWHERE_32 = 0xffffffff;

type Entry = { readonly name: Buffer; readonly crc: number; readonly size: number; readonly offset: number };

/**
 * Packs an archive into one ZIP file (APPNOTE 6.3, ZIP64 where it must be): files stored as they are, for PDFs are packed
 * already, in the order of their names. The file stands under its name once it is whole. Not by yazl, which looks for each file
 * from the first one on: 65,535 files took it 21 s, where this takes one, and a year's archive has millions.
 * @throws AppError archive_too_large (one file of 4 GiB)
 */
export async function packArchive(files: PackedFiles, file: string): Promise<void> {
  const temporary = `${file}.writing`;
  await pipeline(Readable.from(zipOf(files)), createWriteStream(temporary, { flush: true }));
  await rename(temporary, file);
}

async function* zipOf(files: PackedFiles): AsyncGenerator<Uint8Array> {
  const names: string[] = [];
  for await (const name of files.names()) names.push(name);
  const entries: Entry[] = [];
  let offset = 0;
  for (const name of names.sort()) {
    const entry = { name: Buffer.from(name), ...(await measure(files.open(name))), offset };
    if (entry.size >= ELSEWHERE_32) throw new AppError("archive_too_large", `${name} is too large for the ZIP file`);
    const head = Buffer.concat([record([0x04034b50, 4], ...common(entry, 20), [0, 2]), entry.name]);
    yield head;
    yield* files.open(name);
    entries.push(entry);
    offset += head.length + entry.size;
  }
  let size = 0;
  for (const entry of entries) {
    const line = directoryLine(entry);
    yield line;
    size += line.length;
  }
  yield endOf(entries.length, offset, size);
}

async function measure(chunks: AsyncIterable<Uint8Array>): Promise<{ readonly crc: number; readonly size: number }> {
  let [crc, size] = [0, 0];
  for await (const chunk of chunks) [crc, size] = [crc32(chunk, crc), size + chunk.length];
  return { crc, size };
}

type Field = readonly [value: number, width: 2 | 4 | 8];

const common = ({ name, crc, size }: Entry, version: number): readonly Field[] => [
  [version, 2],
  [FLAGS, 2],
  [0, 4],
  [DATE, 2],
  [crc, 4],
  [size, 4],
  [size, 4],
  [name.length, 2],
];

function directoryLine(entry: Entry): Buffer {
  const isFar = entry.offset >= ELSEWHERE_32;
  const extra = isFar ? record([1, 2], [8, 2], [entry.offset, 8]) : Buffer.alloc(0);
  const head = record(
    ...([[0x02014b50, 4], [45, 2], ...common(entry, isFar ? 45 : 20)] as const),
    ...([
      [extra.length, 2],
      [0, 2],
      [0, 2],
      [0, 2],
      [0, 4],
      [Math.min(entry.offset, ELSEWHERE_32), 4],
    ] as const),
  );
  return Buffer.concat([head, entry.name, extra]);
}

/** @param offset where the directory begins; size: its length */
function endOf(count: number, offset: number, size: number): Buffer {
  const isLarge = count >= ELSEWHERE_16 || offset >= ELSEWHERE_32 || size >= ELSEWHERE_32;
  const [files, bytes, start] = isLarge ? [ELSEWHERE_16, ELSEWHERE_32, ELSEWHERE_32] : [count, size, offset];
  const end = record([0x06054b50, 4], [0, 2], [0, 2], [files, 2], [files, 2], [bytes, 4], [start, 4], [0, 2]);
  if (!isLarge) return end;
  const large = record(
    ...([
      [0x06064b50, 4],
      [44, 8],
      [45, 2],
      [45, 2],
      [0, 4],
      [0, 4],
    ] as const),
    ...([
      [count, 8],
      [count, 8],
      [size, 8],
      [offset, 8],
    ] as const),
  );
  const locator = record([0x07064b50, 4], [0, 4], [offset + size, 8], [1, 4]);
  return Buffer.concat([large, locator, end]);
}

/** Little-endian, each of its width; 8 bytes hold what a number can. */
function record(...fields: readonly Field[]): Buffer {
  const bytes = Buffer.alloc(fields.reduce((sum, [, width]) => sum + width, 0));
  let at = 0;
  for (const [value, width] of fields) {
    if (width === 8) bytes.writeBigUInt64LE(BigInt(value), at);
    else bytes.writeUIntLE(value, at, width);
    at += width;
  }
  return bytes;
}
