import { sha256 } from "@noble/hashes/sha2.js";
import { equalBytes, textOfUtf8 } from "./bytes.ts";
import {
  BIT_STRING,
  BOOLEAN,
  childAt,
  childrenOf,
  context,
  derConstant,
  INTEGER,
  isPositiveInteger,
  OCTET_STRING,
  OID,
  oid,
  readDer,
  SEQUENCE,
  SET,
  type DerNode,
} from "./der.ts";
import { isSignedBy, verifyP256, type VerifySignature } from "./ecdsa.ts";
import { AppError } from "./errors.ts";

/** What we read of an X.509 v3 certificate (RFC 5280) with a P-256 key, signed with ECDSA and SHA-256. */
export type Certificate = {
  readonly raw: Uint8Array;
  /** The part that the issuer signed. */
  readonly tbs: Uint8Array;
  /** DER INTEGER */
  readonly serial: Uint8Array;
  /** DER Name */
  readonly issuer: Uint8Array;
  /** DER Name */
  readonly subject: Uint8Array;
  /** DER SubjectPublicKeyInfo */
  readonly spki: Uint8Array;
  /** 65 bytes: 04 || x || y */
  readonly publicKey: Uint8Array;
  /** DER ECDSA signature */
  readonly signature: Uint8Array;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** organizationIdentifier (2.5.4.97) without NTRCN-: 统一社会信用代码, 18 characters; "" if there is none. */
  readonly creditCode: string;
  /** "" if there is none. */
  readonly commonName: string;
  /** basicConstraints cA */
  readonly isAuthority: boolean;
  /** Bits of keyUsage, the first at 0; undefined if the extension is absent. */
  readonly keyUsage?: number;
};

export type Chain = { readonly leaf: Certificate; readonly root: Certificate };

const ECDSA_SHA256 = derConstant("300a06082a8648ce3d040302");
const P256_SPKI = derConstant("3059301306072a8648ce3d020106082a8648ce3d03010703420004");
const ORGANIZATION_IDENTIFIER = oid("2.5.4.97");
const COMMON_NAME = oid("2.5.4.3");
const BASIC_CONSTRAINTS = oid("2.5.29.19");
const KEY_USAGE = oid("2.5.29.15");
/** Extensions that may be critical although we need nothing of them: extKeyUsage, certificatePolicies. */
const HARMLESS = [oid("2.5.29.37"), oid("2.5.29.32")];
/** keyUsage bits (RFC 5280, 4.2.1.3). */
const SIGNS_DOCUMENTS = 0b11;
const SIGNS_CERTIFICATES = 0b100000;
const CREDIT_CODE = /^NTRCN-([0-9A-Z]{18})$/;
const VERSION_3 = derConstant("a003020102");

/** @throws AppError certificate_malformed, der_malformed */
export function parseCertificate(raw: Uint8Array): Certificate {
  const parts = childrenOf(readDer(raw, SEQUENCE));
  const tbs = childAt(parts, 0, SEQUENCE);
  const fields = childrenOf(tbs);
  const validity = childrenOf(childAt(fields, 4, SEQUENCE));
  const spki = childAt(fields, 6, SEQUENCE).raw;
  requireBytes(childAt(fields, 0).raw, VERSION_3, "its version is not 3");
  requireBytes(childAt(fields, 2).raw, ECDSA_SHA256, "it is not signed with ECDSA and SHA-256");
  requireBytes(childAt(parts, 1).raw, ECDSA_SHA256, "its two signature algorithms differ");
  requireBytes(spki.subarray(0, P256_SPKI.length), P256_SPKI, "its key is not on P-256, or compressed");
  if (parts.length !== 3 || validity.length !== 2 || fields.length !== 8 || spki.length !== P256_SPKI.length + 64) {
    throw malformed("it has not the parts of a version 3 certificate");
  }
  const serial = childAt(fields, 1, INTEGER);
  if (!isPositiveInteger(serial) || serial.body.length > 20) throw malformed("its serial number is out of range");
  const subject = childAt(fields, 5, SEQUENCE);
  return {
    raw,
    tbs: tbs.raw,
    serial: serial.raw,
    issuer: childAt(fields, 3, SEQUENCE).raw,
    subject: subject.raw,
    spki,
    publicKey: spki.subarray(P256_SPKI.length - 1),
    signature: bitString(childAt(parts, 2, BIT_STRING)),
    notBeforeMs: timeMs(childAt(validity, 0)),
    notAfterMs: timeMs(childAt(validity, 1)),
    creditCode: CREDIT_CODE.exec(nameValue(subject, ORGANIZATION_IDENTIFIER))?.[1] ?? "",
    commonName: nameValue(subject, COMMON_NAME),
    ...extensionsOf(childAt(fields, 7, context(3))),
  };
}

/** The digest by which the contract knows a root: SHA-256 of its SubjectPublicKeyInfo, 32 bytes. */
export function rootDigestOf(root: Certificate): Uint8Array {
  return sha256(root.spki);
}

/**
 * Checks that the root signed the leaf and itself, and that each may do what it does. Time is checked elsewhere, against the
 * batch's (docs/ledger.md, Proof).
 * @throws AppError chain_broken
 */
export async function verifyChain(
  leaf: Certificate,
  root: Certificate,
  verify: VerifySignature = verifyP256,
): Promise<void> {
  if (!equalBytes(leaf.issuer, root.subject)) throw broken("the certificate names another issuer");
  if (!equalBytes(root.issuer, root.subject)) throw broken("the root is not its own issuer");
  if (!root.isAuthority || leaf.isAuthority) throw broken("the root must be an authority and the unit must not");
  if (leaf.keyUsage !== undefined && (leaf.keyUsage & SIGNS_DOCUMENTS) === 0) {
    throw broken("the certificate is not for signatures");
  }
  if (root.keyUsage !== undefined && (root.keyUsage & SIGNS_CERTIFICATES) === 0) {
    throw broken("the root is not for certificates");
  }
  if (!(await isSignedBy(verify, root.publicKey, root.tbs, root.signature))) {
    throw broken("the root's own signature does not verify");
  }
  if (!(await isSignedBy(verify, root.publicKey, leaf.tbs, leaf.signature))) {
    throw broken("the root did not sign the certificate");
  }
}

/** The value of the one attribute of this type in a Name; "" if there is none. */
function nameValue(name: DerNode, type: Uint8Array): string {
  const found = childrenOf(name)
    .flatMap((set) => childrenOf(expect(set, SET)))
    .map((attribute) => childrenOf(expect(attribute, SEQUENCE)))
    .filter((pair) => equalBytes(childAt(pair, 0, OID).raw, type));
  if (found.length > 1) throw malformed("an attribute of its subject stands twice");
  const value = found[0]?.[1];
  if (value === undefined) return "";
  const isText = value.tag === 0x0c || value.tag === 0x13 || value.tag === 0x16;
  return isText ? textOfUtf8(value.body) : "";
}

function extensionsOf(node: DerNode): { readonly isAuthority: boolean; readonly keyUsage?: number } {
  let isAuthority = false;
  let keyUsage: number | undefined;
  const seen: Uint8Array[] = [];
  for (const extension of childrenOf(readDer(node.body, SEQUENCE))) {
    const parts = childrenOf(expect(extension, SEQUENCE));
    const type = childAt(parts, 0, OID).raw;
    const value = readDer(childAt(parts, parts.length - 1, OCTET_STRING).body);
    if (seen.some((other) => equalBytes(other, type))) throw malformed("an extension stands twice");
    seen.push(type);
    if (equalBytes(type, BASIC_CONSTRAINTS)) isAuthority = saysAuthority(value);
    else if (equalBytes(type, KEY_USAGE)) keyUsage = usageBits(value);
    else if (parts.length === 3 && !HARMLESS.some((known) => equalBytes(known, type))) {
      throw malformed("a critical extension is not known");
    }
  }
  return keyUsage === undefined ? { isAuthority } : { isAuthority, keyUsage };
}

/** basicConstraints begins with cA, TRUE or absent. */
function saysAuthority(node: DerNode): boolean {
  const first = childrenOf(expect(node, SEQUENCE))[0];
  return first?.tag === BOOLEAN && first.body[0] === 0xff;
}

/** The first octet of a BIT STRING, its first bit at 0. */
function usageBits(node: DerNode): number {
  const octet = expect(node, BIT_STRING).body[1] ?? 0;
  let bits = 0;
  for (let i = 0; i < 8; i += 1) if ((octet & (0x80 >> i)) !== 0) bits |= 1 << i;
  return bits;
}

function bitString(node: DerNode): Uint8Array {
  if (node.body[0] !== 0) throw malformed("its signature has unused bits");
  return node.body.subarray(1);
}

/** UTCTime or GeneralizedTime, in milliseconds (RFC 5280, 4.1.2.5). */
function timeMs(node: DerNode): number {
  const text = textOfUtf8(node.body);
  const digits = node.tag === 0x17 ? `${Number(text.slice(0, 2)) < 50 ? "20" : "19"}${text}` : text;
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(digits)?.slice(1).map(Number);
  if (parts === undefined || (node.tag !== 0x17 && node.tag !== 0x18)) throw malformed("a time cannot be read");
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  if (`${date.toISOString().slice(0, 19).replaceAll(/\D/g, "")}Z` !== digits) throw malformed("a time does not exist");
  return date.getTime();
}

function expect(node: DerNode, tag: number): DerNode {
  if (node.tag !== tag) throw malformed("an element has another type");
  return node;
}

function requireBytes(got: Uint8Array, wanted: Uint8Array, why: string): void {
  if (!equalBytes(got, wanted)) throw malformed(why);
}

function malformed(why: string): AppError {
  return new AppError("certificate_malformed", `the certificate cannot be used: ${why}`);
}

function broken(why: string): AppError {
  return new AppError("chain_broken", `the chain of certificates does not hold: ${why}`);
}
