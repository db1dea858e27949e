import { expect } from "chai";
import {
  MAX_APPLIED,
  checkApplication,
  checkCodeYear,
  goodStanding,
  grantBlocks,
  oldBooksBefore,
  yearsOpen,
} from "../../service/domain/numberRules.ts";
import { outpatient } from "../../service/domain/kinds/outpatient.ts";
import { stockLineOf, type StockCounts } from "../../service/domain/stock.ts";
import { testUnit } from "../support/fixtures.ts";

const at = (text: string): number => Date.parse(`${text}+08:00`);

describe("the rules of numbers", () => {
  it("open next year's numbers on 1 December and this year's at its first moment, in Asia/Shanghai", () => {
    expect(yearsOpen(at("2026-11-30T23:59:59.999"))).to.deep.equal([2026]);
    expect(yearsOpen(at("2026-12-01T00:00:00.000"))).to.deep.equal([2026, 2027]);
    expect(yearsOpen(at("2026-12-31T23:59:59.999"))).to.deep.equal([2026, 2027]);
    expect(yearsOpen(at("2027-01-01T00:00:00.000"))).to.deep.equal([2027]);
    expect(yearsOpen(at("2099-12-31T12:00:00.000"))).to.deep.equal([2099]);
  });

  it("return old books one hour into the year, not in the minutes in which old numbers may still be committed", () => {
    expect(oldBooksBefore(at("2027-01-01T00:59:59.999"))).to.equal(2026);
    expect(oldBooksBefore(at("2027-01-01T01:00:00.000"))).to.equal(2027);
  });

  it("check kind, year and count of an application, each from both sides", () => {
    const unit = testUnit();
    const good = { kind: outpatient, unit, year: 2026, count: 1, nowMs: at("2026-06-01T12:00:00.000") };
    const pointers = (change: Partial<typeof good>): readonly string[] =>
      checkApplication({ ...good, ...change }).map((problem) => `${problem.code} ${problem.pointer}`);
    expect(pointers({})).to.deep.equal([]);
    expect(pointers({ count: MAX_APPLIED })).to.deep.equal([]);
    for (const count of [0, MAX_APPLIED + 1, 1.5, -1]) {
      expect(pointers({ count }), String(count)).to.deep.equal(["count_out_of_range /count"]);
    }
    for (const year of [2025, 2027]) expect(pointers({ year })).to.deep.equal(["year_not_open /year"]);
    expect(pointers({ unit: { ...unit, kinds: ["nontax"] } })).to.deep.equal(["kind_not_allowed /kind"]);
    expect(checkCodeYear("44060126", good.nowMs)).to.deep.equal([]);
    expect(checkCodeYear("44060125", good.nowMs).map(({ code }) => code)).to.deep.equal(["year_not_open"]);
  });

  it("block a unit for each thing that is said of it, with the reason", () => {
    expect(grantBlocks(goodStanding)).to.deep.equal([]);
    const codes = grantBlocks({ isUnpaid: true, isAlarm: true, isSuspended: true, reason: "2026 年未审验" });
    expect(codes.map(({ code }) => code)).to.deep.equal(["unit_unpaid", "unit_under_warning", "unit_suspended"]);
    for (const { zh } of codes) expect(zh).to.include("2026 年未审验");
  });
});

describe("a line of the stock ledger", () => {
  const counts: StockCounts = {
    ...{ unitId: 1, code: 44060126 },
    granted: { before: 100, within: 50, after: 7 },
    returned: { before: 10, within: 5, after: 2 },
    taken: { before: 40, within: 30, after: 6 },
    ...{ blue: 26, red: 3, void: 1, leftNow: 64 },
  };

  it("balances where the books' marks are what grants, returns and receipts make them", () => {
    expect(stockLineOf(counts)).to.deep.equal({
      ...{ unitId: 1, code: 44060126, opening: 50, granted: 50, returned: 5 },
      ...{ blue: 26, red: 3, void: 1, closing: 65, difference: 0 },
    });
  });

  it("shows a number that a book has lost, or found, as a difference", () => {
    expect(stockLineOf({ ...counts, leftNow: 63 }).difference).to.equal(1);
    expect(stockLineOf({ ...counts, leftNow: 65 }).difference).to.equal(-1);
  });
});
