import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, equalBytes } from "./bytes.ts";
import {
  childAt,
  childrenOf,
  context,
  der,
  derConstant,
  INTEGER,
  OCTET_STRING,
  oid,
  readDer,
  SEQUENCE,
  SET,
  type DerNode,
} from "./der.ts";
import { AppError } from "./errors.ts";

/**
 * All that varies in our profile of CMS SignedData (RFC 5652): version 1, detached, one signer with ECDSA P-256 and SHA-256,
 * signed attributes contentType, messageDigest and signing-certificate-v2 (RFC 5035), certificates the signer's and then the
 * root, at most one unsigned attribute, which carries a proof (docs/ledger.md, Proof).
 */
export type SignedData = {
  /** The signer's certificate, DER. */
  readonly certificate: Uint8Array;
  /** The root that issued it, DER. */
  readonly root: Uint8Array;
  /** SHA-256 of the content, 32 bytes. */
  readonly messageDigest: Uint8Array;
  /** Over `encodeSignedAttributes`; DER ECDSA signature. */
  readonly signature: Uint8Array;
  /** As `encodeProof` writes it. */
  readonly proof?: Uint8Array;
};

export const PROOF_ATTRIBUTE = "2.25.275042020496937765847627902785562677292";

const VERSION_1 = der(INTEGER, Uint8Array.of(1));
const ID_DATA = oid("1.2.840.113549.1.7.1");
const ID_SIGNED_DATA = oid("1.2.840.113549.1.7.2");
const CONTENT_TYPE = oid("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST = oid("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE_V2 = oid("1.2.840.113549.1.9.16.2.47");
const SHA256 = der(SEQUENCE, oid("2.16.840.1.101.3.4.2.1"));
const ECDSA_SHA256 = derConstant("300a06082a8648ce3d040302");
const PROOF = oid(PROOF_ATTRIBUTE);
const CONTENT_TYPE_ATTRIBUTE = attribute(CONTENT_TYPE, ID_DATA);

/**
 * The bytes that the signer signs: the signed attributes as a DER SET.
 * @param messageDigest SHA-256 of the content, 32 bytes
 * @param certificate the signer's, DER
 */
export function encodeSignedAttributes(messageDigest: Uint8Array, certificate: Uint8Array): Uint8Array {
  return der(SET, signedAttributes(messageDigest, certificate));
}

/** The whole CMS file: ContentInfo of SignedData, DER. @throws AppError der_malformed if a certificate cannot be read */
export function encodeSignedData(parts: SignedData): Uint8Array {
  const signerInfo = der(
    SEQUENCE,
    VERSION_1,
    ofCertificate(parts.certificate).issuerAndSerial,
    SHA256,
    der(context(0), signedAttributes(parts.messageDigest, parts.certificate)),
    ECDSA_SHA256,
    der(OCTET_STRING, parts.signature),
    ...(parts.proof === undefined ? [] : [der(context(1), attribute(PROOF, der(OCTET_STRING, parts.proof)))]),
  );
  const signedData = der(
    SEQUENCE,
    VERSION_1,
    der(SET, SHA256),
    der(SEQUENCE, ID_DATA),
    der(context(0), parts.certificate, parts.root),
    der(SET, signerInfo),
  );
  return der(SEQUENCE, ID_SIGNED_DATA, der(context(0), signedData));
}

/**
 * Reads a CMS file of our profile. What is read is written again and must give the same bytes, so no byte goes unlooked at.
 * @throws AppError cms_malformed, der_malformed
 */
export function parseSignedData(bytes: Uint8Array): SignedData {
  const content = childAt(childrenOf(readDer(bytes, SEQUENCE)), 1, context(0));
  const signedData = childrenOf(readDer(content.body, SEQUENCE));
  const certificates = childrenOf(childAt(signedData, 3, context(0)));
  const signerInfo = childrenOf(readDer(childAt(signedData, 4, SET).body, SEQUENCE));
  const attributes = childrenOf(childAt(signerInfo, 3, context(0)));
  const unsigned = signerInfo[6];
  const parts: SignedData = {
    certificate: childAt(certificates, 0, SEQUENCE).raw,
    root: childAt(certificates, 1, SEQUENCE).raw,
    messageDigest: attributeValue(childAt(attributes, 1)),
    signature: childAt(signerInfo, 5, OCTET_STRING).body,
    ...(unsigned === undefined ? {} : { proof: attributeValue(readDer(unsigned.body)) }),
  };
  if (parts.messageDigest.length !== 32 || !equalBytes(encodeSignedData(parts), bytes)) {
    throw new AppError("cms_malformed", "the signature's CMS is not of the profile that receipts are signed with");
  }
  return parts;
}

/** In the order that DER asks of a SET OF: by their encodings, which here begin with their lengths. */
function signedAttributes(messageDigest: Uint8Array, certificate: Uint8Array): Uint8Array {
  return concatBytes(
    CONTENT_TYPE_ATTRIBUTE,
    attribute(MESSAGE_DIGEST, der(OCTET_STRING, messageDigest)),
    ofCertificate(certificate).idAttribute,
  );
}

type CertificateParts = { readonly issuerAndSerial: Uint8Array; readonly idAttribute: Uint8Array };

/** A signer uses one certificate for all that it signs, and a CMS that is read is written at once from the same bytes. */
const certificates = new WeakMap<Uint8Array, CertificateParts>();

function ofCertificate(certificate: Uint8Array): CertificateParts {
  const known = certificates.get(certificate);
  if (known !== undefined) return known;
  const id = der(SEQUENCE, der(OCTET_STRING, sha256(certificate)));
  const made = {
    issuerAndSerial: issuerAndSerial(certificate),
    idAttribute: attribute(SIGNING_CERTIFICATE_V2, der(SEQUENCE, der(SEQUENCE, id))),
  };
  certificates.set(certificate, made);
  return made;
}

function attribute(type: Uint8Array, value: Uint8Array): Uint8Array {
  return der(SEQUENCE, type, der(SET, value));
}

function attributeValue(node: DerNode): Uint8Array {
  const values = childAt(childrenOf(node), 1, SET);
  return readDer(values.body, OCTET_STRING).body;
}

function issuerAndSerial(certificate: Uint8Array): Uint8Array {
  const fields = childrenOf(childAt(childrenOf(readDer(certificate, SEQUENCE)), 0, SEQUENCE));
  return der(SEQUENCE, childAt(fields, 3, SEQUENCE).raw, childAt(fields, 1, INTEGER).raw);
}
