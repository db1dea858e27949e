import { expect } from "chai";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { openKeystore, type Keystore } from "../../service/adapters/sign/keystore.ts";
import type { Renderer, RenderJob, RenderOutcome } from "../../service/app/ports.ts";
import { dataDigestOf } from "../../service/core/dataDigest.ts";
import { parseCertificate, verifyChain } from "../../service/core/certificate.ts";
import { parseSignedData } from "../../service/core/cms.ts";
import { AppError } from "../../service/core/errors.ts";
import { readAttachment } from "../../service/core/pdfAttachments.ts";
import { documentDigestOf, locateSignature, readSignature, writeSignature } from "../../service/core/pdfSignature.ts";
import { parseReceiptFile } from "../../service/core/receiptFile.ts";
import { eInvoiceXml } from "../../service/domain/eInvoiceXml.ts";
import type { ReceiptData } from "../../service/domain/receipt.ts";
import { startRenderPool } from "../../service/threads/renderPool.ts";
import { renderSample } from "../../scripts/bench/renderSample.ts";
import { AT_MS, faceSamples, reversed } from "../adapters/pdf/faceSamples.ts";
import { inFolder, needTools, runOn } from "../adapters/pdf/tools.ts";

const PASSPHRASE = "correct horse";
const XML_FILES = ["einvoice.xml", "einvoice.xml.supervision.p7s", "einvoice.xml.unit.p7s", "receipt.json"];

describe("renderPool", function () {
  this.timeout(120_000);
  let folder = "";
  let keystore: Keystore;
  let pool: Renderer;

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "pool-"));
    keystore = openKeystore({ dir: path.join(folder, "keys"), passphrase: PASSPHRASE, nowMs: () => AT_MS });
    await keystore.ensureBureau({ name: "示例财政局", creditCode: "11440300007542681J" });
    await keystore.ensureUnit("hospital", { name: "示例人民医院", creditCode: "12440300455755000X" });
    pool = await startRenderPool({ keystoreDir: path.join(folder, "keys"), passphrase: PASSPHRASE, isSample: true });
  });
  after(async () => {
    await pool.stop();
    fs.rmSync(folder, { recursive: true });
  });

  const jobOf = (data: ReceiptData, over: Partial<RenderJob> = {}): RenderJob => ({
    ...{
      data,
      secret: new Uint8Array(32).fill(7),
      unitKeyId: "hospital",
      qrText: "https://example.gov.cn/d",
      issuedAtMs: AT_MS,
    },
    ...over,
  });
  const renderOne = async (data: ReceiptData): Promise<Rendered> =>
    assertRendered((await pool.render([jobOf(data)]))[0]);

  for (const [id, sample] of Object.entries(faceSamples)) {
    it(`signs the ${id} receipt so that pdfsig, qpdf and OpenSSL have nothing to say`, async function () {
      needTools(this, "pdfsig", "qpdf", "openssl");
      for (const data of [sample(), reversed(sample())]) {
        const { pdf } = await renderOne(data);
        runOn(pdf, "qpdf", "--check", "{}");
        const said = runOn(pdf, "pdfsig", "{}").toString();
        expect(said).to.contain("Signature is Valid").and.to.contain("Total document signed");
        expect(said).to.contain("ETSI.CAdES.detached").and.to.contain("Mar 06 2026");
        verifyWithOpenssl(pdf, keystore.unitSigner("hospital").root);
      }
    });
  }

  it("tells the digests that stand in the leaf", async () => {
    const { pdf, dataDigest, documentDigest } = await renderOne(faceSamples.outpatient());
    expect(Buffer.compare(documentDigest, documentDigestOf(pdf))).to.equal(0);
    expect(Buffer.compare(documentDigest, parseSignedData(readSignature(pdf)).messageDigest)).to.equal(0);
    const { data, secret } = parseReceiptFile(readAttachment(pdf, "receipt.json"));
    expect(Buffer.compare(dataDigest, dataDigestOf(data, secret))).to.equal(0);
    expect(data).to.deep.equal(faceSamples.outpatient());
    const cms = parseSignedData(readSignature(pdf));
    await verifyChain(parseCertificate(cms.certificate), parseCertificate(cms.root));
  });

  it("attaches the XML, what the unit and the bureau signed of it, and the data", async function () {
    needTools(this, "pdfdetach");
    const { pdf } = await renderOne(faceSamples.penalty());
    const listed = runOn(pdf, "pdfdetach", "-list", "{}").toString();
    expect([...listed.matchAll(/^\d+: (.*)$/gm)].map((match) => match[1])).to.deep.equal(XML_FILES);
    const xml = Buffer.from(readAttachment(pdf, "einvoice.xml")).toString();
    expect(xml).to.equal(eInvoiceXml(faceSamples.penalty()));
    const [supervision, unit] = [XML_FILES[1] ?? "", XML_FILES[2] ?? ""].map((name) =>
      parseCertificate(parseSignedData(readAttachment(pdf, name)).certificate),
    );
    expect(unit?.creditCode).to.equal("12440300455755000X");
    expect(supervision?.commonName).to.equal("示例财政局监制");
    expect(Buffer.from(pdf).includes("/AFRelationship /Source")).to.equal(true);
    expect(Buffer.from(pdf).includes("<pdfaid:part>3</pdfaid:part>")).to.equal(true);
  });

  it("differs between two runs in signature bytes alone", async () => {
    const [one, other] = await pool.render([jobOf(faceSamples.inpatient()), jobOf(faceSamples.inpatient())]);
    const [first, second] = [withoutSignatures(assertRendered(one).pdf), withoutSignatures(assertRendered(other).pdf)];
    expect(Buffer.compare(first, second)).to.equal(0);
    expect(Buffer.compare(assertRendered(one).pdf, assertRendered(other).pdf)).not.to.equal(0);
  });

  it("keeps the order of the jobs over threads and batches, and one failure from the others", async () => {
    const jobs = Array.from({ length: 47 }, (_, i) => jobOf(renderSample(i)));
    jobs[3] = jobOf({ ...renderSample(3), payerPartyName: "🙂" });
    jobs[20] = jobOf({ ...renderSample(20), eInvoiceCode: "44990126" });
    jobs[21] = jobOf(renderSample(21), { unitKeyId: "nobody" });
    jobs[46] = jobOf({ ...renderSample(46), checker: "\u0001" });
    const outcomes = await pool.render(jobs);
    expect(outcomes.length).to.equal(47);
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.kind === "failed") continue;
      const { data } = parseReceiptFile(readAttachment(outcome.pdf, "receipt.json"));
      expect(data["eInvoiceNumber"]).to.equal(String(index + 1).padStart(10, "0"));
    }
    const failures = outcomes.flatMap((outcome, index) =>
      outcome.kind === "failed" ? [[index, outcome.code, outcome.isPermanent]] : [],
    );
    expect(failures).to.deep.equal([
      [3, "character_not_drawable", true],
      [20, "kind_unknown", true],
      [21, "secret_missing", false],
      [46, "xml_character_forbidden", true],
    ]);
  });

  it("reports a batch that never reached a thread as passing, and goes on", async () => {
    const poison = { ...jobOf(renderSample(0)), qrText: Symbol("not to be sent") as unknown as string };
    const jobs = [poison, ...Array.from({ length: 19 }, (_, i) => jobOf(renderSample(i)))];
    const outcomes = await pool.render(jobs);
    expect(outcomes.slice(0, 10).map((o) => (o.kind === "failed" ? [o.code, o.isPermanent] : o.kind))).to.deep.equal(
      Array.from({ length: 10 }, () => ["render_thread_failed", false]),
    );
    expect(outcomes.slice(10).every(({ kind }) => kind === "rendered")).to.equal(true);
  });

  it("takes no jobs as no jobs", async () => {
    expect(await pool.render([])).to.deep.equal([]);
  });

  it("names the characters that no font has", () => {
    expect(pool.missingCharacters(["𠮷䶮㛃𬭎", "a🙂"])).to.deep.equal(["🙂"]);
  });

  it("does not start with a wrong passphrase, and says so by its code", async () => {
    const refused = await startRenderPool({
      keystoreDir: path.join(folder, "keys"),
      passphrase: "wrong",
      isSample: true,
    }).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refused).to.be.instanceOf(AppError);
    expect(refused instanceof AppError ? refused.code : "").to.equal("passphrase_wrong");
  });
});

type Rendered = Extract<RenderOutcome, { kind: "rendered" }>;

function assertRendered(outcome: RenderOutcome | undefined): Rendered {
  if (outcome?.kind === "rendered") return outcome;
  throw new Error(`not rendered: ${JSON.stringify(outcome)}`);
}

/** The document's CMS and both files' are verified against the root, at the time of issue. */
function verifyWithOpenssl(pdf: Uint8Array, root: Uint8Array): void {
  const { holeStart, holeEnd } = locateSignature(pdf);
  const xml = readAttachment(pdf, "einvoice.xml");
  inFolder((folder) => {
    const put = (name: string, bytes: Uint8Array): string => {
      fs.writeFileSync(path.join(folder, name), bytes);
      return path.join(folder, name);
    };
    const pem = path.join(folder, "root.pem");
    execFileSync("openssl", ["x509", "-inform", "DER", "-in", put("root.der", root), "-out", pem]);
    const signed = Buffer.concat([pdf.subarray(0, holeStart), pdf.subarray(holeEnd)]);
    for (const [cms, content] of [
      [readSignature(pdf), signed],
      [readAttachment(pdf, "einvoice.xml.unit.p7s"), xml],
      [readAttachment(pdf, "einvoice.xml.supervision.p7s"), xml],
    ] as const) {
      const files = ["-in", put("p7s", cms), "-content", put("content", content), "-CAfile", pem, "-out", "/dev/null"];
      const options = ["-binary", "-inform", "DER", "-cades", "-attime", String(AT_MS / 1000)];
      execFileSync("openssl", ["cms", "-verify", ...options, ...files], { stdio: "pipe" });
    }
  });
}

/** The document with zeros for its own CMS and for the signatures over the XML. */
function withoutSignatures(pdf: Uint8Array): Buffer {
  const copy = Buffer.from(writeSignature(pdf, Uint8Array.of(0x30, 0)));
  for (const name of ["einvoice.xml.unit.p7s", "einvoice.xml.supervision.p7s"]) {
    const { signature } = parseSignedData(readAttachment(pdf, name));
    const at = copy.indexOf(signature);
    copy.fill(0, at, at + signature.length);
  }
  return copy;
}
