import path from "node:path";
import { isLogic, isLoop, moveGuards, operandsOf } from "./conditions.ts";
import type { Changes } from "./conditions.ts";
import { fieldText, lineOf, nodeIn, rewriteFile, textOf, walkTree } from "./solidityTree.ts";
import type { SolidityFile, SolidityNode } from "./solidityTree.ts";

/** One way through a condition, a loop or a guard. Its number is its place in the list. */
export interface Branch {
  readonly file: string;
  readonly line: number;
  /** The condition's, the loop's head's or the guard's own words, on one line. */
  readonly text: string;
  readonly way: "true" | "false" | "entered" | "not entered" | "let through" | "refused";
}

export interface ProbedContracts {
  /** Sources by path, the probe's own among them. */
  readonly sources: Readonly<Record<string, string>>;
  readonly branches: readonly Branch[];
}

type Ways = readonly [Branch["way"], Branch["way"]];

const PROBE_FILE = "contracts/BranchProbe.sol";
/** Hardhat's coverage collects the words sent to this address. A pure function may not call: hence the cast. */
const PROBE_SOURCE = `// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

library BranchProbe {
    function seen(uint256 first, bool value) internal pure returns (bool) {
        hit(value ? first : first + 1);
        return value;
    }

    function hit(uint256 branch) internal pure {
        pureOf(send)(branch);
    }

    function send(uint256 branch) private view {
        assembly ("memory-safe") {
            mstore(0, branch)
            pop(staticcall(gas(), 0xc0bEc0BEc0BeC0bEC0beC0bEC0bEC0beC0beC0BE, 0, 32, 0, 0))
        }
    }

    function pureOf(function(uint256) view given) private pure returns (function(uint256) pure same) {
        assembly {
            same := given
        }
    }
}
`;

/** Branches that this program can't probe: it says so rather than leave them out. */
const UNKNOWN = new Set("DoWhileStatement TryStatement InlineAssembly ModifierDefinition".split(" "));

/**
 * Finds every branch of the contracts and puts a probe into each way: both values of every condition and of every
 * operand of && and ||, every loop entered and passed by, every guard letting through and refusing. What the contracts
 * do stays the same but for gas and size.
 */
export function probeBranches(files: readonly SolidityFile[]): ProbedContracts {
  const branches: Branch[] = [];
  const sources: Record<string, string> = { [PROBE_FILE]: PROBE_SOURCE };
  for (const file of files) {
    const before = branches.length;
    const changes = probesOf(file, branches);
    const probe = path.posix.relative(path.posix.dirname(file.file), PROBE_FILE);
    const imported = `\nimport {BranchProbe} from "${probe.startsWith(".") ? probe : `./${probe}`}";\n`;
    sources[file.file] = rewriteFile(file, changes) + (branches.length > before ? imported : "");
  }
  return { sources, branches };
}

function probesOf(file: SolidityFile, branches: Branch[]): Changes {
  const changes: Changes = new Map();
  const add = (node: SolidityNode, ways: Ways, text = textOf(file.source, node)): number => {
    const place = { file: file.file, line: lineOf(file.source, node), text: text.replace(/\s+/g, " ") };
    return branches.push({ ...place, way: ways[0] }, { ...place, way: ways[1] }) - 2;
  };
  const probe = (condition: SolidityNode | undefined): void => {
    for (const operand of operandsOf(condition)) {
      if (changes.has(operand)) continue;
      const first = add(operand, ["true", "false"]);
      changes.set(operand, (text) => `BranchProbe.seen(${first}, ${text})`);
    }
  };
  walkTree(file.tree, (node) => {
    if (UNKNOWN.has(node.nodeType))
      throw new Error(`${file.file}:${lineOf(file.source, node)}: no rule for ${node.nodeType}`);
    if (node.nodeType === "IfStatement" || node.nodeType === "Conditional") probe(nodeIn(node, "condition"));
    else if (isLogic(node)) probe(node);
    else if (isRequirement(node)) probe(node.children[1]);
    else if (isLoop(node)) probeLoop(file, node, changes, add);
    else if (node.nodeType === "FunctionDefinition") probeGuards(file, node, changes, add);
  });
  return changes;
}

/** The condition of a loop says no more than entered and left; its operands, if it has several, are found as such. */
function probeLoop(file: SolidityFile, loop: SolidityNode, changes: Changes, add: AddBranches): void {
  const body = nodeIn(loop, "body");
  if (body === undefined) throw new Error(`${file.file}:${lineOf(file.source, loop)}: a loop without a body`);
  const head = file.source.toString("utf8", loop.start, body.start).trim();
  const first = add(loop, ["entered", "not entered"], head);
  changes.set(body, (text) => `{ entered${first} = true; ${text} }`);
  changes.set(loop, (text) => `{ bool entered${first} = false; ${text} BranchProbe.seen(${first}, entered${first}); }`);
}

function probeGuards(file: SolidityFile, fn: SolidityNode, changes: Changes, add: AddBranches): void {
  moveGuards(file, fn, changes, (guard, { text, asks, does }) => {
    const first = add(guard, ["let through", "refused"], `${fieldText(fn, "name")}: ${text}`);
    return `BranchProbe.seen(${first}, ${asks}); ${does};`;
  });
}

type AddBranches = (node: SolidityNode, ways: Ways, text?: string) => number;

function isRequirement(node: SolidityNode): boolean {
  return node.nodeType === "FunctionCall" && /^(require|assert)$/.test(fieldText(nodeIn(node, "expression"), "name"));
}
