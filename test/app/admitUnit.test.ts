import { expect } from "chai";
import { admitUnit, grantBook, type AdmitDeps } from "../../service/app/admitUnit.ts";
import { mendBook } from "../../service/app/mendBook.ts";
import type { Unit } from "../../service/app/storePorts.ts";
import { AppError } from "../../service/core/errors.ts";
import { demoUnits } from "../../service/demoUnits.ts";
import { startPlatform, type Platform } from "../support/platform.ts";

const CLINIC = { ...demoUnits[0]!.unit, creditCode: "12440300MB2D000774", name: "示例诊所" };
const GRANT = { kind: "outpatient", first: 3_000_001, last: 3_000_100, lowWater: 10 };

describe("admitting units, granting and mending books", function () {
  this.timeout(60_000);
  let platform: Platform;
  let deps: AdmitDeps;
  before(async () => {
    platform = await startPlatform();
    const { store, ledger, clock, kinds } = platform.deps;
    deps = { store, ledger, clock, kinds, identities: platform.keystore, bureau: platform.admin };
  });
  after(() => platform.stop());

  const codeOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => "done",
      (error: unknown) => (error instanceof AppError ? error.code : error),
    );

  it("admits a unit on chain and in the database, with keys of its own; run again it changes nothing", async () => {
    const first = await admitUnit(deps, CLINIC);
    expect(first).to.deep.include({ ...CLINIC, keyId: `unit-${CLINIC.creditCode}`, status: "active" });
    expect(await platform.deps.store.unit(first.unitId)).to.deep.equal(first);
    expect(platform.keystore.unitSigner(first.keyId).certificate.length).to.be.greaterThan(300);
    const blockNumber = await platform.ledger.blockNumber();
    expect(await admitUnit(deps, CLINIC)).to.deep.equal(first);
    expect(await platform.ledger.blockNumber()).to.equal(blockNumber);
    expect((await platform.deps.store.units()).filter(({ unitId }) => unitId === first.unitId)).to.have.length(1);
  });

  it("finishes an admission that was cut short after each step", async () => {
    const wanted = { ...CLINIC, creditCode: "12440300MB2D00078X", name: "示例诊所二" };
    const dying = (part: Partial<AdmitDeps>): AdmitDeps => ({ ...deps, ...part });
    const killed = (): Promise<never> => Promise.reject(new Error("killed"));
    await admitUnit(dying({ bureau: { ...platform.admin, admitUnit: killed } }), wanted).catch(() => undefined);
    await admitUnit(dying({ store: { ...platform.deps.store, saveUnit: killed } }), wanted).catch(() => undefined);
    const unit = await admitUnit(deps, wanted);
    const units = await platform.deps.store.units();
    expect(units.filter(({ creditCode }) => creditCode === wanted.creditCode)).to.deep.equal([unit]);
    expect(unit.unitId).to.equal(Math.max(...units.map(({ unitId }) => unitId)));
  });

  describe("a book", () => {
    let clinic: Unit;
    before(async () => {
      clinic = await admitUnit(deps, CLINIC);
    });
    const books = (): ReturnType<typeof platform.deps.store.books> => platform.deps.store.books(clinic.unitId);

    it("is granted on chain and in the database; run again it changes nothing", async () => {
      await grantBook(deps, clinic, GRANT);
      const [book] = await books();
      const { first, last } = GRANT;
      expect(book).to.include({
        kind: "outpatient",
        lowWater: 10,
        first,
        last,
        next: first,
        rendered: first,
        anchored: first,
      });
      expect(await platform.ledger.books([book!.bookId])).to.deep.equal([{ next: first, last }]);
      const blockNumber = await platform.ledger.blockNumber();
      await grantBook(deps, clinic, GRANT);
      expect(await books()).to.deep.equal([book]);
      expect(await platform.ledger.blockNumber()).to.equal(blockNumber);
    });

    it("is taken up from the chain where the database did not get it", async () => {
      const grant = { ...GRANT, first: 3_000_201, last: 3_000_300 };
      const killed = (): Promise<never> => Promise.reject(new Error("killed"));
      await grantBook({ ...deps, store: { ...platform.deps.store, saveBook: killed } }, clinic, grant).catch(
        () => undefined,
      );
      expect(await books()).to.have.length(1);
      await grantBook(deps, clinic, grant);
      expect((await books()).map(({ first }) => first)).to.deep.equal([GRANT.first, grant.first]);
    });

    it("is of a kind that there is", async () => {
      expect(await codeOf(grantBook(deps, clinic, { ...GRANT, kind: "lottery" }))).to.equal("unknown_kind");
    });

    it("that was set aside is taken up again, and its alarm with it; another's stays", async () => {
      const [book, other] = await books();
      const { store } = platform.deps;
      for (const { bookId } of [book!, other!]) {
        await store.holdBook(bookId, "LedgerBadSignature()");
        await store.raiseAlarm("segment_set_aside", `book ${bookId}`, "LedgerBadSignature()", 1);
      }
      await mendBook(platform.deps, book!.bookId);
      expect((await books()).map(({ heldReason }) => heldReason)).to.deep.equal([undefined, "LedgerBadSignature()"]);
      expect(await platform.alarms()).to.deep.equal([`segment_set_aside book ${other!.bookId}`]);
      await mendBook(platform.deps, other!.bookId);
      await mendBook(platform.deps, other!.bookId);
      expect(await platform.alarms()).to.deep.equal([]);
    });

    it("that there is not can't be mended", async () => {
      expect(await codeOf(mendBook(platform.deps, 4711))).to.equal("book_unknown");
      expect(await codeOf(mendBook(platform.deps, Number("x")))).to.equal("book_unknown");
    });
  });
});
