import fs from "node:fs";
import { archiveFolder } from "../service/adapters/blob/archiveFolder.ts";
import { openArchiveZip } from "../service/adapters/blob/archiveZip.ts";
import { declaredTotals } from "../service/adapters/chain/declaredTotals.ts";
import { systemHash } from "../service/adapters/system/hash.ts";
import { verifyArchive } from "../service/app/verifyArchive.ts";
import { AppError } from "../service/core/errors.ts";
import { jsonRpcReader, type RpcRequest } from "../service/core/ledgerCall.ts";
import type { TrustedContract } from "../service/core/ledgerJudges.ts";

/** Checks an archive, a folder or a ZIP file, and says what is wrong. @returns the exit code: 0 all holds, 1 something is wrong, 2 something could not be told */
export async function verifyFolder(place: string, rpc: RpcRequest, trustedContract: TrustedContract): Promise<number> {
  let shownMs = Date.now();
  const isZip = fs.statSync(place).isFile();
  const zip = isZip ? await openArchiveZip(place).catch(asRefusal) : undefined;
  if (zip instanceof AppError) return refuse(zip);
  try {
    const report = await verifyArchive({
      files: zip ?? archiveFolder(place),
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
    return refuse(asRefusal(error));
  } finally {
    await zip?.close();
  }
}

function asRefusal(error: unknown): AppError {
  if (error instanceof AppError) return error;
  throw error;
}

function refuse({ code, message }: AppError): number {
  console.error(`✗ ${code}: ${message}`);
  return 1;
}
