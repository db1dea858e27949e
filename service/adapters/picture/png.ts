import { crc32, deflateSync } from "node:zlib";

/** Pixels of a picture, row by row from the top; three bytes each: red, green, blue. */
export type Raster = { readonly width: number; readonly height: number; readonly rgb: Uint8Array };

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const UP = 2;

/** A PNG (ISO/IEC 15948) of 8-bit RGB. */
export function encodePng({ width, height, rgb }: Raster): Uint8Array {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  // Bits a channel, RGB; the one compression, filtering and order that are usual.
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(filtered(width * 3, height, rgb), { level: 6 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Each row as its difference from the one above: a page is mostly the same from row to row. */
function filtered(rowLength: number, height: number, rgb: Uint8Array): Uint8Array {
  const rows = new Uint8Array((rowLength + 1) * height);
  for (let y = 0; y < height; y += 1) {
    const [to, from] = [y * (rowLength + 1) + 1, y * rowLength];
    rows[to - 1] = UP;
    for (let x = 0; x < rowLength; x += 1) {
      rows[to + x] = (rgb[from + x] ?? 0) - (y === 0 ? 0 : (rgb[from + x - rowLength] ?? 0));
    }
  }
  return rows;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, "latin1");
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}
