import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { AppError } from "./errors.ts";

/** The most bytes that a UTF-16 unit becomes. */
export const UTF8_PER_UNIT = 3;

/** Joins byte strings in the order given. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** True if both have the same length and bytes. Not constant in time: nothing secret is compared in core. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

/** Lower-case hexadecimal with the prefix 0x. */
export function hexOf(bytes: Uint8Array): string {
  return `0x${bytesToHex(bytes)}`;
}

/**
 * Reads what `hexOf` writes: 0x, then an even number of lower-case digits.
 * @param length how many bytes there must be; any number if absent
 * @throws AppError hex_malformed
 */
export function bytesOfHex(text: string, length?: number): Uint8Array {
  if (!/^0x(?:[0-9a-f]{2})*$/.test(text) || (length !== undefined && text.length !== 2 + 2 * length)) {
    const expected = length === undefined ? "whole bytes" : `${length} bytes`;
    throw new AppError("hex_malformed", `expected 0x and lower-case hexadecimal of ${expected}`, {
      details: { gotLength: text.length, expectedBytes: length },
    });
  }
  return hexToBytes(text.slice(2));
}

/**
 * The UTF-8 bytes of a text.
 * @throws AppError text_malformed on a lone surrogate, which UTF-8 cannot carry
 */
export function utf8(text: string): Uint8Array {
  const room = text.length * UTF8_PER_UNIT;
  const bytes = room <= SCRATCH.length ? SCRATCH : new Uint8Array(room);
  return bytes.slice(0, utf8Into(text, bytes, 0));
}

/**
 * Writes what `utf8` gives into room that is long enough, from `at`.
 * @returns where it ends
 * @throws AppError text_malformed
 */
export function utf8Into(text: string, bytes: Uint8Array, at: number): number {
  let length = at;
  for (let i = 0; i < text.length; i += 1) {
    let point = text.charCodeAt(i);
    if (point < 0x80) {
      bytes[length++] = point;
    } else if (point < 0x800) {
      bytes[length++] = 0xc0 | (point >> 6);
      bytes[length++] = 0x80 | (point & 0x3f);
    } else if (point < 0xd800 || point > 0xdfff) {
      bytes[length++] = 0xe0 | (point >> 12);
      bytes[length++] = 0x80 | ((point >> 6) & 0x3f);
      bytes[length++] = 0x80 | (point & 0x3f);
    } else {
      const low = text.charCodeAt(i + 1);
      if (point > 0xdbff || !(low >= 0xdc00 && low <= 0xdfff)) {
        throw new AppError("text_malformed", `a lone surrogate stands at index ${i}`, { details: { index: i } });
      }
      i += 1;
      point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
      bytes[length++] = 0xf0 | (point >> 18);
      bytes[length++] = 0x80 | ((point >> 12) & 0x3f);
      bytes[length++] = 0x80 | ((point >> 6) & 0x3f);
      bytes[length++] = 0x80 | (point & 0x3f);
    }
  }
  return length;
}

/**
 * The text of UTF-8 bytes; overlong forms, surrogates and points past U+10FFFF are refused.
 * @throws AppError text_malformed
 */
export function textOfUtf8(bytes: Uint8Array): string {
  let text = "";
  let units: number[] = [];
  for (let i = 0; i < bytes.length;) {
    const first = bytes[i] ?? 0;
    const more = first < 0x80 ? 0 : first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    let point = more === 0 ? first : first & (0x3f >> more);
    for (let k = 1; k <= more; k += 1) {
      const next = bytes[i + k] ?? 0;
      if (next >> 6 !== 2) throw malformedAt(i);
      point = point * 64 + (next & 0x3f);
    }
    if (more > 0 && (first < 0xc2 || first > 0xf4)) throw malformedAt(i);
    if (point < (LEAST_POINT[more] ?? 0) || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
      throw malformedAt(i);
    }
    if (point < 0x10000) units.push(point);
    else units.push(0xd800 + ((point - 0x10000) >> 10), 0xdc00 + (point & 0x3ff));
    i += more + 1;
    if (units.length >= 4096) {
      text += String.fromCharCode(...units);
      units = [];
    }
  }
  return text + String.fromCharCode(...units);
}

/** The text of bytes that each stand for the character of that number (ISO 8859-1), as PDF syntax is read. */
export function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** The bytes of a text whose characters are all below U+0100: what `latin1` read. */
export function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** Big-endian, fixed width. @throws AppError integer_out_of_range unless a whole number from 0 that fits */
export const u8 = (value: number): Uint8Array => uint(value, 1);
export const u16 = (value: number): Uint8Array => uint(value, 2);
export const u24 = (value: number): Uint8Array => uint(value, 3);
export const u32 = (value: number): Uint8Array => uint(value, 4);
export const u40 = (value: number): Uint8Array => uint(value, 5);
/** As the others, but at most 2^53 - 1, like every number of the ledger. */
export const u64 = (value: number): Uint8Array => uint(value, 8);

/**
 * Reads a big-endian whole number.
 * @throws AppError integer_out_of_range past 2^53 - 1
 */
export function readUint(bytes: Uint8Array, offset = 0, width = bytes.length): number {
  let value = 0;
  for (let i = offset; i < offset + width; i += 1) value = value * 256 + (bytes[i] ?? 0);
  if (!Number.isSafeInteger(value)) {
    throw new AppError("integer_out_of_range", "a number past 2^53 - 1 is not accepted", {
      details: { offset, width },
    });
  }
  return value;
}

/** Short texts are written here and copied: to make room for each would cost more than the writing. */
const SCRATCH = new Uint8Array(65_536);

const LEAST_POINT = [0, 0x80, 0x800, 0x10000];

function malformedAt(index: number): AppError {
  return new AppError("text_malformed", `no UTF-8 at byte ${index}`, { details: { index } });
}

function uint(value: number, width: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0 || value >= 256 ** width) {
    throw new AppError("integer_out_of_range", `expected a whole number of ${8 * width} bits from 0, got ${value}`, {
      details: { value, bits: 8 * width },
    });
  }
  const bytes = new Uint8Array(width);
  for (let i = width - 1, rest = value; i >= 0; i -= 1, rest = Math.floor(rest / 256)) bytes[i] = rest % 256;
  return bytes;
}
