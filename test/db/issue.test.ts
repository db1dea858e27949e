import { expect } from "chai";
import type { Store } from "../../service/app/storePorts.ts";
import { createStore } from "../../service/db/store.ts";
import { startTestDatabase, type TestDatabase } from "../support/database.ts";
import { CODE, newReceipt, testBook, testUnit } from "../support/fixtures.ts";

describe("taking numbers", () => {
  let database: TestDatabase;
  let store: Store;
  before(async () => {
    database = await startTestDatabase();
    store = createStore(database.dataSource, () => undefined);
  });
  after(() => database.stop());
  beforeEach(async () => {
    for (const table of ["receipt", "book", "unit"]) await database.dataSource.query(`delete from ${table}`);
    await store.saveUnit(testUnit(1));
    await store.saveUnit(testUnit(2));
  });

  const numbersIn = async (unitId = 1): Promise<number[]> =>
    (await store.receipts(unitId, {}, undefined, 1000)).map((receipt) => receipt.number).sort((a, b) => a - b);

  it("gives numbers of the book in order, and puts number and code into the data", async () => {
    await store.saveBook(testBook({ first: 41 }));
    const first = await store.issue(newReceipt("A"));
    const second = await store.issue(newReceipt("B"));
    expect(first.kind).to.equal("issued");
    expect(first.kind === "issued" && first.receipt.number).to.equal(41);
    expect(second.kind === "issued" && second.receipt.number).to.equal(42);
    expect(second.kind === "issued" && second.left).to.equal(958);
    const stored = await store.receipt(CODE, 42);
    expect(stored?.data.eInvoiceCode).to.equal("44060126");
    expect(stored?.data.eInvoiceNumber).to.equal("0000000042");
    expect(stored?.data.issueDate).to.equal("20260306");
    expect(stored?.data.issueTime).to.equal("10:21:33");
    expect(stored?.state).to.equal("issued");
    expect((await store.books())[0]?.next).to.equal(43);
  });

  it("gives the same receipt for the same content, and a conflict for other content, without a number", async () => {
    await store.saveBook(testBook());
    const first = await store.issue(newReceipt("A"));
    const again = await store.issue(newReceipt("A"));
    const other = await store.issue(newReceipt("A", { name: "李雷" }));
    expect(again.kind).to.equal("repeated");
    expect(again.kind === "repeated" && again.receipt.number).to.equal(first.kind === "issued" && first.receipt.number);
    expect(other.kind).to.equal("conflict");
    expect(await numbersIn()).to.deep.equal([1]);
  });

  it("gives one receipt to many that ask at once with one busNo", async () => {
    await store.saveBook(testBook());
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => store.issue(newReceipt("A"))));
    expect(outcomes.filter((outcome) => outcome.kind === "issued")).to.have.length(1);
    expect(outcomes.filter((outcome) => outcome.kind === "repeated")).to.have.length(49);
    expect(await numbersIn()).to.deep.equal([1]);
  });

  it("rolls over to the next book at the last number, and refuses when none is left", async () => {
    await store.saveBook(testBook({ bookId: 1, first: 1, last: 2 }));
    await store.saveBook(testBook({ bookId: 2, first: 100, last: 100 }));
    const outcomes = await Promise.all(["A", "B", "C", "D"].map((busNo) => store.issue(newReceipt(busNo))));
    expect(
      outcomes.map((outcome) => (outcome.kind === "issued" ? outcome.receipt.number : outcome.kind)),
    ).to.deep.equal([1, 2, 100, "no_numbers"]);
    expect((await store.issue(newReceipt("B"))).kind).to.equal("repeated");
  });

  it("keeps the books of units and codes apart", async () => {
    await store.saveBook(testBook({ bookId: 1, unitId: 1, first: 1, last: 10 }));
    await store.saveBook(testBook({ bookId: 2, unitId: 2, first: 11, last: 20 }));
    await store.issue(newReceipt("A", { unitId: 2 }));
    await store.issue(newReceipt("A", { unitId: 1 }));
    expect(await numbersIn(1)).to.deep.equal([1]);
    expect(await numbersIn(2)).to.deep.equal([11]);
    expect((await store.issue(newReceipt("Z", { code: 44060226 }))).kind).to.equal("no_numbers");
  });

  it("gives contiguous numbers, none twice, to two programs on one database", async () => {
    await store.saveBook(testBook({ last: 5000 }));
    const other = createStore(await database.again(), () => undefined);
    const asked = Array.from({ length: 600 }, (_, index) =>
      (index % 2 === 0 ? store : other).issue(newReceipt(`B${index % 550}`)),
    );
    const outcomes = await Promise.all(asked);
    expect(outcomes.filter((outcome) => outcome.kind === "issued")).to.have.length(550);
    expect(await numbersIn()).to.deep.equal(Array.from({ length: 550 }, (_, index) => index + 1));
  });

  it("lets two programs ask with one busNo under two codes, and issues one receipt", async () => {
    await store.saveBook(testBook({ bookId: 1 }));
    await store.saveBook(testBook({ bookId: 2, code: 44060226 }));
    const outcomes = await Promise.all([
      store.issue(newReceipt("A")),
      store.issue(newReceipt("A", { code: 44060226 })),
    ]);
    expect(outcomes.map((outcome) => outcome.kind).sort()).to.deep.equal(["issued", "repeated"]);
  });

  it("refuses one receipt that the database refuses, and issues its neighbours without a gap", async () => {
    await store.saveBook(testBook());
    const bad = {
      ...newReceipt("BAD"),
      issuedAtMs: Date.parse("2026-03-06T10:21:33+08:00"),
      warnings: ["\u0000"] as never,
    };
    const results = await Promise.allSettled([
      store.issue(newReceipt("A")),
      store.issue(newReceipt("B")),
      store.issue(bad),
      store.issue(newReceipt("C")),
    ]);
    expect(results.map((result) => result.status)).to.deep.equal(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
    expect(await numbersIn()).to.deep.equal([1, 2, 3]);
  });
});
