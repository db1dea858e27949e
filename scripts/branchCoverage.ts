// Branch coverage of the contracts, which Hardhat's own coverage does not tell: the contract tests run on a copy in which
// every branch is counted. Ends with 1 if a branch is neither taken nor explained.
import path from "node:path";
import { runCommand } from "./command.ts";
import { explainedGaps } from "./contractTests/explainedGaps.ts";
import { probeBranches } from "./contractTests/probeBranches.ts";
import type { Branch } from "./contractTests/probeBranches.ts";
import { inScratchProject, runCovered } from "./contractTests/scratchProject.ts";
import { readContracts } from "./contractTests/solidityTree.ts";

await runCommand(async () => {
  const root = path.dirname(import.meta.dirname);
  const { sources, branches } = probeBranches(readContracts(root));
  console.log(`${branches.length} branches. Building a copy that counts them, and running the contract tests on it:`);
  const hits = await inScratchProject(root, sources, runCovered);
  return report(branches, hits);
});

/** Prints the table, every branch that was not taken, and answers the exit code. */
function report(branches: readonly Branch[], hits: ReadonlySet<number>): number {
  const missed = branches.filter((_, index) => !hits.has(index));
  const whyOf = (branch: Branch): string | undefined => explainedGaps.find((gap) => isSame(gap, branch))?.why;
  const row = (name: string, isIn: (branch: Branch) => boolean): string => {
    const [all, not] = [branches.filter(isIn), missed.filter(isIn)];
    const explained = not.filter((branch) => whyOf(branch) !== undefined).length;
    return `| ${name} | ${all.length} | ${all.length - not.length} | ${explained} | ${not.length - explained} |`;
  };
  console.log("\n| file | branches | taken | explained | open |\n|---|---:|---:|---:|---:|");
  for (const file of new Set(branches.map((branch) => branch.file)))
    console.log(row(file, (branch) => branch.file === file));
  console.log(row("all", () => true));

  if (missed.length > 0) console.log("\nNot taken:");
  for (const branch of missed) {
    console.log(
      `- ${branch.file}:${branch.line}, ${branch.way}: \`${branch.text}\`: ${whyOf(branch) ?? "NOT EXPLAINED"}`,
    );
  }
  const stale = explainedGaps.filter((gap) => !missed.some((branch) => isSame(gap, branch)));
  for (const gap of stale) console.log(`- ${gap.file}, ${gap.way}: \`${gap.text}\`: explained, yet taken or gone`);
  return stale.length > 0 || missed.some((branch) => whyOf(branch) === undefined) ? 1 : 0;
}

function isSame(a: Pick<Branch, "file" | "text" | "way">, b: Pick<Branch, "file" | "text" | "way">): boolean {
  return a.file === b.file && a.text === b.text && a.way === b.way;
}
