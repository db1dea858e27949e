import { createHash, verify, X509Certificate } from "node:crypto";
import { sha256Hex } from "./baseline.ts";
import type { PlainLedger } from "./plainLedger.ts";

/** 1.2.840.113549.1.9.4 */
const MESSAGE_DIGEST = "06092a864886f70d010904";

/**
 * The plain way to verify, in one process: the ranges by a regular expression, the CMS by a small DER reader, signature and
 * certificates by node:crypto, and one eth_call that asks whether the file's hash is on chain. It looks at no data and no
 * proof. The call's answer is not judged: these files were anchored by our own ledger.
 */
export async function verifyPlainly(pdf: Uint8Array, ledger: PlainLedger): Promise<boolean> {
  const bytes = Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength);
  const { signed, cms } = signatureIn(bytes);
  const { leaf, root, attributes, messageDigest, signature } = partsOf(cms);
  const digest = createHash("sha256").update(signed[0]).update(signed[1]).digest();
  const isGood =
    digest.equals(messageDigest) &&
    verify("sha256", attributes, leaf.publicKey, signature) &&
    leaf.verify(root.publicKey) &&
    root.verify(root.publicKey);
  await ledger.isKnown(sha256Hex(pdf));
  return isGood;
}

function signatureIn(bytes: Buffer): { readonly signed: readonly [Buffer, Buffer]; readonly cms: Buffer } {
  const match = /\/ByteRange\s*\[\s*0\s+(\d+)\s+(\d+)\s+(\d+)\s*\]/.exec(bytes.toString("latin1"));
  if (match === null) throw new Error("no signature");
  const [end, start, length] = match.slice(1).map(Number) as [number, number, number];
  const cms = Buffer.from(bytes.subarray(end + 1, start - 1).toString("latin1"), "hex");
  return { signed: [bytes.subarray(0, end), bytes.subarray(start, start + length)], cms };
}

type Parts = {
  readonly leaf: X509Certificate;
  readonly root: X509Certificate;
  readonly attributes: Buffer;
  readonly messageDigest: Buffer;
  readonly signature: Buffer;
};

/** RFC 5652, 5: ContentInfo, SignedData, SignerInfo. */
function partsOf(cms: Buffer): Parts {
  const signedData = child(child(derAt(cms, 0), 1), 0);
  const certificates = child(signedData, 3);
  const signerInfo = child(child(signedData, 4), 0);
  const signedAttributes = child(signerInfo, 3);
  const digest = children(signedAttributes).find((each) => child(each, 0).raw.toString("hex") === MESSAGE_DIGEST);
  if (digest === undefined) throw new Error("no message digest");
  const attributes = Buffer.from(signedAttributes.raw);
  attributes[0] = 0x31;
  return {
    leaf: new X509Certificate(child(certificates, 0).raw),
    root: new X509Certificate(child(certificates, 1).raw),
    attributes,
    messageDigest: child(child(digest, 1), 0).body,
    signature: child(signerInfo, 5).body,
  };
}

type Der = { readonly raw: Buffer; readonly body: Buffer };

function derAt(bytes: Buffer, at: number): Der {
  const first = bytes.readUInt8(at + 1);
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes);
  const start = at + 2 + lengthBytes;
  return { raw: bytes.subarray(at, start + length), body: bytes.subarray(start, start + length) };
}

function children({ body }: Der): readonly Der[] {
  const found: Der[] = [];
  for (let at = 0; at < body.length; at += found.at(-1)?.raw.length ?? 0) found.push(derAt(body, at));
  return found;
}

function child(node: Der, index: number): Der {
  const found = children(node)[index];
  if (found === undefined) throw new Error("the CMS is not of our profile");
  return found;
}
