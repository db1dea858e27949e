import { isInnerList, parseDictionary, serializeDictionary, serializeInnerList } from "structured-headers";
import type { InnerList, Item } from "structured-headers";

/** Names of RFC 9421's registry (6.2.2). */
export type SignatureAlgorithm = "ed25519" | "hmac-sha256";

/** What the fields Signature-Input and Signature say (RFC 9421, 4). */
export type SignatureFields = {
  /** Names of the covered components, each once, none with parameters. */
  readonly components: readonly string[];
  /** The value of "@signature-params". */
  readonly params: string;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly expires?: number;
  readonly nonce: string;
  readonly keyId: string;
  readonly alg: SignatureAlgorithm;
  readonly signature: Uint8Array;
};

const NONCE = /^[A-Za-z0-9+/=_.~-]{16,128}$/;
const KEY_ID = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * Reads the two fields strictly: each is one member under one label, the same in both, written exactly as RFC 8941
 * serialises it. So a repeated label, component or parameter, of which a parser would keep the last, is refused.
 * @returns undefined if anything is malformed, missing or doubled
 */
export function parseSignatureFields(input: string, signature: string): SignatureFields | undefined {
  const inputMember = onlyMember(input);
  const signatureMember = onlyMember(signature);
  if (inputMember === undefined || signatureMember === undefined || inputMember.label !== signatureMember.label) {
    return undefined;
  }
  if (!isInnerList(inputMember.value) || isInnerList(signatureMember.value)) return undefined;
  const bytes: unknown = signatureMember.value[0];
  const components: readonly unknown[] = inputMember.value[0].map(([name, params]): unknown =>
    params.size === 0 ? name : undefined,
  );
  const params = inputMember.value[1];
  const [created, expires, nonce, keyId, alg] = ["created", "expires", "nonce", "keyid", "alg"].map((name): unknown =>
    params.get(name),
  );
  if (!(bytes instanceof ArrayBuffer) || signatureMember.value[1].size > 0 || !isTextList(components)) return undefined;
  if (new Set(components).size !== components.length) return undefined;
  if (!isTime(created) || !(expires === undefined || isTime(expires)) || !isText(nonce) || !isText(keyId)) {
    return undefined;
  }
  if (!isAlgorithm(alg) || !NONCE.test(nonce) || !KEY_ID.test(keyId)) return undefined;
  return {
    components,
    params: serializeInnerList(inputMember.value),
    created,
    ...(expires === undefined ? {} : { expires }),
    nonce,
    keyId,
    alg,
    signature: new Uint8Array(bytes),
  };
}

type Member = { readonly label: string; readonly value: Item | InnerList };

function onlyMember(field: string): Member | undefined {
  let members: Map<string, Item | InnerList>;
  try {
    members = parseDictionary(field);
    if (serializeDictionary(members) !== field) return undefined;
  } catch {
    return undefined;
  }
  const [first, ...others] = members;
  return first === undefined || others.length > 0 ? undefined : { label: first[0], value: first[1] };
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isAlgorithm(value: unknown): value is SignatureAlgorithm {
  return value === "ed25519" || value === "hmac-sha256";
}

function isTextList(values: readonly unknown[]): values is readonly string[] {
  return values.every(isText);
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}
