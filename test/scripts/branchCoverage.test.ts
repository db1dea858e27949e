import { expect } from "chai";
import { probeBranches } from "../../scripts/contractTests/probeBranches.ts";
import { parseSolidity } from "../../scripts/contractTests/solidityTree.ts";

const HEAD = "// SPDX-License-Identifier: Apache-2.0\npragma solidity 0.8.37;\n";
const SAMPLE = `${HEAD}import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
contract Sample is AccessControl {
    constructor() AccessControl() {}
    function name() external pure returns (string memory) { return unicode"中文"; }
    function act(uint256 a) external onlyRole("r") { if (a == 1) delete a; else if (a > 2 || !(a < 9 && a != 5)) a = 3; }
    function pick(bool yes) external pure returns (uint256) { require(yes); return yes ? 1 : 2; }
    function turn(uint256 n) external pure returns (bool) {
        for (uint256 i = 0; i < n; ++i) n -= 2;
        while (n > 3 && n != 4) --n;
        return n == 2;
    }
}
`;
const wrapped = (body: string): string => `${HEAD}contract C { function f() external { ${body} } }\n`;

describe("probeBranches", function () {
  this.timeout(60_000);

  it("finds both ways of every condition, operand, loop and guard, and leaves the rest as it was", () => {
    const files = parseSolidity({ "contracts/a/Sample.sol": SAMPLE, "contracts/Plain.sol": wrapped("this.f();") });
    const { branches, sources } = probeBranches(files);
    expect(branches.map(({ line, text, way }) => `${line} ${text}: ${way}`)).to.have.members([
      ...both(7, 'act: onlyRole("r")', "let through", "refused"),
      ...[..."a == 1,a > 2,a < 9,a != 5".split(",")].flatMap((text) => both(7, text)),
      ...both(8, "yes"),
      ...both(8, "yes"),
      ...both(10, "for (uint256 i = 0; i < n; ++i)", "entered", "not entered"),
      ...both(11, "while (n > 3 && n != 4)", "entered", "not entered"),
      ...both(11, "n > 3"),
      ...both(11, "n != 4"),
    ]);
    expect(sources["contracts/Plain.sol"]).to.equal(wrapped("this.f();"));
    parseSolidity(sources); // the copy compiles
    const probed = sources["contracts/a/Sample.sol"] ?? "";
    for (const first of [...branches.keys()].filter((index) => index % 2 === 0)) {
      expect(probed.split(`BranchProbe.seen(${first}, `).length - 1, `probes of branch ${first}`).to.equal(1);
    }
  });

  it("refuses what it has no rule for", () => {
    for (const body of ["do {} while (false);", "try this.f() {} catch {}", "assembly { stop() }"]) {
      const files = parseSolidity({ "contracts/C.sol": wrapped(body) });
      expect(() => probeBranches(files), body).to.throw(/^contracts\/C\.sol:3: no rule for /);
    }
    const paused = `${HEAD}import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
contract C is Pausable { function f() external whenPaused {} }`;
    expect(() => probeBranches(parseSolidity({ "contracts/C.sol": paused }))).to.throw(/:4: no rule for whenPaused$/);
  });
});

function both(line: number, text: string, yes = "true", no = "false"): string[] {
  return [`${line} ${text}: ${yes}`, `${line} ${text}: ${no}`];
}
