import { expect } from "chai";
import {
  decideDeclaration,
  isBookEnded,
  lastPeriodEndMs,
  type DeclarationFacts,
} from "../../service/domain/declaration.ts";

const LEAST = 20;

/** Numbers 1 to 100, 40 of them declared, 60 more taken and anchored, of which 30 in the period. */
const facts: DeclarationFacts = {
  ...{ covered: 40, periodThrough: 70, anchored: 101, next: 101, isEnded: false, receiptCount: 30, restCount: 30 },
  ...{ redCount: 0, isRedOverdue: false },
};
const decide = (change: Partial<DeclarationFacts>): string => {
  const plan = decideDeclaration({ ...facts, ...change }, LEAST);
  return plan.kind === "declare" ? `declare ${plan.through}` : plan.kind;
};

describe("decideDeclaration", () => {
  it("declares the period, if enough is added and enough is left", () => {
    expect(decide({})).to.equal("declare 70");
    expect(decide({ receiptCount: 20, restCount: 20 })).to.equal("declare 70");
    expect(decide({ receiptCount: 19 })).to.equal("too_few");
    expect(decide({ restCount: 19 })).to.equal("held_back");
    expect(decide({ restCount: 0, next: 71, anchored: 71 })).to.equal("held_back");
  });

  it("declares nothing where nothing is new, and waits for the chain", () => {
    expect(decide({ periodThrough: 40 })).to.equal("nothing");
    expect(decide({ anchored: 71 })).to.equal("declare 70");
    expect(decide({ anchored: 70 })).to.equal("not_anchored");
  });

  it("covers all of a book that has ended, where the rest could not be declared alone", () => {
    expect(decide({ isEnded: true })).to.equal("declare 70");
    expect(decide({ isEnded: true, restCount: 20 })).to.equal("declare 70");
    expect(decide({ isEnded: true, restCount: 19 })).to.equal("declare 100");
    expect(decide({ isEnded: true, restCount: 0 }), "the rest is void").to.equal("declare 100");
    expect(decide({ isEnded: true, periodThrough: 100, restCount: 0 })).to.equal("declare 100");
    expect(decide({ isEnded: true, restCount: 19, anchored: 90 })).to.equal("not_anchored");
  });

  it("waits while it would add few red-letter receipts, unless they are overdue or the book gets no more", () => {
    expect(decide({ redCount: 1 })).to.equal("few_reds");
    expect(decide({ redCount: 19 })).to.equal("few_reds");
    expect(decide({ redCount: 20 })).to.equal("declare 70");
    expect(decide({ redCount: 1, isRedOverdue: true })).to.equal("declare 70");
    expect(decide({ redCount: 1, isEnded: true }), "all together").to.equal("declare 100");
    expect(decide({ redCount: 1, isEnded: true, anchored: 90 })).to.equal("not_anchored");
    expect(decide({ redCount: 1, isEnded: true, periodThrough: 100, restCount: 0 })).to.equal("declare 100");
    expect(decide({ redCount: 1, receiptCount: 19 })).to.equal("too_few");
  });

  it("says so where a book has ended with less than can be declared", () => {
    expect(decide({ isEnded: true, receiptCount: 10, restCount: 10 })).to.equal("declare 100");
    expect(decide({ isEnded: true, receiptCount: 10, restCount: 9 })).to.equal("undeclarable");
  });
});

describe("isBookEnded", () => {
  it("ends a book that is used up, and each with its year", () => {
    const book = { code: 44060126, next: 100, last: 100 };
    const newYear = Date.parse("2027-01-01T00:00:00+08:00");
    expect(isBookEnded(book, newYear - 1)).to.equal(false);
    expect(isBookEnded(book, newYear)).to.equal(true);
    expect(isBookEnded({ ...book, next: 101 }, newYear - 1)).to.equal(true);
  });
});

describe("lastPeriodEndMs", () => {
  const end = (time: string, every: "day" | "month" | "quarter"): string =>
    new Date(lastPeriodEndMs(Date.parse(time), every)).toISOString();

  it("is the first moment of the running period in Asia/Shanghai", () => {
    expect(end("2026-11-22T15:59:59.999Z", "day")).to.equal("2026-11-21T16:00:00.000Z");
    expect(end("2026-11-22T16:00:00.000Z", "day")).to.equal("2026-11-22T16:00:00.000Z");
    expect(end("2026-11-30T15:59:59.999Z", "month")).to.equal("2026-10-31T16:00:00.000Z");
    expect(end("2026-11-30T16:00:00.000Z", "month")).to.equal("2026-11-30T16:00:00.000Z");
    expect(end("2026-12-31T15:59:59.999Z", "quarter")).to.equal("2026-09-30T16:00:00.000Z");
    expect(end("2026-12-31T16:00:00.000Z", "quarter")).to.equal("2026-12-31T16:00:00.000Z");
  });
});
