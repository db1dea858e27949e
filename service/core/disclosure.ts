import { bytesOfHex, equalBytes, hexOf } from "./bytes.ts";
import { compareUtf8, flatten, type DataLeaf, type JsonValue } from "./canonical.ts";
import { dataDigestOfFields, fieldDigestOf, fieldDigestsOf, valueDigestOf } from "./dataDigest.ts";
import { AppError } from "./errors.ts";

/** A receipt's data with only some fields shown (docs/ledger.md, Data digest). Fields stand in the order of their paths. */
export type Disclosure = { readonly version: 1; readonly fields: readonly DisclosedField[] };

/** Hexadecimal, 0x-prefixed: salt of 16 bytes, valueDigest of 32. */
export type DisclosedField =
  | { readonly path: string; readonly value: JsonValue; readonly salt: string }
  | { readonly path: string; readonly valueDigest: string };

/** What a checked disclosure shows, and the paths of all that it withholds. */
export type DisclosedData = { readonly shown: readonly DataLeaf[]; readonly withheld: readonly string[] };

/** Code, number, amount and issuer cannot be withheld: they stand in the leaf and on chain. */
export const ALWAYS_SHOWN = [
  "/eInvoiceCode",
  "/eInvoiceNumber",
  "/totalAmount",
  "/invoicingPartyCode",
  "/invoicingPartyName",
];

const MAX_FIELDS = 65_536;

/**
 * Shows the chosen fields, and those that cannot be withheld.
 * @param paths JSON Pointers; that of an object or array chooses all that is in it
 * @throws AppError path_unknown (nothing there), secret_malformed, data_not_canonical, data_too_large
 */
export function disclose(data: JsonValue, secret: Uint8Array, paths: readonly string[]): Disclosure {
  const fields = fieldDigestsOf(data, secret);
  for (const path of paths) {
    if (!fields.some((field) => isWithin(field.path, path))) {
      throw new AppError("path_unknown", "no field stands at this path", { details: { path } });
    }
  }
  const chosen = [...ALWAYS_SHOWN, ...paths];
  return {
    version: 1,
    fields: fields.map(({ path, value, salt, valueDigest }) =>
      chosen.some((choice) => isWithin(path, choice))
        ? { path, value, salt: hexOf(salt) }
        : { path, valueDigest: hexOf(valueDigest) },
    ),
  };
}

/**
 * Reads a disclosure and checks that it is one of the data with this digest. It names every field that was withheld.
 * @param disclosure untrusted
 * @param dataDigest the leaf's, 32 bytes
 * @throws AppError disclosure_malformed (also: paths out of order, twice, or one inside another), field_cannot_be_withheld,
 *   data_differs
 */
export function checkDisclosure(disclosure: unknown, dataDigest: Uint8Array): DisclosedData {
  const { fields } = parseDisclosure(disclosure);
  const digests = fields.map((field) =>
    fieldDigestOf(
      field.path,
      "value" in field ? valueDigestOf(field.value, bytesOfHex(field.salt, 16)) : bytesOfHex(field.valueDigest, 32),
    ),
  );
  if (!equalBytes(dataDigestOfFields(digests), dataDigest)) {
    throw new AppError("data_differs", "the fields are not those of the receipt's data");
  }
  const withheld = fields.flatMap((field) => ("value" in field ? [] : [field.path]));
  const wrong = withheld.find((path) => ALWAYS_SHOWN.some((choice) => isWithin(path, choice)));
  if (wrong !== undefined) {
    throw new AppError("field_cannot_be_withheld", "code, number, amount and issuer must be shown", {
      details: { path: wrong },
    });
  }
  return {
    shown: fields.flatMap((field) => ("value" in field ? [{ path: field.path, value: field.value }] : [])),
    withheld,
  };
}

/**
 * Reads a disclosure, without the data's digest.
 * @param disclosure untrusted
 * @throws AppError disclosure_malformed (also: paths out of order, twice, or one inside another), hex_malformed, data_not_canonical
 */
export function parseDisclosure(disclosure: unknown): Disclosure {
  const { version, fields } = entriesOf(disclosure, "fields version");
  if (version !== 1 || !Array.isArray(fields) || fields.length === 0 || fields.length > MAX_FIELDS) {
    throw malformed("expected version 1 and a list of fields");
  }
  const parsed = fields.map(parseField);
  const paths = new Set(parsed.map(({ path }) => path));
  parsed.forEach(({ path }, index) => {
    const previous = parsed[index - 1]?.path;
    if (previous !== undefined && compareUtf8(previous, path) >= 0) throw malformed("paths are out of order, or twice");
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      if (paths.has(path.slice(0, end))) throw malformed("one path leads into another");
    }
  });
  return { version: 1, fields: parsed };
}

/** Whether a path is the choice itself, or lies in the object or array there. */
export function isWithin(path: string, choice: string): boolean {
  return path === choice || path.startsWith(`${choice}/`);
}

function parseField(value: unknown): DisclosedField {
  const isShown = typeof value === "object" && value !== null && "value" in value;
  const entries = entriesOf(value, isShown ? "path salt value" : "path valueDigest");
  const path = textOf(entries["path"]);
  if (!path.isWellFormed() || !/^(?:\/(?:[^~/]|~[01])*)+$/u.test(path)) throw malformed("a path is no JSON Pointer");
  if (!isShown) return { path, valueDigest: hexText(entries["valueDigest"], 32) };
  return { path, value: leafValue(entries["value"]), salt: hexText(entries["salt"], 16) };
}

/** A scalar, or an empty array or object. */
function leafValue(value: unknown): JsonValue {
  const [leaf, ...more] = flatten(value as JsonValue);
  if (leaf === undefined || leaf.path !== "" || more.length > 0) throw malformed("a value has fields of its own");
  return leaf.value;
}

function hexText(value: unknown, length: number): string {
  const text = textOf(value);
  bytesOfHex(text, length);
  return text;
}

function entriesOf(value: unknown, keys: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Object.keys(value).sort().join(" ") !== keys) {
    throw malformed(`expected an object with ${keys}`);
  }
  return { ...value };
}

function textOf(value: unknown): string {
  if (typeof value !== "string") throw malformed("a text was expected");
  return value;
}

function malformed(why: string): AppError {
  return new AppError("disclosure_malformed", `the disclosure cannot be read: ${why}`);
}
