import { crc32 } from "../shared/crc32.ts";

export type ZipFile = { readonly name: string; readonly bytes: Uint8Array };

/** Names are UTF-8; no time is told: 1980-01-01. */
const FLAGS = 0x0800;
const DATE = 0x0021;
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;

/** A ZIP archive (APPNOTE 6.3) whose files are stored as they are: small tables need no packing. */
export function writeZip(files: readonly ZipFile[]): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, bytes } of files) {
    const nameBytes = new TextEncoder().encode(name);
    const crc = crc32(bytes);
    const common = [
      [20, 2],
      [FLAGS, 2],
      [0, 2],
      [0, 2],
      [DATE, 2],
      [crc, 4],
      [bytes.length, 4],
      [bytes.length, 4],
    ] as const;
    const local = record([[LOCAL, 4], ...common, [nameBytes.length, 2], [0, 2]]);
    const tail = [
      [nameBytes.length, 2],
      [0, 2],
      [0, 2],
      [0, 2],
      [0, 2],
      [0, 4],
      [offset, 4],
    ] as const;
    directory.push(record([[CENTRAL, 4], [20, 2], ...common, ...tail]), nameBytes);
    parts.push(local, nameBytes, bytes);
    offset += local.length + nameBytes.length + bytes.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const count = files.length;
  const end = record([
    [END, 4],
    [0, 2],
    [0, 2],
    [count, 2],
    [count, 2],
    [size, 4],
    [offset, 4],
    [0, 2],
  ]);
  return joined([...parts, ...directory, end]);
}

/** Little-endian numbers, each of its width. */
function record(fields: readonly (readonly [value: number, width: number])[]): Uint8Array {
  const bytes = fields.flatMap(([value, width]) =>
    Array.from({ length: width }, (_, index) => Math.floor(value / 256 ** index) % 256),
  );
  return Uint8Array.from(bytes);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
