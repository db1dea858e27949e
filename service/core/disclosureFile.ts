import { bytesOfHex, equalBytes, hexOf, textOfUtf8, utf8 } from "./bytes.ts";
import { parseDisclosure, type Disclosure } from "./disclosure.ts";
import { AppError } from "./errors.ts";

/** What a disclosure file holds: the proof's bytes, not looked at yet, and the fields. Version 1 (docs/verify.md, Disclosure file). */
export type DisclosureFile = { readonly proof: Uint8Array; readonly disclosure: Disclosure };

const TYPE = "lianpiao-disclosure";
const KEYS = "type,version,proof,fields";
const BRACE = 0x7b;
/** Past any that `MAX_LEAVES` and `MAX_TEXT_LENGTH` allow. */
const MAX_BYTES = 64 * 1024 * 1024;

/** The file's bytes: utf8(JSON.stringify({ type, version: 1, proof: "0x…", fields })), no white space. */
export function encodeDisclosureFile({ proof, disclosure }: DisclosureFile): Uint8Array {
  return utf8(JSON.stringify({ type: TYPE, version: 1, proof: hexOf(proof), fields: disclosure.fields }));
}

/**
 * Reads a disclosure file. Written again it must give the same bytes: so no key stands twice, and every reader of JSON sees the
 * same values.
 * @param bytes untrusted
 * @throws AppError disclosure_malformed, text_malformed, hex_malformed, data_not_canonical
 */
export function parseDisclosureFile(bytes: Uint8Array): DisclosureFile {
  if (bytes.length > MAX_BYTES) throw malformed(`it has more than ${MAX_BYTES} bytes`);
  const file = parseJson(textOfUtf8(bytes));
  if (typeof file !== "object" || file === null || Object.keys(file).join() !== KEYS) {
    throw malformed(`expected an object with ${KEYS}`);
  }
  const { type, version, proof, fields }: Readonly<Record<string, unknown>> = { ...file };
  if (type !== TYPE || typeof proof !== "string") throw malformed("it is of another type, or has no proof");
  const parsed = { proof: bytesOfHex(proof), disclosure: parseDisclosure({ version, fields }) };
  if (!equalBytes(encodeDisclosureFile(parsed), bytes)) throw malformed("it is not in its one canonical form");
  return parsed;
}

/** Whether bytes are to be read as a disclosure file and not as a PDF: whether they begin with a brace. */
export function looksLikeDisclosure(bytes: Uint8Array): boolean {
  return bytes[0] === BRACE;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw malformed("it is no JSON", cause);
  }
}

function malformed(why: string, cause?: unknown): AppError {
  return new AppError(
    "disclosure_malformed",
    `the disclosure file cannot be read: ${why}`,
    cause === undefined ? {} : { cause },
  );
}
