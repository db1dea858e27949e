import { expect } from "chai";
import fc from "fast-check";
import { dateOf, dayOf } from "../../service/domain/fiscalTime.ts";
import { MAX_FEN } from "../../service/domain/money.ts";
import { lateSurcharge } from "../../service/domain/surcharge.ts";
import { codeThrownBy } from "./fixtures.ts";

const RECEIVED = dayOf("20250301") ?? 0;

function paidOnDay(day: number, more: { suspendedDays?: number; holidays?: string[]; fineFen?: number } = {}) {
  const payment = {
    fineFen: 20_000,
    suspendedDays: 0,
    receivedDate: "20250301",
    paidDate: dateOf(RECEIVED + day),
    ...more,
  };
  return lateSurcharge(payment);
}

describe("domain/surcharge", () => {
  /** docs/domain.md 8: late days to fen, for a fine of 200.00. */
  const table: [number, number][] = [
    [0, 0],
    [1, 600],
    [10, 6000],
    [33, 19_800],
    [34, 20_000],
    [100, 20_000],
  ];
  for (const [daysLate, surchargeFen] of table) {
    it(`adds ${surchargeFen} fen after ${daysLate} late days`, () => {
      expect(paidOnDay(15 + daysLate)).to.deep.include({ daysLate, surchargeFen });
    });
  }

  it("counts day 15 as the last free day and day 16 as one late day", () => {
    expect(paidOnDay(0)).to.deep.equal({ lastFreeDate: "20250316", daysLate: 0, surchargeFen: 0, isCapped: false });
    expect(paidOnDay(15)).to.deep.equal({ lastFreeDate: "20250316", daysLate: 0, surchargeFen: 0, isCapped: false });
    expect(paidOnDay(16)).to.deep.equal({ lastFreeDate: "20250316", daysLate: 1, surchargeFen: 600, isCapped: false });
  });

  it("reaches the cap on day 49, not on day 48", () => {
    expect(paidOnDay(48)).to.deep.include({ daysLate: 33, surchargeFen: 19_800, isCapped: false });
    expect(paidOnDay(49)).to.deep.include({ daysLate: 34, surchargeFen: 20_000, isCapped: true });
  });

  it("leaves out suspended days", () => {
    expect(paidOnDay(20, { suspendedDays: 4 })).to.deep.include({ daysLate: 1, surchargeFen: 600 });
    expect(paidOnDay(20, { suspendedDays: 5 })).to.deep.include({ daysLate: 0, surchargeFen: 0 });
    expect(paidOnDay(20, { suspendedDays: 500 })).to.deep.include({ daysLate: 0, surchargeFen: 0 });
  });

  it("moves an end on a holiday to the first day that is none", () => {
    const holidays = ["20250316", "2025-03-17"];
    expect(paidOnDay(17, { holidays })).to.deep.include({ lastFreeDate: "20250318", daysLate: 0 });
    expect(paidOnDay(18, { holidays })).to.deep.include({ daysLate: 1, surchargeFen: 600 });
    expect(paidOnDay(16, { holidays: ["20250315", "20250317"] })).to.deep.include({ daysLate: 1 });
  });

  it("rounds once, half up", () => {
    expect(paidOnDay(16, { fineFen: 50 }).surchargeFen).to.equal(2);
    expect(paidOnDay(16, { fineFen: 49 }).surchargeFen).to.equal(1);
    expect(paidOnDay(18, { fineFen: 17 }).surchargeFen).to.equal(2);
  });

  it("takes other terms, and no surcharge on no fine", () => {
    const payment = { fineFen: 10_000, suspendedDays: 0, receivedDate: "20250101", paidDate: "20250112" };
    expect(lateSurcharge(payment, { dailyRate: "0.0005", freeDays: 10 })).to.deep.include({
      daysLate: 1,
      surchargeFen: 5,
    });
    expect(paidOnDay(100, { fineFen: 0 })).to.deep.include({ surchargeFen: 0, isCapped: false });
  });

  it("refuses a payment before receipt, dates that are none and broken numbers", () => {
    expect(codeThrownBy(() => paidOnDay(-1))).to.equal("surcharge_input_invalid");
    expect(codeThrownBy(() => paidOnDay(0, { suspendedDays: -1 }))).to.equal("surcharge_input_invalid");
    expect(codeThrownBy(() => paidOnDay(0, { suspendedDays: 0.5 }))).to.equal("surcharge_input_invalid");
    expect(codeThrownBy(() => paidOnDay(0, { fineFen: -1 }))).to.equal("surcharge_input_invalid");
    const noDate = { fineFen: 1, suspendedDays: 0, receivedDate: "20250230", paidDate: "20250301" };
    expect(codeThrownBy(() => lateSurcharge(noDate))).to.equal("surcharge_input_invalid");
  });

  it("never goes past the fine nor back with time, and is 3 % a day till then", () => {
    fc.assert(
      fc.property(fc.nat(MAX_FEN), fc.nat(3000), (fineFen, day) => {
        const today = paidOnDay(day, { fineFen });
        const tomorrow = paidOnDay(day + 1, { fineFen });
        expect(today.surchargeFen).to.be.at.most(fineFen);
        expect(tomorrow.surchargeFen).to.be.at.least(today.surchargeFen);
        const exact = (BigInt(fineFen) * 3n * BigInt(today.daysLate) * 2n + 100n) / 200n;
        expect(BigInt(today.surchargeFen)).to.equal(exact < BigInt(fineFen) ? exact : BigInt(fineFen));
      }),
    );
  });
});
