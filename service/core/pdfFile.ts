import { latin1 } from "./bytes.ts";
import { AppError } from "./errors.ts";
import { pdfMalformed, readPdfValue, skipSpace, skipText, type PdfDict, type PdfValue } from "./pdfValue.ts";

/** One indirect object. `stream` is what stands between stream and endstream, undecoded. */
export type PdfObject = { readonly value: PdfValue; readonly stream?: Uint8Array };

/** A PDF of our profile. */
export type PdfFile = {
  readonly bytes: Uint8Array;
  readonly catalog: PdfDict;
  /** The object of a number from 1; undefined if there is none. @throws AppError pdf_malformed if it was not read before */
  readonly objectOf: (id: number) => PdfObject | undefined;
  /** How many objects hold a /ByteRange, at whatever depth. */
  readonly signatureCount: number;
};

const MAX_BYTES = 64 * 1024 * 1024;
const ENTRY_LENGTH = 20;
const OFFSET_DIGITS = 10;

/**
 * Opens a PDF as our writer makes them (classic cross-reference table, ISO 32000-1, 7.5.4), and nothing else: one table, at the
 * end, no earlier one and no update after; every object in it once, none free; header, objects, table and trailer follow one
 * another with only white space between. So there are no bytes in which another reader could find another document (the shadow
 * and update attacks on signed PDFs live there).
 * @throws AppError not_a_pdf, pdf_malformed
 */
export function openPdf(bytes: Uint8Array): PdfFile {
  const { offsets, root, tableAt } = readEnds(bytes);
  const objects = readObjects(bytes, offsets, tableAt);
  const signatureCount = objects.filter(({ value }) => holdsSignature(value)).length;
  return fileOf(bytes, root, (id) => objects[id - 1], signatureCount);
}

/**
 * As `openPdf`, but an object is read only when it is asked for, and nothing is looked at beside: for a document that we have
 * signed and kept ourselves. It is taken to hold one signature.
 * @throws AppError not_a_pdf, pdf_malformed
 */
export function openOwnPdf(bytes: Uint8Array): PdfFile {
  const { offsets, root } = readEnds(bytes);
  const objectOf = (id: number): PdfObject | undefined => {
    const offset = offsets[id - 1];
    return offset === undefined ? undefined : readObject(bytes, offset, id).object;
  };
  return fileOf(bytes, root, objectOf, 1);
}

type Ends = { readonly offsets: readonly number[]; readonly root: PdfValue; readonly tableAt: number };

/** The head, and the table with its trailer. */
function readEnds(bytes: Uint8Array): Ends {
  if (latin1(bytes.subarray(0, 5)) !== "%PDF-") throw new AppError("not_a_pdf", "the file does not begin with %PDF-");
  if (bytes.length > MAX_BYTES) throw pdfMalformed(`it has more than ${MAX_BYTES} bytes`, 0);
  const tableAt = startOfTable(bytes);
  const { offsets, trailer } = readTable(bytes, tableAt);
  const root = trailer.get("Root");
  if (root === undefined || ["Prev", "XRefStm", "Encrypt"].some((key) => trailer.has(key))) {
    throw pdfMalformed("its trailer names no root, or an earlier table, or encryption", tableAt);
  }
  const size = trailer.get("Size");
  if (size?.kind !== "number" || size.value !== offsets.length + 1) throw pdfMalformed("its size is not told", tableAt);
  return { offsets, root, tableAt };
}

function fileOf(bytes: Uint8Array, root: PdfValue, objectOf: PdfFile["objectOf"], signatureCount: number): PdfFile {
  return { bytes, objectOf, signatureCount, catalog: dictOf({ objectOf }, root) };
}

/** Follows a reference, if it is one. @throws AppError pdf_malformed if it leads nowhere, or to another reference */
export function resolve(file: Pick<PdfFile, "objectOf">, value: PdfValue | undefined): PdfObject {
  if (value === undefined) throw pdfMalformed("a value is missing", 0);
  if (value.kind !== "reference") return { value };
  const object = file.objectOf(value.id);
  if (object === undefined || object.value.kind === "reference") {
    throw pdfMalformed(`object ${value.id} is missing`, value.start);
  }
  return object;
}

/** The dictionary that a value is or refers to. @throws AppError pdf_malformed */
export function dictOf(file: Pick<PdfFile, "objectOf">, value: PdfValue | undefined): PdfDict {
  const target = resolve(file, value).value;
  if (target.kind !== "dict") throw pdfMalformed("a dictionary was expected", target.start);
  return target.entries;
}

/** The items of the array that a value is or refers to. @throws AppError pdf_malformed */
export function arrayOf(file: Pick<PdfFile, "objectOf">, value: PdfValue | undefined): readonly PdfValue[] {
  const target = resolve(file, value).value;
  if (target.kind !== "array") throw pdfMalformed("an array was expected", target.start);
  return target.items;
}

export function isName(value: PdfValue | undefined, name: string): boolean {
  return value?.kind === "name" && value.value === name;
}

function holdsSignature(value: PdfValue): boolean {
  if (value.kind === "array") return value.items.some(holdsSignature);
  if (value.kind !== "dict") return false;
  if (value.entries.has("ByteRange")) return true;
  for (const entry of value.entries.values()) if (holdsSignature(entry)) return true;
  return false;
}

function startOfTable(bytes: Uint8Array): number {
  const start = Math.max(0, bytes.length - 40);
  const tail = latin1(bytes.subarray(start));
  const found = /\nstartxref\n([1-9]\d{0,9})\n%%EOF\n?$/.exec(tail);
  if (found?.[1] === undefined) throw pdfMalformed("it does not end with its cross-reference table", start);
  return Number(found[1]);
}

function readTable(
  bytes: Uint8Array,
  tableAt: number,
): { readonly offsets: readonly number[]; readonly trailer: PdfDict } {
  const head = latin1(bytes.subarray(tableAt, tableAt + 20));
  const count = Number(/^xref\n0 ([1-9]\d{0,5})\n/.exec(head)?.[1] ?? 0);
  const first = tableAt + head.indexOf("\n", 5) + 1;
  const end = first + count * ENTRY_LENGTH;
  if (count < 2 || end > bytes.length) throw pdfMalformed("its cross-reference table cannot be read", tableAt);
  skipText(bytes, first, "0000000000 65535 f \n");
  const offsets: number[] = [];
  for (let at = first + ENTRY_LENGTH; at < end; at += ENTRY_LENGTH) {
    offsets.push(readOffset(bytes, at));
    skipText(bytes, at + OFFSET_DIGITS, " 00000 n \n");
  }
  const trailer = readPdfValue(bytes, skipText(bytes, end, "trailer\n"));
  const tail = `startxref\n${tableAt}\n%%EOF`;
  const last = skipText(bytes, skipSpace(bytes, trailer.end), tail);
  if (trailer.kind !== "dict" || skipSpace(bytes, last) !== bytes.length) {
    throw pdfMalformed("more follows its end", last);
  }
  return { offsets, trailer: trailer.entries };
}

function readOffset(bytes: Uint8Array, at: number): number {
  let offset = 0;
  for (let i = at; i < at + OFFSET_DIGITS; i += 1) {
    const digit = (bytes[i] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) throw pdfMalformed("an entry of its cross-reference table cannot be read", at);
    offset = offset * 10 + digit;
  }
  return offset;
}

function readObjects(bytes: Uint8Array, offsets: readonly number[], tableAt: number): readonly PdfObject[] {
  const order = offsets.map((offset, index) => ({ offset, index })).sort((a, b) => a.offset - b.offset);
  if (!/^%PDF-(?:1\.[4-7]|2\.0)\n(?:%[\x80-\xff]{4}\n)?$/.test(latin1(bytes.subarray(0, order[0]?.offset ?? 0)))) {
    throw pdfMalformed("its header is not followed by its first object", 0);
  }
  const objects: PdfObject[] = [];
  let at = order[0]?.offset ?? 0;
  for (const { offset, index } of order) {
    if (offset !== at) throw pdfMalformed("objects do not follow one another as the table says", offset);
    const { object, end } = readObject(bytes, offset, index + 1);
    objects[index] = object;
    at = skipSpace(bytes, end);
  }
  if (at !== tableAt) throw pdfMalformed("something stands between the objects and their table", at);
  return objects;
}

function readObject(
  bytes: Uint8Array,
  offset: number,
  id: number,
): { readonly object: PdfObject; readonly end: number } {
  const value = readPdfValue(bytes, skipText(bytes, offset, `${id} 0 obj\n`));
  const after = skipSpace(bytes, value.end);
  if (bytes[after] !== 0x73 || value.kind !== "dict") {
    return { object: { value }, end: skipText(bytes, after, "endobj\n") };
  }
  const start = skipText(bytes, after, "stream\n");
  const length = value.entries.get("Length");
  const type = value.entries.get("Type");
  if (length?.kind !== "number" || isName(type, "ObjStm") || isName(type, "XRef")) {
    throw pdfMalformed("a stream has no plain length, or holds objects", offset);
  }
  const end = skipText(bytes, start + length.value, "\nendstream\nendobj\n");
  return { object: { value, stream: bytes.subarray(start, start + length.value) }, end };
}
