import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

/** Loads the project's own configuration; nothing but the scratch folder is written. */
const CONFIG = `import project from "./project.config.ts";

export default {
  ...project,
  networks: { default: { type: "edr-simulated", allowUnlimitedContractSize: true } },
  coverage: { skipFiles: ["contracts/**"] },
};
`;

/**
 * Makes a copy of the project's contracts and their tests under the system's folder for temporary files, lets `work` use it,
 * and removes it. `sources` stand in the places of the contracts.
 */
export async function inScratchProject<T>(
  root: string,
  sources: Readonly<Record<string, string>>,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "lianpiao-coverage-"));
  try {
    for (const part of ["test/contracts", "test/vectors", "package.json"]) {
      cpSync(path.join(root, part), path.join(folder, part), { recursive: true });
    }
    cpSync(path.join(root, "hardhat.config.ts"), path.join(folder, "project.config.ts"));
    symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"), "junction");
    writeFileSync(path.join(folder, "hardhat.config.ts"), CONFIG);
    for (const [file, text] of Object.entries(sources)) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), text);
    }
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs all contract tests with Hardhat's coverage, and answers the words that reached its address. */
export async function runCovered(folder: string): Promise<Set<number>> {
  await runHardhat(folder, ["test", "--coverage"]);
  const data = path.join(folder, "coverage/data");
  const hits = new Set<number>();
  for (const name of readdirSync(data, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".json")) continue;
    const counts = JSON.parse(readFileSync(path.join(data, name), "utf8")) as Record<string, number>;
    for (const word of Object.keys(counts)) hits.add(Number(BigInt(`0x${word}`)));
  }
  if (hits.size === 0) throw new Error("no branch was counted at all: Hardhat's coverage has changed");
  return hits;
}

/** Shows what it prints, but for Hardhat's own report, which is empty here. */
async function runHardhat(folder: string, args: readonly string[]): Promise<void> {
  const child = spawn("hardhat", args, { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "close");
  for await (const line of createInterface({ input: child.stdout })) {
    if (!/^(Saved html report|[╔║╟╚])/.test(line)) console.log(line);
  }
  const code: unknown = (await ended)[0];
  if (code !== 0) throw new Error(`hardhat ${args.join(" ")} ended with ${String(code)}`);
}
