import { expect } from "chai";
import { MAX_PROBLEMS, capProblems, pointerOf, problem } from "../../service/domain/problem.ts";

describe("domain/problem", () => {
  it("writes JSON Pointers with ~ and / escaped", () => {
    expect(pointerOf([])).to.equal("");
    expect(pointerOf(["items", 3, "itemName"])).to.equal("/items/3/itemName");
    expect(pointerOf(["a/b", "c~d", "~1"])).to.equal("/a~1b/c~0d/~01");
  });

  it("keeps as many as may be told, and says how many more there are", () => {
    const all = Array.from({ length: MAX_PROBLEMS + 1 }, (_, index) => problem("x", [index], "", ""));
    expect(capProblems(all.slice(1))).to.have.length(MAX_PROBLEMS);
    const capped = capProblems(all);
    expect(capped).to.have.length(MAX_PROBLEMS + 1);
    expect(capped.at(-1)).to.deep.include({ code: "too_many_problems", pointer: "" });
  });
});
