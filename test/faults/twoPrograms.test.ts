import { expect } from "chai";
import { HDNodeWallet } from "ethers";
import { startDevChain, type DevChain } from "../../service/adapters/chain/devChain.ts";
import { systemClock } from "../../service/adapters/system/clock.ts";
import { startEmbeddedPostgres, type EmbeddedPostgres } from "../../service/adapters/postgres/embeddedPostgres.ts";
import { createSigner, readDemoKey, type Client } from "../../scripts/client.ts";
import { makeTestFolder } from "../support/database.ts";
import { auditParts, untilAllAnchored, withFolder } from "../support/inspect.ts";
import {
  clientOf,
  endLeftovers,
  sampleOf,
  startLoad,
  startProgram,
  until,
  type Acknowledged,
  type Program,
} from "../support/program.ts";

describe("two programs on one database, chain and folder", function () {
  this.timeout(300_000);
  let folder: ReturnType<typeof makeTestFolder>;
  let postgres: EmbeddedPostgres;
  let chain: DevChain;
  let dataDir: string;
  let env: Record<string, string>;
  let programs: Program[];
  let clients: Client[];
  const acknowledged = new Map<string, Acknowledged>();

  before(async () => {
    folder = makeTestFolder("two");
    dataDir = `${folder.dir}/data`;
    postgres = await startEmbeddedPostgres({ dir: `${folder.dir}/pg`, database: "shared" });
    const [bureau, anchorer] = [HDNodeWallet.createRandom(), HDNodeWallet.createRandom()];
    chain = await startDevChain({
      ...{ dir: `${folder.dir}/chain`, clock: systemClock },
      funded: [bureau.address, anchorer.address],
    });
    env = {
      ...{ DATABASE_URL: postgres.url, CHAIN_RPC_URL: chain.url },
      ...{ ANCHORER_KEY: anchorer.privateKey, BUREAU_KEY: bureau.privateKey },
    };
    programs = [await startProgram({ dataDir, env }), await startProgram({ dataDir, env })];
    clients = await Promise.all(programs.map((program) => clientOf(program, dataDir)));
  });
  after(async () => {
    await endLeftovers();
    await postgres.stop();
    await chain.stop();
    folder.remove();
  });

  const eventsOf = (program: Program, event: string): Record<string, unknown>[] =>
    program
      .output()
      .split("\n")
      .filter((line) => line.startsWith("{") && line.includes(`"${event}"`))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const anchoredBy = (program: Program): number => eventsOf(program, "batch_anchored").length;

  async function load(names: readonly string[], isEnough: () => boolean): Promise<void> {
    const loads = names.map((prefix, index) => startLoad(clients[index]!, { clients: 4, prefix, acknowledged }));
    await until(isEnough, "enough was issued");
    await Promise.all(loads.map((each) => each.stop()));
  }

  it("give contiguous numbers, none twice, and anchor one at a time", async () => {
    await load(["ONE", "TWO"], () => acknowledged.size >= 200 && programs.some((program) => anchoredBy(program) >= 3));
    await untilAllAnchored(clients[0]!, [...acknowledged.values()]);
    const issuedBy = ["ONE", "TWO"].map((prefix) =>
      [...acknowledged.keys()].filter((busNo) => busNo.startsWith(prefix)),
    );
    for (const busNos of issuedBy) expect(busNos.length).to.be.greaterThan(20);
    const places = [...acknowledged.values()].map(
      ({ eInvoiceCode, eInvoiceNumber }) => `${eInvoiceCode} ${eInvoiceNumber}`,
    );
    expect(new Set(places).size).to.equal(places.length);
    // The lease went to one of them, and it kept it.
    expect(programs.map(anchoredBy).filter((count) => count > 0)).to.have.length(1);
  });

  it("give one receipt to a busNo that is asked for at both at the same time", async () => {
    for (let n = 0; n < 10; n++) {
      const body = sampleOf("outpatient", n, `BOTH-${n}`);
      const answers = await Promise.all(clients.map((client) => client.call("POST", "/v1/receipts", body)));
      expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 201]);
      const [first, second] = (await Promise.all(answers.map((answer) => answer.json()))) as Acknowledged[];
      expect(first!.eInvoiceNumber).to.equal(second!.eInvoiceNumber);
      acknowledged.set(`BOTH-${n}`, first!);
    }
  });

  it("refuse a request that was answered by one when it is sent again to the other", async () => {
    const signer = createSigner(await readDemoKey(dataDir, "demo-hospital"));
    const urls = programs.map((program) => new URL("/v1/books", program.url));
    const fields = signer({ method: "GET", url: urls[0]! });
    expect((await fetch(urls[0]!, { headers: fields })).status).to.equal(200);
    expect((await fetch(urls[1]!, { headers: fields })).status).to.equal(401);
  });

  it("take over from each other when the one that anchors is killed, and anchor nothing twice", async () => {
    const dying = programs.findIndex((program) => anchoredBy(program) > 0);
    const living = 1 - dying;
    const size = acknowledged.size;
    const client = clients[living]!;
    const loads = [0, 1].map((index) =>
      startLoad(clients[index]!, { clients: 2, prefix: `KILL${index}`, acknowledged }),
    );
    await until(() => acknowledged.size >= size + 40, "both issue");
    await programs[dying]!.kill();
    await loads[dying]!.stop();
    await until(() => anchoredBy(programs[living]!) > 0, "the other has taken over");
    await loads[living]!.stop();
    await untilAllAnchored(client, [...acknowledged.values()]);
    const batchNos = programs.flatMap((program) => eventsOf(program, "batch_anchored").map(({ batchNo }) => batchNo));
    expect(new Set(batchNos).size).to.equal(batchNos.length);
  });

  it("leave a ledger of which every receipt is there once, drawn once, and anchored once", async () => {
    await Promise.all(programs.map((program) => program.stop()));
    const { report, receipts, rows } = await withFolder(
      dataDir,
      async (parts) => {
        const books = await parts.store.books();
        const all = await Promise.all(books.map((book) => parts.store.receiptsOfBook(book.bookId, 0, 1_000_000)));
        return { report: await auditParts(parts), receipts: all.flat(), rows: books };
      },
      env,
    );
    expect(report.findings).to.deep.equal([]);
    expect(report.pendingCount).to.equal(0);
    expect(report.documentCount).to.equal(receipts.length);
    const byBusNo = new Map(receipts.map((receipt) => [receipt.busNo, receipt]));
    expect(byBusNo.size).to.equal(receipts.length);
    for (const [busNo, { eInvoiceNumber }] of acknowledged) {
      expect(byBusNo.get(busNo)?.data.eInvoiceNumber, busNo).to.equal(eInvoiceNumber);
    }
    for (const book of rows) {
      const numbers = receipts.filter(({ bookId }) => bookId === book.bookId).map(({ number }) => number);
      expect(numbers).to.deep.equal(Array.from({ length: book.next - book.first }, (_, index) => book.first + index));
    }
  });
});
