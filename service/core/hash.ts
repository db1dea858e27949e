import { _SHA256 } from "@noble/hashes/sha2.js";

/*
 * SHA-256 of many short messages. The library's one-call form makes a hasher and its views for each, and copies and clears them,
 * which costs as much as the hashing: here its compression is called on rooms that stay. What a room held stays there until the
 * next message.
 */

/** Bytes that can be hashed, and read as words. */
export type Room = { readonly bytes: Uint8Array; readonly view: DataView };

/** What SHA-256 knows after whole blocks: eight words, and how many bytes it has taken. */
export type Midstate = { readonly words: readonly number[]; readonly taken: number };

const BLOCK = 64;
const DIGEST = 32;
/** Longer messages get a room of their own. */
const ROOM = 8192;

export function roomOf(length: number): Room {
  const bytes = new Uint8Array(length);
  return { bytes, view: new DataView(bytes.buffer) };
}

class Compressor extends _SHA256 {
  private readonly last = roomOf(2 * BLOCK);

  /** The state after the whole blocks of a room. */
  after(blocks: Room): Midstate {
    const fresh = new Compressor();
    for (let at = 0; at < blocks.bytes.length; at += BLOCK) fresh.process(blocks.view, at);
    return { words: fresh.get(), taken: blocks.bytes.length };
  }

  /** Writes H of what `from` has taken and then bytes `start` to `end` of a room, 32 bytes, into `out` at `at`. */
  sum(from: Midstate, room: Room, start: number, end: number, out: Room, at: number): void {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = from.words;
    this.set(a, b, c, d, e, f, g, h);
    let next = start;
    for (; next + BLOCK <= end; next += BLOCK) this.process(room.view, next);
    this.finish(room, next, end, from.taken + end - start);
    const { view } = out;
    view.setInt32(at, this.A);
    view.setInt32(at + 4, this.B);
    view.setInt32(at + 8, this.C);
    view.setInt32(at + 12, this.D);
    view.setInt32(at + 16, this.E);
    view.setInt32(at + 20, this.F);
    view.setInt32(at + 24, this.G);
    view.setInt32(at + 28, this.H);
  }

  /** The bytes that fill no block, a one bit, zeros, and the length in bits (FIPS 180-4, 5.1.1). */
  private finish(room: Room, start: number, end: number, length: number): void {
    const { bytes, view } = this.last;
    let used = 0;
    for (let from = start; from < end; from += 1) bytes[used++] = room.bytes[from] ?? 0;
    bytes[used++] = 0x80;
    const padded = used > BLOCK - 8 ? 2 * BLOCK : BLOCK;
    while (used < padded) bytes[used++] = 0;
    view.setUint32(padded - 8, Math.floor(length / 2 ** 29));
    view.setUint32(padded - 4, (length * 8) >>> 0);
    this.process(view, 0);
    if (padded > BLOCK) this.process(view, BLOCK);
  }
}

const COMPRESSOR = new Compressor();
const START = COMPRESSOR.after(roomOf(0));
const message = roomOf(ROOM);
const digest = roomOf(DIGEST);

/** H over bytes `start` to `end` of a room, 32 bytes, into `out` at `at`; with `from`, over what that has taken and then these. */
export function hashInto(room: Room, start: number, end: number, out: Room, at: number, from = START): void {
  COMPRESSOR.sum(from, room, start, end, out, at);
}

/** H over the parts, one after the other, 32 bytes. */
export function hashOf(...parts: readonly Uint8Array[]): Uint8Array {
  const { room, end } = joined(parts);
  hashInto(room, 0, end, digest, 0);
  return digest.bytes.slice();
}

/** The two states that HMAC-SHA-256 (RFC 2104) begins with, under one key of at most 64 bytes. */
export type HmacKey = { readonly inner: Midstate; readonly outer: Midstate };

export function hmacKeyOf(key: Uint8Array): HmacKey {
  return { inner: COMPRESSOR.after(padded(key, 0x36)), outer: COMPRESSOR.after(padded(key, 0x5c)) };
}

/** HMAC over bytes `start` to `end` of a room, 32 bytes, into `out` at `at`. */
export function hmacInto(
  { inner, outer }: HmacKey,
  room: Room,
  start: number,
  end: number,
  out: Room,
  at: number,
): void {
  hashInto(room, start, end, digest, 0, inner);
  hashInto(digest, 0, DIGEST, out, at, outer);
}

/** HMAC-SHA-256 (RFC 2104) under one key of at most 64 bytes, for many messages; 32 bytes each. */
export function keyedHash(key: Uint8Array): (message: Uint8Array) => Uint8Array {
  const states = hmacKeyOf(key);
  return (bytes) => {
    const { room, end } = joined([bytes]);
    hmacInto(states, room, 0, end, digest, 0);
    return digest.bytes.slice();
  };
}

function joined(parts: readonly Uint8Array[]): { readonly room: Room; readonly end: number } {
  let end = 0;
  for (const part of parts) end += part.length;
  const room = end <= ROOM ? message : roomOf(end);
  let at = 0;
  for (const part of parts) {
    room.bytes.set(part, at);
    at += part.length;
  }
  return { room, end };
}

function padded(key: Uint8Array, pad: number): Room {
  const block = roomOf(BLOCK);
  block.bytes.fill(pad);
  key.forEach((byte, index) => (block.bytes[index] = byte ^ pad));
  return block;
}
