import { bytesOfHex, concatBytes, hexOf, readUint, textOfUtf8, u16, u8, utf8 } from "./bytes.ts";
import { MAX_TEXT_LENGTH, type JsonValue } from "./canonical.ts";
import type { DisclosedField } from "./disclosure.ts";
import { encodeDisclosureFile, parseDisclosureFile } from "./disclosureFile.ts";
import { AppError } from "./errors.ts";

/** Raw DEFLATE (RFC 1951), which every platform brings along and core has not. */
export type Deflate = {
  deflate(bytes: Uint8Array): Promise<Uint8Array>;
  /** Rejects if it is no DEFLATE, or unpacks to more than `maxBytes`. */
  inflate(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array>;
};

const VERSION = 1;
const HEAD_LENGTH = 5;
const [SALT_LENGTH, DIGEST_LENGTH] = [16, 32];
/** Of the unpacked paths and values: far past what codes can hold, and small enough for any phone. */
const MAX_TEXT_BYTES = 1024 * 1024;

/**
 * A disclosure file in few bytes (docs/verify.md, Packed): version:u8 = 1 || proofLength:u16 || textLength:u16 || proof || text ||
 * the salt (16) or digest (32) of each field. `text` is deflated JSON: of each field how many UTF-16 units its path shares with the
 * one before, the rest of the path, and the value, if it is shown.
 * @param file the file's bytes
 * @throws AppError as `parseDisclosureFile`; disclosure_too_large (proof or text of 65,536 bytes or more)
 */
export async function packDisclosure(file: Uint8Array, { deflate }: Deflate): Promise<Uint8Array> {
  const { proof, disclosure } = parseDisclosureFile(file);
  const { fields } = disclosure;
  const rows = fields.map((field, index) => {
    const shared = sharedLength(fields[index - 1]?.path ?? "", field.path);
    const rest = field.path.slice(shared);
    return "value" in field ? [shared, rest, field.value] : [shared, rest];
  });
  const text = await deflate(utf8(JSON.stringify(rows)));
  if (proof.length > 0xffff || text.length > 0xffff) throw new AppError("disclosure_too_large", "it cannot be packed");
  const hashes = fields.map((field) => bytesOfHex("value" in field ? field.salt : field.valueDigest));
  return concatBytes(u8(VERSION), u16(proof.length), u16(text.length), proof, text, ...hashes);
}

/**
 * The file that was packed, in its one canonical form. That it holds together is for `verifyDisclosure` to say.
 * @param packed untrusted
 * @throws AppError disclosure_malformed, and as `parseDisclosureFile`
 */
export async function unpackDisclosure(packed: Uint8Array, { inflate }: Deflate): Promise<Uint8Array> {
  if (packed.length < HEAD_LENGTH || packed[0] !== VERSION) throw malformed("its version is not 1");
  const textAt = HEAD_LENGTH + readUint(packed, 1, 2);
  const hashesAt = textAt + readUint(packed, 3, 2);
  if (hashesAt > packed.length) throw malformed("it ends too early");
  const text = await inflated(packed.slice(textAt, hashesAt), inflate);
  const fields = fieldsOf(rowsOf(text), packed.subarray(hashesAt));
  const proof = packed.slice(HEAD_LENGTH, textAt);
  const file = encodeDisclosureFile({ proof, disclosure: { version: 1, fields } });
  parseDisclosureFile(file);
  return file;
}

async function inflated(bytes: Uint8Array, inflate: Deflate["inflate"]): Promise<Uint8Array> {
  try {
    return await inflate(bytes, MAX_TEXT_BYTES);
  } catch (cause) {
    throw malformed("its text cannot be unpacked", cause);
  }
}

function rowsOf(text: Uint8Array): readonly unknown[] {
  let rows: unknown;
  try {
    rows = JSON.parse(textOfUtf8(text));
  } catch (cause) {
    throw malformed("its text is no JSON", cause);
  }
  if (!Array.isArray(rows)) throw malformed("its text is no list");
  return rows;
}

/** What a value may be is for `parseDisclosureFile` to say. */
function fieldsOf(rows: readonly unknown[], hashes: Uint8Array): readonly DisclosedField[] {
  const fields: DisclosedField[] = [];
  let at = 0;
  let pathLength = 0;
  const take = (length: number): string => hexOf(hashes.subarray(at, (at += length)));
  for (const row of rows) {
    const [shared, rest, value, more]: readonly unknown[] = Array.isArray(row) ? (row as readonly unknown[]) : [];
    if (typeof shared !== "number" || typeof rest !== "string" || more !== undefined) throw malformed("a row");
    const path = (fields.at(-1)?.path ?? "").slice(0, shared) + rest;
    // A few bytes of text could otherwise name long paths without end.
    pathLength += path.length;
    if (pathLength > MAX_TEXT_LENGTH) throw malformed("its paths are too long");
    fields.push(
      value === undefined
        ? { path, valueDigest: take(DIGEST_LENGTH) }
        : { path, value: value as JsonValue, salt: take(SALT_LENGTH) },
    );
  }
  if (at !== hashes.length) throw malformed("it has not one salt or digest for each field");
  return fields;
}

function sharedLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

function malformed(why: string, cause?: unknown): AppError {
  return new AppError(
    "disclosure_malformed",
    `the packed disclosure cannot be read: ${why}`,
    cause === undefined ? {} : { cause },
  );
}
