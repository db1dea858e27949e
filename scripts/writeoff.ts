// npm run writeoff: the bureau's side of write-offs (核销审验): lists them, shows one, and gives a result.
import { parseArgs } from "node:util";
import { systemClock } from "../service/adapters/system/clock.ts";
import { reviewWriteOff } from "../service/app/reviewWriteOff.ts";
import type { WriteOff } from "../service/app/writeOffPorts.ts";
import { openParts, type Parts } from "../service/compose.ts";
import { parseConfig } from "../service/config.ts";
import { AppError } from "../service/core/errors.ts";
import { yuanGrouped } from "../service/domain/money.ts";
import { numberText } from "../service/domain/number.ts";
import { writeOffResults, type WriteOffResult } from "../service/domain/writeOff.ts";
import { runCommand } from "./command.ts";

const USAGE = `用法 (usage):
  npm run writeoff                     列出核销单，新的在前，最多 100 张 (lists the newest 100)
  npm run writeoff -- --unit ID        某单位的 (of one unit)
  npm run writeoff -- --show 单号
  npm run writeoff -- --review 单号 --result 1|2|3|4 --reviewer 姓名 [--opinion 意见]
结果 (results): 1 良好  2 合格  3 问题（须写意见，由单位整改）  4 整改通过`;
const LIST_LIMIT = 100;

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      unit: { type: "string" },
      show: { type: "string" },
      review: { type: "string" },
      result: { type: "string" },
      reviewer: { type: "string" },
      opinion: { type: "string", default: "" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const parts = await openParts({ ...parseConfig(process.env), LOG_LEVEL: "warn" }, () => undefined);
  try {
    if (values.review !== undefined) return await review(parts, values.review, values);
    if (values.show !== undefined) return await show(parts, values.show);
    const unitId = values.unit === undefined ? undefined : Number(values.unit);
    for (const writeOff of await parts.store.writeOffs(unitId, undefined, LIST_LIMIT)) console.log(headline(writeOff));
    return 0;
  } finally {
    await parts.stop();
  }
});

async function review(
  { store }: Parts,
  writeOffId: string,
  values: { readonly result?: string; readonly reviewer?: string; readonly opinion: string },
): Promise<number> {
  const result = parseResult(values.result);
  if (result === undefined || values.reviewer === undefined) throw new AppError("usage", USAGE);
  const { opinion, reviewer } = values;
  const answer = await reviewWriteOff({ store, clock: systemClock }, writeOffId, { result, opinion, reviewer });
  if (answer.kind === "moved") {
    console.log(headline(answer.writeOff));
    return 0;
  }
  const why = answer.kind === "not_found" ? "没有这张核销单 (no such write-off)" : `${answer.zh} (${answer.en})`;
  console.error(`✗ ${writeOffId}: ${why}`);
  return 1;
}

function parseResult(text: string | undefined): WriteOffResult | undefined {
  return ([1, 2, 3, 4] as const).find((result) => String(result) === text);
}

async function show({ store }: Parts, writeOffId: string): Promise<number> {
  const writeOff = await store.writeOff(writeOffId);
  if (writeOff === undefined) {
    console.error(`✗ 没有核销单 ${writeOffId} (no such write-off)`);
    return 1;
  }
  console.log(headline(writeOff));
  for (const line of writeOff.report.lines) {
    const numbers = line.count === 0 ? "未用票" : `${numberText(line.first)}-${numberText(line.last)}`;
    console.log(
      `  ${line.eInvoiceCode} ${line.eInvoiceName} ${numbers} 蓝 ${line.blueCount} 张 ${yuanGrouped(line.blueFen)} 元，` +
        `红 ${line.redCount} 张 ${yuanGrouped(line.redFen)} 元，作废 ${line.voidCount}；期初 ${line.openingCount} + 领用 ` +
        `${line.grantedCount} - 退票 ${line.returnedCount} = 用票 ${line.count} + 期末 ${line.closingCount}`,
    );
  }
  for (const item of writeOff.report.items) {
    console.log(
      `  ${item.itemCode} ${item.itemName} ${yuanGrouped(item.amountFen)} 元，冲红 ${yuanGrouped(item.redFen)} 元`,
    );
  }
  for (const each of writeOff.report.voids)
    console.log(`  作废 ${each.eInvoiceCode} ${numberText(each.number)} ${each.reason}`);
  for (const event of writeOff.events) {
    console.log(
      `  ${new Date(event.atMs).toISOString()} ${event.kind} ${event.result ?? ""} ${event.by} ${event.text}`,
    );
  }
  return 0;
}

function headline({ writeOffId, unitId, cutoff, state, result, report }: WriteOff): string {
  const opinion =
    result === undefined ? "" : ` ${result} ${writeOffResults[result].zh} (${writeOffResults[result].en})`;
  const standing = state === "filed" ? "未审验 (to be reviewed)" : "已审验 (reviewed)";
  return (
    `${writeOffId}  单位 ${unitId}  截至 ${cutoff}  ${report.receiptCount} 张 ${yuanGrouped(report.totalFen)} 元，` +
    `冲红 ${yuanGrouped(report.redFen)} 元，作废 ${report.voidCount} 张  ${standing}${opinion}`
  );
}
