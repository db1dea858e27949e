// npm run destroy: destruction of receipts whose keeping period is over (销毁): application, the bureau's review, and the act; the record stays.
import { parseArgs } from "node:util";
import { systemClock } from "../service/adapters/system/clock.ts";
import { applyForDestruction, destroyReceipts, reviewDestruction } from "../service/app/destroyReceipts.ts";
import type { DestructionState } from "../service/app/destructionPorts.ts";
import { openParts, type Parts } from "../service/compose.ts";
import { parseConfig } from "../service/config.ts";
import { AppError } from "../service/core/errors.ts";
import { parseDate } from "../service/domain/fiscalTime.ts";
import { runCommand } from "./command.ts";

const USAGE = `用法 (usage):
  npm run destroy                                            列出申请 (lists the newest 100 applications)
  npm run destroy -- --apply 统一社会信用代码 --through yyyy-MM-dd --applicant 姓名 --reason 理由
  npm run destroy -- --review 编号 --answer pass|refuse --reviewer 姓名 [--opinion 意见]
  npm run destroy -- --run 编号                              执行，不可恢复；中断后再运行 (destroys; can't be undone)`;
const LIST_LIMIT = 100;
const STATES: Readonly<Record<DestructionState, string>> = {
  applied: "待审批 (waits for the bureau)",
  refused: "未批准 (refused)",
  passed: "已批准，待执行 (approved)",
  done: "已销毁 (destroyed)",
};

await runCommand(async () => {
  const text = { type: "string" } as const;
  const names = ["apply", "through", "applicant", "reason", "review", "answer", "reviewer", "opinion", "run"] as const;
  const { values } = parseArgs({ options: Object.fromEntries(names.map((name) => [name, text])) });
  const valueOf = (name: (typeof names)[number]): string | undefined => {
    const value = values[name];
    return typeof value === "string" ? value : undefined;
  };
  const config = parseConfig(process.env);
  const parts = await openParts({ ...config, LOG_LEVEL: "warn" }, () => undefined);
  const deps = { store: parts.store, blobs: parts.blobs, clock: systemClock };
  try {
    const [run, review, creditCode] = [valueOf("run"), valueOf("review"), valueOf("apply")];
    if (run !== undefined) {
      await destroyReceipts(deps, run, (done, total) =>
        console.error(`已销毁 ${done} / ${total} 个号码 (numbers done)`),
      );
    } else if (review !== undefined) {
      const [answer, reviewer] = [valueOf("answer"), valueOf("reviewer")];
      if (reviewer === undefined || (answer !== "pass" && answer !== "refuse")) throw new AppError("usage", USAGE);
      await reviewDestruction(deps, review, {
        isPassed: answer === "pass",
        reviewer,
        opinion: valueOf("opinion") ?? "",
      });
    } else if (creditCode !== undefined) {
      const [applicant, reason] = [valueOf("applicant"), valueOf("reason")];
      const through = parseDate(valueOf("through") ?? "");
      if (through === undefined || applicant === undefined || reason === undefined) throw new AppError("usage", USAGE);
      const unit = (await parts.store.units()).find((each) => each.creditCode === creditCode);
      if (unit === undefined) throw new AppError("unit_unknown", `没有单位 ${creditCode}。 There is no such unit.`);
      const keeping = { years: config.KEEP_YEARS, yearsByKind: config.KEEP_YEARS_BY_KIND };
      const result = await applyForDestruction(deps, unit, { through, applicant, reason }, keeping);
      if (result.kind !== "applied") {
        const reasons = result.kind === "nothing" ? ["没有可销毁的票据 (there is nothing to destroy)"] : result.reasons;
        for (const each of reasons) console.error(`✗ ${each}`);
        return 1;
      }
    }
    await list(parts);
    return 0;
  } finally {
    await parts.stop();
  }
});

async function list({ store }: Parts): Promise<void> {
  for (const each of await store.destructions(LIST_LIMIT)) {
    console.log(
      `${each.destructionId}  单位 ${each.unitId}  截至 ${each.through}  ${each.numberCount} 个号码  ${STATES[each.state]}  ` +
        `申请 ${each.applicant}：${each.reason}${each.reviewer === undefined ? "" : `；审批 ${each.reviewer}：${each.opinion ?? ""}`}`,
    );
  }
}
