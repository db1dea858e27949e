import { expect } from "chai";
import { isKeptLongEnough, keptUntil } from "../../service/domain/keeping.ts";

const keeping = { years: 5, yearsByKind: new Map([["inpatient", 15]]) };
const at = (time: string): number => Date.parse(`${time}+08:00`);

describe("keeping periods", () => {
  it("count from the end of the year of issue, by kind", () => {
    expect(keptUntil("outpatient", at("2026-01-01T00:00:00"), keeping)).to.equal("20320101");
    expect(keptUntil("outpatient", at("2026-12-31T23:59:59"), keeping)).to.equal("20320101");
    expect(keptUntil("inpatient", at("2026-12-31T23:59:59"), keeping)).to.equal("20420101");
  });

  it("are over on the first day after them in Asia/Shanghai", () => {
    const isOver = (now: string, kind = "outpatient"): boolean => isKeptLongEnough(kind, "20261231", at(now), keeping);
    expect(isOver("2031-12-31T23:59:59")).to.equal(false);
    expect(isOver("2032-01-01T00:00:00")).to.equal(true);
    expect(isOver("2032-01-01T00:00:00", "inpatient")).to.equal(false);
  });
});
