// npm run numbers -- COMMAND: what the bureau does about numbers. Beside a running service or without one.
import { parseArgs } from "node:util";
import { createFailpoint } from "../service/adapters/system/failpoint.ts";
import { systemClock } from "../service/adapters/system/clock.ts";
import { newForOldOf, openParts, type Parts } from "../service/compose.ts";
import { parseConfig } from "../service/config.ts";
import { runCommand } from "./command.ts";
import { numberCommands, type NumbersContext } from "./numbers/commands.ts";

const USAGE = `用法 (usage): npm run -s numbers -- COMMAND
  list [--state submitted]                  申领单 (applications; states new saved submitted passed returned)
  pass UNIT NO --by NAME [--opinion TEXT]   通过 (pass)
  return UNIT NO --by NAME --opinion TEXT   退回申请 (return an application)
  returns [--state submitted]               退票单 (returns of numbers)
  pass-return UNIT NO --by NAME             退票通过 (pass a return)
  refuse-return UNIT NO --by NAME --opinion TEXT
  close BOOK --author NAME --by NAME --reason TEXT [--first N]
                                            收回号段未用票号，经办与审核须为两人 (take back what is unused)
  grant                                     立即上链，通常由服务自动完成 (do on chain what was passed)
  units                                     单位状态 (units and their standing)
  flag UNIT --by NAME --reason TEXT [--unpaid yes|no] [--alarm yes|no] [--suspended yes|no]
  stock [--unit N] [--from DATE] [--to DATE]
                                            库存账，DATE 为 yyyy-MM-dd，含 to 当日 (the stock ledger)`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ...{ by: { type: "string" }, author: { type: "string" }, opinion: { type: "string" }, reason: { type: "string" } },
    ...{ state: { type: "string" }, unit: { type: "string" }, from: { type: "string" }, to: { type: "string" } },
    ...{ first: { type: "string" }, unpaid: { type: "string" }, alarm: { type: "string" } },
    suspended: { type: "string" },
  },
});
const [name = "", ...rest] = positionals;
const command = numberCommands.get(name);

await runCommand(async () => {
  if (command === undefined) {
    console.log(USAGE);
    return name === "" ? 0 : 2;
  }
  const config = { ...parseConfig(process.env), LOG_LEVEL: "warn" } as const;
  const parts = await openParts(config, () => undefined);
  try {
    return await command(contextOf(parts), rest, values);
  } finally {
    await parts.stop();
  }
});

function contextOf({ store, ledger, admin, log, config }: Parts): NumbersContext {
  const failpoint = createFailpoint(config.FAILPOINT);
  const settings = { newForOld: newForOldOf(config) };
  const show = (line: string): void => console.log(line);
  return { store, ledger, log, clock: systemClock, failpoint, settings, bureau: admin, show };
}
