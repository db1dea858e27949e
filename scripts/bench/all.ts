/**
 * All benchmarks in turn, each beside its baseline of the same run. With --write, docs/performance.md gets the tables.
 *   npm run bench [-- --write]
 */
import { spawn } from "node:child_process";
import fs from "node:fs/promises";
import path from "node:path";
import { benchAudit } from "./audit.ts";
import type { Figure } from "./figures.ts";
import { benchPipeline } from "./pipeline.ts";
import { figureTable, machineLine, showFigures, type Results } from "./report.ts";
import { openSite } from "./site.ts";
import { benchVerify } from "./verify.ts";

const PAGE = new URL("../../docs/performance.md", import.meta.url);
const BEGIN = "<!-- begin: scripts/bench/all.ts writes what follows -->";
const END = "<!-- end -->";
const VERIFIED_COUNT = 1000;
const TARGET_RENDER_MS = 6;

const results: Results[] = [];
const site = await openSite();
try {
  const { pdfs, ...pipeline } = await benchPipeline(site);
  console.error("(a) done");
  const verifying = await benchVerify(site, pdfs.slice(0, VERIFIED_COUNT));
  console.error("(c) done");
  results.push(pipeline, verifying, await benchAudit(site));
  console.error("(d) done");
} finally {
  await site.close();
}
results.splice(1, 0, await benchRender());
const all = { figures: results.flatMap(({ figures }) => figures), notes: results.flatMap(({ notes }) => notes) };
showFigures(all);
if (process.argv.includes("--write")) await writePage(all);

/** Runs scripts/bench/render.ts alone, so that its CPU time is nobody else's, and takes its figures over. */
async function benchRender(): Promise<Results> {
  const output = await outputOf(path.resolve(import.meta.dirname, "render.ts"));
  const cpuMs = (line: RegExp): number => Number(line.exec(output)?.[1]?.replaceAll(",", "") ?? Number.NaN);
  const figureOf = (name: string, line: RegExp): Figure => ({
    name,
    value: cpuMs(line),
    unit: "ms CPU",
    target: TARGET_RENDER_MS,
    isTime: true,
  });
  const page: Figure = {
    ...figureOf("(b) render and sign one PDF", /^finished PDF.*?: ([\d.,]+) ms CPU/m),
    baseline: cpuMs(/^pdfkit used plainly.*?: ([\d.,]+) ms CPU/m),
  };
  const long = figureOf("(b) one with list pages", /^finished inpatient PDF.*?: ([\d.,]+) ms CPU/m);
  const lines = output.trim().split("\n").slice(1);
  return { figures: [page, long], notes: lines.map((line) => `(b) ${line}.`) };
}

async function outputOf(script: string): Promise<string> {
  const child = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`${script} ended with ${String(code)}:\n${output}`);
  return output;
}

async function writePage({ figures, notes }: Results): Promise<void> {
  const [before = "", rest = ""] = (await fs.readFile(PAGE, "utf8")).split(BEGIN);
  const after = rest.split(END)[1] ?? "\n";
  const day = new Date().toISOString().slice(0, 10);
  const text = `${day}, ${machineLine()}\n\n${figureTable(figures)}\n\n${notes.map((note) => `- ${note}`).join("\n")}`;
  await fs.writeFile(PAGE, `${before}${BEGIN}\n\n${text}\n\n${END}${after}`);
}
