import { inflateSync } from "node:zlib";

export type Pixels = { readonly width: number; readonly height: number; readonly data: Uint8Array };

/** Reads a PNG of 8-bit RGB with the filters None and Up, as RGBA: an independent look at what was written. */
export function readPng(png: Uint8Array): Pixels {
  const bytes = Buffer.from(png);
  let head = Buffer.alloc(0);
  const parts: Buffer[] = [];
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const type = bytes.toString("latin1", at + 4, at + 8);
    const body = bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at));
    if (type === "IHDR") head = body;
    if (type === "IDAT") parts.push(body);
  }
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  if (head.toString("hex", 8) !== "0802000000") throw new Error("not 8-bit RGB");
  const rows = inflateSync(Buffer.concat(parts));
  const data = new Uint8Array(width * height * 4).fill(0xff);
  for (let y = 0; y < height; y++) {
    const start = y * (width * 3 + 1);
    const filter = rows[start];
    if (filter !== 0 && filter !== 2) throw new Error(`filter ${String(filter)}`);
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        const above = filter === 0 || y === 0 ? 0 : data[((y - 1) * width + x) * 4 + c]!;
        data[(y * width + x) * 4 + c] = (rows[start + 1 + x * 3 + c]! + above) & 0xff;
      }
    }
  }
  return { width, height, data };
}
