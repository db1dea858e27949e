import { expect } from "chai";
import { AppError } from "../../service/core/errors.ts";
import { auditLedger } from "../../service/app/auditLedger.ts";
import { examineHere } from "../../service/app/examineReceipt.ts";
import type { Declared } from "../../service/app/declarationPorts.ts";
import { declareTotals, planDeclarations } from "../../service/app/declareTotals.ts";
import type { Deps } from "../../service/app/deps.ts";
import { reverseReceipt } from "../../service/app/reverseReceipt.ts";
import type { Book, Receipt, Unit } from "../../service/app/storePorts.ts";
import { issueAt, threeDays } from "../support/days.ts";
import { failure } from "../adapters/chain/chainFixture.ts";
import { startPlatform, type Platform } from "../support/platform.ts";

const DAILY = { every: "day", delayMs: 0, redDelayMs: 92 * 86_400_000 } as const;
const [FIRST, SECOND, THIRD] = threeDays();

describe("declareTotals", function () {
  this.timeout(60_000);
  let platform: Platform;
  let tomorrow: Deps;
  let dayAfter: Deps;
  let serial = 0;
  before(async () => {
    platform = await startPlatform();
    tomorrow = platform.with({ clock: { nowMs: () => SECOND } });
    dayAfter = platform.with({ clock: { nowMs: () => THIRD } });
  });
  after(() => platform.stop());

  /** A unit of its own with one book of so many numbers. */
  const unitWith = async (size: number): Promise<{ unit: Unit; book: Book }> => {
    const school = await platform.unitOf("demo-school");
    const { unitId: _, keyId: _key, status: _status, ...template } = school;
    const at = ++serial;
    const unit = await platform.admit({
      ...template,
      creditCode: `12440300MB2E${String(at).padStart(5, "0")}X`,
      name: `示例${at}`,
    });
    const first = 2_000_000 + at * 1000;
    await platform.grant(unit, { kind: "nontax", first, last: first + size - 1, lowWater: 0 });
    const [book] = await platform.deps.store.books(unit.unitId);
    return { unit, book: book! };
  };
  const issue = async (unit: Unit, atMs: number, count: number): Promise<readonly Receipt[]> =>
    issueAt(platform, unit, atMs, { kind: "nontax", count, prefix: `D${++serial}` });
  const anchorAll = async (): Promise<void> => {
    await platform.renderAll();
    await platform.anchorAll();
  };
  const declared = ({ bookId }: Book): Promise<Declared | undefined> => platform.deps.unitLedger.declared(bookId);
  const planOf = async (deps: Deps, { bookId }: Book): Promise<string | undefined> =>
    (await planDeclarations(deps, DAILY)).planned.find(({ standing }) => standing.bookId === bookId)?.plan.kind;
  const findings = async (): Promise<readonly string[]> => {
    const { findings: found } = await auditLedger({
      ...platform.deps,
      examine: examineHere(platform.deps.hash),
      onProgress: () => undefined,
    });
    return found.map(({ code, subject }) => `${code} ${subject}`);
  };
  const sum = (receipts: readonly Receipt[]): number => receipts.reduce((total, { issuedFen }) => total + issuedFen, 0);

  it("declares a day's sums once enough is left behind them, and reads them back", async () => {
    const { unit, book } = await unitWith(500);
    const day = await issue(unit, FIRST, 21);
    const voided = day[4]!;
    await platform.deps.store.markVoid(voided.code, voided.number, "it cannot be drawn");
    await issue(unit, SECOND, 19);
    expect(await planOf(tomorrow, book), "nothing is anchored").to.equal(undefined);
    await anchorAll();
    expect(await planOf(tomorrow, book)).to.equal("held_back");
    await declareTotals(tomorrow, DAILY);
    expect(await declared(book)).to.equal(undefined);
    await issue(unit, SECOND, 1);
    await anchorAll();
    expect(await declareTotals(tomorrow, DAILY)).to.equal(0);
    const onChain = await declared(book);
    expect(onChain).to.deep.include({
      through: book.first + 20,
      issuedFen: sum(day) - voided.issuedFen,
      reversedFen: 0,
      voidCount: 1,
    });
    const [row] = await platform.deps.store.declarations(unit.unitId);
    expect(row).to.deep.include({ through: book.first + 20, declaredAtMs: onChain!.timeS * 1000 });
    expect(await findings()).to.deep.equal([]);

    const block = await platform.ledger.blockNumber();
    await declareTotals(tomorrow, DAILY);
    expect(await platform.ledger.blockNumber(), "nothing is sent twice").to.equal(block);
  });

  it("waits for 20 receipts, voids not counted", async () => {
    const { unit, book } = await unitWith(500);
    const [first] = await issue(unit, FIRST, 20);
    await issue(unit, SECOND, 20);
    await platform.deps.store.markVoid(first!.code, first!.number, "it cannot be drawn");
    await anchorAll();
    expect(await planOf(tomorrow, book)).to.equal("too_few");
    expect(await planOf(dayAfter, book), "two days together, but nothing behind them").to.equal("held_back");
  });

  it("holds a few red-letter receipts back so long, and then declares them all the same", async () => {
    const { unit, book } = await unitWith(500);
    const [first, ...day] = await issue(unit, FIRST, 22);
    await anchorAll();
    const yesterday = platform.with({ clock: { nowMs: () => FIRST } });
    const terms = { reasonCode: "refund", reason: "", documentNo: "" } as const;
    const red = await reverseReceipt(yesterday, unit, await platform.current(first!), terms);
    expect(red.kind).to.equal("issued");
    await issue(unit, SECOND, 20);
    await anchorAll();
    expect(await planOf(tomorrow, book)).to.equal("few_reds");
    const waiting = (redDelayMs: number) => declareTotals(tomorrow, { ...DAILY, redDelayMs });
    await waiting(SECOND - FIRST + 1);
    expect(await declared(book)).to.equal(undefined);
    await waiting(SECOND - FIRST);
    expect(await declared(book)).to.deep.include({ through: book.first + 22, reversedFen: first!.issuedFen });
    expect((await declared(book))?.issuedFen).to.equal(sum([first!, ...day]));
  });

  it("takes the rest of a book that is used up into its last declaration", async () => {
    const { unit, book } = await unitWith(39);
    const receipts = [...(await issue(unit, FIRST, 20)), ...(await issue(unit, SECOND, 19))];
    await anchorAll();
    await declareTotals(tomorrow, DAILY);
    expect(await declared(book)).to.deep.include({ through: book.last, issuedFen: sum(receipts) });
  });

  it("says of a book that ended with too few that it can't be declared, and nothing is sent", async () => {
    const { unit, book } = await unitWith(19);
    await issue(unit, FIRST, 19);
    await anchorAll();
    expect(await planOf(tomorrow, book)).to.equal("undeclarable");
    await declareTotals(tomorrow, DAILY);
    expect(await declared(book)).to.equal(undefined);
  });

  it("goes on after a crash before sending and after sending, and sends once", async () => {
    const { unit, book } = await unitWith(20);
    await issue(unit, FIRST, 20);
    await anchorAll();
    const { unitLedger, store } = tomorrow;
    const crash = (): Promise<never> => Promise.reject(new AppError("crash", "crash"));
    await failure(declareTotals({ ...tomorrow, unitLedger: { ...unitLedger, declare: crash } }, DAILY));
    expect(await declared(book)).to.equal(undefined);
    expect(await store.plannedDeclarations()).to.have.length(1);
    await failure(declareTotals({ ...tomorrow, store: { ...store, markDeclared: crash } }, DAILY));
    const onChain = await declared(book);
    expect(onChain?.through).to.equal(book.last);
    expect(await findings(), "on chain and written down: nothing is wrong").to.deep.equal([]);
    expect(await declareTotals(tomorrow, DAILY)).to.equal(0);
    expect(await store.plannedDeclarations()).to.deep.equal([]);
    expect(await declared(book), "the same transaction").to.deep.equal(onChain);
  });

  it("raises an alarm while the contract refuses, and goes on by itself", async () => {
    const { unit, book } = await unitWith(20);
    await issue(unit, FIRST, 20);
    await anchorAll();
    await platform.admin.pause();
    await declareTotals(tomorrow, DAILY);
    expect(await platform.alarms()).to.include(`declaration_refused book ${book.bookId}`);
    await platform.admin.unpause();
    await declareTotals(tomorrow, DAILY);
    expect(await platform.alarms()).not.to.include(`declaration_refused book ${book.bookId}`);
    expect((await declared(book))?.through).to.equal(book.last);
  });

  it("declares cumulative totals, each through more numbers", async () => {
    const { unit, book } = await unitWith(40);
    const first = await issue(unit, FIRST, 20);
    const second = await issue(unit, SECOND, 20);
    await anchorAll();
    await declareTotals(tomorrow, DAILY);
    expect(await declared(book)).to.deep.include({ through: book.first + 19, issuedFen: sum(first) });
    await declareTotals(dayAfter, DAILY);
    expect(await declared(book)).to.deep.include({ through: book.last, issuedFen: sum([...first, ...second]) });
    expect(await platform.deps.store.declarations(unit.unitId)).to.have.length(2);
    expect(await findings()).to.deep.equal([]);
  });

  it("lets the audit find an altered declaration, a lost one, and one on chain that nobody wrote down", async () => {
    const { unit, book } = await unitWith(20);
    await issue(unit, FIRST, 20);
    await anchorAll();
    await declareTotals(tomorrow, DAILY);
    const expected = [`declaration_differs book ${book.bookId}`];
    const sql = (text: string): Promise<unknown> => platform.database.dataSource.query(text, [book.bookId]);
    await sql("update declaration set issued_fen = issued_fen + 1 where book_id = $1");
    expect(await findings()).to.deep.equal(expected);
    await sql("update declaration set issued_fen = issued_fen - 1, through = through - 1 where book_id = $1");
    expect(await findings()).to.deep.equal(expected);
    await sql("update declaration set through = through + 1 where book_id = $1");
    expect(await findings()).to.deep.equal([]);
    await sql("delete from declaration where book_id = $1");
    expect(await findings()).to.deep.equal(expected);
    await declareTotals(tomorrow, DAILY);
    expect(await platform.alarms(), "nothing is put on top of it").to.include(expected[0]);
  });
});
