import { latin1 } from "./bytes.ts";
import { AppError } from "./errors.ts";

/** A PDF value (ISO 32000-1, 7.3) and where it stands: from `start` up to, not including, `end`. */
export type PdfValue = { readonly start: number; readonly end: number } & (
  | { readonly kind: "number"; readonly value: number }
  /** true, false, null, and the asterisks of a placeholder */
  | { readonly kind: "word"; readonly value: string }
  | { readonly kind: "name"; readonly value: string }
  /** A literal string; each character stands for a byte. */
  | { readonly kind: "string"; readonly value: string }
  /** Hexadecimal digits in angle brackets, undecoded. */
  | { readonly kind: "hex" }
  | { readonly kind: "reference"; readonly id: number }
  | { readonly kind: "array"; readonly items: readonly PdfValue[] }
  | { readonly kind: "dict"; readonly entries: ReadonlyMap<string, PdfValue> }
);

export type PdfDict = ReadonlyMap<string, PdfValue>;

const MAX_DEPTH = 32;
const SLASH = 0x2f;
const [REGULAR, SPACE, DELIMITER] = [0, 1, 2];
const CLASSES = classesOfBytes();

/**
 * Reads the value that begins at `start` or after white space there. Comments, and keys that stand twice in a dictionary, are
 * refused: our writer makes none, and readers disagree about them.
 * @throws AppError pdf_malformed
 */
export function readPdfValue(bytes: Uint8Array, start: number, depth = 0): PdfValue {
  const at = skipSpace(bytes, start);
  const first = bytes[at] ?? 0;
  if (depth > MAX_DEPTH) throw pdfMalformed("values are nested too deep", at);
  if (first === SLASH) return readName(bytes, at);
  if (first === 0x28) return readString(bytes, at);
  if (first === 0x5b) return readArray(bytes, at, depth);
  if (first === 0x3c) return bytes[at + 1] === 0x3c ? readDict(bytes, at, depth) : readHex(bytes, at);
  return readNumberOrWord(bytes, at);
}

/** The first place from `at` on that is no white space (ISO 32000-1, table 1). */
export function skipSpace(bytes: Uint8Array, at: number): number {
  let place = at;
  while (isSpace(bytes[place] ?? 1)) place += 1;
  return place;
}

/** The place after a keyword that must stand at `at`. @throws AppError pdf_malformed */
export function skipText(bytes: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i += 1) {
    if (bytes[at + i] !== text.charCodeAt(i)) throw pdfMalformed(`expected ${JSON.stringify(text)}`, at);
  }
  return at + text.length;
}

export function pdfMalformed(why: string, offset: number): AppError {
  return new AppError("pdf_malformed", `the PDF is not built as receipts are: ${why}, at byte ${offset}`, {
    details: { offset },
  });
}

function readName(bytes: Uint8Array, start: number): PdfValue {
  const end = endOfToken(bytes, start + 1);
  const raw = latin1(bytes.subarray(start + 1, end));
  if (!raw.includes("#")) return { kind: "name", value: raw, start, end };
  if (/#(?![0-9A-Fa-f]{2})/.test(raw)) throw pdfMalformed("a name has a broken escape", start);
  const value = raw.replace(/#(..)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  return { kind: "name", value, start, end };
}

function readNumberOrWord(bytes: Uint8Array, start: number): PdfValue {
  const end = endOfToken(bytes, start);
  const whole = wholeNumber(bytes, start, end);
  if (whole !== undefined) return numberOrReference(bytes, start, end, whole);
  const text = latin1(bytes.subarray(start, Math.min(end, start + 32)));
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(text)) return { kind: "number", value: Number(text), start, end };
  if (/^(?:true|false|null|\*+)$/.test(text)) return { kind: "word", value: text, start, end };
  throw pdfMalformed("no value begins here", start);
}

/** Up to 15 digits and nothing else; undefined if the token is something else. */
function wholeNumber(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (end === start || end - start > 15) return undefined;
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

/** A number, or the reference that it begins: "12 0 R". */
function numberOrReference(bytes: Uint8Array, start: number, end: number, value: number): PdfValue {
  const isReference =
    bytes[end] === 0x20 && bytes[end + 1] === 0x30 && bytes[end + 2] === 0x20 && bytes[end + 3] === 0x52;
  if (isReference) return { kind: "reference", id: value, start, end: end + 4 };
  return { kind: "number", value, start, end };
}

function readHex(bytes: Uint8Array, start: number): PdfValue {
  const end = bytes.indexOf(0x3e, start);
  if (end < 0) throw pdfMalformed("a hexadecimal string does not end", start);
  return { kind: "hex", start, end: end + 1 };
}

function readArray(bytes: Uint8Array, start: number, depth: number): PdfValue {
  const items: PdfValue[] = [];
  for (let at = skipSpace(bytes, start + 1); ;) {
    if (bytes[at] === 0x5d) return { kind: "array", items, start, end: at + 1 };
    const item = readPdfValue(bytes, at, depth + 1);
    items.push(item);
    at = skipSpace(bytes, item.end);
  }
}

function readDict(bytes: Uint8Array, start: number, depth: number): PdfValue {
  const entries = new Map<string, PdfValue>();
  for (let at = skipSpace(bytes, start + 2); ;) {
    if (bytes[at] === 0x3e) return { kind: "dict", entries, start, end: skipText(bytes, at, ">>") };
    const key = readPdfValue(bytes, at, depth + 1);
    if (key.kind !== "name" || entries.has(key.value)) throw pdfMalformed("a key is no name, or stands twice", at);
    const value = readPdfValue(bytes, key.end, depth + 1);
    entries.set(key.value, value);
    at = skipSpace(bytes, value.end);
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };

function readString(bytes: Uint8Array, start: number): PdfValue {
  let depth = 0;
  let value = "";
  for (let at = start; at < bytes.length; at += 1) {
    const char = String.fromCharCode(bytes[at] ?? 0);
    if (char === "\\") {
      at += 1;
      const escaped = String.fromCharCode(bytes[at] ?? 0);
      if (/[0-9\r\n]/.test(escaped)) throw pdfMalformed("a string has an escape that we do not write", at);
      value += ESCAPES[escaped] ?? escaped;
      continue;
    }
    if (char === ")" && depth === 1) return { kind: "string", value, start, end: at + 1 };
    if (char === "(") depth += 1;
    if (char === ")") depth -= 1;
    if (at > start) value += char;
  }
  throw pdfMalformed("a string does not end", start);
}

function endOfToken(bytes: Uint8Array, start: number): number {
  let end = start;
  while (end < bytes.length && CLASSES[bytes[end] ?? 0] === REGULAR) end += 1;
  return end;
}

function isSpace(byte: number): boolean {
  return CLASSES[byte] === SPACE;
}

/** Of each byte, the class of its character (ISO 32000-1, 7.2.2). */
function classesOfBytes(): Uint8Array {
  const classes = new Uint8Array(256).fill(REGULAR);
  for (const char of "\0\t\n\f\r ") classes[char.charCodeAt(0)] = SPACE;
  for (const char of "()<>[]{}/%") classes[char.charCodeAt(0)] = DELIMITER;
  return classes;
}
