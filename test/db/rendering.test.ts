import { randomBytes } from "node:crypto";
import { expect } from "chai";
import type { ClaimedReceipt, RenderMark, Store } from "../../service/app/storePorts.ts";
import { createStore } from "../../service/db/store.ts";
import { startTestDatabase, type TestDatabase } from "../support/database.ts";
import { CODE, newReceipt, testBook, testUnit } from "../support/fixtures.ts";

const MINUTE = 60_000;

describe("claims to draw", () => {
  let database: TestDatabase;
  let store: Store;
  before(async () => {
    database = await startTestDatabase();
    store = createStore(database.dataSource, () => undefined);
    await store.saveUnit(testUnit(1));
  });
  after(() => database.stop());
  beforeEach(async () => {
    for (const table of ["receipt", "book"]) await database.dataSource.query(`delete from ${table}`);
    await store.saveBook(testBook());
  });

  const issue = async (count: number): Promise<void> => {
    await Promise.all(Array.from({ length: count }, (_, n) => store.issue(newReceipt(`B${n}`))));
  };
  const numbers = (receipts: readonly ClaimedReceipt[]): number[] => receipts.map(({ number }) => number);
  const markOf = (number: number): RenderMark => ({
    ...{ code: CODE, number, renderedAtMs: 5 },
    ...{ dataDigest: randomBytes(32), documentDigest: randomBytes(32), documentSha256: randomBytes(32) },
  });

  it("give the oldest that wait, in order, and each to one holder", async () => {
    await issue(7);
    expect(numbers(await store.claimForRender("a", 3, MINUTE))).to.deep.equal([1, 2, 3]);
    expect(numbers(await store.claimForRender("b", 3, MINUTE))).to.deep.equal([4, 5, 6]);
    expect(numbers(await store.claimForRender("a", 3, MINUTE))).to.deep.equal([7]);
    expect(await store.claimForRender("a", 3, MINUTE)).to.deep.equal([]);
  });

  it("never give one receipt to two programs, however many ask at once", async () => {
    await issue(300);
    const other = createStore(await database.again(), () => undefined);
    const claimed = await Promise.all(
      Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? store : other).claimForRender(`p${n % 2}`, 9, MINUTE)),
    );
    const all = claimed.flatMap(numbers);
    expect(new Set(all).size).to.equal(all.length);
    const rest = numbers(await store.claimForRender("last", 1000, MINUTE));
    expect([...all, ...rest].sort((a, b) => a - b)).to.deep.equal(Array.from({ length: 300 }, (_, n) => n + 1));
  });

  it("bring what is drawn", async () => {
    await issue(1);
    const [claim] = await store.claimForRender("a", 1, MINUTE);
    const { unitId, code, number, kind, data, secret, issuedAtMs } = (await store.receipt(CODE, 1))!;
    expect(claim).to.deep.equal({ unitId, code, number, kind, data, secret, issuedAtMs, isAgain: false });
  });

  it("tell what was claimed before, whether it ran out or was given back", async () => {
    await issue(2);
    await store.claimForRender("dead", 1, 0);
    const areAgain = (await store.claimForRender("next", 2, MINUTE)).map(({ isAgain }) => isAgain);
    expect(areAgain).to.deep.equal([true, false]);
    await store.releaseClaims("next");
    expect((await store.claimForRender("last", 2, MINUTE)).every(({ isAgain }) => isAgain)).to.equal(true);
  });

  it("run out by the database's clock", async () => {
    await issue(2);
    await store.claimForRender("dead", 2, 0);
    expect(numbers(await store.claimForRender("next", 2, MINUTE))).to.deep.equal([1, 2]);
    expect(await store.claimForRender("dead", 2, MINUTE)).to.deep.equal([]);
  });

  it("are given back by holder, and nobody else's with them", async () => {
    await issue(4);
    await store.claimForRender("dead", 2, MINUTE);
    await store.claimForRender("living", 2, MINUTE);
    await store.releaseClaims("dead");
    expect(numbers(await store.claimForRender("next", 9, MINUTE))).to.deep.equal([1, 2]);
  });

  it("end with the mark: the first writer wins", async () => {
    await issue(1);
    await store.claimForRender("a", 1, MINUTE);
    const first = markOf(1);
    expect(await store.markRendered(first)).to.equal(true);
    expect(await store.markRendered(markOf(1))).to.equal(false);
    expect(await store.markVoid(CODE, 1, "late")).to.equal(false);
    const stored = (await store.receipt(CODE, 1))!;
    expect(stored).to.include({ state: "rendered", renderedAtMs: 5 });
    expect(Buffer.compare(stored.documentDigest!, first.documentDigest)).to.equal(0);
    await store.releaseClaims("a");
    expect(await store.claimForRender("a", 1, MINUTE)).to.deep.equal([]);
  });

  it("end with a void, which is no less final", async () => {
    await issue(1);
    expect(await store.markVoid(CODE, 1, "it cannot be drawn")).to.equal(true);
    expect(await store.markRendered(markOf(1))).to.equal(false);
    expect(await store.receipt(CODE, 1)).to.include({ state: "void", voidReason: "it cannot be drawn" });
    expect(await store.claimForRender("a", 1, MINUTE)).to.deep.equal([]);
  });

  it("mark nothing of a number that was never taken", async () => {
    expect(await store.markRendered(markOf(5))).to.equal(false);
    expect(await store.markVoid(CODE, 5, "why")).to.equal(false);
  });
});
