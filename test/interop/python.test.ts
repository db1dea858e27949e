import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { discloseReceipt } from "../../service/core/discloseReceipt.ts";
import { encodeSignedData, parseSignedData } from "../../service/core/cms.ts";
import { readSignature, writeSignature } from "../../service/core/pdfSignature.ts";
import { encodeProof } from "../../service/core/proof.ts";
import type { Report } from "../../service/core/report.ts";
import { verifyFile } from "../../service/core/verifyFile.ts";
import { pagesPdf } from "../../service/web/shared/pagesPdf.ts";
import { makeMedicalReceipt, withFields } from "../core/disclosureSample.ts";
import { makeAuthority, verifyBySubtle } from "../core/sampleAuthority.ts";
import { SAMPLE_CHAIN_ID, SAMPLE_CONTRACT, sampleReader, type SampleRecords } from "../core/sampleLedger.ts";
import { SAMPLE_TIME_S, type SampleReceipt } from "../core/sampleReceipt.ts";
import { makeTestFolder } from "../support/database.ts";
import { serveLedger, type NodeServer } from "../verifier/nodeServer.ts";
import { runPythonOn, saidOf, whyNoPython } from "./pythonVerifier.ts";

const NOW_MS = SAMPLE_TIME_S * 1000;
const trustedContract = { chainId: SAMPLE_CHAIN_ID, address: SAMPLE_CONTRACT };

describe("the Python verifier, a second implementation", function () {
  this.timeout(300_000);
  let sample: SampleReceipt;
  let node: NodeServer;
  let folder: ReturnType<typeof makeTestFolder>;
  const closing: (() => Promise<void> | void)[] = [];
  before(async function () {
    const why = whyNoPython();
    if (why !== undefined) {
      console.warn(`    SKIPPED: ${why}, so the second implementation was not tried`);
      this.skip();
    }
    sample = await makeMedicalReceipt();
    node = await serveLedger(sampleReader(sample.records));
    folder = makeTestFolder("interop");
    closing.push(() => folder.remove(), node.stop);
  });
  after(async () => {
    for (const close of closing.reverse()) await close();
  });

  /** Both implementations, of each file, against the same node. @returns the verdicts */
  async function compare(
    files: readonly Uint8Array[],
    records: SampleRecords,
    reader = sampleReader(records),
  ): Promise<readonly string[]> {
    node.serve(reader);
    const chainCache = new Map();
    const own: Report[] = [];
    for (const bytes of files) {
      const options = { reader, trustedContract, nowMs: NOW_MS, verifySignature: verifyBySubtle, chainCache };
      own.push((await verifyFile(bytes, options)).report);
    }
    const trust = { rpcUrl: node.url, contract: SAMPLE_CONTRACT, chainId: SAMPLE_CHAIN_ID, nowMs: NOW_MS };
    const { said, exitCode } = await runPythonOn(folder.dir, files, trust);
    own.forEach((report, index) => expect(said[index], `file ${index}`).to.deep.equal(saidOf(report)));
    const verdicts = own.map(({ verdict }) => verdict);
    expect(exitCode).to.equal(verdicts.includes("invalid") ? 1 : verdicts.includes("undetermined") ? 2 : 0);
    return verdicts;
  }

  it("agrees, check by check, on a receipt sealed and not sealed, red, and on its disclosures", async () => {
    const { sealed, unsealed, records } = sample;
    const disclosures = ["amount_only", "amounts_and_insurance", "without_items"] as const;
    const files = [sealed, ...disclosures.map((preset) => discloseReceipt(sealed, { preset }))];
    expect(await compare(files, records)).to.deep.equal(["valid", "valid", "valid", "valid"]);
    expect(await compare([unsealed], records)).to.deep.equal(["undetermined"]);
    const red = await makeMedicalReceipt({ data: { totalAmount: -24621 } });
    expect(await compare([red.sealed, discloseReceipt(red.sealed, {})], red.records)).to.deep.equal(["valid", "valid"]);
  });

  it("agrees on the PDF of a disclosure, and that one with an altered file, another's name or a /ByteRange is none", async () => {
    const file = discloseReceipt(sample.sealed, { preset: "amount_only" });
    const pdf = (bytes: Uint8Array, name = "disclosure.json", title = ""): Promise<Uint8Array> =>
      pagesPdf(title, [], { name, mediaType: "application/json", bytes });
    const altered = withFields(file, (fields) => fields.slice(1));
    const good = await pdf(file);
    expect(await compare([good, await pdf(file, "receipt.json"), await pdf(altered)], sample.records)).to.deep.equal([
      "valid",
      "invalid",
      "invalid",
    ]);
    const signed = Buffer.from(good).toString("latin1").replace("/Type /Catalog", "/ByteRange [0]");
    expect(await compare([Buffer.from(signed, "latin1")], sample.records)).to.deep.equal(["invalid"]);
  });

  it("agrees on data of every kind of value, name and order", async () => {
    const members = JSON.parse(
      '{"é":"\\u0000\\u001f\\"\\\\\\b\\f\\n\\r\\t\\u007f\\u2028","𠮷":9007199254740991,"\\uffee":-1,"a/b":{"~":true,"":null},"10":[],"9":{},"list":[[0,false],{}]}',
    ) as Record<string, string>;
    const odd = await makeMedicalReceipt({ data: members });
    const some = discloseReceipt(odd.sealed, { paths: ["/a~1b/~0", "/a~1b/", "/é", "/𠮷", "/10", "/9", "/list/0"] });
    expect(await compare([odd.sealed, some, discloseReceipt(odd.sealed, {})], odd.records)).to.deep.equal([
      "valid",
      "valid",
      "valid",
    ]);
  });

  it("agrees on whatever became of the receipt", async () => {
    for (const change of [
      { reversed: true, reversedByCode: 44060126, reversedByNumber: 2000 },
      { onPaper: true },
      { capFen: 24621, usedFen: 20000, lockedFen: 600 },
      { capFen: 24621 },
      { usedFen: 1 },
      { reversed: true },
    ]) {
      const status = { ...sample.records.status, ...change };
      await compare([sample.sealed, discloseReceipt(sample.sealed, {})], { ...sample.records, status });
    }
  });

  it("agrees on whatever the chain contradicts", async () => {
    const at = SAMPLE_TIME_S;
    const changes: ((records: SampleRecords) => SampleRecords)[] = [
      (r) => ({ ...r, batch: { ...r.batch, root: r.leaf } }),
      (r) => ({ ...r, batch: { ...r.batch, segmentCount: 4 } }),
      (r) => ({ ...r, batch: { ...r.batch, timeS: Date.UTC(2046, 0, 1) / 1000 + 1 } }),
      (r) => ({ ...r, batchNo: 8 }),
      (r) => ({ ...r, batchNo: 8, book: { ...r.book, next: 1004 } }),
      (r) => ({ ...r, rootDigest: r.leaf }),
      (r) => ({ ...r, root: { addedAtS: at + 1, revokedFromS: 0 } }),
      (r) => ({ ...r, root: { addedAtS: at, revokedFromS: at + 1 } }),
      (r) => ({ ...r, root: { addedAtS: 1, revokedFromS: at } }),
      (r) => ({ ...r, book: { ...r.book, unitId: 0 } }),
      (r) => ({ ...r, book: { ...r.book, code: 44060127 } }),
      (r) => ({ ...r, book: { ...r.book, first: 1002 } }),
      (r) => ({ ...r, book: { ...r.book, last: 1003 } }),
      (r) => ({ ...r, book: { ...r.book, next: 1007 } }),
      (r) => ({ ...r, unit: { ...r.unit, creditCode: "124400004558580001" } }),
      (r) => ({ ...r, unit: { ...r.unit, creditCode: "" } }),
      (r) => ({ ...r, unit: { ...r.unit, admittedAtS: at + 1 } }),
      (r) => ({ ...r, unit: { ...r.unit, admittedAtS: at } }),
    ];
    const files = [sample.sealed, sample.unsealed, discloseReceipt(sample.sealed, {})];
    for (const change of changes) await compare(files, change(sample.records));
  });

  it("agrees that nothing can be told of a node that is away, of another chain, or not one of ours", async () => {
    const good = sampleReader(sample.records);
    const away = (): Promise<never> => Promise.reject(new Error("away"));
    const readers = [
      sampleReader(sample.records, 1),
      { ...good, chainId: away },
      { ...good, call: away },
      ...["0x", "", "0x00", `0x${"ff".repeat(736)}`, "nonsense", "0X"].map((answer) => ({
        ...good,
        call: async () => answer,
      })),
    ];
    for (const reader of readers) {
      const files = [sample.sealed, discloseReceipt(sample.sealed, {})];
      expect(await compare(files, sample.records, reader)).to.deep.equal(["undetermined", "undetermined"]);
    }
  });

  it("agrees on documents that contradict themselves, another's proof and another's root", async () => {
    const other = await makeMedicalReceipt({ authority: sample.authority, data: { remark: "another" } });
    const parts = parseSignedData(readSignature(other.unsealed));
    const swapped = writeSignature(other.unsealed, encodeSignedData({ ...parts, proof: encodeProof(sample.proof) }));
    const changes: Parameters<typeof makeMedicalReceipt>[0][] = [
      { data: { invoicingPartyCode: "124400004558580001" } },
      { data: { eInvoiceNumber: "1004" } },
      { data: { totalAmount: "24621" } },
      { proof: { issuedFen: 24622 } },
      { proof: { dataDigest: new Uint8Array(32) } },
      { proof: { contract: new Uint8Array(20) } },
      { proof: { chainId: 1 } },
      { authority: await makeAuthority({ creditCode: "124400004558580001" }) },
      { authority: await makeAuthority({ notAfter: new Date(NOW_MS - 1000) }) },
      { authority: await makeAuthority({ rootExtensions: [] }) },
    ];
    const verdicts = [...(await compare([swapped], sample.records))];
    for (const change of changes) {
      const receipt = await makeMedicalReceipt(change);
      verdicts.push(...(await compare([receipt.sealed, receipt.unsealed], receipt.records)));
    }
    expect(verdicts).not.to.include("valid");
    const plain = await makeMedicalReceipt({ authority: await makeAuthority({ unitExtensions: [] }) });
    expect(await compare([plain.sealed], plain.records)).to.deep.equal(["valid"]);
  });

  it("agrees on hundreds of copies with bytes changed, left out, doubled or appended", async () => {
    const { sealed } = sample;
    const bent = (file: Uint8Array): fc.Arbitrary<Uint8Array> =>
      fc
        .tuple(fc.nat(file.length - 1), fc.constantFrom("flip", "drop", "double"), fc.integer({ min: 1, max: 255 }))
        .map(([at, how, flip]) => {
          if (how === "drop") return new Uint8Array([...file.subarray(0, at), ...file.subarray(at + 1)]);
          if (how === "double") return new Uint8Array([...file.subarray(0, at + 1), ...file.subarray(at)]);
          return file.map((byte, index) => (index === at ? byte ^ flip : byte));
        });
    const disclosure = discloseReceipt(sealed, { preset: "amounts_and_insurance" });
    const appended = [0x00, 0x0a, 0x20].map((byte) => new Uint8Array([...sealed, byte]));
    const files = [
      ...fc.sample(bent(sealed), { numRuns: 400, seed: 7 }),
      ...fc.sample(bent(disclosure), { numRuns: 200, seed: 8 }),
      ...appended,
    ];
    expect(new Set(await compare(files, sample.records))).to.deep.equal(new Set(["invalid"]));
  });

  it("agrees on disclosures with fields dropped, added, swapped, or withheld that must be shown", async () => {
    const file = discloseReceipt(sample.sealed, { preset: "without_items" });
    const salt = `0x${"00".repeat(16)}`;
    const files = [
      withFields(file, (fields) => fields.slice(1)),
      withFields(file, (fields) => [...fields, { path: "/zz", value: "", salt }]),
      withFields(file, (fields) => [...fields].reverse()),
      withFields(file, (fields) => fields.map((field) => ({ path: field.path, valueDigest: `0x${"00".repeat(32)}` }))),
      withFields(file, (fields) => [...fields, { path: "/zz", value: [], salt }, { path: "/zz/a", value: 1, salt }]),
      new TextEncoder().encode("{}"),
      new TextEncoder().encode("{"),
    ];
    expect(new Set(await compare(files, sample.records))).to.deep.equal(new Set(["invalid"]));
  });

  it("is written without any package, and leaves no file behind", () => {
    const scripts = path.resolve(import.meta.dirname, "../../scripts/interop");
    const own = fs.readdirSync(scripts).filter((name) => name.endsWith(".py"));
    expect(fs.readdirSync(scripts)).to.deep.equal(own);
    const standard = "argparse dataclasses datetime hashlib hmac json re sys time urllib.request".split(" ");
    for (const name of own) {
      const text = fs.readFileSync(path.join(scripts, name), "utf8");
      for (const [, target = ""] of text.matchAll(/^(?:import|from) ([\w.]+)/gm)) {
        expect([...standard, ...own.map((each) => each.slice(0, -3))], name).to.include(target);
      }
    }
  });
});
