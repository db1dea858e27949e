import { sha256 } from "@noble/hashes/sha2.js";
import { latin1Bytes } from "./bytes.ts";
import { derLength, SEQUENCE } from "./der.ts";
import { AppError } from "./errors.ts";
import { arrayOf, dictOf, isName, openPdf, type PdfFile } from "./pdfFile.ts";
import type { PdfValue } from "./pdfValue.ts";

/*
 * The placeholder that a PDF writer leaves, and `writeSignature` fills: one object
 *   << /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached
 *      /ByteRange [0 ********** ********** **********] /Contents <000…> … >>
 * with 2 * RESERVED_CONTENTS_BYTES zeros in /Contents, referred to by /V of the only field of the catalog's /AcroForm. The
 * asterisks (10 each; pdfkit's names "/**********" do as well) are replaced by offsets, padded with spaces on the right.
 */

/**
 * Room for the CMS, in bytes; its hexadecimal takes twice that. Enough for two certificates of 700 bytes, the longest signature
 * and a proof with 24 + 12 siblings (docs/ledger.md, Proof).
 */
export const RESERVED_CONTENTS_BYTES = 3584;

/** Where the signature stands. The hole is <…> with its brackets; all other bytes are signed. */
export type SignatureLocation = { readonly holeStart: number; readonly holeEnd: number; readonly length: number };

/** SHA-256 of the parts, one after the other. */
export type HashParts = (parts: readonly Uint8Array[]) => Uint8Array;

const ZERO = 0x30;
const NO_DIGIT = 0xff;
const HEX_VALUES = new Uint8Array(256).fill(NO_DIGIT);
for (let value = 0; value < 16; value += 1) HEX_VALUES[hexDigit(value)] = value;

/**
 * Finds the one signature and checks that it covers the whole file but the hole.
 * @param pdf its bytes, or the file as `openPdf` gave it
 * @throws AppError not_a_pdf, pdf_malformed, signature_missing, signature_not_whole (another signature, other ranges, a
 *   placeholder)
 */
export function locateSignature(pdf: Uint8Array | PdfFile): SignatureLocation {
  const file = opened(pdf);
  const { byteRange, contents } = findSignature(file);
  const [zero, holeStart, holeEnd, rest] = byteRange.items.map((item) => (item.kind === "number" ? item.value : -1));
  const length = file.bytes.length;
  if (zero !== 0 || holeStart !== contents.start || holeEnd !== contents.end || rest !== length - contents.end) {
    throw new AppError("signature_not_whole", "the signature does not cover the whole document", {
      details: { expected: [0, contents.start, contents.end, length - contents.end] },
    });
  }
  return { holeStart: contents.start, holeEnd: contents.end, length };
}

/**
 * The digest of all bytes that the signature covers, 32 bytes (docs/ledger.md, Document digest). The ranges must be filled in.
 * @param hash a faster SHA-256, if there is one
 * @throws AppError as `locateSignature`
 */
export function documentDigestOf(pdf: Uint8Array | PdfFile, hash: HashParts = hashParts): Uint8Array {
  const { bytes } = opened(pdf);
  const { holeStart, holeEnd } = locateSignature(pdf);
  return hash([bytes.subarray(0, holeStart), bytes.subarray(holeEnd)]);
}

/**
 * Writes the ranges in place of the placeholder's asterisks; the length stays. A PDF that has them is returned as it is.
 * @throws AppError not_a_pdf, pdf_malformed, signature_missing, placeholder_malformed
 */
export function fillByteRange(pdf: Uint8Array): Uint8Array {
  const file = openPdf(pdf);
  const { byteRange, contents } = findSignature(file);
  if (byteRange.items.every((item) => item.kind === "number")) return pdf;
  const filled = pdf.slice();
  const numbers = [0, contents.start, contents.end, pdf.length - contents.end];
  byteRange.items.forEach((item, index) => {
    const text = String(numbers[index] ?? "").padEnd(item.end - item.start);
    if (numbers.length !== byteRange.items.length || text.length !== item.end - item.start) {
      throw new AppError("placeholder_malformed", "the placeholder is [0 ********** ********** **********]");
    }
    filled.set(latin1Bytes(text), item.start);
  });
  return filled;
}

/**
 * Puts a CMS into the hole, in place of what is there, and fills the ranges if they are not.
 * @returns a new PDF of the same length
 * @throws AppError signature_does_not_fit, and as `fillByteRange` and `locateSignature`
 */
export function writeSignature(pdf: Uint8Array, cms: Uint8Array): Uint8Array {
  const filled = fillByteRange(pdf).slice();
  fillHole(filled, locateSignature(filled), cms);
  return filled;
}

/**
 * Puts a CMS into a hole that was located before, in place.
 * @throws AppError signature_does_not_fit
 */
export function fillHole(pdf: Uint8Array, { holeStart, holeEnd }: SignatureLocation, cms: Uint8Array): void {
  const room = (holeEnd - holeStart - 2) / 2;
  if (cms.length > room) {
    throw new AppError(
      "signature_does_not_fit",
      `the signature has ${cms.length} bytes, the document reserves ${room}`,
      {
        details: { bytes: cms.length, room },
      },
    );
  }
  pdf.fill(ZERO, holeStart + 1 + 2 * cms.length, holeEnd - 1);
  cms.forEach((byte, index) => {
    pdf[holeStart + 1 + 2 * index] = hexDigit(byte >> 4);
    pdf[holeStart + 2 + 2 * index] = hexDigit(byte & 15);
  });
}

/**
 * Reads the CMS out of the hole. Digits must be lower case, and zeros alone may follow it.
 * @throws AppError contents_malformed, der_malformed, and as `locateSignature`
 */
export function readSignature(pdf: Uint8Array | PdfFile): Uint8Array {
  const { bytes } = opened(pdf);
  const { holeStart, holeEnd } = locateSignature(pdf);
  const room = new Uint8Array(Math.floor((holeEnd - holeStart - 2) / 2));
  if (room.length * 2 !== holeEnd - holeStart - 2) throw contentsMalformed("half a byte is left over");
  for (let i = 0; i < room.length; i += 1) {
    const at = holeStart + 1 + 2 * i;
    room[i] = (hexValue(bytes[at] ?? 0) << 4) | hexValue(bytes[at + 1] ?? 0);
  }
  if (room[0] !== SEQUENCE) throw contentsMalformed("no signature stands there");
  const length = derLength(room);
  if (length > room.length || !endsInZeros(room, length)) {
    throw contentsMalformed("something other than zeros follows the signature");
  }
  return room.subarray(0, length);
}

function endsInZeros(bytes: Uint8Array, from: number): boolean {
  for (let at = from; at < bytes.length; at += 1) if (bytes[at] !== 0) return false;
  return true;
}

type ArrayValue = Extract<PdfValue, { kind: "array" }>;

function findSignature(file: PdfFile): { readonly byteRange: ArrayValue; readonly contents: PdfValue } {
  const form = file.catalog.get("AcroForm");
  if (form === undefined) throw new AppError("signature_missing", "the document bears no signature");
  const fields = arrayOf(file, dictOf(file, form).get("Fields"));
  const field = dictOf(file, fields[0]);
  const signature = dictOf(file, field.get("V"));
  const byteRange = signature.get("ByteRange");
  const contents = signature.get("Contents");
  const isOurs =
    isName(field.get("FT"), "Sig") &&
    isName(signature.get("Type"), "Sig") &&
    isName(signature.get("Filter"), "Adobe.PPKLite") &&
    isName(signature.get("SubFilter"), "ETSI.CAdES.detached");
  if (!isOurs || byteRange?.kind !== "array" || byteRange.items.length !== 4 || contents?.kind !== "hex") {
    throw new AppError("signature_missing", "the document bears no signature of the kind that receipts have");
  }
  if (fields.length !== 1 || file.signatureCount !== 1) {
    throw new AppError("signature_not_whole", "the document must bear exactly one signature");
  }
  return { byteRange, contents };
}

function opened(pdf: Uint8Array | PdfFile): PdfFile {
  return pdf instanceof Uint8Array ? openPdf(pdf) : pdf;
}

function hashParts(parts: readonly Uint8Array[]): Uint8Array {
  const hash = sha256.create();
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function hexDigit(value: number): number {
  return value < 10 ? ZERO + value : 0x57 + value;
}

function hexValue(digit: number): number {
  const value = HEX_VALUES[digit] ?? NO_DIGIT;
  if (value === NO_DIGIT) throw contentsMalformed("a digit is not one of 0-9 and a-f");
  return value;
}

function contentsMalformed(why: string): AppError {
  return new AppError("contents_malformed", `the signature's room cannot be read: ${why}`);
}
