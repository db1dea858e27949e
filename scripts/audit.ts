// npm run audit: recomputes every leaf, root and batch from rows and documents, and compares them with the chain.
// Exit code: 0 nothing found, 1 findings, 2 it could not be told.
import { auditLedger } from "../service/app/auditLedger.ts";
import type { AuditReport } from "../service/app/auditTally.ts";
import { openParts } from "../service/compose.ts";
import { parseConfig } from "../service/config.ts";
import { yuanGrouped } from "../service/domain/money.ts";
import { startAuditPool } from "../service/threads/auditPool.ts";
import { runCommand } from "./command.ts";

await runCommand(async () => {
  const parts = await openParts({ ...parseConfig(process.env), LOG_LEVEL: "warn" }, () => undefined);
  const pool = startAuditPool();
  try {
    const startedMs = Date.now();
    let shownMs = startedMs;
    const report = await auditLedger({
      store: parts.store,
      blobs: parts.blobs,
      ledger: parts.ledger,
      unitLedger: parts.unitLedger,
      examine: pool.examine,
      onProgress(done, total) {
        if (Date.now() - shownMs < 1000) return;
        shownMs = Date.now();
        console.error(`已核对 ${done} / ${total} 张 (receipts checked)`);
      },
    });
    show(report, (Date.now() - startedMs) / 1000);
    return report.findings.length === 0 ? 0 : 1;
  } finally {
    await pool.stop();
    await parts.stop();
  }
});

function show(report: AuditReport, seconds: number): void {
  for (const { code, subject, details } of report.findings) console.log(`✗ ${code}  ${subject}  ${details}`);
  console.log(
    `票据 ${report.receiptCount} 张（作废 ${report.voidCount}），文件 ${report.documentCount} 份，批次 ${report.batchCount} 个，申报 ${report.declarationCount} 项，` +
      `待上链 ${report.pendingCount} 张；开具 ${yuanGrouped(report.issuedFen)} 元，冲红 ${yuanGrouped(report.reversedFen)} 元`,
  );
  console.log(
    report.findings.length === 0
      ? `✓ 审计无异常 (audit clean), ${Math.round(report.receiptCount / seconds)} 张/秒 (receipts a second)`
      : `✗ 发现 ${report.findings.length} 处异常 (findings)`,
  );
}
