import { expect } from "chai";
import fc from "fast-check";
import { reconcile, type OurRow, type TheirRow } from "../../service/domain/reconcile.ts";

const our = (n: number, change: Partial<OurRow> = {}): OurRow => ({
  busNo: `B${n}`,
  code: "44010126",
  number: String(n).padStart(10, "0"),
  amountFen: 100 * n,
  date: "2026-03-06",
  isVoid: false,
  reverses: "",
  ...change,
});
const their = (n: number, change: Partial<TheirRow> = {}): TheirRow => ({
  line: n + 1,
  busNo: `B${n}`,
  code: "",
  number: "",
  amountFen: 100 * n,
  date: "",
  ...change,
});
const kinds = (ours: readonly OurRow[], theirs: readonly TheirRow[], elsewhere: readonly OurRow[] = []) =>
  reconcile(ours, elsewhere, theirs).differences.map(
    ({ kind, ours: a, theirs: b }) => `${kind} ${(a ?? b)?.busNo ?? ""}`,
  );

describe("reconcile", () => {
  it("finds nothing where both sides agree", () => {
    const result = reconcile([our(1), our(2)], [], [their(2), their(1)]);
    expect(result).to.deep.equal({
      agreedCount: 2,
      ourCount: 2,
      ourFen: 300,
      theirCount: 2,
      theirFen: 300,
      differences: [],
    });
  });

  it("explains each difference", () => {
    expect(kinds([our(1)], [])).to.deep.equal(["missing_there B1"]);
    expect(kinds([], [their(1)])).to.deep.equal(["missing_here B1"]);
    expect(kinds([our(1)], [their(1, { amountFen: 99 })])).to.deep.equal(["amount_differs B1"]);
    expect(kinds([our(1)], [their(1), their(1)])).to.deep.equal(["duplicated B1"]);
    expect(kinds([our(1, { isVoid: true })], [their(1)])).to.deep.equal(["void B1"]);
    expect(kinds([], [their(1)], [our(1, { date: "2026-03-05" })])).to.deep.equal(["other_day B1"]);
    expect(kinds([our(1)], [their(1, { code: "44010126", number: "2" })])).to.deep.equal(["number_differs B1"]);
    expect(kinds([our(1)], [their(1, { amountFen: null })])).to.deep.equal(["unreadable B1"]);
  });

  it("tells of both sides of a reversal", () => {
    const red = our(2, { busNo: "R1", amountFen: -100, reverses: "44010126 0000000001" });
    expect(kinds([our(1), red], [their(1)])).to.deep.equal(["reversed B1", "reversed R1"]);
    expect(kinds([our(1), red], [their(1), their(2, { busNo: "R1", amountFen: -100 })])).to.deep.equal(["reversed B1"]);
  });

  it("goes by code and number where the file has no busNo, whatever zeros it lost", () => {
    const row = their(1, { busNo: "", code: "44010126", number: "1" });
    expect(reconcile([our(1)], [], [row]).agreedCount).to.equal(1);
    expect(kinds([our(1)], [their(1, { busNo: "", code: "44010126", number: "" })])).to.deep.equal([
      "unreadable ",
      "missing_there B1",
    ]);
  });

  it("loses no row of either side", () => {
    const rows = fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 20 });
    fc.assert(
      fc.property(rows, fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 20 }), (ours, theirs) => {
        const result = reconcile(
          ours.map((n) => our(n)),
          [],
          theirs.map((n) => their(n)),
        );
        const ofTheirs = result.differences.filter((each) => each.theirs !== undefined).length;
        expect(result.agreedCount + ofTheirs).to.equal(theirs.length);
        const explained = result.differences.filter((each) => each.kind === "missing_there").length;
        expect(result.agreedCount + explained).to.equal(ours.length);
      }),
    );
  });
});
