import { expect } from "chai";
import { failSteps } from "../../service/app/ports.ts";
import {
  clientOf,
  endLeftovers,
  sampleOf,
  spawnProgram,
  startLoad,
  startProgram,
  type Acknowledged,
  type Program,
} from "../support/program.ts";
import { auditFolder, inspectFolder, untilAllAnchored } from "../support/inspect.ts";
import { makeTemplate, type Template } from "../support/template.ts";

const KILLS = 50;

describe("kill -9", function () {
  this.timeout(600_000);
  let template: Template;
  let dataDir: string;
  let remove: () => void;
  before(async () => {
    template = await makeTemplate();
  });
  after(() => template.remove());
  beforeEach(() => {
    ({ dataDir, remove } = template.copy());
  });
  afterEach(async () => {
    await endLeftovers();
    remove();
  });

  /** Every acknowledged receipt is there once with its number; numbers are contiguous; each is anchored once; the audit is clean. */
  async function expectNothingLost(program: Program, acknowledged: ReadonlyMap<string, Acknowledged>): Promise<void> {
    const client = await clientOf(program, dataDir);
    await untilAllAnchored(client, [...acknowledged.values()]);
    await program.stop();
    const { receipts, books } = await inspectFolder(dataDir);
    const byBusNo = new Map(receipts.map((receipt) => [receipt.busNo, receipt]));
    for (const [busNo, answer] of acknowledged) {
      const stored = byBusNo.get(busNo);
      expect(stored?.data.eInvoiceNumber, busNo).to.equal(answer.eInvoiceNumber);
      expect(stored?.data.eInvoiceCode, busNo).to.equal(answer.eInvoiceCode);
    }
    for (const book of books) {
      const numbers = receipts.filter((receipt) => receipt.bookId === book.bookId).map((receipt) => receipt.number);
      expect(numbers.sort((a, b) => a - b)).to.deep.equal(
        Array.from({ length: book.next - book.first }, (_, index) => book.first + index),
      );
      expect(book.anchored).to.equal(book.next);
    }
    const report = await auditFolder(dataDir);
    expect(report.findings).to.deep.equal([]);
    expect(report.receiptCount).to.equal(receipts.length);
    expect(report.pendingCount).to.equal(0);
    const reversed = [...acknowledged.keys()].filter((busNo) => /^R\d{18}$/.test(busNo));
    expect(report.reversedFen > 0 || reversed.length === 0).to.equal(true);
  }

  it(`at ${KILLS} random moments under load loses nothing and anchors everything once`, async () => {
    const acknowledged = new Map<string, Acknowledged>();
    for (let round = 0; round < KILLS; round++) {
      const starting = spawnProgram({ dataDir });
      if (round % 8 === 7) {
        // While it starts: at a moment of the database's, the chain's or the threads' start.
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 2_500));
        await starting.kill();
        continue;
      }
      const program = await starting.ready;
      const load = startLoad(await clientOf(program, dataDir), { clients: 8, prefix: `K${round}`, acknowledged });
      await new Promise((resolve) => setTimeout(resolve, 30 + Math.random() * 900));
      await program.kill();
      await load.stop();
    }
    expect(acknowledged.size).to.be.greaterThan(KILLS);
    await expectNothingLost(await startProgram({ dataDir }), acknowledged);
  });

  for (const step of failSteps) {
    it(`after "${step}" is mended by the next start`, async () => {
      const acknowledged = new Map<string, Acknowledged>();
      const dying = await startProgram({ dataDir, env: { FAILPOINT: `${step}:3` } });
      const load = startLoad(await clientOf(dying, dataDir), { clients: 4, prefix: step, acknowledged });
      await dying.exited;
      await load.stop();
      expect(acknowledged.size).to.be.greaterThan(0);
      const program = await startProgram({ dataDir });
      const client = await clientOf(program, dataDir);
      for (let id = 0; id < 4; id++) {
        // What was cut off without an answer is asked for again, and is then one receipt.
        const [busNo, kind] = [`${step}-${id}-0`, id % 2 === 0 ? "outpatient" : "inpatient"];
        const again = await client.call("POST", "/v1/receipts", sampleOf(kind, 0, busNo));
        expect(again.status).to.be.oneOf([200, 201]);
        acknowledged.set(busNo, (await again.json()) as Acknowledged);
      }
      await expectNothingLost(program, acknowledged);
    });
  }
});
