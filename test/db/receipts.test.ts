import { randomBytes } from "node:crypto";
import { expect } from "chai";
import type { Receipt, ReceiptCursor, ReceiptFilter, Store } from "../../service/app/storePorts.ts";
import { createStore } from "../../service/db/store.ts";
import { startTestDatabase, type TestDatabase } from "../support/database.ts";
import { CODE, newReceipt, testBook, testUnit } from "../support/fixtures.ts";

const START_MS = Date.parse("2026-03-06T10:00:00+08:00");
const INPATIENT = 44060226;

describe("the list of receipts", () => {
  let database: TestDatabase;
  let store: Store;
  before(async () => {
    database = await startTestDatabase();
    store = createStore(database.dataSource, () => undefined);
    for (const unitId of [1, 2]) await store.saveUnit(testUnit(unitId));
    await store.saveBook(testBook({ bookId: 1 }));
    await store.saveBook(testBook({ bookId: 2, code: INPATIENT, kind: "inpatient" }));
    await store.saveBook(testBook({ bookId: 3, unitId: 2, first: 5001, last: 6000 }));
    // Three a second: places in the list share their time.
    for (let n = 0; n < 30; n++) {
      const isInpatient = n % 5 === 4;
      const fresh = newReceipt(`L${n}`, { code: isInpatient ? INPATIENT : CODE });
      const kind = isInpatient ? "inpatient" : "outpatient";
      await store.issue({ ...fresh, kind, issuedAtMs: START_MS + Math.floor(n / 3) * 1000 });
    }
    await store.issue(newReceipt("FOREIGN", { unitId: 2 }));
    const digests = { dataDigest: randomBytes(32), documentDigest: randomBytes(32), documentSha256: randomBytes(32) };
    for (let number = 1; number <= 6; number++) {
      if (number === 3) await store.markVoid(CODE, number, "why");
      else await store.markRendered({ code: CODE, number, ...digests, renderedAtMs: START_MS + 1 });
    }
    await store.advanceRendered();
    const lease = (await store.lease("anchor", "a", 60_000))!;
    const root = `0x${"cd".repeat(32)}`;
    const segment = { bookId: 1, from: 1, count: 4, root, reversals: [], signature: "0x" };
    const { batchId } = await store.createBatch(lease, randomBytes(32), [segment], 1);
    const block = { txHash: "0xaa", blockNumber: 7, blockHash: "0xbb" };
    await store.markAnchored(lease, batchId, { batchNo: 1, head: randomBytes(32), timeS: 1234, ...block });
  });
  after(() => database.stop());

  const list = (filter: ReceiptFilter = {}, after?: ReceiptCursor, limit = 1000): Promise<readonly Receipt[]> =>
    store.receipts(1, filter, after, limit);
  const names = async (filter: ReceiptFilter): Promise<string[]> => (await list(filter)).map(({ busNo }) => busNo);

  it("holds the unit's own receipts, the oldest first", async () => {
    const all = await list();
    expect(all).to.have.length(30);
    const places = all.map(({ issuedAtMs, code, number }) =>
      [issuedAtMs, code, number].map((n) => String(n).padStart(15, "0")).join(),
    );
    expect(places).to.deep.equal([...places].sort());
    expect((await store.receipts(2, {}, undefined, 10)).map(({ busNo }) => busNo)).to.deep.equal(["FOREIGN"]);
    expect(await store.receipts(3, {}, undefined, 10)).to.deep.equal([]);
  });

  it("goes on after a cursor, at any page size, without a gap and without a receipt twice", async () => {
    const all = (await list()).map(({ busNo }) => busNo);
    for (const limit of [1, 2, 7, 29, 30, 31]) {
      const seen: string[] = [];
      for (let after: ReceiptCursor | undefined; ;) {
        const page = await list({}, after, limit);
        expect(page.length).to.be.at.most(limit);
        seen.push(...page.map(({ busNo }) => busNo));
        const last = page.at(-1);
        if (last === undefined) break;
        after = { issuedAtMs: last.issuedAtMs, code: last.code, number: last.number };
      }
      expect(seen).to.deep.equal(all);
    }
  });

  it("takes a cursor at a place where no receipt is", async () => {
    const all = await list();
    expect(await list({}, { issuedAtMs: START_MS - 1, code: 0, number: 0 })).to.have.length(30);
    const third = all[2]!;
    expect(await list({}, { issuedAtMs: third.issuedAtMs, code: 99_999_999, number: 0 })).to.have.length(27);
    expect(await list({}, { issuedAtMs: START_MS + 60_000, code: 0, number: 0 })).to.deep.equal([]);
  });

  it("shows what was issued after a cursor was given", async () => {
    const last = (await list()).at(-1)!;
    const after = { issuedAtMs: last.issuedAtMs, code: last.code, number: last.number };
    await store.issue({ ...newReceipt("NEWER"), issuedAtMs: START_MS + 20_000 });
    expect((await list({}, after)).map(({ busNo }) => busNo)).to.deep.equal(["NEWER"]);
    await database.dataSource.query("delete from receipt where bus_no = 'NEWER'");
  });

  it("filters by kind", async () => {
    expect(await names({ kind: "inpatient" })).to.deep.equal(["L4", "L9", "L14", "L19", "L24", "L29"]);
    expect(await names({ kind: "outpatient" })).to.have.length(24);
    expect(await names({ kind: "penalty" })).to.deep.equal([]);
  });

  it("filters by state: each receipt is in one", async () => {
    expect(await names({ state: "anchored" })).to.deep.equal(["L0", "L1", "L3"]);
    expect(await names({ state: "void" })).to.deep.equal(["L2"]);
    expect(await names({ state: "rendered" })).to.deep.equal(["L5", "L6"]);
    expect(await names({ state: "issued" })).to.have.length(24);
  });

  it("filters by time, the first moment in, the last out", async () => {
    const from = START_MS + 2000;
    expect(await names({ issuedFromMs: from })).to.have.length(24);
    expect(await names({ issuedFromMs: from + 1 })).to.have.length(21);
    expect(await names({ issuedBeforeMs: from })).to.have.length(6);
    expect(await names({ issuedBeforeMs: from + 1 })).to.have.length(9);
    expect(await names({ issuedFromMs: from, issuedBeforeMs: from + 1000 })).to.have.length(3);
  });

  it("joins filters, and pages through what they leave", async () => {
    const filter = {
      kind: "outpatient",
      state: "issued",
      issuedFromMs: START_MS + 3000,
      issuedBeforeMs: START_MS + 9000,
    } as const;
    const all = await list(filter);
    expect(
      all.map(({ kind, state }) => `${kind} ${state}`).filter((text) => text !== "outpatient issued"),
    ).to.deep.equal([]);
    expect(all).to.have.length(14);
    const { issuedAtMs, code, number } = all[6]!;
    expect(await list(filter, { issuedAtMs, code, number }, 5)).to.deep.equal(all.slice(7, 12));
  });

  it("tells where each receipt stands on chain, and of those that do not, nothing", async () => {
    const receipts = await list();
    const anchored = receipts.filter(({ anchoring }) => anchoring !== undefined);
    expect(anchored.map(({ number }) => number)).to.deep.equal([1, 2, 3, 4]);
    const anchoring = { batchNo: 1, segmentIndex: 0, txHash: "0xaa", blockNumber: 7, anchoredAtMs: 1_234_000 };
    expect(anchored[0]?.anchoring).to.deep.equal(anchoring);
    expect((await store.receipt(CODE, 4))?.anchoring).to.deep.equal(anchoring);
    expect(await store.receipt(CODE, 5)).not.to.have.property("anchoring");
  });

  it("tells a receipt's place as the receipt itself does, on chain, void and waiting", async () => {
    const fields = ["unitId", "code", "number", "bookId", "issuedFen", "reversedFen", "state"] as const;
    const optional = ["dataDigest", "documentDigest", "destroyedAtMs", "anchoring"] as const;
    for (const number of [1, 3, 4, 5]) {
      const receipt = (await store.receipt(CODE, number))!;
      const known = [...fields, ...optional].filter((field) => receipt[field] !== undefined);
      const expected = Object.fromEntries(known.map((field) => [field, receipt[field]]));
      expect(await store.receiptPlace(CODE, number)).to.deep.equal(expected);
    }
    expect(await store.receiptPlace(CODE, 999)).to.equal(undefined);
  });

  it("gives the leaves' parts of a run, in order, void numbers among them", async () => {
    const entries = await store.entries(1, 2, 3);
    expect(entries.map(({ number, isVoid }) => [number, isVoid])).to.deep.equal([
      [2, false],
      [3, true],
      [4, false],
    ]);
    expect(entries[0]).to.include({ code: CODE, issuedFen: 23_621, reversedFen: 0 });
    expect(entries[1]).not.to.have.property("dataDigest");
  });
});
