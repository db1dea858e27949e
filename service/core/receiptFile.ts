import { bytesOfHex, equalBytes, hexOf, textOfUtf8, utf8 } from "./bytes.ts";
import { leavesOf, type JsonValue } from "./canonical.ts";
import { AppError } from "./errors.ts";

/** The name under which a receipt's data is attached to its PDF. */
export const RECEIPT_FILE_NAME = "receipt.json";

/** A receipt's data and the 32 bytes that its digest is salted with. */
export type ReceiptFile = { readonly data: { readonly [key: string]: JsonValue }; readonly secret: Uint8Array };

/**
 * The attachment's bytes: utf8(JSON.stringify({ version: 1, data, secret: "0x…" })).
 * @throws AppError data_not_canonical, data_too_large
 */
export function encodeReceiptFile(data: JsonValue, secret: Uint8Array): Uint8Array {
  leavesOf(data); // refuses what is not canonical
  return utf8(JSON.stringify({ version: 1, data, secret: hexOf(secret) }));
}

/**
 * Reads the attachment. Written again it must give the same bytes: no key twice, no white space, no number in another form.
 * @throws AppError receipt_file_malformed, data_not_canonical, data_too_large, text_malformed
 */
export function parseReceiptFile(bytes: Uint8Array): ReceiptFile {
  const file = parseJson(textOfUtf8(bytes));
  if (!isRecord(file) || Object.keys(file).join() !== "version,data,secret" || file["version"] !== 1) {
    throw malformed("expected version 1, data and secret");
  }
  const data = file["data"];
  const secret = file["secret"];
  if (!isRecord(data) || typeof secret !== "string") throw malformed("data is no object, or secret no text");
  const secretBytes = bytesOfHex(secret, 32);
  if (!equalBytes(encodeReceiptFile(data, secretBytes), bytes)) throw malformed("it is not in its one canonical form");
  return { data, secret: secretBytes };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw malformed("it is no JSON", cause);
  }
}

/** JSON.parse gives nothing but JsonValue; `flatten` refuses what is not canonical of it. */
function isRecord(value: unknown): value is { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function malformed(why: string, cause?: unknown): AppError {
  return new AppError(
    "receipt_file_malformed",
    `the attached receipt data cannot be read: ${why}`,
    cause === undefined ? {} : { cause },
  );
}
