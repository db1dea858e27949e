import { expect } from "chai";
import fc from "fast-check";
import {
  dateOf,
  dayOf,
  issueDateOf,
  issueTimeOf,
  parseDate,
  parseDateTime,
  yearOf,
} from "../../service/domain/fiscalTime.ts";
import { codeThrownBy } from "./fixtures.ts";

describe("domain/fiscalTime", () => {
  it("turns the year at midnight in Asia/Shanghai", () => {
    const midnight = Date.UTC(2025, 11, 31, 16);
    expect([yearOf(midnight - 1), issueDateOf(midnight - 1), issueTimeOf(midnight - 1)]).to.deep.equal([
      2025,
      "20251231",
      "23:59:59",
    ]);
    expect([yearOf(midnight), issueDateOf(midnight), issueTimeOf(midnight)]).to.deep.equal([
      2026,
      "20260101",
      "00:00:00",
    ]);
  });

  it("agrees with the time zone database", () => {
    const format = new Intl.DateTimeFormat("sv-SE", {
      timeZone: "Asia/Shanghai",
      dateStyle: "short",
      timeStyle: "medium",
    });
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2099, 11, 31) }), (ms) => {
        const [date = "", time = ""] = format.format(ms).split(" ");
        expect([issueDateOf(ms), issueTimeOf(ms)]).to.deep.equal([date.replaceAll("-", ""), time]);
      }),
    );
  });

  it("refuses the first moment outside 2000 to 2099", () => {
    const [first, end] = [Date.UTC(1999, 11, 31, 16), Date.UTC(2099, 11, 31, 16)];
    expect([yearOf(first), yearOf(end - 1)]).to.deep.equal([2000, 2099]);
    for (const bad of [first - 1, end, NaN, Infinity])
      expect(codeThrownBy(() => issueDateOf(bad))).to.equal("time_out_of_range");
  });

  it("reads dates that exist, in two forms", () => {
    expect([parseDate("20240229"), parseDate("2024-02-29")]).to.deep.equal(["20240229", "20240229"]);
    for (const bad of [
      "20230229",
      "20240230",
      "20240001",
      "20241301",
      "20240100",
      "2024-0229",
      "202402-29",
      "18991231",
      "21000101",
      "",
    ]) {
      expect(parseDate(bad), bad).to.equal(undefined);
    }
    expect([parseDate("19000101"), parseDate("20991231")]).to.deep.equal(["19000101", "20991231"]);
  });

  it("reads moments that exist, in two forms", () => {
    expect(parseDateTime("20250306235959")).to.equal("20250306235959");
    expect(parseDateTime("2025-03-06 00:00:00")).to.equal("20250306000000");
    for (const bad of [
      "20250306240000",
      "20250306006000",
      "20250306000060",
      "20250229000000",
      "2025-03-06 000000",
      "2025030600:00:00",
    ]) {
      expect(parseDateTime(bad), bad).to.equal(undefined);
    }
  });

  it("counts days as the calendar does", () => {
    expect((dayOf("20250301") ?? 0) - (dayOf("20250228") ?? 0)).to.equal(1);
    expect((dayOf("20240301") ?? 0) - (dayOf("20240228") ?? 0)).to.equal(2);
    fc.assert(
      fc.property(fc.integer({ min: -25_567, max: 47_481 }), (day) => {
        expect(dayOf(dateOf(day))).to.equal(day);
      }),
    );
  });
});
