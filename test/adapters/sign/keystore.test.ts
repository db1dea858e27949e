import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { createHash, verify, X509Certificate } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { computeAddress, hexlify, recoverAddress } from "ethers";
import { openKeystore, type Keystore } from "../../../service/adapters/sign/keystore.ts";
import { parseCertificate, rootDigestOf, verifyChain } from "../../../service/core/certificate.ts";
import { encodeSignedAttributes, parseSignedData } from "../../../service/core/cms.ts";
import { AppError } from "../../../service/core/errors.ts";

const NOW_MS = Date.UTC(2026, 2, 6, 2, 21, 33);
const BUREAU = { name: "示例财政局", creditCode: "11440300007542681J" };
const HOSPITAL = { name: "示例人民医院", creditCode: "12440300455755000X" };

describe("keystore", () => {
  let dir = "";
  let keystore: Keystore;
  const open = (passphrase = "correct horse"): Keystore => openKeystore({ dir, passphrase, nowMs: () => NOW_MS });

  before(async () => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "keystore-"));
    keystore = open();
    await keystore.ensureBureau(BUREAU);
    await keystore.ensureUnit("hospital", HOSPITAL);
  });
  after(() => fs.rmSync(dir, { recursive: true }));

  it("certifies a unit directly under the bureau's root, with its credit code", async () => {
    const { certificate, root } = keystore.unitSigner("hospital");
    const [leaf, authority] = [parseCertificate(certificate), parseCertificate(root)];
    await verifyChain(leaf, authority);
    expect(leaf.creditCode).to.equal(HOSPITAL.creditCode);
    expect(leaf.commonName).to.equal(HOSPITAL.name);
    expect(leaf.isAuthority).to.equal(false);
    expect(leaf.keyUsage).to.equal(0b11);
    expect(authority.isAuthority).to.equal(true);
    expect(authority.keyUsage).to.equal(0b1100000);
    expect(leaf.notBeforeMs).to.be.lessThan(NOW_MS);
    expect(leaf.notAfterMs).to.be.greaterThan(NOW_MS).and.lessThan(authority.notAfterMs);
  });

  it("tells the root's digest as the contract keeps it", async () => {
    const { rootDigest } = await keystore.ensureBureau(BUREAU);
    const root = parseCertificate(keystore.unitSigner("hospital").root);
    expect(rootDigest).to.equal(hexlify(rootDigestOf(root)));
  });

  it("gives the bureau's supervision identity another key and another name", () => {
    const supervision = parseCertificate(keystore.supervisionSigner().certificate);
    expect(supervision.commonName).to.equal("示例财政局监制");
    expect(supervision.publicKey).not.to.deep.equal(
      parseCertificate(keystore.unitSigner("hospital").certificate).publicKey,
    );
  });

  it("signs detached CMS that OpenSSL verifies against the root", () => {
    const content = Buffer.from("<EInvoice/>\n");
    const signer = keystore.unitSigner("hospital");
    const cms = signer.signCms(createHash("sha256").update(content).digest());
    for (const [name, bytes] of [
      ["c", content],
      ["p7s", cms],
      ["root.der", signer.root],
    ] as const) {
      fs.writeFileSync(path.join(dir, name), bytes);
    }
    const at = (name: string): string => path.join(dir, name);
    execFileSync("openssl", ["x509", "-inform", "DER", "-in", at("root.der"), "-out", at("root.pem")]);
    const verify = ["cms", "-verify", "-binary", "-inform", "DER", "-in", at("p7s"), "-CAfile", at("root.pem")];
    const time = ["-attime", String(NOW_MS / 1000)];
    const whole = [...verify, ...time, "-cades", "-content"];
    expect(execFileSync("openssl", [...whole, at("c")], { stdio: "pipe" })).to.deep.equal(content);
    fs.writeFileSync(at("c"), "<EInvoice />\n");
    expect(() => execFileSync("openssl", [...whole, at("c")], { stdio: "pipe" })).to.throw();
  });

  it("gives signatures of one length, each of them good", () => {
    const signer = keystore.unitSigner("hospital");
    const key = new X509Certificate(signer.certificate).publicKey;
    const lengths = Array.from({ length: 600 }, (_, i) => {
      const digest = createHash("sha256").update(String(i)).digest();
      const cms = signer.signCms(digest);
      const { signature } = parseSignedData(cms);
      expect(signature.length).to.equal(71);
      expect(verify("sha256", encodeSignedAttributes(digest, signer.certificate), key, signature)).to.equal(true);
      return cms.length;
    });
    expect(new Set(lengths).size).to.equal(1);
  });

  it("signs what goes on chain as ecrecover takes it, with a low s", async () => {
    const { signer } = await keystore.ensureUnit("hospital", HOSPITAL);
    for (let i = 0; i < 20; i++) {
      const digest = createHash("sha256").update(String(i)).digest();
      const signature = await keystore.signDigest("hospital", digest);
      expect(signature.length).to.equal(65);
      expect([27, 28]).to.include(signature[64]);
      expect(recoverAddress(hexlify(digest), hexlify(signature)).toLowerCase()).to.equal(signer);
      const s = BigInt(hexlify(signature.subarray(32, 64)));
      expect(s <= secp256k1.Point.Fn.ORDER / 2n).to.equal(true);
    }
  });

  it("keeps what it has made: another opening finds the same keys", async () => {
    const again = open();
    const before = keystore.unitSigner("hospital").certificate;
    const { signer } = await again.ensureUnit("hospital", HOSPITAL);
    expect(again.unitSigner("hospital").certificate).to.deep.equal(before);
    expect(signer).to.equal((await keystore.ensureUnit("hospital", HOSPITAL)).signer);
    expect(again.accountKey("anchorer")).to.equal(keystore.accountKey("anchorer"));
    expect(computeAddress(again.accountKey("anchorer"))).to.match(/^0x[0-9a-fA-F]{40}$/);
  });

  it("refuses a wrong passphrase with a code of its own", () => {
    expect(codeOf(() => open("wrong"))).to.equal("passphrase_wrong");
  });

  it("refuses to sign for a unit it does not know", () => {
    expect(codeOf(() => keystore.unitSigner("nobody"))).to.equal("secret_missing");
  });

  it("opens what it sealed, and nothing altered or cut", () => {
    const sealed = keystore.sealSecret(Buffer.from("hmac key"));
    expect(Buffer.from(open().openSecret(sealed)).toString()).to.equal("hmac key");
    expect(keystore.sealSecret(Buffer.from("hmac key"))).not.to.deep.equal(sealed);
    for (let i = 0; i < sealed.length; i++) {
      const altered = Uint8Array.from(sealed);
      altered[i] = (altered[i] ?? 0) ^ 1;
      expect(codeOf(() => keystore.openSecret(altered))).to.equal("secret_not_opened");
    }
    expect(codeOf(() => keystore.openSecret(sealed.subarray(0, 27)))).to.equal("secret_not_opened");
  });

  it("leaves nothing readable in the folder, and files for their owner alone", () => {
    const files = fs.readdirSync(dir).filter((name) => name.endsWith(".sealed"));
    expect(files.length).to.be.greaterThan(3);
    for (const name of files) {
      expect(fs.statSync(path.join(dir, name)).mode & 0o777).to.equal(0o600);
      expect(fs.readFileSync(path.join(dir, name)).includes("certificate")).to.equal(false);
    }
    expect(fs.readdirSync(dir).filter((name) => name.endsWith(".tmp"))).to.deep.equal([]);
  });
});

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return "nothing was thrown";
}
