/**
 * What a finished receipt costs: PDF with attachments, three P-256 signatures and digests, beside pdfkit used plainly
 * (font file registered per document, nothing attached, nothing signed), in the same run.
 *   node scripts/bench/render.ts [count]
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import PDFDocument from "pdfkit";
import encodeQR from "qr";
import { loadFontFiles, openFontBook } from "../../service/adapters/pdf/fontBook.ts";
import { openPdfWriter } from "../../service/adapters/pdf/pdfWriter.ts";
import { openKeystore } from "../../service/adapters/sign/keystore.ts";
import type { RenderJob } from "../../service/app/ports.ts";
import { capitalsOf } from "../../service/domain/capitals.ts";
import { builtinKinds } from "../../service/domain/kinds/builtin.ts";
import { inpatient } from "../../service/domain/kinds/inpatient.ts";
import { yuanOf } from "../../service/domain/money.ts";
import { qrText } from "../../service/domain/qrText.ts";
import type { ReceiptData } from "../../service/domain/receipt.ts";
import { startRenderPool } from "../../service/threads/renderPool.ts";
import { renderReceipt } from "../../service/threads/renderReceipt.ts";
import { atSignal } from "./atSignal.ts";
import { sampleReceipt } from "../sampleReceipt.ts";
import { renderSample } from "./renderSample.ts";

const ROUNDS = 5;
/** Receipts of one task of a render thread. */
const TASK = 10;
const AT_MS = Date.UTC(2026, 2, 6, 2, 21, 33);
const PASSPHRASE = "bench";
const QR_PLACE = { origin: "https://czpj.example.gov.cn", template: "601", appId: "lianpiao" };

const count = Number(process.argv[2] ?? 300);
const folder = mkdtempSync(path.join(os.tmpdir(), "lianpiao-bench-"));
const remove = (): void => rmSync(folder, { recursive: true, force: true });
const forget = atSignal(remove);
try {
  await run();
} finally {
  forget();
  remove();
}

async function run(): Promise<void> {
  const keystoreDir = path.join(folder, "keystore");
  const keystore = openKeystore({ dir: keystoreDir, passphrase: PASSPHRASE, nowMs: () => AT_MS });
  await keystore.ensureBureau({ name: "示例财政局", creditCode: "11440300007542681J" });
  await keystore.ensureUnit("hospital", { creditCode: "12440300455755000X", name: "示例人民医院" });
  const fontFiles = loadFontFiles();
  const fontPath = path.join(folder, "font.ttf");
  writeFileSync(fontPath, fontFiles[0] ?? new Uint8Array());
  const writer = openPdfWriter({ book: openFontBook(fontFiles), kinds: builtinKinds, isSample: true });
  const jobs = Array.from({ length: count }, (_, i) => jobOf(i, renderSample(i)));
  const listed = Array.from({ length: count }, (_, i) => jobOf(i, sampleReceipt(inpatient, i + 1, AT_MS)));

  const finish = (job: RenderJob): number => {
    const outcome = renderReceipt(writer, keystore, job);
    if (outcome.kind === "failed") throw new Error(`${outcome.code}: ${outcome.message}`);
    return outcome.pdf.length;
  };
  const ours = await measure(jobs, finish);
  const long = await measure(listed, finish);
  const plain = await measure(jobs.slice(0, Math.max(20, count / 10)), (job) => plainPdfkit(fontPath, job));
  const pooled = await measurePool(keystoreDir, jobs);
  console.log(`machine: ${os.cpus().length} x ${os.cpus()[0]?.model.trim() ?? "?"}, Node ${process.version}`);
  console.log(`receipts: ${count} with 12 items each, median of ${ROUNDS} rounds after one to warm up`);
  report("finished PDF (attachments, 3 signatures, digests)", ours);
  report("finished inpatient PDF (list pages, as the service issues it)", long);
  report("pdfkit used plainly (drawing alone)", plain);
  console.log(`plain pdfkit takes ${rounded(plain.cpuMs / ours.cpuMs)} times the CPU of a finished PDF`);
  console.log(`two threads, finished PDFs: ${Math.round(pooled)} a second`);
}

type Measured = { readonly cpuMs: number; readonly wallMs: number; readonly bytes: number };

async function measure(
  jobs: readonly RenderJob[],
  work: (job: RenderJob) => number | Promise<number>,
): Promise<Measured> {
  const rounds: Measured[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const [cpu, wall] = [process.cpuUsage(), performance.now()];
    let bytes = 0;
    for (const [index, job] of jobs.entries()) {
      // As between the tasks of a thread: signals come in, and what pdfkit leaves for later is done.
      if (index % TASK === 0) await setImmediate();
      bytes += await work(job);
    }
    const { user, system } = process.cpuUsage(cpu);
    const per = (value: number): number => value / jobs.length;
    rounds.push({ cpuMs: per((user + system) / 1000), wallMs: per(performance.now() - wall), bytes: per(bytes) });
  }
  return (
    rounds.slice(1).toSorted((a, b) => a.cpuMs - b.cpuMs)[Math.floor(ROUNDS / 2)] ?? { cpuMs: 0, wallMs: 0, bytes: 0 }
  );
}

async function measurePool(keystoreDir: string, jobs: readonly RenderJob[]): Promise<number> {
  const pool = await startRenderPool({ keystoreDir, passphrase: PASSPHRASE, isSample: true });
  await pool.render(jobs);
  const start = performance.now();
  await pool.render(jobs);
  const perSecond = (jobs.length * 1000) / (performance.now() - start);
  await pool.stop();
  return perSecond;
}

function jobOf(index: number, data: ReceiptData): RenderJob {
  return {
    data,
    secret: new Uint8Array(32).fill(index),
    unitKeyId: "hospital",
    qrText: qrText(QR_PLACE, data, new Uint8Array(32).fill(index)),
    issuedAtMs: AT_MS,
  };
}

/** The way of pdfkit's own guide: a font by its path, text boxes, a rectangle for each dark module. */
function plainPdfkit(fontPath: string, { data, qrText }: RenderJob): Promise<number> {
  const doc = new PDFDocument({ size: [595.28, 396.85], margin: 0 });
  doc.registerFont("song", fontPath);
  doc.font("song").fontSize(8);
  const modules = encodeQR(qrText, "raw", { ecc: "medium", border: 1 });
  for (const [y, row] of modules.entries()) {
    for (const [x, isDark] of row.entries()) if (isDark) doc.rect(28 + x * 1.4, 14 + y * 1.4, 1.4, 1.4);
  }
  doc.fill("black");
  for (const [index, text] of textsOf(data).entries()) {
    doc.text(text, 28 + (index % 8) * 68, 90 + Math.floor(index / 8) * 17, { width: 66, lineBreak: false });
  }
  for (let i = 0; i < 20; i++)
    doc
      .moveTo(28, 90 + i * 15)
      .lineTo(567, 90 + i * 15)
      .stroke();
  return new Promise((resolve, reject) => {
    let bytes = 0;
    doc.on("data", (chunk: Uint8Array) => (bytes += chunk.length));
    doc.on("end", () => resolve(bytes)).on("error", reject);
    doc.end();
  });
}

function textsOf(data: ReceiptData): readonly string[] {
  const items = data.items.flatMap((item) => [
    item.itemName,
    `1/${item.itemUnit}`,
    yuanOf(item.itemAmount),
    item.itemRemark,
  ]);
  const labels = builtinKinds.find(({ id }) => id === "outpatient")?.mainExt.map(({ zh }) => `${zh}：`) ?? [];
  const values = Object.values(data.mainExt).map((value) => (typeof value === "number" ? yuanOf(value) : value));
  const head = [data.eInvoiceName, data.eInvoiceCode, data.eInvoiceNumber, data.randomNumber, data.payerPartyName];
  const foot = [capitalsOf(data.totalAmount), yuanOf(data.totalAmount), data.invoicingPartyName, data.checker];
  return [...head, ...items, ...labels, ...values, ...foot].filter((text) => text !== "");
}

function report(name: string, { cpuMs, wallMs, bytes }: Measured): void {
  const size = `${Math.round(bytes / 1024)} KiB`;
  console.log(
    `${name}: ${rounded(cpuMs)} ms CPU, ${rounded(wallMs)} ms wall, ${size}, ${Math.round(1000 / cpuMs)}/s/core`,
  );
}

/** To a hundredth. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
