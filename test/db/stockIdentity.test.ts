import { expect } from "chai";
import fc from "fast-check";
import { applyForNumbers } from "../../service/app/applyForNumbers.ts";
import { settleNumbers } from "../../service/app/grantNumbers.ts";
import { keepStock } from "../../service/app/keepStock.ts";
import { reportStock } from "../../service/app/reportStock.ts";
import { returnNumbers } from "../../service/app/returnNumbers.ts";
import { reviewApplication, reviewReturn } from "../../service/app/reviewNumbers.ts";
import type { Store } from "../../service/app/storePorts.ts";
import { yearOf } from "../../service/domain/fiscalTime.ts";
import { createStore } from "../../service/db/store.ts";
import { startTestDatabase, type TestDatabase } from "../support/database.ts";
import { newReceipt, testUnit } from "../support/fixtures.ts";
import { applicationOf, fakeChain, numberDeps, review } from "../support/numbers.ts";

const START_MS = Date.parse("2026-12-30T12:00:00+08:00");
const STEPS = ["book_granted", "grant_saved", "book_closed", "return_saved"] as const;

type Act =
  | { readonly do: "issue"; readonly unitId: number; readonly count: number; readonly place: string }
  | { readonly do: "void" | "red"; readonly pick: number }
  | { readonly do: "apply"; readonly unitId: number; readonly count: number; readonly isNext: boolean }
  | { readonly do: "review" | "reviewReturn"; readonly isPassed: boolean }
  | { readonly do: "return"; readonly pick: number; readonly share: number }
  | { readonly do: "stand"; readonly unitId: number; readonly isSuspended: boolean; readonly isUnpaid: boolean }
  | { readonly do: "settle"; readonly diesAt: (typeof STEPS)[number] | undefined }
  | { readonly do: "keep" }
  | { readonly do: "wait"; readonly hours: number };

const unitId = fc.integer({ min: 1, max: 2 });
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("issue" as const),
      unitId,
      count: fc.integer({ min: 1, max: 12 }),
      place: fc.constantFrom("", "P1"),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("void" as const, "red" as const), pick: fc.nat() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("apply" as const),
      unitId,
      count: fc.integer({ min: 1, max: 20 }),
      isNext: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("review" as const), isPassed: fc.oneof(fc.constant(true), fc.boolean()) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("reviewReturn" as const), isPassed: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("return" as const), pick: fc.nat(), share: fc.integer({ min: 0, max: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("stand" as const),
      unitId,
      isSuspended: fc.boolean(),
      isUnpaid: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("settle" as const),
      diesAt: fc.option(fc.constantFrom(...STEPS), { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: "keep" as const }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("wait" as const), hours: fc.integer({ min: 1, max: 12 }) }) },
);

/** The identity of docs/domain.md 3.8, whatever happens in whatever order, with the program dying between chain and rows. */
describe("the stock ledger under random histories", function () {
  this.timeout(120_000);
  let database: TestDatabase;
  let store: Store;
  before(async () => {
    database = await startTestDatabase();
    store = createStore(database.dataSource, () => undefined);
  });
  after(() => database.stop());

  it("balances for every unit, code and period, and no two ranges overlap", async () => {
    let [issuedInAll, returnedInAll, grantedInAll] = [0, 0, 0];
    await fc.assert(
      fc.asyncProperty(
        fc.array(act, { minLength: 15, maxLength: 45 }),
        fc.array(fc.nat({ max: 60 }), { minLength: 2, maxLength: 6 }),
        async (acts, hours) => {
          const { clock, chain, model } = await play(acts);
          const ends = [...hours.map((hour) => START_MS + hour * 3_600_000), clock.nowMs + 1].sort((a, b) => a - b);
          await expectBalance([0, ...ends], model);
          expectApart(chain.books);
          issuedInAll += model.size;
          grantedInAll += chain.books.length;
          returnedInAll += chain.books.filter((book) => book.last < book.grantedLast).length;
        },
      ),
      { numRuns: 25 },
    );
    // Histories in which nothing happens would prove nothing.
    expect(issuedInAll).to.be.greaterThan(150);
    expect(grantedInAll).to.be.greaterThan(50);
    expect(returnedInAll).to.be.greaterThan(3);
  });

  /** Kind of each number taken: the model. */
  type Model = Map<string, "blue" | "red" | "void">;

  async function play(acts: readonly Act[]) {
    const tables = "receipt, book, unit, number_application, code_range, book_grant, book_return, unit_standing, place";
    await database.dataSource.query(`truncate ${tables}, low_water, low_water_raise, alarm`);
    for (const id of [1, 2]) await store.saveUnit(testUnit(id));
    await store.savePlace({ unitId: 1, placeCode: "P1", name: "一楼", isOpen: true });
    const mark = { kind: "outpatient", threshold: 5, pushNumber: 8, isAuto: true, contact: "", phone: "", address: "" };
    await store.saveLowWater({ unitId: 2, ...mark });
    const [clock, chain, model] = [{ nowMs: START_MS }, fakeChain(), new Map() as Model];
    const context = { clock, chain, model, serial: 0 };
    // Every history begins with numbers, and ends with a program that is up and well.
    for (const id of [1, 2]) await run(context, { do: "apply", unitId: id, count: 30, isNext: false });
    for (let n = 0; n < 2; n++) await run(context, { do: "review", isPassed: true });
    for (const each of [{ do: "settle", diesAt: undefined } as const, ...acts]) await run(context, each);
    await run(context, { do: "keep" });
    await run(context, { do: "settle", diesAt: undefined });
    return context;
  }

  type Context = { clock: { nowMs: number }; chain: ReturnType<typeof fakeChain>; model: Model; serial: number };

  async function run(context: Context, step: Act): Promise<void> {
    const { clock, chain, model } = context;
    const deps = numberDeps(store, clock, chain);
    clock.nowMs += 1_000;
    switch (step.do) {
      case "issue": {
        const code = Number(`440601${String(yearOf(clock.nowMs)).slice(2)}`);
        const asked = Array.from({ length: step.count }, () => {
          const receipt = newReceipt(`B${context.serial++}`, { unitId: step.unitId, code });
          return store.issue({
            ...receipt,
            input: { ...receipt.input, placeCode: step.place },
            issuedAtMs: clock.nowMs,
          });
        });
        for (const outcome of await Promise.all(asked)) {
          if (outcome.kind === "issued") model.set(`${outcome.receipt.code} ${outcome.receipt.number}`, "blue");
        }
        return;
      }
      case "void":
      case "red": {
        const key = [...model.keys()][step.pick % Math.max(1, model.size)];
        if (key === undefined || model.get(key) !== "blue") return;
        const [code = 0, number = 0] = key.split(" ").map(Number);
        if (step.do === "void") await store.markVoid(code, number, "it cannot be drawn");
        else {
          const sql = "update receipt set reversed_fen = issued_fen, issued_fen = 0 where code = $1 and number = $2";
          await database.dataSource.query(sql, [code, number]);
        }
        model.set(key, step.do);
        return;
      }
      case "apply": {
        const year = yearOf(clock.nowMs) + (step.isNext ? 1 : 0);
        const unit = (await store.unit(step.unitId))!;
        await applyForNumbers(deps, unit, `A${context.serial++}`, applicationOf(step.count, { year }), true);
        return;
      }
      case "review": {
        const [next] = await store.applications({ state: "submitted" }, undefined, 1);
        if (next === undefined) return;
        const result = await reviewApplication(deps, next.unitId, next.applicationNo, review(step.isPassed));
        if (result.kind === "refused") await reviewApplication(deps, next.unitId, next.applicationNo, review(false));
        return;
      }
      case "return": {
        const books = await store.books();
        const book = books[step.pick % Math.max(1, books.length)];
        if (book === undefined) return;
        const first = book.next + Math.floor(((book.last - book.next) * step.share) / 3);
        const by = { reason: "不用了", author: "王芳" };
        await returnNumbers(deps, book, { returnNo: `T${context.serial++}`, bookId: book.bookId, first, ...by });
        // The first is given to a place of its own as well, so that both kinds of books are drawn from.
        if (book.unitId === 1) await store.assignBook(1, book.bookId, "P1");
        return;
      }
      case "reviewReturn": {
        const [next] = await store.bookReturns({ state: "submitted" }, undefined, 1);
        if (next !== undefined) await reviewReturn(deps, next.unitId, next.returnNo, review(step.isPassed));
        return;
      }
      case "stand": {
        const standing = { isUnpaid: step.isUnpaid, isAlarm: false, isSuspended: step.isSuspended, reason: "" };
        await store.setStanding(step.unitId, standing, { name: "李强", atMs: clock.nowMs });
        return;
      }
      case "settle": {
        const dying = numberDeps(store, clock, chain, (at) => {
          if (at === step.diesAt) throw new Error("killed");
        });
        const lease = (await store.lease("numbers", "test", 60_000))!;
        await settleNumbers(dying, chain, lease).catch((error: unknown) => {
          if (!(error instanceof Error) || error.message !== "killed") throw error;
        });
        return;
      }
      case "keep":
        await keepStock(deps);
        return;
      case "wait":
        clock.nowMs += step.hours * 3_600_000;
    }
  }

  async function expectBalance(ends: readonly number[], model: Model): Promise<void> {
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const closing = new Map<string, number>();
    const sums = { blue: 0, red: 0, void: 0 };
    for (const [index, toMs] of ends.entries()) {
      if (index === 0) continue;
      const lines = await reportStock({ store, log }, { fromMs: ends[index - 1]!, toMs, limit: 100 });
      for (const line of lines) {
        const key = `${line.unitId} ${line.code}`;
        expect(line.difference, JSON.stringify(line)).to.equal(0);
        // One period's end is the next one's beginning.
        expect(line.opening, key).to.equal(closing.get(key) ?? 0);
        closing.set(key, line.closing);
        for (const name of ["blue", "red", "void"] as const) sums[name] += line[name];
      }
    }
    const count = (kind: string): number => [...model.values()].filter((each) => each === kind).length;
    expect(sums).to.deep.equal({ blue: count("blue"), red: count("red"), void: count("void") });
    const left = (await store.books()).reduce((sum, book) => sum + book.last - book.next + 1, 0);
    expect([...closing.values()].reduce((sum, each) => sum + each, 0)).to.equal(left);
  }

  function expectApart(books: ReturnType<typeof fakeChain>["books"]): void {
    const sorted = [...books].sort((a, b) => a.code - b.code || a.first - b.first);
    for (const [index, book] of sorted.entries()) {
      const next = sorted[index + 1];
      if (next?.code === book.code) expect(next.first).to.equal(book.grantedLast + 1);
    }
  }
});
