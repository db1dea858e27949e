// npm run archive -- --unit CREDIT_CODE --from yyyy-MM-dd --to yyyy-MM-dd --out FOLDER [--zip]: exports a unit's receipts of a period; run again it goes on.
import { parseArgs } from "node:util";
import { archiveFolder } from "../service/adapters/blob/archiveFolder.ts";
import { packArchive } from "../service/adapters/blob/packArchive.ts";
import { systemClock } from "../service/adapters/system/clock.ts";
import { systemHash } from "../service/adapters/system/hash.ts";
import { exportArchive } from "../service/app/exportArchive.ts";
import { createSegmentTrees } from "../service/app/segmentTrees.ts";
import { openParts } from "../service/compose.ts";
import { parseConfig } from "../service/config.ts";
import { AppError } from "../service/core/errors.ts";
import { archivePeriodOf, type ArchivePeriod } from "../service/domain/archivePeriod.ts";
import { yuanGrouped } from "../service/domain/money.ts";
import { runCommand } from "./command.ts";

const USAGE = `用法 (usage): npm run archive -- --unit 统一社会信用代码 --from yyyy-MM-dd --to yyyy-MM-dd --out 文件夹 [--zip]
--zip 另打包为一个文件：文件夹.zip，便于移交。 --zip packs it into one file, too: FOLDER.zip, to hand over.
起止日期均含；中断后原样再运行即可续做。 Both days included; run again after a break, it goes on.`;

await runCommand(async () => {
  const { unit: creditCode, out, period, isZipped } = readArguments();
  const parts = await openParts({ ...parseConfig(process.env), LOG_LEVEL: "warn" }, () => undefined);
  try {
    const unit = (await parts.store.units()).find((each) => each.creditCode === creditCode);
    if (unit === undefined) throw new AppError("unit_unknown", `没有单位 ${creditCode}。 There is no such unit.`);
    const { store, blobs, ledger, keystore } = parts;
    const files = archiveFolder(out);
    const signDetached = (keyId: string, digest: Uint8Array): Promise<Uint8Array> =>
      Promise.resolve(keystore.unitSigner(keyId).signCms(digest));
    const deps = {
      ...{ store, blobs, ledger, reader: ledger.reader, segmentTrees: createSegmentTrees(store), clock: systemClock },
      ...{ hash: systemHash, files, signer: { signDetached }, onProgress: createProgress() },
    };
    const manifest = await exportArchive(deps, unit, period);
    const place = isZipped ? `${out.replace(/\/+$/, "")}.zip` : out;
    if (isZipped) await packArchive(files, place);
    console.log(
      `✓ ${manifest.unit.name} ${manifest.from}-${manifest.to}：${manifest.receiptCount} 张，作废 ${manifest.voidCount} 张，` +
        `开具 ${yuanGrouped(manifest.issuedFen)} 元，冲红 ${yuanGrouped(manifest.reversedFen)} 元，文件 ${manifest.fileCount} 个\n` +
        `  ${place}  index.csv SHA-256 ${manifest.indexSha256}\n  核对 (check): npm run verify -- ${place}`,
    );
    return 0;
  } finally {
    await parts.stop();
  }
});

function createProgress(): (done: number, total: number) => void {
  let shownMs = Date.now();
  return (done, total) => {
    if (Date.now() - shownMs < 1000) return;
    shownMs = Date.now();
    console.error(`已归档 ${done} / ${total} 张 (receipts exported)`);
  };
}

type Arguments = {
  readonly unit: string;
  readonly out: string;
  readonly period: ArchivePeriod;
  readonly isZipped: boolean;
};

function readArguments(): Arguments {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ options: { unit: text, from: text, to: text, out: text, zip: { type: "boolean" } } });
  const { unit, from, to, out } = values;
  const period = archivePeriodOf(from ?? "", to ?? "");
  if (unit === undefined || out === undefined || period === undefined) throw new AppError("usage", USAGE);
  return { unit, out, period, isZipped: values.zip === true };
}
