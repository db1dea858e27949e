/**
 * (a) Receipts a second from HTTP to sealed PDF, beside the plain way.
 *   node scripts/bench/pipeline.ts [count]
 */
import os from "node:os";
import { readProof } from "../../service/core/seal.ts";
import { measurePlainIssue, type PlainIssue } from "./baseline.ts";
import { rounded, type Figure, type Quantiles } from "./figures.ts";
import { cpuOf, type ServiceCpu } from "./processCpu.ts";
import type { LoadResult } from "./load.ts";
import { load, openSite, warmUp, type Site } from "./site.ts";

/** The wait for the last batch counts, some five seconds: a short run would measure that. */
export const RECEIPT_COUNT = 20_000;
const LEAST_COUNT = 100;
/** What the plain way is measured over; the rest is the same again. */
const PLAIN_COUNT = 400;
/** Of the full rate: what a service should bear for long. */
const PACE_PERCENT = 60;
const PACED_COUNT = 1000;
const TARGET_PER_S = 150;
const TARGET_RATIO = 10;

export type PipelineResult = {
  readonly figures: readonly Figure[];
  readonly notes: readonly string[];
  /** The sealed PDFs. */
  readonly pdfs: readonly Uint8Array[];
};

export async function benchPipeline(site: Site, count = RECEIPT_COUNT): Promise<PipelineResult> {
  if (count < LEAST_COUNT) throw new RangeError(`at least ${LEAST_COUNT} receipts`);
  const warm = await warmUp(site);
  // Half before and half after, since the machine is seldom the same twice.
  const before = await measurePlainIssue(site, warm.pdfs, PLAIN_COUNT / 2);
  const cpu = cpuOf(site.program.pid, site.dataDir);
  const full = await load(site, "FULL", count);
  const used = cpu.since();
  assertSealed(full, count);
  const perS = (count * 1000) / full.wallMs;
  const pace = Math.max(1, Math.round((perS * PACE_PERCENT) / 100));
  const paced = await load(site, "PACED", Math.min(PACED_COUNT, count), pace);
  const plain = meanOf(before, await measurePlainIssue(site, full.pdfs, PLAIN_COUNT / 2));
  return {
    pdfs: full.pdfs,
    figures: [
      {
        name: "(a) HTTP to sealed PDF",
        value: perS,
        unit: "receipts/s",
        baseline: 1000 / (plain.pdfMs + plain.chainMs),
        target: TARGET_PER_S,
        targetRatio: TARGET_RATIO,
      },
    ],
    notes: [
      `(a) ${count} receipts of four kinds, 32 callers, each receipt posted alone, each sealed PDF downloaded and its proof read.`,
      `(a) as fast as it goes: ${times(full)}; posts alone ${rounded((count * 1000) / full.postWallMs)}/s.`,
      `(a) paced at ${pace} receipts/s: ${times(paced)}.`,
      ...cpuNotes(used, full, count),
      `(a) baseline, over ${PLAIN_COUNT} receipts: pdfkit ${rounded(plain.pdfMs)} ms and the transaction ${rounded(plain.chainMs)} ms a receipt, ` +
        `one after the other (CPU ${rounded(plain.cpuMs)} ms, with the node's); no HTTP, database, signature or attachments.`,
    ],
  };
}

function meanOf(a: PlainIssue, b: PlainIssue): PlainIssue {
  const mean = (part: keyof PlainIssue): number => (a[part] + b[part]) / 2;
  return { pdfMs: mean("pdfMs"), chainMs: mean("chainMs"), cpuMs: mean("cpuMs") };
}

/** A receipt counts only if its PDF carries a proof of its own number. */
function assertSealed({ pdfs }: LoadResult, count: number): void {
  const places = new Set(
    pdfs.map((pdf) => {
      const proof = readProof(pdf);
      if (proof === undefined) throw new Error("a PDF that was called sealed carries no proof");
      return `${proof.code} ${proof.number}`;
    }),
  );
  if (places.size !== count) throw new Error(`${places.size} receipts of ${count}`);
}

/** What the figure hangs on, and how much of the machine was somebody else's. */
function cpuNotes(used: ServiceCpu, full: LoadResult, count: number): readonly string[] {
  const { serviceMs, databaseMs, machineMs } = used;
  const ownMs = serviceMs + databaseMs + full.clientCpuMs;
  const cores = os.availableParallelism();
  const otherPercent = Math.max(0, Math.round((100 * (machineMs - ownMs)) / (full.wallMs * cores)));
  const perReceipt = (ms: number): string => rounded(ms / count);
  return [
    `(a) CPU a receipt: service ${perReceipt(serviceMs)} ms, PostgreSQL ${perReceipt(databaseMs)} ms, the client itself ` +
      `${perReceipt(full.clientCpuMs)} ms: on ${cores} cores of its own at most ${rounded((cores * count * 1000) / ownMs)}/s. ` +
      `Other programs took ${otherPercent} % of the machine meanwhile. Mean PDF ${rounded(meanKib(full))} KiB.`,
  ];
}

function times({ post, anchored }: LoadResult): string {
  const of = ({ p50, p99 }: Quantiles): string =>
    `p50 ${rounded(Math.round(p50))} ms, p99 ${rounded(Math.round(p99))} ms`;
  return `POST ${of(post)}; POST to anchored ${of(anchored)}`;
}

const meanKib = ({ pdfs }: LoadResult): number =>
  pdfs.reduce((sum, { length }) => sum + length, 0) / pdfs.length / 1024;

if (import.meta.main) {
  const { showFigures } = await import("./report.ts");
  const site = await openSite();
  try {
    const count = Number(process.argv[2] ?? RECEIPT_COUNT);
    showFigures(await benchPipeline(site, count));
  } finally {
    await site.close();
  }
}
