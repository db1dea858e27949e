import { execFile, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import type { Report } from "../../service/core/report.ts";

const SCRIPT = path.resolve(import.meta.dirname, "../../scripts/interop/verify_receipt.py");

/** What either implementation says of a file, in one form. */
export type Said = {
  readonly verdict: string;
  readonly state: string;
  /** "outcome" or, where both know why, "outcome:reason", by check. */
  readonly checks: Readonly<Record<string, string>>;
  readonly withheld?: readonly string[];
};

export type Trust = {
  readonly rpcUrl: string;
  readonly contract: string;
  readonly chainId: number;
  readonly nowMs?: number;
};

type Line = {
  readonly file: string;
  readonly check?: string;
  readonly outcome?: string;
  readonly reason?: string;
  readonly verdict?: string;
  readonly state?: string;
  readonly withheld?: readonly string[];
};

/** Checks that read something: of these only whether they failed is compared, as each reader refuses in words of its own. */
const READING = new Set(
  "file_structure whole_document signature_form signature certificate_chain receipt_data proof data_digest".split(" "),
);

/** Why it cannot run here; undefined if it can. */
export function whyNoPython(): string | undefined {
  const found = spawnSync("python3", ["-c", "import sys; assert sys.version_info >= (3, 10)"]);
  return found.status === 0 ? undefined : "there is no python3 of at least 3.10 on this machine (apt: python3)";
}

/** Runs the second implementation over files. @returns what it says of each, in their order, and its exit code */
export async function runPython(
  files: readonly string[],
  { rpcUrl, contract, chainId, nowMs }: Trust,
): Promise<{ readonly said: readonly Said[]; readonly exitCode: number }> {
  const args = [SCRIPT, "--rpc", rpcUrl, "--contract", contract, "--chain-id", String(chainId)];
  if (nowMs !== undefined) args.push("--now-ms", String(nowMs));
  const { stdout, stderr, exitCode } = await run("python3", [...args, ...files]);
  if (stderr !== "") throw new Error(stderr);
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
  const said = files.map((file): Said => {
    const own = lines.filter((line) => line.file === file);
    const last = own.at(-1);
    if (last?.verdict === undefined || last.state === undefined) throw new Error(`nothing is said of ${file}`);
    const checks = own
      .slice(0, -1)
      .map((line) => [line.check, outcomeOf(line.check ?? "", line.outcome ?? "", line.reason)]);
    const { verdict, state, withheld } = last;
    return { verdict, state, checks: Object.fromEntries(checks), ...(withheld === undefined ? {} : { withheld }) };
  });
  return { said, exitCode };
}

/** Writes each into a folder and runs the second implementation over them all. */
export async function runPythonOn(
  folder: string,
  contents: readonly Uint8Array[],
  trust: Trust,
): Promise<{ readonly said: readonly Said[]; readonly exitCode: number }> {
  const files = contents.map((bytes, index) => {
    const file = path.join(folder, `${index}.bin`);
    fs.writeFileSync(file, bytes);
    return file;
  });
  return runPython(files, trust);
}

/** What core's report says, in the same form. */
export function saidOf(report: Report & { readonly withheld?: readonly string[] }): Said {
  const { verdict, state, checks, withheld } = report;
  return {
    verdict,
    state,
    checks: Object.fromEntries(checks.map(({ id, outcome, reason }) => [id, outcomeOf(id, outcome, reason)])),
    ...(withheld === undefined ? {} : { withheld }),
  };
}

function outcomeOf(check: string, outcome: string, reason: string | undefined): string {
  return reason === undefined || (outcome === "fail" && READING.has(check)) ? outcome : `${outcome}:${reason}`;
}

function run(
  program: string,
  args: readonly string[],
): Promise<{ readonly stdout: string; readonly stderr: string; readonly exitCode: number }> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : error.code;
      if (typeof exitCode === "number") resolve({ stdout, stderr, exitCode });
      else reject(error ?? new Error("python3 did not run"));
    });
  });
}
