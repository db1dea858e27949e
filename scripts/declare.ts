// npm run declare [-- --now]: what units have declared on chain, and what of each book is not declared, and why; --now makes what is due at once.
import { createFailpoint } from "../service/adapters/system/failpoint.ts";
import { systemClock } from "../service/adapters/system/clock.ts";
import { declareTotals, planDeclarations } from "../service/app/declareTotals.ts";
import { openParts, scheduleOf, type Parts } from "../service/compose.ts";
import { parseConfig } from "../service/config.ts";
import { AppError } from "../service/core/errors.ts";
import type { DeclarationPlan } from "../service/domain/declaration.ts";
import { yuanGrouped } from "../service/domain/money.ts";
import { numberText } from "../service/domain/number.ts";
import { runCommand } from "./command.ts";

const LEASE_MS = 120_000;
const REASONS: Readonly<Record<DeclarationPlan["kind"], string>> = {
  declare: "到期，可申报 (due)",
  nothing: "本期之前没有未申报的票据 (nothing before this period)",
  not_anchored: "等待上链 (waits for the chain)",
  too_few: "张数不足，并入下次 (too few receipts: they go into a later declaration)",
  held_back: "申报后剩余张数不足以单独申报，暂缓 (held back: too few would be left to be declared alone)",
  few_reds: "红字票据张数不足，暂缓以免显出单张金额 (held back: so few red-letter receipts would tell their amounts)",
  undeclarable: "号段已结束，张数不足，不能申报 (the book has ended with too few: it can't be declared)",
};

await runCommand(async () => {
  const config = parseConfig(process.env);
  const parts = await openParts({ ...config, LOG_LEVEL: "warn" }, () => undefined);
  try {
    const schedule = scheduleOf(config);
    if (process.argv.includes("--now")) await makeDue(parts, { ...schedule, delayMs: 0 });
    await list(parts, schedule);
    return 0;
  } finally {
    await parts.stop();
  }
});

/** Under the worker's lease: they send by one account. */
async function makeDue(parts: Parts, schedule: Parameters<typeof declareTotals>[1]): Promise<void> {
  const { store, ledger, keystore, log, unitLedger, config } = parts;
  const isMine = async (): Promise<boolean> =>
    (await store.lease("declare", config.CHAIN_RPC_URL === undefined ? "embedded" : "command", LEASE_MS)) !== undefined;
  if (!(await isMine())) {
    throw new AppError("lease_lost", "另一程序正在申报，请稍后再试。 Another program declares now: try again later.");
  }
  const settings = { confirmations: config.CONFIRMATIONS };
  const failpoint = createFailpoint(config.FAILPOINT);
  const deps = { store, ledger, log, unitLedger, clock: systemClock, ledgerSigner: keystore, settings, failpoint };
  await declareTotals(deps, schedule, isMine);
}

async function list(parts: Parts, schedule: Parameters<typeof declareTotals>[1]): Promise<void> {
  for (const { bookId, through, issuedFen, reversedFen, voidCount, declaredAtMs } of await parts.store.declarations()) {
    const state = declaredAtMs === undefined ? "未上链 (under way)" : new Date(declaredAtMs).toISOString();
    console.log(
      `✓ 号段 ${bookId} 至 ${numberText(through)}：开具 ${yuanGrouped(issuedFen)} 元，冲红 ${yuanGrouped(reversedFen)} 元，` +
        `作废 ${voidCount} 张  ${state}`,
    );
  }
  const { planned, periodEndMs } = await planDeclarations({ ...parts, clock: systemClock }, schedule);
  console.log(`期末 (period end) ${new Date(periodEndMs).toISOString()}`);
  for (const { standing, plan } of planned) console.log(`- 号段 ${standing.bookId}：${REASONS[plan.kind]}`);
}
