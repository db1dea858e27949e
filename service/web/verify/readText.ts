import { utf8 } from "../../core/bytes.ts";
import { joinCodes, looksLikeCode, parseCode, type DisclosureCode } from "../../core/disclosureCodes.ts";
import { looksLikeDisclosure } from "../../core/disclosureFile.ts";
import { unpackDisclosure } from "../../core/disclosurePack.ts";
import { AppError } from "../../core/errors.ts";
import { parseQrText } from "../../domain/qrText.ts";
import { streamDeflate } from "../shared/deflate.ts";

/** What a text from a QR code, or one that was pasted, turned out to be. */
export type ReadText =
  /** A disclosure file, whole. */
  | { readonly kind: "file"; readonly bytes: Uint8Array<ArrayBuffer> }
  /** Some of the codes of one disclosure; `missing` counts from one. */
  | { readonly kind: "part"; readonly codes: readonly DisclosureCode[]; readonly missing: readonly number[] }
  /** The code on a receipt: it holds the elements of a check, not a proof. */
  | { readonly kind: "receipt"; readonly address: string; readonly query: string }
  | { readonly kind: "unknown" };

/**
 * Reads it. Codes of the same disclosure that were read before count; those of another are dropped.
 * @param text untrusted; several codes may stand in it with white space between
 */
export async function readText(text: string, before: readonly DisclosureCode[]): Promise<ReadText> {
  const whole = text.trim();
  const bytes = whole.isWellFormed() ? utf8(whole) : new Uint8Array(0);
  if (looksLikeDisclosure(bytes)) return { kind: "file", bytes: new Uint8Array(bytes) };
  try {
    if (looksLikeCode(whole)) return await readCodes(whole.split(/\s+/).map(parseCode), before);
    parseQrText(whole);
    return { kind: "receipt", address: whole, query: whole.slice(whole.indexOf("?")) };
  } catch (error) {
    if (error instanceof AppError) return { kind: "unknown" };
    throw error;
  }
}

async function readCodes(read: readonly DisclosureCode[], before: readonly DisclosureCode[]): Promise<ReadText> {
  const newest = read.at(-1);
  if (newest === undefined) return { kind: "unknown" };
  const { set, count } = newest;
  // The newest reading of a code comes first, so that one that was misread can be read again.
  const codes = [...read, ...before].filter((code) => code.set === set && code.count === count);
  const packed = joinCodes(codes);
  if (packed !== undefined) {
    return { kind: "file", bytes: new Uint8Array(await unpackDisclosure(packed, streamDeflate)) };
  }
  const indexes = Array.from({ length: count }, (_, index) => index);
  const missing = indexes.filter((index) => !codes.some((code) => code.index === index)).map((index) => index + 1);
  return { kind: "part", codes, missing };
}
