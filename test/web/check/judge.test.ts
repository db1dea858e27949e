import { expect } from "chai";
import { NO_MATCH } from "../../../service/domain/financeCheck.ts";
import type { CheckMatch } from "../../../service/web/check/answer.ts";
import { heldAgainst } from "../../../service/web/check/judge.ts";

const status = {
  ...{ reversed: false, onPaper: false, reversedByCode: 0, reversedByNumber: 0 },
  ...{ capFen: 5_000, usedFen: 1_000, lockedFen: 0 },
};
const said = (AccAmount: string, AccDate: string): CheckMatch =>
  ({ financeCheck: { ...NO_MATCH, IsAccounted: true, AccAmount, AccDate } }) as CheckMatch;

describe("heldAgainst", () => {
  it("takes the server's date of entry with the amount that the chain has, and with no other", () => {
    const entered = { IsAccounted: true, AccAmount: "10.00" };
    expect(heldAgainst(said("10.00", "20260307"), {}, status)).to.include({ ...entered, AccDate: "20260307" });
    expect(heldAgainst(said("10.01", "20260307"), {}, status)).to.include({ ...entered, AccDate: "" });
    expect(heldAgainst(said("10.00", "2026-03-07"), {}, status)).to.include({ ...entered, AccDate: "" });
    const untouched = { IsAccounted: false, AccAmount: "", AccDate: "" };
    expect(heldAgainst(said("", "20260307"), {}, { ...status, usedFen: 0 })).to.include(untouched);
    expect(heldAgainst(said("", "20260307"), {}, undefined)).to.include({ ...untouched, IsAccounted: null });
  });
});
