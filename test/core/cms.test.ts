import { expect } from "chai";
import { concatBytes, latin1 } from "../../service/core/bytes.ts";
import { encodeSignedAttributes, encodeSignedData, parseSignedData, type SignedData } from "../../service/core/cms.ts";
import {
  childAt,
  childrenOf,
  context,
  der,
  OCTET_STRING,
  oid,
  readDer,
  SEQUENCE,
  SET,
} from "../../service/core/der.ts";
import { makeAuthority } from "./sampleAuthority.ts";
import { refusalOf } from "./refusal.ts";

describe("core/cms", () => {
  let parts: SignedData;
  before(async () => {
    const authority = await makeAuthority();
    const { unit: certificate, root } = authority;
    const messageDigest = new Uint8Array(32).fill(5);
    const signature = await authority.sign(encodeSignedAttributes(messageDigest, certificate));
    parts = { certificate, root, messageDigest, signature };
  });

  it("reads back what it writes, with a proof and without", () => {
    for (const sample of [
      parts,
      { ...parts, proof: new Uint8Array(300).fill(7) },
      { ...parts, proof: new Uint8Array(0) },
    ]) {
      const read = parseSignedData(encodeSignedData(sample));
      expect(Object.keys(read).sort()).to.deep.equal(Object.keys(sample).sort());
      expect(encodeSignedData(read)).to.deep.equal(encodeSignedData(sample));
    }
  });

  it("puts the proof after all else, and changes nothing before it but lengths", () => {
    const plain = encodeSignedData(parts);
    const sealed = encodeSignedData({ ...parts, proof: Uint8Array.of(1, 2, 3) });
    expect(latin1(sealed).endsWith("\x04\x03\x01\x02\x03")).to.equal(true);
    expect(sealed.length).to.be.greaterThan(plain.length);
  });

  it("signs its attributes as a DER SET, in the order of their encodings", () => {
    const attributes = childrenOf(readDer(encodeSignedAttributes(parts.messageDigest, parts.certificate), SET));
    expect(attributes.map(({ raw }) => raw.length)).to.deep.equal([26, 49, 57]);
    const types = ["1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.16.2.47"];
    expect(attributes.map((attribute) => childAt(childrenOf(attribute), 0).raw)).to.deep.equal(types.map(oid));
  });

  it("refuses every single byte changed, or reads another part from it", () => {
    const bytes = encodeSignedData({ ...parts, proof: new Uint8Array(40).fill(7) });
    for (let at = 0; at < bytes.length; at += 1) {
      const bent = bytes.slice();
      bent[at] = (bent[at] ?? 0) ^ 0x01;
      let read: SignedData = parts;
      const refusal = refusalOf(() => (read = parseSignedData(bent)));
      if (refusal === "none") expect(encodeSignedData(read), String(at)).to.deep.equal(bent);
      else expect(refusal, String(at)).to.be.oneOf(["cms_malformed", "der_malformed"]);
    }
  });

  it("refuses what is more than the profile: a second signer, certificate, attribute or value", () => {
    const explicit = childAt(childrenOf(readDer(encodeSignedData(parts))), 1);
    const fields = childrenOf(readDer(explicit.body));
    const signer = readDer(childAt(fields, 4).body);
    const signerParts = childrenOf(signer).map(({ raw }) => raw);
    const [version = signer.raw, digests = signer.raw, content = signer.raw, certificates = signer.raw] = fields.map(
      ({ raw }) => raw,
    );
    const idSignedData = oid("1.2.840.113549.1.7.2");
    const wrap = (...list: readonly Uint8Array[]): Uint8Array =>
      der(SEQUENCE, idSignedData, der(context(0), der(SEQUENCE, ...list)));
    const signers = (...list: readonly Uint8Array[]): Uint8Array => der(SET, ...list);
    const withUnsigned = (...list: readonly Uint8Array[]): Uint8Array =>
      signers(der(SEQUENCE, ...signerParts, der(context(1), ...list)));
    const proofId = oid("2.25.275042020496937765847627902785562677292");
    const value = der(OCTET_STRING, Uint8Array.of(1));
    const attribute = (id: Uint8Array, ...values: readonly Uint8Array[]): Uint8Array =>
      der(SEQUENCE, id, der(SET, ...values));

    expect(wrap(version, digests, content, certificates, signers(signer.raw))).to.deep.equal(encodeSignedData(parts));
    expect(
      refusalOf(() =>
        parseSignedData(wrap(version, digests, content, certificates, withUnsigned(attribute(proofId, value)))),
      ),
    ).to.equal("none");
    const extra = der(context(0), parts.certificate, parts.root, parts.root);
    const bad: [string, Uint8Array][] = [
      ["two signers", wrap(version, digests, content, certificates, signers(signer.raw, signer.raw))],
      ["three certificates", wrap(version, digests, content, extra, signers(signer.raw))],
      ["one certificate", wrap(version, digests, content, der(context(0), parts.certificate), signers(signer.raw))],
      ["revocation lists", wrap(version, digests, content, certificates, der(context(1)), signers(signer.raw))],
      ["two digest algorithms", wrap(version, der(SET, digests, digests), content, certificates, signers(signer.raw))],
      [
        "attached content",
        wrap(
          version,
          digests,
          der(SEQUENCE, oid("1.2.840.113549.1.7.1"), der(context(0), value)),
          certificates,
          signers(signer.raw),
        ),
      ],
      [
        "another attribute",
        wrap(version, digests, content, certificates, withUnsigned(attribute(oid("1.2.3"), value))),
      ],
      [
        "two attributes",
        wrap(
          version,
          digests,
          content,
          certificates,
          withUnsigned(attribute(proofId, value), attribute(proofId, value)),
        ),
      ],
      ["two values", wrap(version, digests, content, certificates, withUnsigned(attribute(proofId, value, value)))],
      ["no value", wrap(version, digests, content, certificates, withUnsigned(attribute(proofId)))],
      ["no attribute", wrap(version, digests, content, certificates, withUnsigned())],
      ["something after", concatBytes(encodeSignedData(parts), Uint8Array.of(0))],
    ];
    for (const [title, bytes] of bad) {
      expect(
        refusalOf(() => parseSignedData(bytes)),
        title,
      ).to.be.oneOf(["cms_malformed", "der_malformed"]);
    }
  });

  it("refuses a digest that has not 32 bytes", () => {
    for (const length of [0, 20, 31, 33]) {
      const bytes = encodeSignedData({ ...parts, messageDigest: new Uint8Array(length) });
      expect(refusalOf(() => parseSignedData(bytes))).to.equal("cms_malformed");
    }
  });
});
