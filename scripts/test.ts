// Runs every check and test, goes on after a failure, and ends with one line: N passed, N failed, N skipped.
// Lanes of stages run beside each other: tests of faults mostly wait, for clocks and for programs that start.
import { spawn } from "node:child_process";

/** Output that matches `refused` fails a stage that exits well. */
type Stage = { readonly name: string; readonly command: readonly string[]; readonly refused?: RegExp };
type Count = { passed: number; failed: number; skipped: number };

const FAULTS = "test/faults/**/*.test.ts";
/** Programs that start, and what they start. */
const PROGRAMS = "test/{adapters,e2e,interop,verifier,docs}/**/*.test.ts";
const ALONE = ["mocha", "--no-config", "--extension", "ts", "--exit", "--timeout", "60000"];
/** What all others need. */
const first: readonly Stage[] = [
  { name: "contracts compile without warnings", command: ["hardhat", "build", "--force"], refused: /warning/i },
  { name: "pages build", command: ["npm", "run", "-s", "build:web"] },
];
/** The first shows its output as it comes, any other when a stage has ended. */
const lanes: readonly (readonly Stage[])[] = [
  [{ name: "service tests", command: ["mocha", "--ignore", FAULTS, "--ignore", PROGRAMS] }],
  [
    { name: "types", command: ["npm", "run", "-s", "check:types"] },
    { name: "lint and import table", command: ["npm", "run", "-s", "check:lint"] },
    { name: "format", command: ["npm", "run", "-s", "check:format"] },
    { name: "tidy", command: ["npm", "run", "-s", "check:tidy"] },
    { name: "contract tests", command: ["hardhat", "test", "--no-compile"] },
    { name: "tests of programs", command: [...ALONE, PROGRAMS] },
  ],
  [{ name: "fault tests", command: [...ALONE, FAULTS] }],
];

const COLOURS = /\u001b\[[0-9;]*m/g;
/** Of a failed stage, at the end. */
const SHOWN_LINES = 60;

const wanted = process.argv.slice(2);
const total: Count = { passed: 0, failed: 0, skipped: 0 };
const failures: { readonly stage: string; readonly output: string }[] = [];

await runLane(first, true);
await Promise.all(lanes.map((lane, index) => runLane(lane, index === 0)));

for (const { stage, output } of failures) console.log(`\n== failed: ${stage}\n${failingPart(output)}`);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

async function runLane(lane: readonly Stage[], isShown: boolean): Promise<void> {
  for (const stage of lane) {
    if (wanted.length > 0 && !wanted.some((word) => stage.name.includes(word))) continue;
    if (isShown) console.log(`\n== ${stage.name}`);
    const startedMs = Date.now();
    const { code, output } = await run(stage.command, isShown);
    if (!isShown) console.log(`\n== ${stage.name}\n${output}`);
    const count = countOf(output, stage.refused?.test(output) === true ? 1 : code);
    total.passed += count.passed;
    total.failed += count.failed;
    total.skipped += count.skipped;
    if (count.failed > 0) failures.push({ stage: stage.name, output });
    const seconds = Math.round((Date.now() - startedMs) / 1000);
    console.log(
      `== ${stage.name}: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped in ${seconds} s`,
    );
  }
}

function run([program, ...args]: readonly string[], isShown: boolean): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program ?? "", args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const show = (chunk: Buffer, stream: NodeJS.WriteStream): void => {
      output += chunk.toString();
      if (isShown) stream.write(chunk);
    };
    child.stdout.on("data", (chunk: Buffer) => show(chunk, process.stdout));
    child.stderr.on("data", (chunk: Buffer) => show(chunk, process.stderr));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/** What a runner says of its failures at its end, or the end of its output: said again last, where whoever reads only the end of a log finds it. */
function failingPart(output: string): string {
  const lines = output.trimEnd().split("\n");
  const first = lines.findIndex((line) => /^\s*\d+ failing/.test(line.replace(COLOURS, "")));
  return (first < 0 ? lines.slice(-SHOWN_LINES) : lines.slice(first, first + SHOWN_LINES)).join("\n");
}

/** A runner's own counts; a command that prints none counts as one. A failing exit is never counted as passed. */
function countOf(output: string, code: number): Count {
  const plain = output.replace(COLOURS, "");
  const sum = (word: string): number => {
    const lines = [...plain.matchAll(new RegExp(`^\\s*(\\d+) ${word}(.*)$`, "gm"))];
    // Hardhat's last line adds up what its runners have printed before.
    const whole = lines.find(([, , rest]) => / (solidity|mocha)/.test(rest ?? ""));
    return whole === undefined ? lines.reduce((all, [, count]) => all + Number(count), 0) : Number(whole[1]);
  };
  const passed = sum("passing");
  const failed = sum("failing");
  if (passed + failed === 0) return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed, skipped: sum("pending") };
}
