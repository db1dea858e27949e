import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { chromium } from "playwright-core";
import { builtinKinds } from "../../service/domain/kinds/builtin.ts";
import { readLedgerFile } from "../../service/ledgerFile.ts";
import { makeTestFolder } from "../support/database.ts";
import {
  endLeftovers,
  runScript,
  serverPid,
  spawnProgram,
  until,
  type Ended,
  type Starting,
} from "../support/program.ts";

const CHROMIUM = "/usr/bin/chromium";
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
const QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Steps of one story: each goes on where the one before has ended. */
describe("the main job, as its users do it", function () {
  this.timeout(180_000);
  this.bail(true);
  let folder: ReturnType<typeof makeTestFolder>;
  let dataDir: string;
  let program: Starting;
  let url: string;

  before(async () => {
    folder = makeTestFolder("e2e");
    dataDir = path.join(folder.dir, "data");
    program = await startAll();
  });
  after(async () => {
    await endLeftovers();
    folder.remove();
  });

  /** What `npm start` runs, up to its last line. */
  async function startAll(): Promise<Starting> {
    const starting = spawnProgram({ dataDir, script: "scripts/start.ts" });
    ({ url } = await starting.ready);
    await until(() => starting.output().includes("(stop): "), "it has said all");
    return starting;
  }
  const run = (script: string, ...args: string[]): Promise<Ended> =>
    runScript(`scripts/${script}.ts`, args, { DATA_DIR: dataDir });
  const pdfs = (): string[] => {
    const dir = path.join(dataDir, "demo", "receipts");
    return fs
      .readdirSync(dir)
      .sort()
      .map((name) => path.join(dir, name));
  };
  /** The stored document of the first outpatient receipt: signed, and without its proof. */
  const stored = (): string => {
    const [code = ""] = fs.readdirSync(path.join(dataDir, "documents")).filter((name) => name.startsWith("440601"));
    return path.join(dataDir, "documents", code, "000000", "0000000001.pdf");
  };
  const contractIn = (output: string): string => /\(contract\)\s+(0x[0-9a-f]{40})/.exec(output)?.[1] ?? "";

  it("starts from nothing, plays the demo, and verifies a receipt of each kind", () => {
    const output = program.output();
    for (const { id } of builtinKinds) {
      expect(output).to.match(new RegExp(`✓ \\S+ {2}${id} {2}\\d{8} \\d{10} {2}anchored\\n {4}valid {2}\\S+\\.pdf`));
    }
    expect(output).not.to.contain("✗");
    expect(pdfs()).to.have.length(builtinKinds.length);
  });

  it("prints the contract, the node, the pages and what can be done next", () => {
    const output = program.output();
    const place = readLedgerFile(dataDir)!;
    expect(contractIn(output)).to.equal(place.contract);
    for (const text of [place.rpcUrl, `${url}/docs`, "npm run -s curl", "npm run verify", "npm run audit"]) {
      expect(output).to.contain(text);
    }
  });

  it("verifies each receipt with its file and the node alone: exit code 0", async () => {
    const place = readLedgerFile(dataDir)!;
    for (const file of pdfs()) {
      const ended = await run("verify", file);
      expect(ended.output).to.contain("真实有效 (valid)");
      expect(ended.code, file).to.equal(0);
    }
    // As a stranger does, with nothing of ours but the contract's address.
    const stranger = ["--rpc", place.rpcUrl, "--contract", place.contract, "--json"];
    const ended = await runScript("scripts/verify.ts", [pdfs()[0]!, ...stranger], { DATA_DIR: folder.dir });
    expect(ended.code).to.equal(0);
    expect(JSON.parse(ended.output)).to.include({ verdict: "valid", state: "normal" });
  });

  it("says invalid, with exit code 1, of a receipt with one changed byte", async () => {
    const bytes = fs.readFileSync(pdfs()[0]!);
    bytes[Math.floor(bytes.length / 3)]! ^= 1;
    const changed = path.join(folder.dir, "changed.pdf");
    fs.writeFileSync(changed, bytes);
    const ended = await run("verify", changed);
    expect(ended.output).to.contain("无效 (invalid)").and.to.contain("✗");
    expect(ended.code).to.equal(1);
  });

  it("says undetermined, with exit code 2, of a receipt that is not sealed", async () => {
    const ended = await run("verify", stored());
    expect(ended.output).to.contain("无法断定 (undetermined)").and.not.to.contain("✓ 真实有效");
    expect(ended.code).to.equal(2);
  });

  it("says invalid of a receipt of another contract", async () => {
    const ended = await run("verify", pdfs()[0]!, "--contract", `0x${"12".repeat(20)}`);
    expect(ended.code).to.equal(1);
  });

  it("tells how verify is used, with exit code 64", async () => {
    expect((await run("verify")).code).to.equal(64);
    expect((await run("verify", pdfs()[0]!, "--colour")).code).to.equal(64);
    const nowhere = await runScript("scripts/verify.ts", [pdfs()[0]!], { DATA_DIR: folder.dir });
    expect(nowhere.code).to.equal(64);
    expect(nowhere.output).to.contain("npm run verify");
  });

  it("prints a curl that issues a receipt, once", async function () {
    if (!hasCommand("curl")) {
      console.warn("    SKIPPED: there is no curl on this machine");
      this.skip();
    }
    const printed = await run("curl", "docs/examples/outpatient.json", "--prefer", "wait=30");
    expect(printed.code).to.equal(0);
    const sh = (): string =>
      execFileSync("sh", ["-c", `${printed.output.trimEnd()} -w '\\n%{http_code}'`], { encoding: "utf8" });
    const [body = "", status] = sh().split(/\n(?=\d{3}$)/);
    expect(status).to.equal("201");
    expect(JSON.parse(body)).to.include({ status: "anchored", busNo: "EXAMPLE-OUTPATIENT-1" });
    const [refused = "", again] = sh().split(/\n(?=\d{3}$)/);
    expect(again).to.equal("401");
    expect(JSON.parse(refused)).to.have.property("code");
  });

  it("plays the demo again beside the running service", async () => {
    const before = pdfs().length;
    const ended = await run("demo");
    expect(ended.code).to.equal(0);
    expect(pdfs()).to.have.length(before + builtinKinds.length);
    expect((await fetch(`${url}/healthz`)).status).to.equal(200);
  });

  const auditTwice = async (): Promise<void> => {
    const clean = await run("audit");
    expect(clean.output).to.contain("审计无异常 (audit clean)");
    expect(clean.code).to.equal(0);
    const [file, kept] = [stored(), path.join(folder.dir, "kept.pdf")];
    fs.copyFileSync(file, kept);
    fs.rmSync(file);
    const ended = await run("audit");
    expect(ended.output).to.match(/✗ document_missing {2}receipt 440601\d\d 0000000001/);
    expect(ended.output).to.contain("发现 1 处异常");
    expect(ended.code).to.equal(1);
    fs.copyFileSync(kept, file);
  };

  it("audits beside the running service: exit code 0, and 1 once a document is gone", async () => {
    await auditTwice();
    expect((await fetch(`${url}/readyz`)).status).to.equal(200);
  });

  it("shows the front page and the docs in a browser that asks nobody else and has nothing to complain of", async function () {
    if (!fs.existsSync(CHROMIUM)) {
      console.warn(`    SKIPPED: there is no ${CHROMIUM} on this machine, so the pages were not looked at`);
      this.skip();
    }
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, ...QUIET] });
    try {
      const page = await browser.newPage();
      const elsewhere: string[] = [];
      const complaints: string[] = [];
      page.on("request", (request) => {
        if (!request.url().startsWith(`${url}/`) && !request.url().startsWith("data:")) elsewhere.push(request.url());
      });
      page.on("response", (response) => {
        if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
      });
      page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(error.message));
      await page.goto(`${url}/`);
      expect(await page.locator("body").innerText()).to.contain(readLedgerFile(dataDir)!.contract);
      await page.goto(`${url}/docs`);
      await page.waitForSelector("#operations-receipts-issueReceipt");
      expect(elsewhere).to.deep.equal([]);
      expect(complaints).to.deep.equal([]);
    } finally {
      await browser.close();
    }
  });

  it("lists what is set aside, and refuses to mend what is not there", async () => {
    expect(await run("mend")).to.include({ code: 0, output: "" });
    const ended = await run("mend", "4711");
    expect(ended.output).to.contain("✗ book_unknown");
    expect(ended.code).to.equal(2);
  });

  it("stops everything when it is told to", async () => {
    const server = serverPid(dataDir);
    expect(server).to.be.a("number");
    const ended = await program.stop();
    expect(ended).to.include({ code: 0, signal: null });
    expect(serverPid(dataDir)).to.equal(undefined);
    expect(await fetch(`${url}/healthz`).catch(() => "gone")).to.equal("gone");
    expect(await fetch(readLedgerFile(dataDir)!.rpcUrl).catch(() => "gone")).to.equal("gone");
  });

  it("says undetermined, with exit code 2, while no node answers", async () => {
    const ended = await run("verify", pdfs()[0]!);
    expect(ended.output).to.contain("无法断定 (undetermined)");
    expect(ended.code).to.equal(2);
  });

  it("audits with the service stopped, and leaves nothing running", async () => {
    await auditTwice();
    expect(serverPid(dataDir)).to.equal(undefined);
  });

  it("says that there is nothing to audit where nothing was started, and makes nothing", async () => {
    const empty = path.join(folder.dir, "empty");
    const ended = await runScript("scripts/audit.ts", [], { DATA_DIR: empty });
    expect(ended.output).to.contain("✗ ledger_missing");
    expect(ended.code).to.equal(2);
    expect(fs.existsSync(path.join(empty, "postgres"))).to.equal(false);
  });

  it("starts again with the same ledger, without playing the demo, and stops", async () => {
    const contract = contractIn(program.output());
    const before = pdfs();
    program = await startAll();
    expect(contractIn(program.output())).to.equal(contract);
    expect(program.output()).not.to.contain("deploying").and.not.to.contain("first start");
    expect(pdfs()).to.deep.equal(before);
    for (const file of before) expect((await run("verify", file)).code).to.equal(0);
    await program.stop();
  });
});

function hasCommand(name: string): boolean {
  try {
    execFileSync(name, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
