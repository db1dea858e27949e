import { randomBytes } from "node:crypto";
import { expect } from "chai";
import type { Deps } from "../../service/app/deps.ts";
import type { Ledger } from "../../service/app/ports.ts";
import type { Store } from "../../service/app/storePorts.ts";
import { AppError } from "../../service/core/errors.ts";
import { createStore } from "../../service/db/store.ts";
import { startAnchorWorker } from "../../service/workers/anchor.ts";
import type { Worker } from "../../service/workers/loop.ts";
import { startTestDatabase, type TestDatabase } from "../support/database.ts";
import { CODE, newReceipt, testBook, testUnit } from "../support/fixtures.ts";
import { startTestLedger, type TestLedger } from "../support/ledger.ts";
import { createManualBell, type ManualBell } from "../support/manualBell.ts";

const INTERVAL_MS = 5_000;

describe("the anchor worker", () => {
  let database: TestDatabase;
  let chain: TestLedger;
  let store: Store;
  let nowMs: number;
  let nextBusNo = 1;
  const workers: Worker[] = [];

  before(async () => {
    database = await startTestDatabase();
    store = createStore(database.dataSource, () => undefined);
  });
  after(() => database.stop());
  beforeEach(async () => {
    nowMs = Date.parse("2026-03-06T10:21:33+08:00");
    chain = await startTestLedger();
    for (const table of ["receipt", "book", "unit", "segment", "batch", "batch_transaction", "lease", "alarm"]) {
      await database.dataSource.query(`delete from ${table}`);
    }
    const unit = testUnit(1);
    await chain.admin.admitUnit(unit.creditCode, chain.walletOf(unit.keyId).address);
    await store.saveUnit(unit);
    const { bookId } = await chain.admin.grantBook({ unitId: 1, code: CODE, first: 1, last: 1000 });
    await store.saveBook(testBook({ bookId }));
  });
  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.stop();
    await chain.stop();
  });

  /** A worker that moves only when it is woken, with the number of calls that it makes to the chain. */
  function start(options: { holder?: string; ledger?: Partial<Ledger>; max?: number } = {}): {
    bell: ManualBell;
    worker: Worker;
    calls: () => number;
  } {
    const bell = createManualBell("rendered");
    let calls = 0;
    const ledger = new Proxy(chain.ledger, {
      get(target, name) {
        calls++;
        return Reflect.get(options.ledger ?? {}, name) ?? Reflect.get(target, name);
      },
    });
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const deps = {
      ...{ clock: { nowMs: () => nowMs }, bell, log, store, ledger, ledgerSigner: chain.signer },
      failpoint: () => undefined,
      settings: {
        ...{ confirmations: 0, anchorMaxReceipts: options.max ?? 1000, resendAfterMs: 0, replaceAfterMs: 3_600_000 },
        holder: options.holder ?? "first",
      },
    } as unknown as Deps;
    const worker = startAnchorWorker(deps, INTERVAL_MS);
    workers.push(worker);
    return { bell, worker, calls: () => calls };
  }

  async function issueRendered(count: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      const outcome = await store.issue(newReceipt(`W${nextBusNo++}`));
      if (outcome.kind !== "issued") throw new Error(outcome.kind);
      const { code, number } = outcome.receipt;
      const digests = { dataDigest: randomBytes(32), documentDigest: randomBytes(32), documentSha256: randomBytes(32) };
      await store.markRendered({ code, number, ...digests, renderedAtMs: 1 });
    }
  }
  const batches = async (): Promise<number> => (await chain.ledger.head()).batchCount;
  const anchoredUpTo = async (): Promise<number> => (await store.books())[0]!.anchored - 1;

  it("anchors the first batch at once, reads it back, and then rests for its interval", async () => {
    await issueRendered(2);
    const { bell } = start();
    expect(await bell.rest()).to.equal(1_000);
    expect([await batches(), await anchoredUpTo()]).to.deep.equal([1, 2]);
    await issueRendered(1);
    for (const [elapsedMs, restMs] of [
      [0, 1_000],
      [INTERVAL_MS - 300, 300],
      [INTERVAL_MS - 1, 1],
    ] as const) {
      nowMs = Date.parse("2026-03-06T10:21:33+08:00") + elapsedMs;
      bell.wake();
      expect(await bell.rest()).to.equal(restMs);
      expect(await batches()).to.equal(1);
    }
    nowMs += 1;
    bell.wake();
    expect(await bell.rest()).to.equal(1_000);
    expect([await batches(), await anchoredUpTo()]).to.deep.equal([2, 3]);
  });

  it("does not wait for its interval once a batch is full, and puts no more into it", async () => {
    const { bell } = start({ max: 3 });
    await issueRendered(1);
    await bell.rest();
    bell.wake();
    await bell.rest();
    expect(await anchoredUpTo()).to.equal(1);
    await issueRendered(2);
    bell.ring("rendered");
    await bell.rest();
    expect([await batches(), await anchoredUpTo()]).to.deep.equal([1, 1]);
    await issueRendered(3);
    bell.ring("rendered");
    await bell.rest();
    expect([await batches(), await anchoredUpTo()]).to.deep.equal([2, 4]);
    nowMs += INTERVAL_MS;
    bell.wake();
    await bell.rest();
    expect([await batches(), await anchoredUpTo()]).to.deep.equal([3, 6]);
  });

  it("makes no batch of nothing", async () => {
    const { bell } = start();
    for (let n = 0; n < 3; n++) {
      expect(await bell.rest()).to.equal(1_000);
      nowMs += INTERVAL_MS;
      bell.wake();
    }
    await bell.rest();
    expect(await batches()).to.equal(0);
  });

  it("leaves the chain alone while another program holds the lease, and takes over when it has run out", async () => {
    await issueRendered(1);
    const first = start({ holder: "first" });
    await first.bell.rest();
    const second = start({ holder: "second" });
    await issueRendered(1);
    nowMs += INTERVAL_MS;
    expect(await second.bell.rest()).to.equal(2_000);
    second.bell.wake();
    expect(await second.bell.rest()).to.equal(2_000);
    expect(second.calls()).to.equal(0);
    expect(await batches()).to.equal(1);
    await database.dataSource.query("update lease set until_ms = 0");
    second.bell.wake();
    expect(await second.bell.rest()).to.equal(1_000);
    expect([await batches(), await anchoredUpTo()]).to.deep.equal([2, 2]);
    const before = first.calls();
    first.bell.wake();
    expect(await first.bell.rest()).to.equal(2_000);
    expect(first.calls()).to.equal(before);
  });

  it("takes up, after another program, the batch that it has left open, and anchors it once", async () => {
    await issueRendered(2);
    const dying = start({ holder: "dying", ledger: { send: async () => Promise.reject(new Error("killed")) } });
    await dying.bell.rest();
    expect((await store.openBatch())?.transactions).to.have.length(1);
    await dying.worker.stop();
    await database.dataSource.query("update lease set until_ms = 0");
    const { bell } = start({ holder: "next" });
    while ((await bell.rest()) === 200) bell.wake();
    expect([await batches(), await anchoredUpTo()]).to.deep.equal([1, 2]);
  });

  it("keeps an alarm open while the chain is away, and anchors when it is back", async () => {
    await issueRendered(1);
    const away = { isAway: true };
    const simulate: Ledger["simulate"] = (segments) =>
      away.isAway ? Promise.reject(new AppError("chain_unreachable", "away")) : chain.ledger.simulate(segments);
    const { bell, worker } = start({ ledger: { simulate } });
    expect(await bell.rest()).to.equal(200);
    bell.wake();
    expect(await bell.rest()).to.equal(400);
    expect(worker.isWell()).to.equal(false);
    expect((await store.openAlarms()).map(({ kind, subject }) => [kind, subject])).to.deep.equal([
      ["chain_unreachable", "ledger"],
    ]);
    away.isAway = false;
    bell.wake();
    expect(await bell.rest()).to.equal(1_000);
    expect(worker.isWell()).to.equal(true);
    expect(await store.openAlarms()).to.deep.equal([]);
    expect([await batches(), await anchoredUpTo()]).to.deep.equal([1, 1]);
  });
});
