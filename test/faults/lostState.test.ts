import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { expect } from "chai";
import pg from "pg";
import { startEmbeddedPostgres } from "../../service/adapters/postgres/embeddedPostgres.ts";
import { auditFolder, inspectFolder, untilAllAnchored, withFolder } from "../support/inspect.ts";
import {
  clientOf,
  endLeftovers,
  sampleOf,
  serverPid,
  spawnProgram,
  startProgram,
  type Acknowledged,
  type Ended,
} from "../support/program.ts";
import { makeTemplate, type Template } from "../support/template.ts";

const BATCHES = 3;

describe("a start that must be refused", function () {
  this.timeout(120_000);
  let template: Template;
  let dataDir: string;
  let remove: () => void;
  before(async () => {
    template = await makeTemplate(async (program, original) => {
      const client = await clientOf(program, original);
      for (let n = 0; n < BATCHES; n++) {
        const answer = await client.call("POST", "/v1/receipts", sampleOf("outpatient", n, `LOST-${n}`));
        await untilAllAnchored(client, [(await answer.json()) as Acknowledged]);
      }
    });
  });
  after(() => template.remove());
  beforeEach(() => {
    ({ dataDir, remove } = template.copy());
  });
  afterEach(async () => {
    await endLeftovers();
    remove();
  });

  const journal = (): string => path.join(dataDir, "chain", "journal.jsonl");
  /** Starts, and expects a refusal by this code in two languages, with nothing left running. */
  async function expectRefused(code: string, env: Record<string, string> = {}): Promise<Ended> {
    const ended = await spawnProgram({ dataDir, env }).ended;
    expect(ended.output).to.contain(`✗ ${code}: `);
    expect(ended.output).to.match(/[\u4e00-\u9fff]{4}.*[a-z]{4,}/);
    expect(ended.output).not.to.match(/\n {4}at |node:internal/);
    expect(ended).to.include({ code: 1, signal: null });
    expect(serverPid(dataDir)).to.equal(undefined);
    return ended;
  }

  it("starts as it was left, with nothing anchored twice: so what follows is refused for its own reason", async () => {
    const program = await startProgram({ dataDir });
    await program.stop();
    const { books } = await inspectFolder(dataDir);
    expect(books[0]?.anchored).to.equal(BATCHES + 1);
    const report = await auditFolder(dataDir);
    expect(report.findings).to.deep.equal([]);
    expect(report).to.include({ receiptCount: BATCHES, batchCount: BATCHES });
  });

  it("says chain_state_lost of a journal that was deleted, and begins no other chain", async () => {
    fs.rmSync(journal());
    const { output } = await expectRefused("chain_state_lost");
    expect(output).not.to.contain("deploying");
    expect(fs.existsSync(journal())).to.equal(false);
  });

  it("says chain_state_lost of a chain folder that was deleted or replaced by another chain's", async () => {
    fs.rmSync(path.join(dataDir, "chain"), { recursive: true });
    await expectRefused("chain_state_lost");
    fs.cpSync(await anotherChain(), journal());
    await expectRefused("chain_state_lost");
  });

  for (const count of [1, 2]) {
    it(`says chain_state_lost of a journal that lacks its last ${count} of ${BATCHES} batches`, async () => {
      const lines = fs.readFileSync(journal(), "utf8").trimEnd().split("\n");
      const shortened = `${lines.slice(0, -count).join("\n")}\n`;
      fs.writeFileSync(journal(), shortened);
      const { output } = await expectRefused("chain_state_lost");
      expect(output).not.to.contain("deploying");
      expect(fs.readFileSync(journal(), "utf8")).to.equal(shortened);
    });
  }

  it("says chain_journal_incompatible or damaged, and not that it was lost, of a journal with altered lines", async () => {
    const lines = fs.readFileSync(journal(), "utf8").split("\n");
    fs.writeFileSync(journal(), [...lines.slice(0, 3), "garbage", ...lines.slice(4)].join("\n"));
    await expectRefused("chain_journal_damaged");
    fs.writeFileSync(journal(), [...lines.slice(0, 3), ...lines.slice(4)].join("\n"));
    await expectRefused("chain_journal_incompatible");
  });

  it("says database_behind_chain of a database that was emptied while the chain has batches", async () => {
    fs.rmSync(path.join(dataDir, "postgres"), { recursive: true });
    const { output } = await expectRefused("database_behind_chain");
    expect(output).to.contain(`${BATCHES}`);
    // It stays refused: nothing was noted down by the first attempt.
    await expectRefused("database_behind_chain");
  });

  it("says database_behind_chain of an old copy of the database", async () => {
    await withFolder(dataDir, async ({ store }) => {
      expect((await store.lastAnchored())?.batchNo).to.equal(BATCHES);
    });
    await runSql("delete from batch where batch_no >= 2");
    await expectRefused("database_behind_chain");
    const report = await auditFolder(dataDir);
    const named = report.findings.map(({ code, subject }) => `${code} ${subject}`);
    expect(named).to.deep.equal(["batch_extra batch 2", "batch_extra batch 3"]);
  });

  it("says passphrase_wrong of another passphrase", async () => {
    await expectRefused("passphrase_wrong", { KEYSTORE_PASSPHRASE: "not the passphrase" });
  });

  for (const [variable, code] of [
    ["PORT", "port_taken"],
    ["CHAIN_PORT", "chain_port_taken"],
  ] as const) {
    it(`says ${code} of a port that another program has`, async () => {
      const taker = net.createServer().listen(0, "127.0.0.1");
      await new Promise((resolve) => taker.once("listening", resolve));
      const { port } = taker.address() as net.AddressInfo;
      await expectRefused(code, { [variable]: String(port) });
      taker.close();
    });
  }

  it("names each wrong variable, before anything is started", async () => {
    const env = { PORT: "70000", ROLES: "http,coffee", CHAIN_RPC_URL: "http://127.0.0.1:1" };
    const ended = await spawnProgram({ dataDir, env }).ended;
    expect(ended.code).to.equal(1);
    for (const name of ["PORT", "ROLES"]) expect(ended.output).to.match(new RegExp(`^ {2}${name}\\b`, "m"));
    expect(ended.output).not.to.contain("…");
  });

  it("says chain_journal_locked of a folder on which another program runs, and leaves that one alone", async () => {
    const program = await startProgram({ dataDir });
    const second = await spawnProgram({ dataDir, env: { KEYSTORE_PASSPHRASE: "not the passphrase" } }).ended;
    expect(second.code).to.equal(1);
    expect(second.output).to.contain("✗ chain_journal_locked: ");
    const client = await clientOf(program, dataDir);
    const answer = await client.call("POST", "/v1/receipts", sampleOf("outpatient", 9, "STILL-THERE"));
    expect(answer.status).to.equal(201);
    await untilAllAnchored(client, [(await answer.json()) as Acknowledged]);
    await program.stop();
    expect(serverPid(dataDir)).to.equal(undefined);
  });

  it("stops all that it has begun when it is told to while it starts", async () => {
    const starting = spawnProgram({ dataDir });
    const begun = new Promise<void>((resolve) => {
      const look = setInterval(() => {
        if (serverPid(dataDir) === undefined) return;
        clearInterval(look);
        resolve();
      }, 5);
    });
    await begun;
    const ended = await starting.stop();
    expect(ended).to.include({ code: 0, signal: null });
    expect(serverPid(dataDir)).to.equal(undefined);
  });

  async function anotherChain(): Promise<string> {
    const other = `${dataDir}.other`;
    await (await startProgram({ dataDir: other })).stop();
    return path.join(other, "chain", "journal.jsonl");
  }

  async function runSql(sql: string): Promise<void> {
    const server = await startEmbeddedPostgres({ dir: path.join(dataDir, "postgres"), database: "lianpiao" });
    const client = new pg.Client(server.connection);
    await client.connect();
    await client.query(sql);
    await client.end();
    await server.stop();
  }
});
