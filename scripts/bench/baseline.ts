import { createHash } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import { parseReceiptFile, RECEIPT_FILE_NAME } from "../../service/core/receiptFile.ts";
import { readAttachment } from "../../service/core/pdfAttachments.ts";
import type { ReceiptData } from "../../service/domain/receipt.ts";
import { openPlainLedger } from "./plainLedger.ts";
import { openPlainPdf } from "./plainPdf.ts";
import { cpuOf } from "./processCpu.ts";
import { progressOf, type Site } from "./site.ts";

/** What the plain way took for a receipt, in milliseconds. CPU is that of this process and of the node. */
export type PlainIssue = { readonly pdfMs: number; readonly chainMs: number; readonly cpuMs: number };

const WARM_UP = 10;

/**
 * A plain program: one receipt after the other is drawn with pdfkit, written to a file, and its hash stored by a transaction on the
 * same node as ours. It has no HTTP, no database, no signature and no attachments, all of which favours it.
 */
export async function measurePlainIssue(site: Site, pdfs: readonly Uint8Array[], count: number): Promise<PlainIssue> {
  const folder = path.join(site.dataDir, "plain");
  await fs.mkdir(folder, { recursive: true });
  const draw = openPlainPdf(folder);
  const ledger = await openPlainLedger(site.place.rpcUrl);
  const report = progressOf("plain way", count);
  let [pdfMs, chainMs] = [0, 0];
  let cpu = startCpu(site);
  for (const [index, pdf] of pdfs.slice(0, count + WARM_UP).entries()) {
    const data = dataOf(pdf);
    const startMs = performance.now();
    const document = await draw(data);
    await fs.writeFile(path.join(folder, `${index}.pdf`), document);
    const drawnMs = performance.now();
    await ledger.store(sha256Hex(document));
    if (index === WARM_UP - 1) cpu = startCpu(site);
    if (index < WARM_UP) continue;
    pdfMs += drawnMs - startMs;
    chainMs += performance.now() - drawnMs;
    report(index - WARM_UP + 1);
  }
  ledger.close();
  return { pdfMs: pdfMs / count, chainMs: chainMs / count, cpuMs: cpu() / count };
}

/** Counts this process and the service, which is the node. */
function startCpu({ program, dataDir }: Site): () => number {
  const own = process.cpuUsage();
  const service = cpuOf(program.pid, dataDir);
  return () => {
    const { user, system } = process.cpuUsage(own);
    return (user + system) / 1000 + service.since().serviceMs;
  };
}

export function sha256Hex(bytes: Uint8Array): string {
  return `0x${createHash("sha256").update(bytes).digest("hex")}`;
}

/** The data that our own PDF carries: so both draw the same. */
function dataOf(pdf: Uint8Array): ReceiptData {
  return parseReceiptFile(readAttachment(pdf, RECEIPT_FILE_NAME)).data as ReceiptData;
}
