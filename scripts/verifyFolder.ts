import { archiveFolder } from "../service/adapters/blob/archiveFolder.ts";
import { declaredTotals } from "../service/adapters/chain/declaredTotals.ts";
import { systemHash } from "../service/adapters/system/hash.ts";
import { verifyArchive } from "../service/app/verifyArchive.ts";
import { AppError } from "../service/core/errors.ts";
import { jsonRpcReader, type RpcRequest } from "../service/core/ledgerCall.ts";
import type { TrustedContract } from "../service/core/ledgerJudges.ts";

/** Checks an archive and says what is wrong. @returns the exit code: 0 all holds, 1 something is wrong, 2 something could not be told */
export async function verifyFolder(dir: string, rpc: RpcRequest, trustedContract: TrustedContract): Promise<number> {
  let shownMs = Date.now();
  try {
    const report = await verifyArchive({
      files: archiveFolder(dir),
      reader: jsonRpcReader(rpc),
      trustedContract,
      hash: systemHash,
      declarations: (bookId) => declaredTotals(rpc, trustedContract.address.toLowerCase(), bookId),
      onProgress(done, total) {
        if (Date.now() - shownMs < 1000) return;
        shownMs = Date.now();
        console.error(`已核对 ${done} / ${total} 张 (receipts checked)`);
      },
    });
    for (const text of report.wrong) console.log(`✗ ${text}`);
    for (const text of report.untold) console.log(`? ${text}`);
    console.log(
      `${report.manifest?.unit.name ?? ""} ${report.manifest?.from}-${report.manifest?.to}：票据 ${report.receiptCount} 张，` +
        `与链上申报核对 ${report.declarationCount} 项；归档后状态有变化 ${report.changedCount} 张 ` +
        "(receipts; declarations compared; reversed since the export)",
    );
    if (report.wrong.length > 0) console.log("✗ 归档有误 (the archive is not as it must be)");
    else if (report.untold.length > 0) console.log("? 无法断定 (undetermined)");
    else console.log("✓ 归档完整、真实 (whole and genuine)");
    return report.wrong.length > 0 ? 1 : report.untold.length > 0 ? 2 : 0;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    console.error(`✗ ${error.code}: ${error.message}`);
    return 1;
  }
}
