import { expect } from "chai";
import fc from "fast-check";
import { auditLedger } from "../../service/app/auditLedger.ts";
import { examineHere } from "../../service/app/examineReceipt.ts";
import { exchangeReceipt, replacePaper, returnPaper, settlePapers } from "../../service/app/exchangeReceipt.ts";
import { followLedger } from "../../service/app/followLedger.ts";
import { reverseReceipt } from "../../service/app/reverseReceipt.ts";
import { entryLeaf } from "../../service/app/segmentTrees.ts";
import type { Receipt, Unit } from "../../service/app/storePorts.ts";
import { AppError } from "../../service/core/errors.ts";
import { hexOf } from "../../service/core/bytes.ts";
import {
  interlockOf,
  lifeStateOf,
  LIFE_ACTIONS,
  type LifeAction,
  type LifeState,
} from "../../service/domain/interlocks.ts";
import { admitTestClaimant, type TestClaimant } from "../support/claimant.ts";
import { startPlatform, type Platform } from "../support/platform.ts";

const PAPER = { placeCode: "", operator: "李四", paperCode: undefined, paperNumber: undefined };
const REFUND = { reasonCode: "refund", reason: "", documentNo: "" } as const;

/** Random histories of receipts: what the service allows and refuses, what the database holds, and what the chain holds, agree. */
describe("the life of a receipt", function () {
  this.timeout(120_000);
  let platform: Platform;
  let hospital: Unit;
  let claimant: TestClaimant;
  let issued = 0;
  before(async () => {
    platform = await startPlatform();
    hospital = await platform.unitOf("demo-hospital");
    claimant = await admitTestClaimant(platform);
    await platform.deps.store.savePaperBook({
      ...{ unitId: hospital.unitId, paperCode: "44060126", placeCode: "", first: 1, last: 9_999, next: 1 },
      ...{ digits: 8, grantedAtMs: 0 },
    });
  });
  after(async () => {
    claimant.stop();
    await platform.stop();
  });

  const fresh = async (): Promise<Receipt> => {
    const receipt = await platform.issue("outpatient", `LIFE-${++issued}`);
    await platform.renderAll();
    await platform.anchorAll();
    return platform.current(receipt);
  };
  const chainState = async (receipt: Receipt): Promise<LifeState> => {
    const status = await platform.ledger.status(hexOf(entryLeaf({ ...receipt, isVoid: false })));
    return lifeStateOf({
      ...{ isVoid: false, isRed: false, isReversed: status.reversed, isOnPaper: status.onPaper },
      usedFen: status.usedFen + status.lockedFen,
    });
  };
  /** Whether it was done. A refusal is a value of the service, or an error of the contract. */
  const act = async (place: Receipt, action: LifeAction): Promise<boolean> => {
    const receipt = await platform.current(place);
    const { deps } = platform;
    switch (action) {
      case "reverse": {
        const { kind } = await reverseReceipt(deps, hospital, receipt, { ...REFUND, busNo: `LIFE-R-${++issued}` });
        if (kind !== "issued") return false;
        await platform.renderAll();
        await platform.anchorAll();
        return true;
      }
      case "exchange":
        return (await exchangeReceipt(deps, receipt, PAPER)).kind === "requested";
      case "returnPaper":
        return (await returnPaper(deps, receipt, "退回")) !== undefined;
      case "replacePaper":
        return (await replacePaper(deps, receipt, PAPER, "打印损坏")).kind === "requested";
      case "enter":
        return claimant.claim(receipt, 1).then(
          () => true,
          () => false,
        );
      case "cancelEntry":
        return claimant.release(receipt, 1).then(
          () => true,
          () => false,
        );
    }
  };
  /** One receipt's state as the rules have it. */
  const nextOf = (state: LifeState, usedFen: number, action: LifeAction): { state: LifeState; usedFen: number } => {
    if (interlockOf(state, action) !== undefined) return { state, usedFen };
    if (action === "cancelEntry" && usedFen === 0) return { state, usedFen };
    const used = action === "enter" ? usedFen + 1 : action === "cancelEntry" ? usedFen - 1 : usedFen;
    const next: Readonly<Record<LifeAction, LifeState>> = {
      reverse: "reversed",
      exchange: "on_paper",
      returnPaper: "normal",
      replacePaper: "on_paper",
      enter: "entered",
      cancelEntry: state === "reversed" ? "reversed" : used > 0 ? "entered" : "normal",
    };
    return { state: next[action], usedFen: used };
  };

  it("goes through every pair of state and action as the table says, in service, database and chain", async () => {
    const ways: Readonly<Partial<Record<LifeState, readonly LifeAction[]>>> = {
      normal: [],
      on_paper: ["exchange"],
      entered: ["enter"],
      reversed: ["reverse"],
    };
    for (const [state, way] of Object.entries(ways) as [LifeState, LifeAction[]][]) {
      for (const action of LIFE_ACTIONS) {
        const receipt = await fresh();
        for (const step of way) expect(await act(receipt, step), `${state} by ${step}`).to.equal(true);
        expect(await chainState(receipt), `${state} on chain`).to.equal(state);
        const isAllowed =
          interlockOf(state, action) === undefined && !(state === "reversed" && action === "cancelEntry");
        expect(await act(receipt, action), `${state} · ${action}`).to.equal(isAllowed);
        const expected = isAllowed ? nextOf(state, state === "entered" ? 1 : 0, action).state : state;
        expect(await chainState(receipt), `${state} after ${action}`).to.equal(expected);
      }
    }
  });

  it("keeps service, database and chain in step under random histories", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...LIFE_ACTIONS), { minLength: 4, maxLength: 12 }), async (actions) => {
        const receipt = await fresh();
        let model: { state: LifeState; usedFen: number } = { state: "normal", usedFen: 0 };
        for (const action of actions) {
          const next = nextOf(model.state, model.usedFen, action);
          const isAllowed =
            interlockOf(model.state, action) === undefined && !(action === "cancelEntry" && model.usedFen === 0);
          expect(await act(receipt, action), `${model.state} · ${action}`).to.equal(isAllowed);
          model = next;
          expect(await chainState(receipt), `after ${action}`).to.equal(model.state);
          const row = await platform.current(receipt);
          expect(row.reversedBy !== undefined).to.equal(model.state === "reversed");
          expect(row.paper?.state).to.equal(model.state === "on_paper" ? "given" : undefined);
        }
      }),
      { numRuns: 12, endOnFailure: true },
    );
  });

  it("keeps the stock of paper: granted = given + spoilt + left, and no number stands twice", async () => {
    const { store } = platform.deps;
    const [before] = await store.paperStock(hospital.unitId);
    const spoil = { paperCode: "44060126", first: before!.next + 1, last: before!.next + 2, reason: "卡纸", nowMs: 1 };
    expect(await store.spoilBlanks(hospital.unitId, spoil)).to.deep.equal({ kind: "spoilt", count: 2 });
    expect(await store.spoilBlanks(hospital.unitId, { ...spoil, first: 1 })).to.have.property("kind", "not_blank");
    const receipts = [await fresh(), await fresh()];
    const given = [];
    for (const receipt of receipts) {
      const result = await exchangeReceipt(platform.deps, receipt, PAPER);
      if (result.kind !== "requested") throw new Error(result.kind);
      given.push(Number(result.exchange.paperNumber));
    }
    expect(given).to.deep.equal([before!.next, before!.next + 3]);
    const [stock] = await store.paperStock(hospital.unitId);
    expect(stock!.givenCount).to.equal(before!.givenCount + 2);
    expect(stock!.spoiltCount).to.equal(before!.spoiltCount + 2);
    const rows = await platform.database.dataSource.query(
      "select count(*)::int as n, count(distinct paper_number)::int as d from paper_exchange where state <> 'refused'",
    );
    expect(rows[0].n).to.equal(rows[0].d);
  });

  it("refuses another number than that in hand, and names the next", async () => {
    const receipt = await fresh();
    const [stock] = await platform.deps.store.paperStock(hospital.unitId);
    const next = String(stock!.next).padStart(8, "0");
    const wrong = await exchangeReceipt(platform.deps, receipt, { ...PAPER, paperNumber: "00009999" });
    expect(wrong).to.deep.equal({ kind: "paper_differs", next });
    const right = await exchangeReceipt(platform.deps, receipt, { ...PAPER, paperNumber: next });
    expect(right.kind).to.equal("requested");
    const again = await exchangeReceipt(platform.deps, receipt, PAPER);
    if (again.kind !== "standing") throw new Error(again.kind);
    expect(again.exchange).to.include({ paperNumber: next, state: "given" });
  });

  it("finishes an exchange that a crash or an unreachable chain has left, and frees the number of a refused one", async () => {
    const receipt = await fresh();
    const { deps } = platform;
    const away = platform.with({
      unitLedger: {
        ...deps.unitLedger,
        setPaper: () => Promise.reject(new AppError("chain_unreachable", "no answer")),
      },
    });
    const result = await exchangeReceipt(away, receipt, PAPER);
    if (result.kind !== "requested") throw new Error(result.kind);
    expect(result.exchange.state).to.equal("requested");
    expect((await reverseReceipt(deps, hospital, await platform.current(receipt), REFUND)).kind).to.equal(
      "interlocked",
    );
    expect(await settlePapers(deps)).to.equal(1);
    expect((await platform.current(receipt)).paper?.state).to.equal("given");
    expect(await chainState(receipt)).to.equal("on_paper");
    const slipped = await fresh();
    const late = await exchangeReceipt(away, slipped, PAPER);
    await claimant.claim(slipped, 1);
    await settlePapers(deps);
    expect((await platform.current(slipped)).paper).to.equal(undefined);
    const next = await exchangeReceipt(deps, await fresh(), PAPER);
    if (late.kind !== "requested" || next.kind !== "requested") throw new Error(next.kind);
    expect(next.exchange.paperNumber).to.equal(late.exchange.paperNumber);
  });

  it("keeps an exchange waiting, with an alarm, while the ledger is paused", async () => {
    const receipt = await fresh();
    await platform.admin.pause();
    const result = await exchangeReceipt(platform.deps, receipt, PAPER);
    if (result.kind !== "requested") throw new Error(result.kind);
    expect(result.exchange.state).to.equal("requested");
    const subject = `paper_refused receipt ${receipt.code} ${receipt.number}`;
    expect(await platform.alarms()).to.include(subject);
    await platform.admin.unpause();
    await settlePapers(platform.deps);
    expect((await platform.current(receipt)).paper?.state).to.equal("given");
    expect(await platform.alarms()).not.to.include(subject);
  });

  it("ends with an audit without findings; paper that the chain does not know is found", async () => {
    const audit = (): ReturnType<typeof auditLedger> =>
      auditLedger({ ...platform.deps, examine: examineHere(platform.deps.hash), onProgress: () => undefined });
    // Whatever was played here is our own doing, and is known as such.
    await followLedger(platform.deps, (await platform.deps.store.lease("follow", "test", 60_000))!);
    expect((await platform.alarms()).filter((alarm) => alarm.includes("elsewhere"))).to.deep.equal([]);
    expect((await audit()).findings).to.deep.equal([]);
    const receipt = await fresh();
    const { dataSource } = platform.database;
    await dataSource.query(
      `insert into paper_exchange values ('zzz', $1, $2, $3, '44060126', 9999, 8, 'given', '', '', '', 1, 1)`,
      [hospital.unitId, receipt.code, receipt.number],
    );
    expect((await audit()).findings.map(({ code }) => code)).to.deep.equal(["paper_differs"]);
  });
});
