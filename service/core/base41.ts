import { AppError } from "./errors.ts";

/**
 * Two bytes as three characters that a QR code packs in 5.5 bits each (its alphanumeric mode), but none that a scanner or a paste
 * trims or reads as a separator: no space, `/`, `:` or `%`. As RFC 9285 does it, with 41 in place of 45.
 */
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ$*+-.";
const BASE = ALPHABET.length;

/** Three characters for two bytes, two for a last one; the least significant first. */
export function base41Of(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 2) {
    const [high = 0, low] = bytes.subarray(at, at + 2);
    const isPair = low !== undefined;
    let value = isPair ? high * 256 + low : high;
    for (let i = 0; i < (isPair ? 3 : 2); i += 1) {
      text += ALPHABET.charAt(value % BASE);
      value = Math.floor(value / BASE);
    }
  }
  return text;
}

/** Reads what `base41Of` writes. @throws AppError base41_malformed */
export function bytesOfBase41(text: string): Uint8Array {
  const rest = text.length % 3;
  if (rest === 1) throw malformed("its length");
  const bytes = new Uint8Array(Math.floor(text.length / 3) * 2 + (rest === 2 ? 1 : 0));
  for (let from = 0, at = 0; from < text.length; from += 3, at += 2) {
    const digits = [...text.slice(from, from + 3)].map((character) => ALPHABET.indexOf(character));
    const value = digits.reduceRight((sum, digit) => sum * BASE + digit, 0);
    const isPair = digits.length === 3;
    if (digits.includes(-1) || value > (isPair ? 0xffff : 0xff)) throw malformed("a character");
    if (isPair) bytes.set([value >> 8, value & 0xff], at);
    else bytes[at] = value;
  }
  return bytes;
}

function malformed(what: string): AppError {
  return new AppError("base41_malformed", `the text of a code cannot be read: ${what} is wrong`);
}
