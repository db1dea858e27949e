import { base41Of, bytesOfBase41 } from "./base41.ts";
import { concatBytes, hexOf } from "./bytes.ts";
import { AppError } from "./errors.ts";
import { hashOf } from "./hash.ts";

/**
 * The codes of a packed disclosure (docs/verify.md, Codes). Each holds at most 1,853 characters: a QR code of version 25 with error
 * correction L, whose modules are half a millimetre wide on 6 cm, so that phones read it from paper.
 */
export const MAX_CODES = 12;

const BYTES_PER_CODE = 1_222;
const CODE = /^LPD1:([1-9]\d?)\/([1-9]\d?):([0-9A-F]{8}):([0-9A-Z$*+.-]+)$/;

/** One code as it was read. `set` tells the codes of one disclosure from another's. Index counts from zero. */
export type DisclosureCode = {
  readonly set: string;
  readonly index: number;
  readonly count: number;
  readonly bytes: Uint8Array;
};

/** The texts of the codes, `LPD1:1/4:3F9A02B1:…`; none if they would be more than `MAX_CODES`. */
export function codesOf(packed: Uint8Array): readonly string[] {
  const count = Math.ceil(packed.length / BYTES_PER_CODE);
  if (count > MAX_CODES) return [];
  const size = Math.ceil(packed.length / count);
  const set = setOf(packed);
  return Array.from({ length: count }, (_, index) => {
    const part = packed.subarray(index * size, (index + 1) * size);
    return `LPD1:${String(index + 1)}/${String(count)}:${set}:${base41Of(part)}`;
  });
}

/** Whether a text is to be read as a code of a disclosure. */
export function looksLikeCode(text: string): boolean {
  return text.trimStart().startsWith("LPD1:");
}

/** @param text as scanned or pasted; white space around it is no matter. @throws AppError code_malformed */
export function parseCode(text: string): DisclosureCode {
  const [, index = "0", count = "0", set = "", body = ""] = CODE.exec(text.trim()) ?? [];
  if (Number(index) < 1 || Number(index) > Number(count) || Number(count) > MAX_CODES) throw malformed();
  try {
    return { set, index: Number(index) - 1, count: Number(count), bytes: bytesOfBase41(body) };
  } catch (cause) {
    throw malformed(cause);
  }
}

/**
 * The packed disclosure, as soon as all codes of its set are there, in any order; undefined before.
 * @throws AppError code_malformed: together they are not what was cut into pieces
 */
export function joinCodes(codes: readonly DisclosureCode[]): Uint8Array | undefined {
  const [first] = codes;
  if (first === undefined) return undefined;
  const parts = Array.from({ length: first.count }, (_, index) =>
    codes.find((code) => code.index === index && code.set === first.set && code.count === first.count),
  );
  const found = parts.filter((part) => part !== undefined);
  if (found.length < first.count) return undefined;
  const packed = concatBytes(...found.map(({ bytes }) => bytes));
  if (setOf(packed) !== first.set) throw malformed();
  return packed;
}

function setOf(packed: Uint8Array): string {
  return hexOf(hashOf(packed)).slice(2, 10).toUpperCase();
}

function malformed(cause?: unknown): AppError {
  const message = "这不是部分披露的二维码，或没有读全。 This is no code of a disclosure, or it was not read in full.";
  return new AppError("code_malformed", message, cause === undefined ? {} : { cause });
}
