import { expect } from "chai";
import { entryDateOf, type EntryAct } from "../../service/domain/entryDate.ts";

/** The last second of 6 March and the first of 7 March in Asia/Shanghai. */
const BEFORE_S = Date.parse("2026-03-06T15:59:59Z") / 1000;
const MIDNIGHT_S = BEFORE_S + 1;

const claim = (amountFen: number, timeS: number, claimantId = 1): EntryAct => ({
  ...{ isRelease: false, claimantId, amountFen, timeS },
});
const release = (amountFen: number, claimantId = 1): EntryAct => ({
  ...{ isRelease: true, claimantId, amountFen, timeS: MIDNIGHT_S + 86_400 },
});

describe("entryDateOf", () => {
  it("is the day in Shanghai, on both sides of its midnight", () => {
    expect(entryDateOf([claim(5, BEFORE_S)], 5)).to.equal("20260306");
    expect(entryDateOf([claim(5, MIDNIGHT_S)], 5)).to.equal("20260307");
  });

  it("is that of the latest claim that stands", () => {
    const acts = [claim(5, BEFORE_S), claim(3, MIDNIGHT_S)];
    expect(entryDateOf(acts, 8)).to.equal("20260307");
    expect(entryDateOf([...acts, release(2)], 6)).to.equal("20260307");
    expect(entryDateOf([...acts, release(3)], 5)).to.equal("20260306");
    expect(entryDateOf([...acts, release(4)], 4)).to.equal("20260306");
  });

  it("gives back of a claimant's own claims alone", () => {
    const acts = [claim(5, BEFORE_S, 1), claim(3, MIDNIGHT_S, 2)];
    expect(entryDateOf([...acts, release(5, 1)], 3)).to.equal("20260307");
    expect(entryDateOf([...acts, release(3, 2)], 5)).to.equal("20260306");
    expect(entryDateOf([...acts, release(6, 1)], 2)).to.equal("");
  });

  it("is none where nothing is claimed, or where the acts do not come to what the chain says", () => {
    expect(entryDateOf([], 0)).to.equal("");
    expect(entryDateOf([claim(5, BEFORE_S), release(5)], 0)).to.equal("");
    expect(entryDateOf([], 5)).to.equal("");
    expect(entryDateOf([claim(5, BEFORE_S)], 4)).to.equal("");
    expect(entryDateOf([claim(5, BEFORE_S)], 6)).to.equal("");
  });
});
