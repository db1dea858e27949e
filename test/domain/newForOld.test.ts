import { expect } from "chai";
import { dueBeforeMs, outstandingProblems, type Outstanding } from "../../service/domain/newForOld.ts";

const at = (text: string): number => Date.parse(`${text}+08:00`);

describe("new numbers for old", () => {
  it("asks for a period once it is over for the days of grace", () => {
    const rule = { onBreach: "refuse", every: "month", graceMs: 10 * 86_400_000 } as const;
    expect(dueBeforeMs(rule, at("2026-12-10T23:59:59.999"))).to.equal(at("2026-11-01T00:00:00"));
    expect(dueBeforeMs(rule, at("2026-12-11T00:00:00.000"))).to.equal(at("2026-12-01T00:00:00"));
    expect(dueBeforeMs({ ...rule, graceMs: 0 }, at("2026-12-01T00:00:00.000"))).to.equal(at("2026-12-01T00:00:00"));
  });

  it("names what is outstanding, ten of a kind and then how many more", () => {
    expect(outstandingProblems([])).to.deep.equal([]);
    const books = (count: number): readonly Outstanding[] =>
      Array.from({ length: count }, (_, n) => ({ kind: "write_off", bookId: n + 1, code: 44060126, from: 17 }));
    const [ten] = outstandingProblems(books(10));
    expect(ten).to.include({ code: "write_off_outstanding", pointer: "" });
    expect(ten?.en).to.contain("book 10 (44060126 from 0000000017)").and.not.contain("more");
    expect(outstandingProblems(books(12))[0]?.zh).to.match(/另 2 项$/);
    const mixed = outstandingProblems([
      ...books(1),
      { kind: "declaration", bookId: 3, code: 44060126, through: 9 },
      { kind: "rectification", writeOffId: "HX00000001-20261130" },
    ]);
    expect(mixed.map(({ code }) => code)).to.deep.equal([
      "write_off_outstanding",
      "declaration_outstanding",
      "rectification_outstanding",
    ]);
    expect(mixed[1]?.zh).to.contain("号段 3（44060126 0000000009 止）");
    expect(mixed[2]?.en).to.contain("HX00000001-20261130");
  });
});
