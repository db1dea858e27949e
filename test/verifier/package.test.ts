import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { chromium } from "playwright-core";
import { buildVerifier, type VerifierBuild } from "../../scripts/buildVerifier.ts";
import { discloseReceipt } from "../../service/core/discloseReceipt.ts";
import { hexOf } from "../../service/core/bytes.ts";
import { CHECK_TEXTS } from "../../service/core/reportTexts.ts";
import { makeMedicalReceipt } from "../core/disclosureSample.ts";
import { SAMPLE_CHAIN_ID, SAMPLE_CONTRACT, sampleReader } from "../core/sampleLedger.ts";
import type { SampleReceipt } from "../core/sampleReceipt.ts";
import { makeTestFolder } from "../support/database.ts";
import { serveLedger, type NodeServer } from "./nodeServer.ts";

const root = path.resolve(import.meta.dirname, "../..");
const CHROMIUM = "/usr/bin/chromium";
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
const QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];

describe("the package @lianpiao/verifier", function () {
  this.timeout(120_000);
  let folder: ReturnType<typeof makeTestFolder>;
  let built: VerifierBuild;
  let node: NodeServer;
  let sample: SampleReceipt;
  let tampered: Uint8Array;
  /** A project of somebody's with nothing but this package in it. */
  let project: string;

  before(async () => {
    folder = makeTestFolder("verifier");
    project = path.join(folder.dir, "project");
    built = await buildVerifier(path.join(project, "node_modules/@lianpiao/verifier"));
    fs.writeFileSync(path.join(project, "package.json"), '{ "name": "somebody", "type": "module" }');
    sample = await makeMedicalReceipt();
    tampered = sample.sealed.map((byte, index) => (index === 900 ? byte ^ 1 : byte));
    const pages = new Map([
      ["/", "<!doctype html><meta charset=utf-8><title>verifier</title>"],
      ["/verifier.js", inPackage("index.js")],
    ]);
    node = await serveLedger(sampleReader(sample.records), pages);
  });
  after(async () => {
    await node.stop();
    folder.remove();
  });

  const inPackage = (name: string): string => fs.readFileSync(path.join(built.dir, name), "utf8");

  it("is one module that imports nothing and knows nothing of Node or ethers, of at most 40 kB minified and gzipped", () => {
    const script = inPackage("index.js");
    expect(script).not.to.match(/^\s*import\b/m);
    expect(script).not.to.match(/\bimport\(|\brequire\(|["']node:|\bBuffer\b|\bprocess\.|\bdocument\b\.|ethers/);
    expect(built.minifiedGzipBytes).to.be.within(1_000, 40_000);
    const { dependencies, exports, name, version, license } = JSON.parse(inPackage("package.json"));
    const own = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"));
    expect(dependencies).to.equal(undefined);
    expect({ name, version, license }).to.deep.equal({
      name: "@lianpiao/verifier",
      version: own.version,
      license: "Apache-2.0",
    });
    for (const target of Object.values<string>(exports["."]))
      expect(fs.existsSync(path.join(built.dir, target))).to.equal(true);
    expect(inPackage("THIRD-PARTY-LICENSES.txt").match(/MIT License/g)).to.have.length(2);
    expect(inPackage("LICENSE")).to.include("Apache License");
  });

  it("has declarations that lead nowhere else", () => {
    const files = [
      "index.d.ts",
      "fetchReader.d.ts",
      ...fs.readdirSync(path.join(built.dir, "core")).map((name) => `core/${name}`),
    ];
    for (const file of files) {
      for (const [, target = ""] of inPackage(file).matchAll(/(?:from|import\() ?["']([^"']+)["']/g)) {
        expect(target, file).to.match(/^\.\/.*\.js$/);
        const declared = path.join(built.dir, path.dirname(file), target.replace(/\.js$/, ".d.ts"));
        expect(fs.existsSync(declared), `${file} ${target}`).to.equal(true);
      }
    }
  });

  for (const [module, moduleResolution] of [
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ] as const) {
    it(`has types that a strict project reads (${moduleResolution}), without DOM, Node or skipLibCheck`, async () => {
      fs.writeFileSync(path.join(project, "good.ts"), GOOD_USE);
      fs.writeFileSync(path.join(project, "bad.ts"), BAD_USE);
      const options = `--noEmit --strict --exactOptionalPropertyTypes --target es2023 --lib es2023 --module ${module} --moduleResolution ${moduleResolution}`;
      const compile = (file: string): Promise<Ran> =>
        run([path.join(root, "node_modules/typescript/bin/tsc"), "--ignoreConfig", ...options.split(" "), file]);
      const good = await compile("good.ts");
      expect(good.output).to.equal("");
      expect(good.code).to.equal(0);
      const errors = (await compile("bad.ts")).output.match(/bad\.ts\(\d+/g) ?? [];
      expect(errors).to.deep.equal(BAD_LINES.map((line) => `bad.ts(${line}`));
    });
  }

  it("runs its README's example, ten lines at most, as it stands", async () => {
    const [, example = ""] = /```js\n([\s\S]*?)```/.exec(inPackage("README.md")) ?? [];
    expect(example.trimEnd().split("\n")).to.have.length.at.most(10);
    fs.writeFileSync(path.join(project, "example.js"), example);
    const verify = async (bytes: Uint8Array): Promise<readonly string[]> => {
      const file = path.join(project, "receipt.pdf");
      fs.writeFileSync(file, bytes);
      const { code, output } = await run(["example.js", file, node.url, SAMPLE_CONTRACT]);
      expect(code).to.equal(0);
      return output.trimEnd().split("\n");
    };
    const lines = await verify(sample.sealed);
    expect(lines).to.have.length(Object.keys(CHECK_TEXTS).length + 1);
    expect(lines.filter((line) => line.startsWith("pass "))).to.have.length(lines.length - 1);
    expect(lines.at(-1)).to.equal("valid normal");
    expect((await verify(tampered)).at(-1)).to.equal("invalid unknown");
    node.serve(sampleReader(sample.records, 1));
    expect((await verify(sample.sealed)).at(-1)).to.equal("undetermined unknown");
    node.serve(sampleReader(sample.records));
  });

  it("verifies and discloses in Chromium as in Node", async function () {
    if (!fs.existsSync(CHROMIUM)) {
      console.warn(`    SKIPPED: there is no ${CHROMIUM} on this machine, so the package was not tried in a browser`);
      this.skip();
    }
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, ...QUIET] });
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(error.message));
      await page.goto(node.url);
      const ask = (bytes: Uint8Array, nodeUrl: string): Promise<Seen> => {
        const trustedContract = { chainId: SAMPLE_CHAIN_ID, address: SAMPLE_CONTRACT };
        return page.evaluate<Seen>(`(${IN_PAGE})(${JSON.stringify({ bytes: [...bytes], nodeUrl, trustedContract })})`);
      };
      const seen = await ask(sample.sealed, node.url);
      expect(seen).to.include({ verdict: "valid", state: "normal" });
      const own = discloseReceipt(sample.sealed, { preset: "amount_only", paths: ["/issueDate"] });
      expect(hexOf(Uint8Array.from(seen.disclosure))).to.equal(hexOf(own));
      const part = await ask(own, node.url);
      expect(part).to.include({ verdict: "valid", state: "normal" });
      expect(part.withheld).to.include.members(["/payerPartyName", "/items/0/itemName"]);
      expect(part.withheld).not.to.include("/issueDate");
      expect((await ask(tampered, node.url)).verdict).to.equal("invalid");
      // Port 9 of this machine answers nothing.
      expect((await ask(sample.sealed, "http://127.0.0.1:9")).verdict).to.equal("undetermined");
      expect(errors).to.deep.equal([]);
    } finally {
      await browser.close();
    }
  });

  type Ran = { readonly code: number; readonly output: string };

  /** Node, in the project's folder. */
  function run(args: readonly string[]): Promise<Ran> {
    return new Promise((resolve) => {
      execFile(process.execPath, args, { cwd: project }, (error, stdout) => {
        resolve({ code: error === null ? 0 : Number(error.code), output: stdout });
      });
    });
  }
});

type Seen = {
  readonly verdict: string;
  readonly state: string;
  readonly withheld: readonly string[];
  readonly disclosure: readonly number[];
};

/** Runs in the page. */
const IN_PAGE = `async ({ bytes, nodeUrl, trustedContract }) => {
  const { discloseReceipt, fetchReader, verifyFile } = await import("/verifier.js");
  const file = Uint8Array.from(bytes);
  const { kind, report } = await verifyFile(file, { reader: fetchReader(nodeUrl), trustedContract });
  const isPart = kind === "disclosure";
  const disclose = () => [...discloseReceipt(file, { preset: "amount_only", paths: ["/issueDate"] })];
  const disclosure = isPart || report.verdict !== "valid" ? [] : disclose();
  return { verdict: report.verdict, state: report.state, withheld: report.withheld ?? [], disclosure };
}`;

const GOOD_USE = `
import { codesOf, discloseReceipt, disclosureIn, fetchReader, joinCodes, jsonRpcReader, packDisclosure, parseCode, reportToJson, unpackDisclosure, verifyDisclosure, verifyFile, verifyPdf } from "@lianpiao/verifier";
import type { CheckId, Deflate, DisclosureReport, LedgerReader, Report, Verdict } from "@lianpiao/verifier";
const readers: LedgerReader[] = [fetchReader("http://localhost:8545", 500), jsonRpcReader(async () => "0x1")];
const [reader] = readers;
export async function look(pdf: Uint8Array): Promise<Verdict> {
  if (reader === undefined) return "undetermined";
  const trustedContract = { chainId: 1, address: "0x" };
  const report: Report = await verifyPdf(pdf, { reader, trustedContract, nowMs: 0 });
  const part: DisclosureReport = await verifyDisclosure(discloseReceipt(pdf, { preset: "amount_only" }), { reader, trustedContract });
  const any = await verifyFile(disclosureIn(pdf) ?? pdf, { reader, trustedContract });
  const kind: "receipt" | "disclosure" = any.kind;
  const names: readonly string[] = part.withheld ?? [kind, String(reportToJson(any.report)["verdict"])];
  const ids: CheckId[] = report.checks.map(({ id }) => id);
  return names.length + ids.length > 0 ? report.verdict : part.verdict;
}
export async function copy(file: Uint8Array, deflate: Deflate): Promise<Uint8Array> {
  const texts: readonly string[] = codesOf(await packDisclosure(file, deflate));
  return unpackDisclosure(joinCodes(texts.map(parseCode)) ?? new Uint8Array(0), deflate);
}
`;

/** Each statement from the second on is wrong. */
const BAD_USE = `import { discloseReceipt, fetchReader, verifyPdf } from "@lianpiao/verifier";
discloseReceipt(new Uint8Array(0), { preset: "everything" });
fetchReader(8545);
verifyPdf(new Uint8Array(0), { reader: fetchReader("") });
verifyPdf("receipt.pdf", { reader: fetchReader(""), trustedContract: { chainId: 1, address: "" } });
verifyPdf(new Uint8Array(0), { reader: fetchReader(""), trustedContract: { chainId: 1, address: "" } }).verdict;
`;
const BAD_LINES = [2, 3, 4, 5, 6];
