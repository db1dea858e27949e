/**
 * (d) Receipts audited a second, beside the plain way.
 *   node scripts/bench/audit.ts [count]
 */
import { auditLedger } from "../../service/app/auditLedger.ts";
import { documentName } from "../../service/app/documentName.ts";
import { openParts, type Parts } from "../../service/compose.ts";
import { parseConfig } from "../../service/config.ts";
import { startAuditPool } from "../../service/threads/auditPool.ts";
import { sha256Hex } from "./baseline.ts";
import { quantilesOf } from "./figures.ts";
import { RECEIPT_COUNT } from "./pipeline.ts";
import { openPlainLedger } from "./plainLedger.ts";
import type { Results } from "./report.ts";
import { load, openSite, progressOf, type Site } from "./site.ts";

const ROUNDS = 3;
const PLAIN_COUNT = 500;
const TARGET_PER_S = 1000;

/** Audits all receipts of the running service from a process of its own, as `npm run audit` does. */
export async function benchAudit(site: Site): Promise<Results> {
  const parts = await openParts(parseConfig({ DATA_DIR: site.dataDir, LOG_LEVEL: "warn" }), () => undefined);
  const pool = startAuditPool();
  try {
    const rates: number[] = [];
    let receiptCount = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const startMs = performance.now();
      const report = await auditLedger({ ...parts, examine: pool.examine, onProgress: progressOf("audit") });
      if (report.findings.length > 0) throw new Error(`the audit finds ${JSON.stringify(report.findings[0])}`);
      receiptCount = report.receiptCount;
      rates.push((receiptCount * 1000) / (performance.now() - startMs));
    }
    const baseline = await auditPlainly(site, parts, Math.min(PLAIN_COUNT, receiptCount));
    const value = quantilesOf(rates).p50;
    return {
      figures: [{ name: "(d) audit", value, unit: "receipts/s", baseline, target: TARGET_PER_S }],
      notes: [
        `(d) ${receiptCount} receipts with their documents, median of ${ROUNDS} audits: every data digest, document, leaf, root, ` +
          "batch and head computed anew and compared with the chain, in a thread for each core.",
        `(d) baseline, over ${PLAIN_COUNT} receipts: one SELECT, one file with its SHA-256, one eth_call, one after the other; ` +
          "no data digest, no tree, no gap would be found.",
      ],
    };
  } finally {
    await pool.stop();
    await parts.stop();
  }
}

async function auditPlainly(site: Site, { store, blobs }: Parts, count: number): Promise<number> {
  const ledger = await openPlainLedger(site.place.rpcUrl);
  const places = (await store.books()).flatMap(({ code, first, next }) =>
    Array.from({ length: next - first }, (_, index) => ({ code, number: first + index })),
  );
  const startMs = performance.now();
  for (const { code, number } of places.slice(0, count)) {
    const receipt = await store.receipt(code, number);
    const file = await blobs.get(documentName(code, number));
    if (receipt?.documentSha256 === undefined || file === undefined) throw new Error(`${code} ${number} is missing`);
    const hash = sha256Hex(file);
    if (hash !== `0x${Buffer.from(receipt.documentSha256).toString("hex")}`)
      throw new Error(`${code} ${number} differs`);
    await ledger.isKnown(hash);
  }
  const perS = (count * 1000) / (performance.now() - startMs);
  ledger.close();
  return perS;
}

if (import.meta.main) {
  const { showFigures } = await import("./report.ts");
  const site = await openSite();
  try {
    await load(site, "AUDIT", Number(process.argv[2] ?? RECEIPT_COUNT));
    showFigures(await benchAudit(site));
  } finally {
    await site.close();
  }
}
