import { randomBytes } from "node:crypto";
import { expect } from "chai";
import type { SignedSegment } from "../../service/app/ports.ts";
import type { BatchMark, Lease, Store } from "../../service/app/storePorts.ts";
import { AppError } from "../../service/core/errors.ts";
import { createStore } from "../../service/db/store.ts";
import { startTestDatabase, type TestDatabase } from "../support/database.ts";
import { CODE, newReceipt, testBook, testUnit } from "../support/fixtures.ts";

const MINUTE = 60_000;
const root = randomBytes(32);

describe("leases and batches", () => {
  let database: TestDatabase;
  let store: Store;
  before(async () => {
    database = await startTestDatabase();
    store = createStore(database.dataSource, () => undefined);
    await store.saveUnit(testUnit(1));
  });
  after(() => database.stop());
  beforeEach(async () => {
    for (const table of ["lease", "batch", "segment", "batch_transaction", "receipt", "book"]) {
      await database.dataSource.query(`delete from ${table}`);
    }
  });

  const codeOf = async (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => "done",
      (error: unknown) => (error instanceof AppError ? error.code : error),
    );
  const expire = (): Promise<unknown> => database.dataSource.query("update lease set until_ms = 0");
  const segment = (from: number, count: number, bookId = 1): SignedSegment => ({
    ...{ bookId, from, count, root: `0x${root.toString("hex")}`, reversals: [], signature: `0x${"11".repeat(65)}` },
  });
  const mark = (batchNo: number): BatchMark => ({
    ...{ batchNo, head: randomBytes(32), timeS: 1000 + batchNo, txHash: "0xaa", blockNumber: 7, blockHash: "0xbb" },
  });
  const transaction = (nonce: number, hash: string, recordedAtMs = 1) => ({
    ...{ nonce, hash, raw: "0x02", gas: 21_000n, recordedAtMs },
    fee: { maxFeePerGas: 2n ** 70n, maxPriorityFeePerGas: 0n },
  });

  describe("a lease", () => {
    it("is one program's until it has run out; then the next has a higher fence", async () => {
      const first = await store.lease("anchor", "a", MINUTE);
      expect(first).to.deep.equal({ name: "anchor", holder: "a", fence: 1 });
      expect(await store.lease("anchor", "b", MINUTE)).to.equal(undefined);
      await expire();
      expect((await store.lease("anchor", "b", MINUTE))?.fence).to.equal(2);
      expect(await store.lease("anchor", "a", MINUTE)).to.equal(undefined);
    });

    it("is free at once when its holder gives it back, and only by its holder's own fence", async () => {
      const first = (await store.lease("anchor", "a", MINUTE))!;
      await store.releaseLease({ ...first, fence: first.fence - 1 });
      await store.releaseLease({ ...first, holder: "b" });
      expect(await store.lease("anchor", "b", MINUTE)).to.equal(undefined);
      await store.releaseLease(first);
      expect((await store.lease("anchor", "b", MINUTE))?.fence).to.equal(first.fence + 1);
      await store.releaseLease(first);
      expect(await store.lease("anchor", "a", MINUTE)).to.equal(undefined);
    });

    it("is renewed by its holder under the same fence, also when it has run out and nobody took it", async () => {
      const first = await store.lease("anchor", "a", MINUTE);
      expect(await store.lease("anchor", "a", MINUTE)).to.deep.equal(first);
      await expire();
      expect(await store.lease("anchor", "a", MINUTE)).to.deep.equal(first);
      expect(await store.lease("anchor", "b", MINUTE)).to.equal(undefined);
    });

    it("runs out to the millisecond by the database's clock", async () => {
      await store.lease("anchor", "a", 0);
      expect((await store.lease("anchor", "b", MINUTE))?.holder).to.equal("b");
    });

    it("goes to one of many that ask at once, in two programs", async () => {
      const other = createStore(await database.again(), () => undefined);
      for (let round = 0; round < 5; round++) {
        const answers = await Promise.all(
          Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? store : other).lease("anchor", `p${round}.${n}`, MINUTE)),
        );
        const taken = answers.flatMap((lease) => (lease === undefined ? [] : [lease.fence]));
        expect(taken).to.deep.equal([round + 1]);
        await expire();
      }
    });

    it("is kept apart from leases of other names", async () => {
      await store.lease("anchor", "a", MINUTE);
      expect((await store.lease("deliver", "b", MINUTE))?.fence).to.equal(1);
    });

    it("fences: no write of a holder whose lease was taken over passes, be it late or at the same moment", async () => {
      await store.saveBook(testBook({ next: 5, rendered: 5 }));
      const old = (await store.lease("anchor", "a", MINUTE))!;
      const batch = await store.createBatch(old, root, [segment(1, 2)], 1);
      await expire();
      await store.lease("anchor", "b", MINUTE);
      const late = [
        () => store.createBatch(old, root, [segment(3, 1)], 1),
        () => store.recordTransaction(old, batch.batchId, transaction(0, "0x01")),
        () => store.markAnchored(old, batch.batchId, mark(1)),
        () => store.dropBatch(old, batch.batchId, "late"),
        () => store.markAnchored({ ...old, holder: "b" }, batch.batchId, mark(1)),
        () => store.markAnchored({ ...old, fence: 3 }, batch.batchId, mark(1)),
      ];
      for (const write of late) expect(await codeOf(write())).to.equal("lease_lost");
      const open = (await store.openBatch())!;
      expect([open.batchId, open.transactions]).to.deep.equal([batch.batchId, []]);
      expect((await store.books())[0]?.anchored).to.equal(1);
    });
  });

  describe("a batch", () => {
    let lease: Lease;
    beforeEach(async () => {
      lease = (await store.lease("anchor", "a", MINUTE))!;
      await store.saveBook(testBook({ bookId: 1, next: 9, rendered: 9 }));
      await store.saveBook(testBook({ bookId: 2, code: 44060226, next: 9, rendered: 9 }));
    });

    it("reads back as it was written, with its transactions in the order of their recording", async () => {
      expect(await store.openBatch()).to.equal(undefined);
      const segments = [segment(1, 3), segment(1, 8, 2)];
      const { batchId } = await store.createBatch(lease, root, segments, 1);
      const [first, second] = [transaction(7, "0x0a", 10), transaction(7, "0x0b", 20)];
      await store.recordTransaction(lease, batchId, first);
      await store.recordTransaction(lease, batchId, second);
      const open = (await store.openBatch())!;
      expect(Buffer.compare(open.root, root)).to.equal(0);
      expect(open.segments).to.deep.equal(segments);
      expect(open.transactions).to.deep.equal([first, second]);
      expect(await store.nextNonce()).to.equal(8);
    });

    it("is open alone", async () => {
      await store.createBatch(lease, root, [segment(1, 1)], 1);
      const error = await store.createBatch(lease, root, [segment(1, 1)], 1).catch((e: unknown) => e);
      expect(error).to.have.nested.property("driverError.constraint", "batch_open_ix");
    });

    it("moves the books that it continues, all of them or none", async () => {
      const { batchId } = await store.createBatch(lease, root, [segment(1, 3), segment(2, 4, 2)], 1);
      const error: unknown = await store.markAnchored(lease, batchId, mark(1)).catch((e: unknown) => e);
      expect(error).to.be.an("error");
      expect((await store.books()).map(({ anchored }) => anchored)).to.deep.equal([1, 1]);
      expect(await store.lastAnchored()).to.equal(undefined);
      await store.dropBatch(lease, batchId, "a gap");
      const next = await store.createBatch(lease, root, [segment(1, 3), segment(1, 4, 2)], 1);
      const anchored = mark(1);
      await store.markAnchored(lease, next.batchId, anchored);
      expect((await store.books()).map((book) => book.anchored)).to.deep.equal([4, 5]);
      expect(await store.lastAnchored()).to.deep.equal({
        batchNo: 1,
        head: `0x${Buffer.from(anchored.head).toString("hex")}`,
      });
      expect(await store.openBatch()).to.equal(undefined);
    });

    it("is marked once, and never after it was dropped", async () => {
      const { batchId } = await store.createBatch(lease, root, [segment(1, 3)], 1);
      await store.markAnchored(lease, batchId, mark(1));
      expect(await codeOf(store.markAnchored(lease, batchId, mark(1)))).to.equal("batch_not_open");
      const dropped = await store.createBatch(lease, root, [segment(4, 1)], 1);
      await store.dropBatch(lease, dropped.batchId, "refused");
      expect(await codeOf(store.markAnchored(lease, dropped.batchId, mark(2)))).to.equal("batch_not_open");
      await store.dropBatch(lease, batchId, "too late");
      expect((await store.lastAnchored())?.batchNo).to.equal(1);
    });

    it("leaves its nonces used when it is dropped", async () => {
      expect(await store.nextNonce()).to.equal(0);
      const { batchId } = await store.createBatch(lease, root, [segment(1, 3)], 1);
      await store.recordTransaction(lease, batchId, transaction(4, "0x0a"));
      await store.dropBatch(lease, batchId, "reverted");
      expect(await store.nextNonce()).to.equal(5);
    });

    it("is found by the numbers that it holds, from its first to its last", async () => {
      const segments = [segment(1, 3), segment(1, 2, 2)];
      const { batchId } = await store.createBatch(lease, root, segments, 1);
      expect(await store.segmentOf(1, 1)).to.equal(undefined);
      await store.markAnchored(lease, batchId, mark(1));
      const place = (bookId: number, number: number): Promise<unknown> =>
        store
          .segmentOf(bookId, number)
          .then((found) => found && [found.batchNo, found.segmentIndex, found.from, found.count]);
      expect(await place(1, 1)).to.deep.equal([1, 0, 1, 3]);
      expect(await place(1, 3)).to.deep.equal([1, 0, 1, 3]);
      expect(await place(1, 4)).to.equal(undefined);
      expect(await place(2, 2)).to.deep.equal([1, 1, 1, 2]);
      expect(await place(2, 3)).to.equal(undefined);
      expect((await store.segmentOf(1, 1))?.segmentHashes).to.have.length(2);
    });
  });

  describe("what can be anchored", () => {
    const issue = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n++) await store.issue(newReceipt(`C${n}`));
    };
    const render = (number: number): Promise<boolean> => {
      const digests = { dataDigest: randomBytes(32), documentDigest: randomBytes(32), documentSha256: randomBytes(32) };
      return store.markRendered({ code: CODE, number, ...digests, renderedAtMs: 1 });
    };
    const runs = async (max = 100): Promise<unknown> => {
      await store.advanceRendered();
      const candidates = await store.segmentCandidates(max);
      return candidates.map(({ bookId, from, entries }) => [bookId, from, entries.map(({ number }) => number)]);
    };

    it("does not reach past a number that is being taken while the mark is moved", async () => {
      await store.saveBook(testBook());
      await issue(1);
      await render(1);
      const taking = (await database.again()).createQueryRunner();
      await taking.startTransaction();
      await taking.query("update book set next = next + 1");
      await taking.query(
        `insert into receipt (code, number, unit_id, book_id, kind, bus_no, input_digest, input, data, secret, issued_fen,
           reversed_fen, issued_at_ms, warnings, state, render_until_ms)
         select code, number + 1, unit_id, book_id, kind, 'NEXT', input_digest, input, data, secret, issued_fen,
           reversed_fen, issued_at_ms, warnings, 'issued', 0 from receipt`,
      );
      const moving = store.advanceRendered();
      const waitsForTheBook = async (): Promise<boolean> => {
        const rows: unknown[] = await database.dataSource.query(
          "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%update book set rendered%'",
        );
        return rows.length > 0;
      };
      while (!(await waitsForTheBook())) await new Promise((resolve) => setTimeout(resolve, 5));
      await taking.commitTransaction();
      await taking.release();
      await moving;
      const [book] = await store.books();
      expect(book).to.include({ rendered: 2, next: 3 });
      expect(await runs()).to.deep.equal([[1, 1, [1]]]);
    });

    it("is the run of finished numbers up to the first that is not, at most so many", async () => {
      await store.saveBook(testBook());
      await issue(5);
      expect(await runs()).to.deep.equal([]);
      for (const number of [1, 2, 4]) await render(number);
      expect(await runs()).to.deep.equal([[1, 1, [1, 2]]]);
      await store.markVoid(CODE, 3, "why");
      expect(await runs()).to.deep.equal([[1, 1, [1, 2, 3, 4]]]);
      expect(await runs(3)).to.deep.equal([[1, 1, [1, 2, 3]]]);
      await render(5);
      expect(await runs(5)).to.deep.equal([[1, 1, [1, 2, 3, 4, 5]]]);
    });

    it("is nothing of a book that is set aside", async () => {
      await store.saveBook(testBook());
      await issue(1);
      await render(1);
      await store.holdBook(1, "refused");
      expect(await runs()).to.deep.equal([]);
      await store.holdBook(1, undefined);
      expect(await runs()).to.deep.equal([[1, 1, [1]]]);
    });
  });
});
