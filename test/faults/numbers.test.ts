import path from "node:path";
import { expect } from "chai";
import type { Client } from "../../scripts/client.ts";
import { startEmbeddedPostgres } from "../../service/adapters/postgres/embeddedPostgres.ts";
import { openDatabase } from "../../service/db/dataSource.ts";
import { ask } from "../adapters/chain/chainFixture.ts";
import { makeTestFolder } from "../support/database.ts";
import { auditFolder, inspectFolder, untilAllAnchored, withFolder } from "../support/inspect.ts";
import {
  clientOf,
  endLeftovers,
  runScript,
  sampleOf,
  spawnProgram,
  startProgram,
  until,
  type Acknowledged,
} from "../support/program.ts";

describe("kill -9 between what the chain knows and what we do", function () {
  this.timeout(180_000);
  let folder: ReturnType<typeof makeTestFolder>;
  let dataDir: string;
  before(() => {
    folder = makeTestFolder("numbers");
    dataDir = path.join(folder.dir, "data");
  });
  after(() => folder.remove());
  afterEach(() => endLeftovers());

  it("neither loses nor doubles a range, and neither forgets nor repeats a return", async () => {
    const numbers = async (...args: readonly string[]): Promise<string> => {
      const { code, output } = await runScript("scripts/numbers.ts", args, { DATA_DIR: dataDir });
      expect(code, output).to.equal(0);
      return output;
    };
    const granting = await startProgram({ dataDir, env: { FAILPOINT: "book_granted:1" } });
    let client = await clientOf(granting, dataDir);
    const application = { applicationNo: "A-1", kind: "outpatient", count: 500, author: "王芳" };
    expect((await client.call("POST", "/v1/number-applications", application)).status).to.equal(201);
    const unitId = /^(\d+) .*示例市第一人民医院/m.exec(await numbers("units"))?.[1] ?? "";
    const passed = await numbers("pass", unitId, "A-1", "--by", "李强");
    expect(passed).to.match(/A-1 .* passed .*0001000001～0001000500/);
    await granting.exited;

    const closing = await startProgram({ dataDir, env: { FAILPOINT: "book_closed:1" } });
    client = await clientOf(closing, dataDir);
    let book = 0;
    await until(async () => {
      const answer = await client.call("GET", "/v1/number-applications/A-1");
      book = ((await answer.json()) as { bookId?: number }).bookId ?? 0;
      return book > 0;
    }, "the range is found again on chain");
    const reason = ["--reason", "不用了", "--first", "1000101", "--author", "王芳", "--by", "李强"];
    await numbers("close", String(book), ...reason);
    await closing.exited;

    const last = await startProgram({ dataDir });
    client = await clientOf(last, dataDir);
    await until(async () => {
      const answer = await client.call("GET", "/v1/book-returns");
      return JSON.stringify(await answer.json()).includes("doneAt");
    }, "the return is found again on chain");
    expect(await numbers("stock", "--unit", unitId)).to.match(/ {2}0 \+ 1000500 - 400 = 0 \+ 0 \+ 0 \+ 1000100 {2}✓/);
    const issued = await issueBatch(client, 2 * DECLARE_LEAST);
    await untilAllAnchored(client, issued);
    await last.stop();
    const { books } = await inspectFolder(dataDir);
    expect(books).to.have.length(book);
    expect(books.at(-1)).to.include({ first: 1_000_001, last: 1_000_100, next: 1_000_001 });
    expect((await auditFolder(dataDir)).findings).to.deep.equal([]);
  });

  it("declares once what was sent and not marked", async () => {
    await ageReceipts(dataDir, DECLARE_LEAST);
    const env = { DECLARE_EVERY: "day", DECLARE_DELAY_MS: "0" };
    // It is due at the very start.
    const dying = spawnProgram({ dataDir, env: { ...env, FAILPOINT: "declaration_sent:1" } });
    expect((await dying.ended).signal).to.equal("SIGKILL");
    const program = await startProgram({ dataDir, env });
    await until(() => program.output().includes('"declaration_made"'), "the declaration is found on chain");
    await program.stop();
    await withFolder(dataDir, async ({ store, unitLedger, rpcUrl }) => {
      const [row, ...others] = await store.declarations();
      expect(others).to.deep.equal([]);
      expect(row).to.include({ through: DECLARE_LEAST });
      expect(row?.declaredAtMs).to.be.a("number");
      expect((await unitLedger.declared(row!.bookId))?.through).to.equal(DECLARE_LEAST);
      // One transaction in all: nothing was sent again.
      const sent = await ask(rpcUrl, "eth_getTransactionCount", [unitLedger.registrar, "latest"]);
      expect(sent.result).to.equal("0x1");
    });
  });
});

const DECLARE_LEAST = 20;
const DAY_MS = 86_400_000;

async function issueBatch(client: Client, count: number): Promise<readonly Acknowledged[]> {
  const receipts = Array.from({ length: count }, (_, n) => sampleOf("outpatient", n, `DECLARE-${n}`));
  const answer = await client.call("POST", "/v1/receipts/batch", { receipts });
  const { results } = (await answer.json()) as { results: readonly { receipt: Acknowledged }[] };
  return results.map(({ receipt }) => receipt);
}

/** The first so many receipts as if they had been issued yesterday. */
async function ageReceipts(dataDir: string, count: number): Promise<void> {
  const server = await startEmbeddedPostgres({ dir: path.join(dataDir, "postgres"), database: "lianpiao" });
  const database = await openDatabase(server.url);
  const sql = "update receipt set issued_at_ms = issued_at_ms - $1 where number <= $2";
  await database.query(sql, [DAY_MS, count]);
  await database.destroy();
  await server.stop();
}
