import { expect } from "chai";
import { anchorBatch } from "../../service/app/anchorBatch.ts";
import { auditLedger } from "../../service/app/auditLedger.ts";
import { examineHere } from "../../service/app/examineReceipt.ts";
import type { Deps } from "../../service/app/deps.ts";
import { startAuditedLedger, type AuditedLedger } from "../support/auditedLedger.ts";

describe("auditLedger", function () {
  this.timeout(60_000);
  let spoilt: AuditedLedger;
  before(async () => {
    spoilt = await startAuditedLedger();
  });
  after(() => spoilt.stop());

  it("finds nothing where nothing was altered, and counts everything", async () => {
    const report = await spoilt.expectFindings([]);
    expect(report).to.include({ receiptCount: 15, voidCount: 1, documentCount: 13, batchCount: 3, pendingCount: 2 });
    const total = [...spoilt.receipts.entries()]
      .filter(([busNo]) => busNo !== "P1")
      .map(([, receipt]) => receipt.issuedFen);
    expect(report.issuedFen).to.equal(total.reduce((sum, fen) => sum + fen, 0));
    expect(report.reversedFen).to.equal(0);
  });

  it("tells how far it is", async () => {
    const seen: [number, number][] = [];
    const { store, blobs, ledger, unitLedger, hash } = spoilt.platform.deps;
    await auditLedger({
      store,
      blobs,
      ledger,
      unitLedger,
      examine: examineHere(hash),
      onProgress: (done, total) => void seen.push([done, total]),
    });
    expect(seen.at(-1)).to.deep.equal([15, 15]);
  });

  describe("beside a program that goes on", () => {
    /** The store, which does something before the n-th call of a method. */
    const during = (method: string, nth: number, act: () => Promise<void>): Deps => {
      let calls = 0;
      const store = new Proxy(spoilt.platform.deps.store, {
        get: (target, name: string) => {
          const own = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
          if (name !== method) return own;
          return async (...args: unknown[]) => {
            if (++calls === nth) await act();
            return own(...args);
          };
        },
      });
      return spoilt.platform.with({ store });
    };
    let n = 0;
    const goOn = async (): Promise<void> => {
      for (let index = 0; index < 2; index++) await spoilt.platform.issue("outpatient", `GO-${n++}`);
      await spoilt.platform.renderAll();
      await spoilt.platform.anchorAll();
    };
    // These stay: chain and database have both gone on.
    afterEach(() => spoilt.keep());

    for (const [method, nth] of [
      ["openBatch", 1],
      ["lastAnchored", 1],
      ["books", 1],
      ["receiptsOfBook", 1],
      ["receiptsOfBook", 2],
      ["receiptsOfBook", 3],
      ["anchoredBatches", 1],
      ["openBatch", 2],
      ["books", 2],
      ["strayReceipts", 1],
    ] as const) {
      it(`finds nothing when receipts are issued and anchored before ${method}, call ${nth}`, async () => {
        expect((await spoilt.audit(during(method, nth, goOn))).findings).to.deep.equal([]);
      });
    }

    it("finds nothing while a batch is on its way, whether it is mined or not", async () => {
      await spoilt.platform.issue("outpatient", `GO-${n++}`);
      await spoilt.platform.renderAll();
      const lost = spoilt.platform.with({ ledger: { ...spoilt.platform.ledger, send: async () => undefined } });
      const lease = (await spoilt.platform.deps.store.lease("anchor", "test", 60_000))!;
      const batch = (await anchorBatch(lost, lease))!;
      await spoilt.expectFindings([]);
      const open = (await spoilt.platform.deps.store.openBatch())!;
      await spoilt.platform.ledger.send(open.transactions[0]!.raw);
      expect((await spoilt.platform.ledger.head()).batchCount).to.equal(
        (await spoilt.platform.deps.store.lastAnchored())!.batchNo + 1,
      );
      await spoilt.expectFindings([]);
      expect(batch.batchId).to.equal(open.batchId);
      await spoilt.platform.anchorAll();
      await spoilt.expectFindings([]);
    });
  });
});
