import { AppError } from "./errors.ts";

/** What receipt data is made of. Every number is an integer. */
export type JsonValue = JsonScalar | readonly JsonValue[] | { readonly [key: string]: JsonValue };
export type JsonScalar = null | boolean | number | string;

/** A scalar, or an empty array or object, at its JSON Pointer (RFC 6901). */
export type DataLeaf = { readonly path: string; readonly value: JsonValue };

export const MAX_DEPTH = 16;
export const MAX_LEAVES = 65_536;
/** Of all paths and string values of one receipt together, in UTF-16 units. */
export const MAX_TEXT_LENGTH = 8_388_608;

/**
 * Flattens receipt data into its leaves, ordered by path as UTF-8 bytes (docs/ledger.md, Data digest).
 * @throws AppError data_not_canonical (a number that is no integer within 2^53 - 1, negative zero, a value that JSON does not
 *   know, a lone surrogate), data_too_large (past MAX_DEPTH, MAX_LEAVES or MAX_TEXT_LENGTH); details.path says where
 */
export function flatten(data: JsonValue): readonly DataLeaf[] {
  const leaves = leavesOf(data);
  return leaves.sort(leaves.some(({ path }) => HIGH.test(path)) ? byBytes : byUnits);
}

/** As `flatten`, in no order. */
export function leavesOf(data: JsonValue): DataLeaf[] {
  const leaves: DataLeaf[] = [];
  const budget = { left: MAX_TEXT_LENGTH };
  collect(data, "", 0, leaves, budget);
  return leaves;
}

/** From here on the order of UTF-16 units is not that of code points. */
const HIGH = /[\ud800-\uffff]/;
const byUnits = (a: DataLeaf, b: DataLeaf): number => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
const byBytes = (a: DataLeaf, b: DataLeaf): number => compareUtf8(a.path, b.path);

/** Orders two well-formed texts as their UTF-8 bytes would be: by code point, not by UTF-16 unit. */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return byPoint(x) - byPoint(y);
  }
  return a.length - b.length;
}

/**
 * The canonical JSON text of a value (RFC 8785).
 * @throws AppError data_not_canonical as `flatten` does
 */
export function jcs(value: JsonValue): string {
  if (Array.isArray(value)) {
    let items = "";
    for (const item of value) items += `${items === "" ? "" : ","}${jcs(item as JsonValue)}`;
    return `[${items}]`;
  }
  if (isObject(value)) {
    let members = "";
    for (const key of Object.keys(value).sort()) {
      members += `${members === "" ? "" : ","}${JSON.stringify(wellFormed(key, key))}:${jcs(value[key] ?? null)}`;
    }
    return `{${members}}`;
  }
  assertScalar(value, "");
  return JSON.stringify(value);
}

/** One token of a JSON Pointer, escaped. */
export function pointerToken(key: string): string {
  return /[~/]/.test(key) ? key.replaceAll("~", "~0").replaceAll("/", "~1") : key;
}

function collect(value: unknown, path: string, depth: number, leaves: DataLeaf[], budget: { left: number }): void {
  if (depth > MAX_DEPTH) throw tooLarge(path, "levels", MAX_DEPTH);
  if (Array.isArray(value) && value.length > 0) {
    for (let i = 0; i < value.length; i += 1) collect(value[i], `${path}/${i}`, depth + 1, leaves, budget);
    return;
  }
  if (isObject(value)) {
    const keys = Object.keys(value);
    for (const key of keys) {
      collect(value[key], `${path}/${pointerToken(wellFormed(key, path))}`, depth + 1, leaves, budget);
    }
    if (keys.length > 0) return;
  } else if (!Array.isArray(value)) {
    assertScalar(value, path);
  }
  budget.left -= path.length + (typeof value === "string" ? value.length : 0);
  if (budget.left < 0) throw tooLarge(path, "characters", MAX_TEXT_LENGTH);
  if (leaves.length >= MAX_LEAVES) throw tooLarge(path, "fields", MAX_LEAVES);
  leaves.push({ path, value: isEmptyContainer(value) ? value : (value as JsonScalar) });
}

function isObject(value: unknown): value is { readonly [key: string]: JsonValue } {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isEmptyContainer(value: unknown): value is readonly JsonValue[] | { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null;
}

function assertScalar(value: unknown, path: string): asserts value is JsonScalar {
  if (value === null || typeof value === "boolean") return;
  if (typeof value === "string") {
    wellFormed(value, path);
    return;
  }
  if (typeof value === "number" && Number.isSafeInteger(value) && !Object.is(value, -0)) return;
  const got =
    typeof value === "number" ? "a number that is no integer within 2^53 - 1" : `a value of type ${typeof value}`;
  throw new AppError("data_not_canonical", `${got} stands at ${path}`, { details: { path } });
}

function wellFormed(text: string, path: string): string {
  if (!text.isWellFormed()) {
    throw new AppError("data_not_canonical", `a lone surrogate stands at ${path.toWellFormed()}`, {
      details: { path: path.toWellFormed() },
    });
  }
  return text;
}

function tooLarge(path: string, what: string, limit: number): AppError {
  return new AppError("data_too_large", `more than ${limit} ${what}`, { details: { path: path.slice(0, 200), limit } });
}

/** Lifts surrogates above U+E000 to U+FFFF, as their code points are. */
function byPoint(unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit;
}
