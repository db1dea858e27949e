import { crc32, deflateRawSync } from "node:zlib";

/** A ZIP archive as common programs write it: deflated, or stored where that is shorter. */
export function zipOf(
  files: readonly (readonly [name: string, bytes: Uint8Array])[],
  encoding: BufferEncoding = "utf8",
): Uint8Array<ArrayBuffer> {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, bytes] of files) {
    const deflated = deflateRawSync(bytes);
    const [method, body] = deflated.length < bytes.length ? [8, deflated] : [0, Buffer.from(bytes)];
    const nameBytes = Buffer.from(name, encoding);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(body.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(nameBytes.length, 22);
    locals.push(Buffer.from("PK\x03\x04", "latin1"), common, nameBytes, body);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.from("PK\x01\x02\x14\x00", "latin1"), common, rest, nameBytes);
    offset += 30 + nameBytes.length + body.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(offset, 16);
  return new Uint8Array(Buffer.concat([...locals, list, end]));
}
