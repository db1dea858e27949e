import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { expect } from "chai";
import { childAt, childrenOf, der, derConstant, readDer, SEQUENCE } from "../../service/core/der.ts";
import { parseCertificate, rootDigestOf, verifyChain } from "../../service/core/certificate.ts";
import { isSignedBy, verifyP256 } from "../../service/core/ecdsa.ts";
import { hexOf, latin1, latin1Bytes } from "../../service/core/bytes.ts";
import {
  makeAuthority,
  SAMPLE_CREDIT_CODE,
  signWith,
  verifyBySubtle,
  type SampleAuthority,
} from "./sampleAuthority.ts";
import { refusalOf, refusalOfPromise } from "./refusal.ts";

const { keyCertSign, digitalSignature, nonRepudiation, keyEncipherment } = x509.KeyUsageFlags;
const usage = (flags: x509.KeyUsageFlags): x509.Extension => new x509.KeyUsagesExtension(flags, true);
const authorityExtension = new x509.BasicConstraintsExtension(true, 0, true);

/** Puts other bytes in place of the first ones that match; both of one length. */
function replaced(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = latin1(bytes);
  const at = text.indexOf(latin1(derConstant(from)));
  expect(at, from).to.be.greaterThan(-1);
  const copy = bytes.slice();
  copy.set(derConstant(to), at);
  return copy;
}

const chainOf = ({ unit, root }: SampleAuthority): Promise<string> =>
  refusalOfPromise(() => verifyChain(parseCertificate(unit), parseCertificate(root)));

describe("core/certificate", () => {
  let authority: SampleAuthority;
  before(async () => {
    authority = await makeAuthority();
  });

  it("reads subject, validity, usage and key as another library wrote them", async () => {
    const unit = parseCertificate(authority.unit);
    expect(unit).to.include({
      creditCode: SAMPLE_CREDIT_CODE,
      commonName: "测试医院",
      isAuthority: false,
      keyUsage: 1,
      notBeforeMs: Date.UTC(2026, 0, 1),
      notAfterMs: Date.UTC(2046, 0, 1),
    });
    const spki = new Uint8Array(await crypto.subtle.exportKey("spki", authority.unitKeys.publicKey));
    expect(unit.spki).to.deep.equal(spki);
    expect(unit.publicKey).to.deep.equal(spki.subarray(-65));
    const root = parseCertificate(authority.root);
    expect(root).to.include({ creditCode: "", isAuthority: true, keyUsage: 0b100000 });
    const rootSpki = await crypto.subtle.exportKey("spki", authority.rootKeys.publicKey);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", rootSpki));
    expect(rootDigestOf(root)).to.deep.equal(digest);
  });

  it("reads years from 1950 to 2049 as UTCTime and later ones as GeneralizedTime", async () => {
    const other = await makeAuthority({
      notBefore: new Date("1999-12-31T23:59:59Z"),
      notAfter: new Date("2056-02-29T00:00:01Z"),
    });
    expect(parseCertificate(other.unit)).to.include({
      notBeforeMs: Date.UTC(1999, 11, 31, 23, 59, 59),
      notAfterMs: Date.UTC(2056, 1, 29, 0, 0, 1),
    });
  });

  it("finds a credit code only of its exact form", async () => {
    for (const [creditCode, expected] of [
      ["12440000455858000X", "12440000455858000X"],
      ["12440000455858000x", ""],
      ["12440000455858000", ""],
      ["12440000455858000XX", ""],
    ] as const) {
      const other = await makeAuthority({ creditCode });
      expect(parseCertificate(other.unit).creditCode).to.equal(expected);
    }
  });

  it("refuses another algorithm, curve, version or serial, and a compressed key", () => {
    const wrong: [string, string][] = [
      ["2a8648ce3d030107", "2a8648ce3d030106"],
      ["034200 04".replace(" ", ""), "03420002"],
      ["a003020102", "a003020101"],
      ["02011f", "0201ff"],
      ["02011f", "020100"],
    ];
    for (const [from, to] of wrong) {
      expect(
        refusalOf(() => parseCertificate(replaced(authority.unit, from, to))),
        to,
      ).to.equal("certificate_malformed");
    }
    for (const [from, to] of [
      ["2a8648ce3d040302", "2a8648ce3d040303"],
      ["170d3236", "170d3233"],
    ] as const) {
      const refusal = refusalOf(() => parseCertificate(replaced(authority.unit, from, to)));
      expect(refusal).to.equal(to.startsWith("17") ? "none" : "certificate_malformed");
    }
  });

  it("refuses a time that does not exist", () => {
    const wrong = latin1(authority.unit).replace("260101000000Z", "260230000000Z");
    expect(refusalOf(() => parseCertificate(latin1Bytes(wrong)))).to.equal("certificate_malformed");
    const letters = latin1(authority.unit).replace("260101000000Z", "2601010000z0Z");
    expect(refusalOf(() => parseCertificate(latin1Bytes(letters)))).to.equal("certificate_malformed");
  });

  it("refuses a critical extension that it does not know, and lets others be", async () => {
    const extension = (critical: boolean): x509.Extension =>
      new x509.Extension("1.2.3.4", critical, der(SEQUENCE).slice().buffer);
    const good = await makeAuthority({ unitExtensions: [extension(false), usage(digitalSignature)] });
    expect(refusalOf(() => parseCertificate(good.unit))).to.equal("none");
    const bad = await makeAuthority({ unitExtensions: [extension(true)] });
    expect(refusalOf(() => parseCertificate(bad.unit))).to.equal("certificate_malformed");
    const twice = await makeAuthority({ unitExtensions: [usage(digitalSignature), usage(digitalSignature)] });
    expect(refusalOf(() => parseCertificate(twice.unit))).to.equal("certificate_malformed");
    const policies = await makeAuthority({ unitExtensions: [new x509.ExtendedKeyUsageExtension(["1.2.3"], true)] });
    expect(refusalOf(() => parseCertificate(policies.unit))).to.equal("none");
  });

  it("takes a unit's chain to its root, by either verifier", async () => {
    expect(await chainOf(authority)).to.equal("none");
    const [unit, root] = [parseCertificate(authority.unit), parseCertificate(authority.root)];
    expect(await refusalOfPromise(() => verifyChain(unit, root, verifyBySubtle))).to.equal("none");
  });

  it("refuses a unit of another root of the same name, and a root in a unit's place", async () => {
    const other = await makeAuthority();
    expect(await chainOf({ ...authority, root: other.root })).to.equal("chain_broken");
    expect(await chainOf({ ...authority, unit: authority.root })).to.equal("chain_broken");
    expect(await chainOf({ ...authority, root: authority.unit })).to.equal("chain_broken");
  });

  it("lets nobody issue but an authority, and nobody sign documents but for signatures", async () => {
    const cases: [Parameters<typeof makeAuthority>[0], string][] = [
      [{ rootExtensions: [authorityExtension] }, "none"],
      [{ rootExtensions: [usage(keyCertSign)] }, "chain_broken"],
      [{ rootExtensions: [authorityExtension, usage(digitalSignature)] }, "chain_broken"],
      [{ unitExtensions: [authorityExtension] }, "chain_broken"],
      [{ unitExtensions: [usage(nonRepudiation)] }, "none"],
      [{ unitExtensions: [usage(keyEncipherment)] }, "chain_broken"],
      [{ unitExtensions: [new x509.BasicConstraintsExtension(false, undefined, true)] }, "none"],
    ];
    for (const [options, expected] of cases) {
      expect(await chainOf(await makeAuthority(options)), JSON.stringify(options)).to.equal(expected);
    }
  });

  it("does not hold with any byte of either certificate changed", async () => {
    const verify = verifyBySubtle;
    for (const part of ["unit", "root"] as const) {
      for (let at = 0; at < authority[part].length; at += 1) {
        const bent = authority[part].slice();
        bent[at] = (bent[at] ?? 0) ^ 0x01;
        const pair = { ...authority, [part]: bent };
        const refusal = await refusalOfPromise(() =>
          Promise.resolve().then(() => verifyChain(parseCertificate(pair.unit), parseCertificate(pair.root), verify)),
        );
        expect(refusal, `${part} ${at}`).not.to.equal("none");
      }
    }
  });

  it("has exactly three parts, and eight fields", () => {
    const parts = childrenOf(readDer(authority.unit));
    const more = der(SEQUENCE, ...parts.map(({ raw }) => raw), der(SEQUENCE));
    expect(refusalOf(() => parseCertificate(more))).to.equal("certificate_malformed");
    const fields = childrenOf(childAt(parts, 0)).map(({ raw }) => raw);
    for (const list of [fields.slice(0, 7), [...fields, der(SEQUENCE)]]) {
      const bent = der(SEQUENCE, der(SEQUENCE, ...list), ...parts.slice(1).map(({ raw }) => raw));
      expect(refusalOf(() => parseCertificate(bent))).to.be.oneOf(["certificate_malformed", "der_malformed"]);
    }
  });
});

describe("core/ecdsa", () => {
  it("takes signatures of another implementation, high s or low", async () => {
    const { unitKeys, unit } = await makeAuthority();
    const { publicKey } = parseCertificate(unit);
    for (let i = 0; i < 12; i += 1) {
      const message = Uint8Array.of(i);
      const signature = await signWith(unitKeys.privateKey, message);
      for (const verify of [verifyP256, verifyBySubtle]) {
        expect(await isSignedBy(verify, publicKey, message, signature)).to.equal(true);
        expect(await isSignedBy(verify, publicKey, Uint8Array.of(i + 1), signature)).to.equal(false);
      }
    }
  });

  it("refuses a signature in a longer form before it asks the verifier", async () => {
    const accept = (): boolean => true;
    const number = (hex: string): Uint8Array => der(2, derConstant(hex));
    const good = der(SEQUENCE, number("01"), number("7f"));
    expect(await isSignedBy(accept, new Uint8Array(65), good, good)).to.equal(true);
    for (const bad of [
      der(SEQUENCE, number("0001"), number("7f")),
      der(SEQUENCE, number("01"), number("00")),
      der(SEQUENCE, number("01"), number("ff")),
      der(SEQUENCE, number("01")),
      der(SEQUENCE, number("01"), number("01"), number("01")),
      new Uint8Array([...good, 0]),
      new Uint8Array(0),
      der(SEQUENCE, derConstant("0281017f"), number("01")),
    ]) {
      expect(await isSignedBy(accept, new Uint8Array(65), good, bad), hexOf(bad)).to.equal(false);
    }
  });
});
