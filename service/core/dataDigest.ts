import { u8, utf8, UTF8_PER_UNIT, utf8Into } from "./bytes.ts";
import { flatten, jcs, type DataLeaf, type JsonValue } from "./canonical.ts";
import { AppError } from "./errors.ts";
import { hashInto, hashOf, hmacInto, hmacKeyOf, keyedHash, roomOf, type Room } from "./hash.ts";

/** One leaf of the data with what hides it: salt 16 bytes, digests 32. */
export type FieldDigest = DataLeaf & {
  readonly salt: Uint8Array;
  readonly valueDigest: Uint8Array;
  readonly fieldDigest: Uint8Array;
};

const SALT_LENGTH = 16;
const SECRET_LENGTH = 32;
const VALUE_PREFIX = u8(0x0c);
const FIELD_PREFIX = u8(0x03);
const DATA_PREFIX = u8(0x04);
const DIGEST_LENGTH = 32;
/** Where the parts of a field's messages stand: prefix, salt, value; and prefix, value's digest, path. */
const SALT_AT = 1;
const VALUE_AT = SALT_AT + SALT_LENGTH;
const DIGEST_AT = 1;
const PATH_AT = DIGEST_AT + DIGEST_LENGTH;
/** Of all but a field with a very long text. */
const ROOM = 4096;

/**
 * The digest of a receipt's data that stands in its leaf (docs/ledger.md, Data digest).
 * @param secret 32 random bytes of this receipt
 * @returns 32 bytes
 * @throws AppError secret_malformed, data_not_canonical, data_too_large
 */
export function dataDigestOf(data: JsonValue, secret: Uint8Array): Uint8Array {
  const key = hmacKeyOf(checked(secret));
  const leaves = flatten(data);
  // The messages of a field, each written where the next one is hashed into.
  let valueRoom = roomOf(ROOM);
  let fieldRoom = roomOf(ROOM);
  const whole = roomOf(1 + DIGEST_LENGTH * leaves.length);
  whole.bytes.set(DATA_PREFIX);
  for (const [index, { path, value }] of leaves.entries()) {
    const text = jcs(value);
    valueRoom = atLeast(valueRoom, VALUE_AT + UTF8_PER_UNIT * text.length);
    fieldRoom = atLeast(fieldRoom, PATH_AT + UTF8_PER_UNIT * path.length);
    const pathEnd = utf8Into(path, fieldRoom.bytes, PATH_AT);
    hmacInto(key, fieldRoom, PATH_AT, pathEnd, valueRoom, SALT_AT);
    valueRoom.bytes.set(VALUE_PREFIX);
    hashInto(valueRoom, 0, utf8Into(text, valueRoom.bytes, VALUE_AT), fieldRoom, DIGEST_AT);
    fieldRoom.bytes.set(FIELD_PREFIX);
    hashInto(fieldRoom, 0, pathEnd, whole, 1 + DIGEST_LENGTH * index);
  }
  return hashOf(whole.bytes);
}

/** Every field of the data with its salt and digests, in the order of the paths. Throws as `dataDigestOf` does. */
export function fieldDigestsOf(data: JsonValue, secret: Uint8Array): readonly FieldDigest[] {
  const saltFor = saltMaker(secret);
  return flatten(data).map(({ path, value }) => {
    const pathBytes = utf8(path);
    const salt = saltFor(pathBytes);
    const valueDigest = digestValue(value, salt);
    return { path, value, salt, valueDigest, fieldDigest: digestField(pathBytes, valueDigest) };
  });
}

/** The salt of one field, 16 bytes. @throws AppError secret_malformed */
export function saltOf(secret: Uint8Array, path: string): Uint8Array {
  return saltMaker(secret)(utf8(path));
}

/** H(0x0C || salt || JCS(value)), 32 bytes. @throws AppError salt_malformed, data_not_canonical */
export function valueDigestOf(value: JsonValue, salt: Uint8Array): Uint8Array {
  if (salt.length !== SALT_LENGTH) throw new AppError("salt_malformed", `a salt has ${SALT_LENGTH} bytes`);
  return digestValue(value, salt);
}

/** H(0x03 || valueDigest || path), 32 bytes. @throws AppError text_malformed */
export function fieldDigestOf(path: string, valueDigest: Uint8Array): Uint8Array {
  return digestField(utf8(path), valueDigest);
}

/** The data digest from the field digests, which the caller has put in the order of their paths. */
export function dataDigestOfFields(fieldDigests: readonly Uint8Array[]): Uint8Array {
  return hashOf(DATA_PREFIX, ...fieldDigests);
}

function saltMaker(secret: Uint8Array): (path: Uint8Array) => Uint8Array {
  const keyed = keyedHash(checked(secret));
  return (path) => keyed(path).subarray(0, SALT_LENGTH);
}

function checked(secret: Uint8Array): Uint8Array {
  if (secret.length === SECRET_LENGTH) return secret;
  throw new AppError("secret_malformed", `a receipt's secret has ${SECRET_LENGTH} bytes, got ${secret.length}`);
}

function atLeast(room: Room, length: number): Room {
  return room.bytes.length >= length ? room : roomOf(length);
}

function digestValue(value: JsonValue, salt: Uint8Array): Uint8Array {
  return hashOf(VALUE_PREFIX, salt, utf8(jcs(value)));
}

function digestField(path: Uint8Array, valueDigest: Uint8Array): Uint8Array {
  return hashOf(FIELD_PREFIX, valueDigest, path);
}
