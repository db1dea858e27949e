import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { fetchRpc } from "../../service/adapters/chain/fetchRpc.ts";
import { discloseReceipt } from "../../service/core/discloseReceipt.ts";
import { DISCLOSURE_PRESETS } from "../../service/core/disclosurePresets.ts";
import { looksLikeDisclosure } from "../../service/core/disclosureFile.ts";
import { encodeSignedData, parseSignedData } from "../../service/core/cms.ts";
import { jsonRpcReader } from "../../service/core/ledgerCall.ts";
import { readSignature, writeSignature } from "../../service/core/pdfSignature.ts";
import { encodeProof } from "../../service/core/proof.ts";
import { readProof } from "../../service/core/seal.ts";
import { verifyDisclosure } from "../../service/core/verifyDisclosure.ts";
import { verifyPdf } from "../../service/core/verify.ts";
import { demoUnits } from "../../service/demoUnits.ts";
import { readLedgerFile } from "../../service/ledgerFile.ts";
import { makeTestFolder } from "../support/database.ts";
import { clientOf, sampleOf, startProgram, type Program } from "../support/program.ts";
import { runPythonOn, saidOf, whyNoPython, type Trust } from "./pythonVerifier.ts";

const root = path.resolve(import.meta.dirname, "../..");

describe("fresh receipts of the real program", function () {
  this.timeout(300_000);
  let program: Program;
  let folder: ReturnType<typeof makeTestFolder>;
  const closing: (() => Promise<void> | void)[] = [];
  let dataDir: string;
  let trust: Trust;
  /** One receipt of each kind, sealed. */
  let receipts: readonly Uint8Array[];

  before(async function () {
    const why = whyNoPython();
    if (why !== undefined) {
      console.warn(`    SKIPPED: ${why}, so the second implementation was not tried on the program`);
      this.skip();
    }
    folder = makeTestFolder("interop");
    closing.push(() => folder.remove());
    dataDir = path.join(folder.dir, "data");
    program = await startProgram({ dataDir });
    closing.push(() => program.stop());
    const place = readLedgerFile(dataDir);
    if (place === undefined) throw new Error("the program wrote no ledger.json");
    trust = { ...place, nowMs: Date.now() };
    const kinds = demoUnits.flatMap(({ appId, unit }) => unit.kinds.map((kind) => ({ appId, kind })));
    receipts = await Promise.all(kinds.map(({ appId, kind }) => issue(appId, kind)));
  });
  after(async () => {
    for (const close of closing.reverse()) await close();
  });

  async function issue(appId: string, kind: string): Promise<Uint8Array> {
    const client = await clientOf(program, dataDir, appId);
    const issued = await client.call("POST", "/v1/receipts", sampleOf(kind, 0, `interop-${kind}`), {
      prefer: "wait=30",
    });
    expect(issued.status).to.equal(201);
    const { links } = (await issued.json()) as { readonly links: { readonly pdf: string } };
    const pdf = await client.call("GET", new URL(links.pdf, program.url).pathname);
    expect(pdf.status).to.equal(200);
    return new Uint8Array(await pdf.arrayBuffer());
  }

  /** Both implementations of each file against the program's own node, check by check. @returns the verdicts */
  async function compare(files: readonly Uint8Array[], to: Trust = trust): Promise<readonly string[]> {
    const options = {
      reader: jsonRpcReader(fetchRpc(to.rpcUrl)),
      trustedContract: { chainId: to.chainId, address: to.contract },
      ...(to.nowMs === undefined ? {} : { nowMs: to.nowMs }),
    };
    const { said } = await runPythonOn(folder.dir, files, to);
    const verdicts: string[] = [];
    for (const [index, bytes] of files.entries()) {
      const verify = looksLikeDisclosure(bytes) ? verifyDisclosure : verifyPdf;
      const report = await verify(bytes, options);
      expect(said[index], `file ${index}`).to.deep.equal(saidOf(report));
      verdicts.push(report.verdict);
    }
    return verdicts;
  }

  it("are valid to both implementations, each kind, with every preset's disclosure", async () => {
    expect(receipts.length).to.be.greaterThan(3);
    const disclosures = receipts.flatMap((pdf) => DISCLOSURE_PRESETS.map((preset) => discloseReceipt(pdf, { preset })));
    const verdicts = await compare([...receipts, ...disclosures]);
    expect(new Set(verdicts)).to.deep.equal(new Set(["valid"]));
  });

  it("are invalid to both with any byte changed", async () => {
    const steps = Math.ceil(100 / receipts.length);
    const bent = receipts.flatMap((pdf) =>
      Array.from({ length: steps }, (_, step) => {
        const at = Math.floor(((step + 0.5) * pdf.length) / steps);
        return pdf.map((byte, index) => (index === at ? byte ^ 0x01 : byte));
      }),
    );
    expect(new Set(await compare(bent))).to.deep.equal(new Set(["invalid"]));
  });

  it("are invalid to both with the proof of another receipt, or under another contract or chain", async () => {
    const [first, second] = receipts;
    if (first === undefined || second === undefined) throw new Error("two receipts were expected");
    const proof = readProof(second);
    if (proof === undefined) throw new Error("it is not sealed");
    const parts = parseSignedData(readSignature(first));
    const swapped = writeSignature(first, encodeSignedData({ ...parts, proof: encodeProof(proof) }));
    expect(await compare([swapped])).to.deep.equal(["invalid"]);
    expect(await compare([first], { ...trust, contract: `0x${"11".repeat(20)}` })).to.deep.equal(["invalid"]);
    expect(await compare([first], { ...trust, chainId: 1 })).to.deep.equal(["invalid"]);
  });

  it("are undetermined without their proof, and of no state but not yet anchored", async () => {
    const unsealed = receipts.map((pdf) => {
      const { proof: _, ...parts } = parseSignedData(readSignature(pdf));
      return writeSignature(pdf, encodeSignedData(parts));
    });
    expect(new Set(await compare(unsealed))).to.deep.equal(new Set(["undetermined"]));
    const { said, exitCode } = await runPythonOn(folder.dir, unsealed, trust);
    expect(new Set(said.map(({ state }) => state))).to.deep.equal(new Set(["not_anchored"]));
    expect(exitCode).to.equal(2);
  });

  it("go through the commands: disclose writes a file that verify finds valid, with what was withheld by name", async () => {
    const pdf = path.join(folder.dir, "receipt.pdf");
    const out = path.join(folder.dir, "part.json");
    fs.writeFileSync(pdf, receipts[0] ?? new Uint8Array(0));
    const made = await command("disclose.ts", [pdf, "--preset", "amount-only", "--fields", "issueDate", "-o", out]);
    expect(made.code).to.equal(0);
    expect(made.output).to.match(/^\+ \/issueDate "\d{8}"$/m);
    const read = await command("verify.ts", [out]);
    expect(read.code).to.equal(0);
    expect(read.output).to.include("- /payerPartyName 未披露 (withheld)");
    const json = await command("verify.ts", [out, "--json"]);
    const report = JSON.parse(json.output) as { readonly verdict: string; readonly withheld: readonly string[] };
    expect(report.verdict).to.equal("valid");
    expect(report.withheld).to.include("/payerPartyName");
    const printed = await command("disclose.ts", [pdf, "--preset", "without-items", "--pdf", "-o", out]);
    expect(printed.output).to.match(/part\.pdf，\d+ B，二维码 \d+ 个/);
    const fromPdf = await command("verify.ts", [out.replace(".json", ".pdf")]);
    expect(fromPdf.code).to.equal(0);
    expect(fromPdf.output).to.include("未披露 (withheld)").and.to.include("✓ 真实有效 (valid)");
    await command("disclose.ts", [pdf, "--fields", "issueDate", "-o", out]);
    const text = fs.readFileSync(out, "utf8");
    const forged = text.replace(/(\/issueDate","value":")\d/, "$19");
    expect(forged).not.to.equal(text);
    fs.writeFileSync(out, forged);
    expect((await command("verify.ts", [out])).code).to.equal(1);
    expect((await command("disclose.ts", [pdf, "--fields", "nothing"])).code).to.equal(1);
    expect((await command("disclose.ts", [pdf])).code).to.equal(64);
    expect((await command("disclose.ts", [pdf, "--preset", "all"])).code).to.equal(64);
    expect((await command("disclose.ts", [`${pdf}.none`, "--preset", "amount-only"])).code).to.equal(66);
    expect((await command("verify.ts", [`${pdf}.none`])).code).to.equal(66);
  });

  it("cannot be told of once the node is down, and nothing is said to be wrong", async () => {
    await program.stop();
    const [first = new Uint8Array(0)] = receipts;
    const files = [first, discloseReceipt(first, {})];
    expect(await compare(files)).to.deep.equal(["undetermined", "undetermined"]);
    expect((await runPythonOn(folder.dir, files, trust)).exitCode).to.equal(2);
    const pdf = path.join(folder.dir, "receipt.pdf");
    const asked = await command("verify.ts", [pdf, "--rpc", trust.rpcUrl, "--contract", trust.contract], {});
    expect(asked.code).to.equal(2);
  });

  function command(
    script: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = { DATA_DIR: dataDir },
  ): Promise<{ readonly code: number | null; readonly output: string }> {
    return new Promise((resolve) => {
      const child = spawn(process.execPath, [path.join(root, "scripts", script), ...args], {
        env: { PATH: process.env["PATH"], DATA_DIR: path.join(folder.dir, "none"), ...env },
      });
      let output = "";
      child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
      child.once("close", (code) => resolve({ code, output }));
    });
  }
});
