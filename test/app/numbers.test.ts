import { expect } from "chai";
import { systemHash } from "../../service/adapters/system/hash.ts";
import { fileWriteOff } from "../../service/app/fileWriteOff.ts";
import { applyForNumbers, submitApplication } from "../../service/app/applyForNumbers.ts";
import { auditLedger } from "../../service/app/auditLedger.ts";
import { examineHere } from "../../service/app/examineReceipt.ts";
import type { Deps } from "../../service/app/deps.ts";
import { settleNumbers } from "../../service/app/grantNumbers.ts";
import { issueReceipts } from "../../service/app/issueReceipts.ts";
import { keepStock } from "../../service/app/keepStock.ts";
import type { Application, NumberBureau } from "../../service/app/numberPorts.ts";
import { numberFailSteps, type FailStep } from "../../service/app/ports.ts";
import { returnNumbers } from "../../service/app/returnNumbers.ts";
import { reviewApplication, reviewReturn } from "../../service/app/reviewNumbers.ts";
import { rectifyWriteOff, reviewWriteOff } from "../../service/app/reviewWriteOff.ts";
import { setStanding } from "../../service/app/setStanding.ts";
import type { Book, Unit } from "../../service/app/storePorts.ts";
import { issueDateOf } from "../../service/domain/fiscalTime.ts";
import type { NewForOld } from "../../service/domain/newForOld.ts";
import { sampleInput } from "../../service/domain/samples.ts";
import { demoUnits } from "../../service/demoUnits.ts";
import { applicationOf, review } from "../support/numbers.ts";
import { startPlatform, type Platform } from "../support/platform.ts";

const at = (text: string): number => Date.parse(`${text}+08:00`);
const LAST_MOMENT = at("2026-12-31T23:59:59.999");
const NEW_YEAR = at("2027-01-01T00:00:00.000");

describe("numbers from the bureau to the unit and back", function () {
  this.timeout(60_000);
  let platform: Platform;
  let deps: Deps;
  let serial = 0;
  let unit: Unit;
  const clock = { nowMs: at("2026-12-30T12:00:00.000") };
  before(async () => {
    platform = await startPlatform();
    deps = platform.with({ clock: { nowMs: () => clock.nowMs } });
  });
  after(() => platform.stop());
  beforeEach(async () => {
    clock.nowMs = at("2026-12-30T12:00:00.000");
    serial += 1;
    const creditCode = `12440300MB2D0${String(10_000 + serial).slice(1)}0`;
    unit = await platform.admit({ ...demoUnits[0]!.unit, creditCode, name: `示例医院${serial}` });
  });
  afterEach(async () => {
    await settle();
    expect((await audit()).findings).to.deep.equal([]);
  });

  const audit = () => {
    const { store, blobs, ledger, unitLedger } = platform.deps;
    return auditLedger({
      store,
      blobs,
      ledger,
      unitLedger,
      examine: examineHere(systemHash),
      onProgress: () => undefined,
    });
  };
  const settle = async (own = deps, bureau: NumberBureau = platform.admin) => {
    const lease = (await own.store.lease("numbers", "test", 60_000))!;
    return settleNumbers(own, bureau, lease);
  };
  const dying = (step: FailStep): Deps => ({
    ...deps,
    failpoint: (passed) => {
      if (passed === step) throw new Error("killed");
    },
  });
  const apply = async (count: number, change: object = {}): Promise<Application> => {
    const result = await applyForNumbers(deps, unit, `A${serial++}`, applicationOf(count, change), true);
    if (result.kind !== "created") throw new Error(JSON.stringify(result));
    return result.application;
  };
  const pass = async (application: Application): Promise<Application> => {
    const result = await reviewApplication(deps, application.unitId, application.applicationNo, review(true));
    if (result.kind !== "reviewed") throw new Error(JSON.stringify(result));
    return result.reviewed;
  };
  const books = (): Promise<readonly Book[]> => deps.store.books(unit.unitId);
  const bookOf = async (application: Application): Promise<Book> => {
    const granted = (await deps.store.application(unit.unitId, application.applicationNo))?.granted;
    return (await books()).find(({ bookId }) => bookId === granted?.bookId)!;
  };
  const issue = async (count: number): Promise<readonly string[]> => {
    const input = sampleInput("outpatient", 0, issueDateOf(clock.nowMs));
    const inputs = Array.from({ length: count }, () => ({ ...input, busNo: `N${serial++}` }));
    const results = await issueReceipts(deps, unit, inputs);
    return results.map((result) =>
      result.kind === "issued" ? `${result.receipt.code} ${result.receipt.number}` : result.kind,
    );
  };

  it("grants what was passed: on chain, in the database, to be issued from", async () => {
    const passed = await pass(await apply(100));
    expect(await books()).to.deep.equal([]);
    expect(await settle()).to.deep.equal({ done: 1, refused: 0 });
    const book = await bookOf(passed);
    expect(book).to.include({ code: 44060126, kind: "outpatient", ...passed.range, next: passed.range!.first });
    expect(await platform.ledger.books([book.bookId])).to.deep.equal([{ next: book.first, last: book.last }]);
    expect(await issue(1)).to.deep.equal([`44060126 ${book.first}`]);
    expect(await settle()).to.deep.equal({ done: 0, refused: 0 });
  });

  for (const step of numberFailSteps) {
    it(`is mended by the next step after dying at ${step}`, async () => {
      const passed = await pass(await apply(20));
      if (step.startsWith("book_closed") || step.startsWith("return")) {
        await settle();
        const [book] = await books();
        await returnNumbers(deps, unit, { returnNo: "T1", bookId: book!.bookId, reason: "不用了", author: "王芳" });
        await reviewReturn(deps, unit.unitId, "T1", review(true));
      }
      const error = await settle(dying(step)).catch((e: unknown) => e);
      expect(error).to.be.an("error").with.property("message", "killed");
      // What is on chain alone is known to be on its way.
      expect((await audit()).findings).to.deep.equal([]);
      const blockNumber = await platform.ledger.blockNumber();
      await settle();
      expect(await platform.ledger.blockNumber()).to.equal(blockNumber);
      const own = await books();
      expect(own).to.have.length(1);
      const isReturned = (await deps.store.bookReturn(unit.unitId, "T1"))?.doneAtMs !== undefined;
      expect(own[0]).to.include({
        first: passed.range!.first,
        last: isReturned ? passed.range!.first - 1 : passed.range!.last,
      });
    });
  }

  it("puts a range past one that the chain granted without us, and raises an alarm until it is done", async () => {
    const passed = await pass(await apply(50));
    const { first, last } = passed.range!;
    const stranger = await platform.admit({
      ...demoUnits[0]!.unit,
      creditCode: `12440300MB2D9${String(10_000 + serial).slice(1)}9`,
      name: "别家",
    });
    const grant = { unitId: stranger.unitId, code: passed.code, first: first + 10, last: last + 10 };
    const { bookId } = await platform.admin.grantBook(grant);
    expect(await settle()).to.deep.equal({ done: 0, refused: 1 });
    expect(await platform.alarms()).to.include(`numbers_refused application ${unit.unitId} ${passed.applicationNo}`);
    expect((await audit()).findings.map(({ code, subject }) => `${code} ${subject}`)).to.deep.equal([
      `book_extra book ${bookId}`,
    ]);
    expect(await settle()).to.deep.equal({ done: 1, refused: 0 });
    expect(await bookOf(passed)).to.include({ first: last + 11, last: last + 60 });
    expect((await platform.alarms()).join()).not.to.include("numbers_refused");
    const marks = { next: grant.first, rendered: grant.first, anchored: grant.first };
    await deps.store.saveBook({ bookId, kind: "outpatient", lowWater: 0, ...grant, ...marks }, clock.nowMs);
  });

  it("returns an unused end: what was taken is still anchored, the rest is gone for good, on chain too", async () => {
    const book = await pass(await apply(30)).then(async (passed) => (await settle(), bookOf(passed)));
    await issue(3);
    await returnNumbers(deps, unit, { returnNo: "T1", bookId: book.bookId, reason: "不用了", author: "王芳" });
    expect(await issue(1)).to.deep.equal(["no_numbers"]);
    await reviewReturn(deps, unit.unitId, "T1", review(true));
    await settle();
    expect(await platform.ledger.books([book.bookId])).to.deep.equal([{ next: book.first, last: book.first + 2 }]);
    await platform.renderAll();
    await platform.anchorAll();
    expect((await books())[0]).to.include({ last: book.first + 2, anchored: book.first + 3 });
    const next = await pass(await apply(5));
    expect(next.range?.first).to.equal(book.last + 1);
  });

  it("names a return that the chain does not have, and one that the database does not have", async () => {
    const book = await pass(await apply(10)).then(async (passed) => (await settle(), bookOf(passed)));
    const sql = "update book set last = last - $2, is_closed = true where book_id = $1";
    await platform.database.dataSource.query(sql, [book.bookId, 4]);
    const named = async (): Promise<readonly string[]> => (await audit()).findings.map(({ subject }) => subject);
    expect(await named()).to.deep.equal([`book ${book.bookId}`]);
    await platform.admin.closeBook(book.bookId, book.last - 4);
    expect(await named()).to.deep.equal([`book ${book.bookId} grant`]);
    await platform.database.dataSource.query(
      `insert into book_return (unit_id, return_no, book_id, code, first, last, reason, author, source, state,
         created_at_ms, reviewer, reviewed_at_ms, opinion, done_at_ms)
       values ($1, 'T9', $2, $3, $4, $5, 'x', '王芳', 'unit', 'passed', 0, '李强', 0, '', 0)`,
      [unit.unitId, book.bookId, book.code, book.last - 3, book.last],
    );
  });

  it("changes the year in the last millisecond: each moment takes of its own code, and old books go back", async () => {
    await pass(await apply(10));
    clock.nowMs = at("2026-11-30T23:59:59.999");
    const early = await applyForNumbers(deps, unit, "EARLY", applicationOf(10, { year: 2027 }), true);
    expect(early.kind === "invalid" && early.problems.map(({ pointer }) => pointer)).to.deep.equal(["/year"]);
    clock.nowMs = at("2026-12-01T00:00:00.000");
    const next = await pass(await apply(20, { year: 2027 }));
    const late = await apply(5);
    await settle();
    const inOrder = async () => [...(await books())].sort((a, b) => a.code - b.code);
    const [old, fresh] = await inOrder();
    expect([old!.code, fresh!.code]).to.deep.equal([44060126, 44060127]);
    expect(next.range).to.deep.equal({ first: fresh!.first, last: fresh!.last });
    clock.nowMs = LAST_MOMENT;
    expect(await issue(1)).to.deep.equal([`44060126 ${old!.first}`]);
    clock.nowMs = NEW_YEAR;
    expect(await issue(2)).to.deep.equal([`44060127 ${fresh!.first}`, `44060127 ${fresh!.first + 1}`]);
    // Last year's are not granted any more.
    const stale = await reviewApplication(deps, unit.unitId, late.applicationNo, review(true));
    expect(stale.kind === "refused" && stale.problems.map(({ code }) => code)).to.deep.equal(["year_not_open"]);
    expect(await submitApplication(deps, unit, late.applicationNo)).to.include({ kind: "submitted" });
    await reviewApplication(deps, unit.unitId, late.applicationNo, review(false));
    expect((await submitApplication(deps, unit, late.applicationNo)).kind).to.equal("invalid");
    clock.nowMs = NEW_YEAR + 3_599_999;
    await keepStock(deps);
    expect(await deps.store.pendingReturns(10)).to.deep.equal([]);
    clock.nowMs = NEW_YEAR + 3_600_000;
    await keepStock(deps);
    await keepStock(deps);
    await settle();
    const after = await inOrder();
    expect(after[0]).to.include({ last: old!.first, next: old!.first + 1 });
    expect(after[1]).to.include({ last: fresh!.last });
    const returns = await deps.store.bookReturns({ unitId: unit.unitId }, undefined, 10);
    expect(returns.map(({ source, first, last }) => [source, first, last])).to.deep.equal([
      ["year", old!.first + 1, old!.last],
    ]);
  });

  it("applies by itself below the mark, once, for next year's too in December, and not for a blocked unit", async () => {
    clock.nowMs = at("2026-11-30T12:00:00.000");
    const mark = { unitId: unit.unitId, kind: "outpatient", threshold: 10, pushNumber: 25, isAuto: true };
    await deps.store.saveLowWater({ ...mark, contact: "王芳", phone: "", address: "" });
    await setStanding(deps, unit.unitId, { isUnpaid: true, reason: "欠缴" }, "李强");
    await keepStock(deps);
    const applied = async () =>
      (await deps.store.applications({ unitId: unit.unitId }, undefined, 10)).map(
        ({ code, state }) => `${code} ${state}`,
      );
    expect(await applied()).to.deep.equal([]);
    const blocked = await applyForNumbers(deps, unit, "B1", applicationOf(10), true);
    expect(blocked.kind === "blocked" && blocked.problems.map(({ code }) => code)).to.deep.equal(["unit_unpaid"]);
    await setStanding(deps, unit.unitId, { isUnpaid: false, reason: "" }, "李强");
    for (let n = 0; n < 2; n++) await keepStock(deps);
    expect(await applied()).to.deep.equal(["44060126 submitted"]);
    const [auto] = await deps.store.applications({ unitId: unit.unitId }, undefined, 1);
    await pass(auto!);
    await keepStock(deps);
    await settle();
    await keepStock(deps);
    expect(await applied()).to.deep.equal(["44060126 passed"]);
    // 25 are there: ten are left after the fifteenth, nine after the sixteenth.
    await issue(15);
    await keepStock(deps);
    expect(await applied()).to.have.length(1);
    clock.nowMs += 1;
    await issue(1);
    for (let n = 0; n < 2; n++) await keepStock(deps);
    expect(await applied()).to.deep.equal(["44060126 passed", "44060126 submitted"]);
    clock.nowMs = at("2026-12-01T00:00:00.000");
    for (let n = 0; n < 2; n++) await keepStock(deps);
    expect(await applied()).to.deep.equal(["44060126 passed", "44060126 submitted", "44060127 submitted"]);
    await platform.renderAll();
    await platform.anchorAll();
  });

  it("is not applied for again after the bureau returned it", async () => {
    const mark = { unitId: unit.unitId, kind: "inpatient", threshold: 10, pushNumber: 25, isAuto: true };
    clock.nowMs = at("2026-06-01T12:00:00.000");
    await deps.store.saveLowWater({ ...mark, contact: "", phone: "", address: "" });
    await keepStock(deps);
    const [auto] = await deps.store.applications({ unitId: unit.unitId }, undefined, 1);
    await reviewApplication(deps, unit.unitId, auto!.applicationNo, review(false));
    await keepStock(deps);
    expect(await deps.store.applications({ unitId: unit.unitId }, undefined, 10)).to.have.length(1);
  });

  it("is refused, or told, while old numbers are outstanding, which are named", async () => {
    const under = (onBreach: NewForOld["onBreach"]): Deps => ({
      ...deps,
      settings: { ...deps.settings, newForOld: { onBreach, every: "month", graceMs: 10 * 86_400_000 } },
    });
    clock.nowMs = at("2026-11-30T23:59:59.999");
    await pass(await apply(100));
    await settle();
    await issue(2);
    const [book] = await books();
    await platform.renderAll();
    await platform.anchorAll();
    const ask = (own = under("refuse")) =>
      applyForNumbers(own, unit, `A${serial++}`, applicationOf(1), true).then((result) => {
        if (result.kind === "blocked") return result.problems.map(({ code }) => code);
        return result.kind === "created" ? (result.warnings ?? []).map(({ code }) => `warned ${code}`) : result.kind;
      });
    clock.nowMs = at("2026-12-10T23:59:59.999");
    expect(await ask()).to.deep.equal([]);
    clock.nowMs += 1;
    expect(await ask()).to.deep.equal(["write_off_outstanding"]);
    expect(await ask(under("off"))).to.deep.equal([]);
    expect(await ask(under("warn"))).to.deep.equal(["warned write_off_outstanding"]);
    const waiting = await apply(7);
    const asked = (own: Deps) => reviewApplication(own, unit.unitId, waiting.applicationNo, review(true));
    const refused = await asked(under("refuse"));
    expect(refused).to.have.nested.property("problems[0].zh").that.contains(`号段 ${book!.bookId}（44060126 `);
    const mark = { unitId: unit.unitId, kind: "outpatient", threshold: 500, pushNumber: 25, isAuto: true };
    await deps.store.saveLowWater({ ...mark, contact: "", phone: "", address: "" });
    const automatic = async (): Promise<number> =>
      (await deps.store.applications({ unitId: unit.unitId }, undefined, 100)).filter((one) => one.source !== "unit")
        .length;
    await keepStock(under("refuse"));
    expect(await automatic()).to.equal(0);
    const told = await asked(under("warn"));
    expect(told).to.have.nested.property("warnings[0].code", "write_off_outstanding");

    const filed = await fileWriteOff(deps, unit, "20261130");
    if (filed.kind !== "filed") throw new Error(JSON.stringify(filed));
    expect(await ask()).to.deep.equal([]);
    const { writeOffId } = filed.writeOff;
    const reviewed = await reviewWriteOff(deps, writeOffId, { result: 3, opinion: "不符", reviewer: "李强" });
    expect(await ask()).to.deep.equal(["rectification_outstanding"]);
    if (reviewed.kind !== "moved") throw new Error(reviewed.kind);
    await rectifyWriteOff(deps, reviewed.writeOff, { text: "已改", by: "王芳" });
    expect(await ask()).to.deep.equal([]);
    const totals = { issuedFen: 1, reversedFen: 0, voidCount: 0, through: book!.first, bookId: book!.bookId };
    const times = { plannedAtMs: clock.nowMs, periodEndMs: at("2026-12-01T00:00:00.000") };
    await deps.store.planDeclaration({ ...totals, ...times, unitId: unit.unitId });
    expect(await ask()).to.deep.equal(["declaration_outstanding"]);
    await platform.database.dataSource.query("delete from declaration where book_id = $1", [book!.bookId]);
    await keepStock(under("refuse"));
    expect(await automatic()).to.equal(1);
  });

  it("closes a suspended unit's books after what they gave out, which is still anchored, and bars it until it is resumed", async () => {
    const book = await pass(await apply(40)).then(async (passed) => (await settle(), bookOf(passed)));
    await issue(4);
    const waiting = await apply(5);
    await setStanding(deps, unit.unitId, { isSuspended: true, reason: "违规" }, "李强");
    expect(await issue(1)).to.deep.equal(["no_numbers"]);
    const refused = await reviewApplication(deps, unit.unitId, waiting.applicationNo, review(true));
    expect(refused.kind === "refused" && refused.problems.map(({ code }) => code)).to.deep.equal(["unit_suspended"]);
    await keepStock(deps);
    for (let n = 0; n < 2; n++) await settle();
    expect(await platform.ledger.books([book.bookId])).to.deep.equal([{ next: book.first, last: book.first + 3 }]);
    const grant = platform.admin.grantBook({
      unitId: unit.unitId,
      code: book.code,
      first: 90_000_001,
      last: 90_000_002,
    });
    expect(await grant.catch((e: unknown) => e)).to.have.nested.property("details.error", "LedgerUnitIsSuspended");
    await platform.renderAll();
    await platform.anchorAll();
    expect((await books())[0]).to.include({ anchored: book.first + 4 });
    await setStanding(deps, unit.unitId, { isSuspended: false, reason: "" }, "李强");
    await settle();
    const again = await pass(waiting);
    await settle();
    expect(await issue(1)).to.deep.equal([`${again.code} ${again.range!.first}`]);
  });

  it("needs another than the applicant to review, a name, and a reason to return", async () => {
    const { unitId, applicationNo } = await apply(5);
    const pointers = async (input: object): Promise<unknown> => {
      const result = await reviewApplication(deps, unitId, applicationNo, { ...review(true), ...input });
      return result.kind === "refused" ? result.problems.map(({ code, pointer }) => `${code} ${pointer}`) : result.kind;
    };
    expect(await pointers({ reviewer: " 王芳 " })).to.deep.equal(["reviewer_is_author /reviewer"]);
    expect(await pointers({ reviewer: " " })).to.deep.equal(["field_required /reviewer"]);
    expect(await pointers({ isPassed: false, opinion: "" })).to.deep.equal(["field_required /opinion"]);
    expect(await pointers({ isPassed: false, opinion: "过多" })).to.equal("reviewed");
    expect(await pointers({})).to.equal("not_submitted");
  });
});
