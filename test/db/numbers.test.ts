import { expect } from "chai";
import type { Application } from "../../service/app/numberPorts.ts";
import type { NewReceipt, Store } from "../../service/app/storePorts.ts";
import { goodStanding } from "../../service/domain/numberRules.ts";
import { createStore } from "../../service/db/store.ts";
import { startTestDatabase, type TestDatabase } from "../support/database.ts";
import { CODE, newReceipt, testBook, testUnit } from "../support/fixtures.ts";

const NOW_MS = Date.parse("2026-06-01T12:00:00+08:00");
const review = { reviewer: "李强", atMs: NOW_MS, opinion: "" };
const by = { name: "李强", atMs: NOW_MS };

const strange = (receipt: NewReceipt): NewReceipt => ({ ...receipt, input: { ...receipt.input, placeCode: "P9" } });

describe("numbers in the database", () => {
  let database: TestDatabase;
  let store: Store;
  let other: Store;
  before(async () => {
    database = await startTestDatabase();
    store = createStore(database.dataSource, () => undefined);
    other = createStore(await database.again(), () => undefined);
  });
  after(() => database.stop());
  beforeEach(async () => {
    const tables = "receipt, book, unit, number_application, code_range, book_grant, book_return, unit_standing, place";
    await database.dataSource.query(`truncate ${tables}, low_water, low_water_raise`);
    await store.saveUnit(testUnit(1));
    await store.saveUnit(testUnit(2));
  });

  const application = (applicationNo: string, change: Partial<Application> = {}): Application => ({
    ...{
      unitId: 1,
      applicationNo,
      kind: "outpatient",
      code: CODE,
      count: 100,
      contact: "王芳",
      phone: "",
      address: "",
    },
    ...{ author: "王芳", memo: "", source: "unit", state: "submitted", createdAtMs: NOW_MS, submittedAtMs: NOW_MS },
    ...change,
  });
  const passed = async (own: Store, unitId: number, no: string): Promise<readonly [number, number]> => {
    const outcome = await own.passApplication(unitId, no, review);
    if (outcome.kind !== "passed") throw new Error(outcome.kind);
    return [outcome.application.range!.first, outcome.application.range!.last];
  };
  const numberOf = async (busNo: string, placeCode = "", isPlaceInherited = false): Promise<number | string> => {
    const receipt = newReceipt(busNo);
    const outcome = await store.issue({ ...receipt, isPlaceInherited, input: { ...receipt.input, placeCode } });
    return outcome.kind === "issued" ? outcome.receipt.number : outcome.kind;
  };

  describe("an application", () => {
    it("is made once for each number of the unit's own, and read back as it was", async () => {
      expect(await store.createApplication(application("A1"))).to.deep.equal({
        isNew: true,
        application: application("A1"),
      });
      const again = await store.createApplication(application("A1", { count: 5 }));
      expect(again).to.deep.equal({ isNew: false, application: application("A1") });
      expect((await store.createApplication(application("A1", { unitId: 2 }))).isNew).to.equal(true);
    });

    it("is changed and submitted while it is not under way, and not after", async () => {
      await store.createApplication(application("A1", { state: "new" }));
      const edited = await store.editApplication(1, "A1", application("", { count: 7 }));
      expect(edited).to.include({ state: "saved", count: 7 });
      expect(await store.submitApplication(1, "A1", NOW_MS + 5)).to.include({
        state: "submitted",
        submittedAtMs: NOW_MS + 5,
      });
      expect(await store.editApplication(1, "A1", application(""))).to.equal(undefined);
      expect(await store.submitApplication(1, "A1", NOW_MS)).to.equal(undefined);
      expect(await store.refuseApplication(1, "A1", { ...review, opinion: "过多" })).to.deep.include({
        state: "returned",
        review: { ...review, opinion: "过多" },
      });
      expect(await store.submitApplication(1, "A1", NOW_MS))
        .to.include({ state: "submitted" })
        .and.not.have.property("review");
    });

    it("gets the range after all that were granted or decided, also to many at once from two programs", async () => {
      await store.saveBook(testBook({ bookId: 1, first: 1, last: 1000 }));
      for (let n = 0; n < 20; n++)
        await store.createApplication(application(`A${n}`, { unitId: 1 + (n % 2), count: 10 + n }));
      const ranges = await Promise.all(
        Array.from({ length: 20 }, (_, n) => passed(n % 3 === 0 ? other : store, 1 + (n % 2), `A${n}`)),
      );
      let next = 1001;
      for (const [first, last] of ranges.sort((a, b) => a[0] - b[0])) {
        expect(first).to.equal(next);
        next = last + 1;
      }
    });

    it("is passed once, and not where the unit is in arrears, under warning or suspended", async () => {
      await store.createApplication(application("A1"));
      for (const name of ["isUnpaid", "isAlarm", "isSuspended"] as const) {
        await store.setStanding(1, { ...goodStanding, [name]: true }, by);
        expect((await store.passApplication(1, "A1", review)).kind, name).to.equal("blocked");
      }
      await store.setStanding(1, goodStanding, by);
      expect(await passed(store, 1, "A1")).to.deep.equal([1, 100]);
      expect(await store.passApplication(1, "A1", review)).to.deep.equal({ kind: "not_submitted", state: "passed" });
      expect(await store.passApplication(1, "A2", review)).to.deep.equal({ kind: "unknown" });
    });

    it("gets numbers up to the last of 10 digits, and none past it", async () => {
      await database.dataSource.query("insert into code_range values ($1, 9999999900)", [CODE]);
      await store.createApplication(application("A1", { count: 101 }));
      await store.createApplication(application("A2", { count: 100 }));
      expect(await store.passApplication(1, "A1", review)).to.deep.equal({ kind: "range_exhausted" });
      expect(await passed(store, 1, "A2")).to.deep.equal([9_999_999_900, 9_999_999_999]);
    });

    it("can't be reviewed by who made it, whoever writes", async () => {
      await store.createApplication(application("A1"));
      const error = await store.passApplication(1, "A1", { ...review, reviewer: "王芳" }).catch((e: unknown) => e);
      expect(error).to.have.property("constraint", "number_application_reviewer_ck");
    });

    it("is listed with others in the order of time, page by page", async () => {
      for (const [n, no] of ["C", "A", "B"].entries()) {
        await store.createApplication(application(no, { createdAtMs: NOW_MS + n }));
      }
      const all = await store.applications({ unitId: 1 }, undefined, 10);
      expect(all.map(({ applicationNo }) => applicationNo)).to.deep.equal(["C", "A", "B"]);
      const rest = await store.applications({}, { atMs: NOW_MS, unitId: 1, no: "C" }, 1);
      expect(rest.map(({ applicationNo }) => applicationNo)).to.deep.equal(["A"]);
      expect(await store.applications({ state: "passed" }, undefined, 10)).to.deep.equal([]);
    });
  });

  describe("a return", () => {
    const wanted = { unitId: 1, returnNo: "T1", bookId: 1, reason: "不用了", author: "王芳", nowMs: NOW_MS };
    beforeEach(async () => {
      await store.saveBook(testBook({ last: 10 }));
    });

    it("stops the book where it begins, at once, and refused lets it go on", async () => {
      for (const busNo of ["A", "B"]) await numberOf(busNo);
      const outcome = await store.createReturn({ ...wanted, first: 5 });
      expect(outcome).to.deep.nested.include({ kind: "created", "bookReturn.first": 5, "bookReturn.last": 10 });
      expect(await Promise.all(["C", "D", "E"].map((busNo) => numberOf(busNo)))).to.have.members([3, 4, "no_numbers"]);
      expect(await store.reviewReturn(1, "T1", false, { ...review, opinion: "留用" })).to.include({
        state: "returned",
      });
      expect(await numberOf("E")).to.equal(5);
    });

    it("never takes a number that was taken, whoever is first", async () => {
      const [outcome, ...numbers] = await Promise.all([
        store.createReturn(wanted),
        ...Array.from({ length: 6 }, (_, n) => numberOf(`N${n}`)),
      ]);
      const first = outcome.kind === "created" ? outcome.bookReturn.first : 0;
      const taken = numbers.filter((each) => typeof each === "number");
      expect(first).to.equal(taken.length + 1);
      expect(Math.max(0, ...taken)).to.be.lessThan(first);
    });

    it("is one of a book at a time, within what is unused, and the same again is the same", async () => {
      await numberOf("A");
      expect(await store.createReturn({ ...wanted, first: 1 })).to.deep.equal({ kind: "outside", next: 2, last: 10 });
      expect(await store.createReturn({ ...wanted, first: 11 })).to.deep.equal({ kind: "outside", next: 2, last: 10 });
      expect(await store.createReturn({ ...wanted, unitId: 2 })).to.deep.equal({ kind: "book_unknown" });
      expect((await store.createReturn({ ...wanted, first: 10 })).kind).to.equal("created");
      expect((await store.createReturn({ ...wanted, first: 10 })).kind).to.equal("repeated");
      expect((await store.createReturn({ ...wanted, first: 9 })).kind).to.equal("conflict");
      expect(await store.createReturn({ ...wanted, returnNo: "T2" })).to.deep.equal({
        kind: "return_open",
        returnNo: "T1",
      });
    });

    it("is done once, lowers the book's end, and another may follow", async () => {
      await store.createReturn({ ...wanted, first: 8 });
      const done = (await store.reviewReturn(1, "T1", true, review))!;
      for (let n = 0; n < 2; n++) await store.finishReturn(done, NOW_MS + n);
      expect((await store.books())[0])
        .to.include({ last: 7 })
        .and.not.have.property("usableLast");
      expect((await store.bookReturn(1, "T1"))?.doneAtMs).to.equal(NOW_MS);
      expect((await store.createReturn({ ...wanted, returnNo: "T2" })).kind).to.equal("created");
      expect(await numberOf("A")).to.equal("no_numbers");
    });
  });

  describe("places", () => {
    beforeEach(async () => {
      await store.saveBook(testBook({ bookId: 1, first: 1, last: 2 }));
      await store.saveBook(testBook({ bookId: 2, first: 11, last: 12 }));
      for (const placeCode of ["P1", "P2"])
        await store.savePlace({ unitId: 1, placeCode, name: placeCode, isOpen: true });
    });

    it("draw from their own books first, then from those that serve all, and never from another's", async () => {
      expect(await store.assignBook(1, 2, "P1")).to.equal("assigned");
      expect(await numberOf("A", "P1")).to.equal(11);
      expect(await numberOf("B", "P2")).to.equal(1);
      expect(await numberOf("C", "P1")).to.equal(12);
      expect(await numberOf("D", "P1")).to.equal(2);
      expect(await numberOf("E", "P1")).to.equal("no_numbers");
    });

    it("are served in one group, each by its own", async () => {
      await store.assignBook(1, 2, "P1");
      const numbers = await Promise.all([..."ABCDE"].map((busNo, n) => numberOf(busNo, n % 2 === 0 ? "P1" : "P2")));
      expect(numbers).to.deep.equal([11, 1, 12, 2, "no_numbers"]);
    });

    it("that are not registered, or closed, take no number, unless the place is only inherited", async () => {
      await store.savePlace({ unitId: 1, placeCode: "P2", name: "P2", isOpen: false });
      expect(await numberOf("A", "P9")).to.equal("place_unknown");
      expect(await numberOf("B", "P2")).to.equal("place_unknown");
      expect(await numberOf("C", "P2", true)).to.equal(1);
      expect(await numberOf("D")).to.equal(2);
      expect(await numberOf("E", "P1")).to.equal(11);
      // What was issued before stays issued, wherever it was.
      expect(await numberOf("C", "P2")).to.equal("repeated");
      const [own, foreign] = await store.issueTogether([newReceipt("F"), strange(newReceipt("G"))]);
      expect([own?.kind, foreign?.kind]).to.deep.equal(["not_alone", "place_unknown"]);
      expect((await store.books()).map(({ next }) => next)).to.deep.equal([3, 12]);
    });

    it("need not be registered by a unit that has registered none", async () => {
      await database.dataSource.query("truncate place");
      await store.savePlace({ unitId: 2, placeCode: "P1", name: "P1", isOpen: true });
      expect(await numberOf("A", "P9")).to.equal(1);
    });

    it("must be open and the unit's own to get a book, and give it back when they close", async () => {
      expect(await store.assignBook(1, 2, "P9")).to.equal("place_unknown");
      expect(await store.assignBook(2, 2, undefined)).to.equal("book_unknown");
      await store.assignBook(1, 1, "P1");
      expect((await store.books())[0]?.placeCode).to.equal("P1");
      await store.savePlace({ unitId: 1, placeCode: "P1", name: "P1", isOpen: false });
      expect((await store.books())[0]).not.to.have.property("placeCode");
      expect(await store.assignBook(1, 1, "P1")).to.equal("place_unknown");
    });
  });

  it("raises a low-water mark once, for two programs at once too, and again after a grant", async () => {
    const mark = { unitId: 1, kind: "outpatient", threshold: 50, pushNumber: 10, isAuto: true };
    await store.saveLowWater({ ...mark, contact: "", phone: "", address: "" });
    const auto = (n: number): Application => application(`auto-${n}`, { source: "low_water", author: "系统" });
    const raised = await Promise.all([store, other, store, other].map((own, n) => own.raiseLowWater(auto(n))));
    expect(raised.filter(Boolean)).to.have.length(1);
    const no = `auto-${raised.indexOf(true)}`;
    await passed(store, 1, no);
    const granted = (await store.application(1, no))!;
    const marks = { ...granted.range!, next: 1, rendered: 1, anchored: 1 };
    for (let n = 0; n < 2; n++) {
      await store.saveGrant(granted, { bookId: 1, unitId: 1, code: CODE, kind: "outpatient", ...marks }, NOW_MS + n);
    }
    expect(await store.books()).to.have.length(1);
    expect((await store.books())[0]?.lowWater).to.equal(50);
    expect((await store.application(1, no))?.granted).to.deep.equal({ bookId: 1, atMs: NOW_MS });
    expect(await store.raiseLowWater(auto(9))).to.equal(true);
  });

  describe("books that are returned by themselves", () => {
    it("are those of years before, with numbers left, once", async () => {
      await store.saveBook(testBook({ bookId: 1, code: 44060125, last: 10, next: 4, rendered: 4, anchored: 4 }));
      await store.saveBook(
        testBook({ bookId: 2, code: 44060125, first: 11, last: 12, next: 13, rendered: 13, anchored: 13 }),
      );
      await store.saveBook(testBook({ bookId: 3, code: 44060126, first: 1, last: 9 }));
      expect(await store.returnOldBooks(2025, NOW_MS)).to.equal(0);
      expect(await store.returnOldBooks(2026, NOW_MS)).to.equal(1);
      expect(await store.returnOldBooks(2026, NOW_MS + 1)).to.equal(0);
      const pending = await store.pendingReturns(10);
      expect(pending).to.have.length(1);
      expect(pending[0]).to.include({ bookId: 1, first: 4, last: 10, source: "year", state: "passed" });
      expect((await store.books())[0]?.usableLast).to.equal(3);
    });

    it("are a suspended unit's, of which it takes no number from the moment on", async () => {
      await store.saveBook(testBook({ last: 10 }));
      await numberOf("A");
      await store.createReturn({
        ...{ unitId: 1, returnNo: "T1", bookId: 1, first: 9, reason: "不用了", author: "王芳", nowMs: NOW_MS },
      });
      await store.setStanding(1, { ...goodStanding, isSuspended: true }, by);
      expect((await store.unit(1))?.status).to.equal("suspended");
      expect(await numberOf("B")).to.equal("no_numbers");
      expect((await store.bookReturn(1, "T1"))?.state).to.equal("returned");
      expect(await store.pendingStandings()).to.deep.equal([]);
      expect(await store.returnSuspendedBooks(NOW_MS)).to.equal(1);
      const [pending] = await store.pendingReturns(10);
      expect(pending).to.include({ bookId: 1, first: 2, last: 10, source: "suspension" });
      await store.finishReturn(pending!, NOW_MS);
      expect(await store.pendingStandings()).to.deep.equal([{ unitId: 1, isSuspended: true }]);
      await store.markStandingOnChain(1, true);
      expect(await store.pendingStandings()).to.deep.equal([]);
    });

    it("are not those of a unit that goes on before they were closed", async () => {
      await store.saveBook(testBook({ last: 10 }));
      await store.setStanding(1, { ...goodStanding, isSuspended: true }, by);
      await store.setStanding(1, goodStanding, by);
      expect(await store.returnSuspendedBooks(NOW_MS)).to.equal(0);
      expect(await numberOf("A")).to.equal(1);
      expect((await store.unit(1))?.status).to.equal("active");
    });
  });
});
