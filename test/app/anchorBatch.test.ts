import { randomBytes } from "node:crypto";
import { expect } from "chai";
import { anchorBatch } from "../../service/app/anchorBatch.ts";
import { confirmBatch } from "../../service/app/confirmBatch.ts";
import type { Deps } from "../../service/app/deps.ts";
import { mendBook } from "../../service/app/mendBook.ts";
import type { Ledger } from "../../service/app/ports.ts";
import type { Lease, Store } from "../../service/app/storePorts.ts";
import { createBell } from "../../service/adapters/system/bell.ts";
import { systemClock } from "../../service/adapters/system/clock.ts";
import { createStore } from "../../service/db/store.ts";
import { startTestDatabase, type TestDatabase } from "../support/database.ts";
import { CODE, newReceipt, testBook, testUnit } from "../support/fixtures.ts";
import { startTestLedger, type TestLedger } from "../support/ledger.ts";

describe("anchoring", () => {
  let database: TestDatabase;
  let chain: TestLedger;
  let store: Store;
  let lease: Lease;
  let nextBusNo = 1;

  before(async () => {
    database = await startTestDatabase();
    store = createStore(database.dataSource, () => undefined);
  });
  after(() => database.stop());
  beforeEach(async () => {
    chain = await startTestLedger();
    for (const table of ["receipt", "book", "unit", "segment", "batch", "batch_transaction", "lease", "alarm"]) {
      await database.dataSource.query(`delete from ${table}`);
    }
    for (const unitId of [1, 2]) {
      const unit = testUnit(unitId);
      await chain.admin.admitUnit(unit.creditCode, chain.walletOf(unit.keyId).address);
      await store.saveUnit(unit);
      const code = CODE + unitId * 100;
      const { bookId } = await chain.admin.grantBook({ unitId, code, first: 1, last: 1000 });
      await store.saveBook(testBook({ bookId, unitId, code }));
    }
    const taken = await store.lease("anchor", "test", 60_000);
    lease = taken!;
  });
  afterEach(() => chain.stop());

  const depsWith = (ledger: Ledger = chain.ledger, settings: Partial<Deps["settings"]> = {}): Deps =>
    ({
      clock: systemClock,
      bell: createBell(),
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      store,
      ledger,
      ledgerSigner: chain.signer,
      failpoint: () => undefined,
      settings: { confirmations: 0, anchorMaxReceipts: 1000, resendAfterMs: 0, replaceAfterMs: 3_600_000, ...settings },
    }) as unknown as Deps;

  async function issueRendered(unitId: number, count: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      const outcome = await store.issue(newReceipt(`N${nextBusNo++}`, { unitId, code: CODE + unitId * 100 }));
      if (outcome.kind !== "issued") throw new Error(outcome.kind);
      const { code, number } = outcome.receipt;
      const digests = { dataDigest: randomBytes(32), documentDigest: randomBytes(32), documentSha256: randomBytes(32) };
      await store.markRendered({ code, number, ...digests, renderedAtMs: 1 });
    }
  }

  const marks = async (): Promise<number[][]> =>
    (await store.books()).map((book) => [book.next, book.rendered, book.anchored]);

  async function settle(deps: Deps): Promise<string[]> {
    const progress: string[] = [];
    for (let open = await store.openBatch(); open !== undefined; open = await store.openBatch()) {
      progress.push(await confirmBatch(deps, lease, open));
      if (progress.length > 20) throw new Error(progress.join());
    }
    return progress;
  }

  it("puts the rendered runs of all units into one batch, reads it back and marks it", async () => {
    await issueRendered(1, 3);
    await issueRendered(2, 2);
    const deps = depsWith();
    await anchorBatch(deps, lease);
    expect(await settle(deps)).to.deep.equal(["anchored"]);
    expect(await marks()).to.deep.equal([
      [4, 4, 4],
      [3, 3, 3],
    ]);
    const receipt = await store.receipt(CODE + 100, 2);
    expect(receipt?.anchoring?.batchNo).to.equal(1);
    expect(await chain.ledger.head()).to.deep.include({ batchCount: 1 });
    expect((await store.lastAnchored())?.head).to.equal((await chain.ledger.head()).headHash);
  });

  it("stops a run at the first number without a document, and anchors a void number in its place", async () => {
    await issueRendered(1, 2);
    const waiting = await store.issue(newReceipt("W", { code: CODE + 100 }));
    if (waiting.kind !== "issued") throw new Error(waiting.kind);
    await issueRendered(1, 1);
    const deps = depsWith();
    await anchorBatch(deps, lease);
    await settle(deps);
    expect((await marks())[0]).to.deep.equal([5, 3, 3]);
    expect(await anchorBatch(deps, lease)).to.equal(undefined);
    expect(await store.markVoid(CODE + 100, 3, "it cannot be drawn")).to.equal(true);
    await anchorBatch(deps, lease);
    await settle(deps);
    expect((await marks())[0]).to.deep.equal([5, 5, 5]);
    expect((await store.receipt(CODE + 100, 3))?.state).to.equal("void");
    expect((await store.receipt(CODE + 100, 3))?.anchoring?.batchNo).to.equal(2);
  });

  it("sets a segment aside that the contract refuses, anchors the others, and anchors it once it is mended", async () => {
    await issueRendered(1, 1);
    await issueRendered(2, 1);
    const right = chain.walletOf("unit-2");
    await chain.admin.rekeyUnit(2, chain.walletOf("unit-2-new").address);
    const deps = depsWith();
    await anchorBatch(deps, lease);
    await settle(deps);
    expect(await marks()).to.deep.equal([
      [2, 2, 2],
      [2, 2, 1],
    ]);
    const [alarm] = await store.openAlarms();
    expect(alarm).to.include({ kind: "segment_set_aside", subject: "book 2" });
    expect(alarm?.details).to.match(/^Ledger\w+\(/);
    await chain.admin.rekeyUnit(2, right.address);
    await mendBook(deps, 2);
    await anchorBatch(deps, lease);
    await settle(deps);
    expect((await marks())[1]).to.deep.equal([2, 2, 2]);
    expect(await store.openAlarms()).to.deep.equal([]);
  });

  it("raises an alarm and anchors nothing while the contract refuses the whole batch", async () => {
    await issueRendered(1, 1);
    await chain.admin.pause();
    const deps = depsWith();
    expect(await anchorBatch(deps, lease)).to.equal(undefined);
    expect((await store.openAlarms()).map((alarm) => alarm.kind)).to.deep.equal(["anchor_refused"]);
    await chain.admin.unpause();
    await anchorBatch(deps, lease);
    expect(await settle(deps)).to.deep.equal(["anchored"]);
    expect(await store.openAlarms()).to.deep.equal([]);
  });

  it("sends a transaction again that the node has lost, under the same nonce", async () => {
    await issueRendered(1, 1);
    const losing: Ledger = { ...chain.ledger, send: async () => undefined };
    await anchorBatch(depsWith(losing), lease);
    expect((await store.openBatch())?.transactions).to.have.length(1);
    expect(await settle(depsWith())).to.deep.equal(["waiting", "anchored"]);
    expect((await chain.ledger.head()).batchCount).to.equal(1);
  });

  it("replaces a stuck transaction by a dearer one with the same nonce, of which one is mined", async () => {
    await issueRendered(1, 1);
    const losing: Ledger = { ...chain.ledger, send: async () => undefined };
    await anchorBatch(depsWith(losing), lease);
    const replacing = depsWith(chain.ledger, { replaceAfterMs: 0 });
    await confirmBatch(replacing, lease, (await store.openBatch())!);
    const transactions = (await store.openBatch())!.transactions;
    expect(transactions.map((transaction) => transaction.nonce)).to.deep.equal([0, 0]);
    const [first, second] = transactions.map((transaction) => transaction.fee.maxFeePerGas);
    expect(second! * 1000n >= first! * 1125n).to.equal(true);
    expect(await settle(depsWith())).to.deep.equal(["anchored"]);
  });

  it("goes on with a batch that was written and never sent", async () => {
    await issueRendered(1, 1);
    const dying = {
      ...depsWith(),
      failpoint: (step: string) => {
        if (step === "batch_written") throw new Error("killed");
      },
    };
    await anchorBatch(dying, lease).catch(() => undefined);
    expect((await store.openBatch())?.transactions).to.deep.equal([]);
    expect(await settle(depsWith())).to.deep.equal(["waiting", "anchored"]);
    expect((await chain.ledger.head()).batchCount).to.equal(1);
  });

  it("takes a new nonce when another transaction of the account has spent its own", async () => {
    await issueRendered(1, 1);
    const losing: Ledger = { ...chain.ledger, send: async () => undefined };
    await anchorBatch(depsWith(losing), lease);
    const spent = await chain.ledger.prepare([], 0, await chain.ledger.fee(), 100_000n);
    await chain.ledger.send(spent.raw).catch(() => undefined);
    expect(await chain.ledger.minedNonce()).to.equal(1);
    expect(await settle(depsWith())).to.deep.equal(["waiting", "anchored"]);
    expect((await chain.ledger.head()).batchCount).to.equal(1);
  });

  it("does not mark a batch whose root, head, count or next number reads back differently", async () => {
    await issueRendered(1, 1);
    await anchorBatch(depsWith(), lease);
    const open = (await store.openBatch())!;
    const lies: Partial<Ledger>[] = [
      { batch: async (batchNo) => ({ ...(await chain.ledger.batch(batchNo))!, root: `0x${"00".repeat(32)}` }) },
      { batch: async (batchNo) => ({ ...(await chain.ledger.batch(batchNo))!, timeS: 1 }) },
      { batch: async (batchNo) => ({ ...(await chain.ledger.batch(batchNo))!, segmentCount: 2 }) },
      { batch: async () => undefined },
      { books: async () => [{ next: 1, last: 1000 }] },
    ];
    for (const lie of lies) {
      expect(await confirmBatch(depsWith({ ...chain.ledger, ...lie }), lease, open)).to.equal("waiting");
    }
    expect((await store.openAlarms()).map((alarm) => alarm.kind)).to.deep.equal(["read_back_differs"]);
    expect((await marks())[0]).to.deep.equal([2, 2, 1]);
    expect(await confirmBatch(depsWith(), lease, open)).to.equal("anchored");
  });

  it("waits for the confirmations that are asked for", async () => {
    await issueRendered(1, 1);
    const deps = depsWith(chain.ledger, { confirmations: 1 });
    await anchorBatch(deps, lease);
    const open = (await store.openBatch())!;
    expect(await confirmBatch(deps, lease, open)).to.equal("waiting");
    await chain.admin.rekeyUnit(2, chain.walletOf("other").address);
    expect(await confirmBatch(deps, lease, open)).to.equal("anchored");
  });

  it("lets a program write nothing whose lease another has taken over", async () => {
    await issueRendered(1, 1);
    await database.dataSource.query("update lease set until_ms = 0");
    const second = await store.lease("anchor", "other", 60_000);
    expect(second?.fence).to.equal(lease.fence + 1);
    const error = await anchorBatch(depsWith(), lease).catch((reason: unknown) => reason);
    expect(error).to.have.property("code", "lease_lost");
    expect(await store.openBatch()).to.equal(undefined);
    expect(await store.lease("anchor", "test", 60_000)).to.equal(undefined);
  });

  it("anchors at most as many receipts in a batch as it is told", async () => {
    await issueRendered(1, 5);
    const deps = depsWith(chain.ledger, { anchorMaxReceipts: 2 });
    for (const expected of [3, 5, 6]) {
      await anchorBatch(deps, lease);
      await settle(deps);
      expect((await marks())[0]?.[2]).to.equal(expected);
    }
  });
});
