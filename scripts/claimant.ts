// npm run claimant: organisations that may claim on the ledger. Without arguments lists them; `-- admit CREDIT_CODE ADDRESS` admits one.
import { readClaimants } from "../service/adapters/chain/claimants.ts";
import { openParts, type Parts } from "../service/compose.ts";
import { parseConfig } from "../service/config.ts";
import { runCommand } from "./command.ts";

const USAGE = `npm run claimant [-- admit CREDIT_CODE ADDRESS]
CREDIT_CODE: 统一社会信用代码 (18 characters)   ADDRESS: 报销单位账户地址，由 npm run claim 显示 (the account that npm run claim shows)
接入须有财政部门的密钥 (admitting needs the bureau's key)`;

await runCommand(async () => {
  const [verb, creditCode, address, ...more] = process.argv.slice(2);
  const isAdmission = verb === "admit" && creditCode !== undefined && address !== undefined && more.length === 0;
  if (verb !== undefined && !isAdmission) {
    console.error(USAGE);
    return 64;
  }
  const parts = await openParts({ ...parseConfig(process.env), LOG_LEVEL: "warn" }, () => undefined);
  try {
    if (isAdmission) {
      if (parts.admin === undefined) {
        console.error("✗ 这里没有财政部门的密钥 BUREAU_KEY。 The bureau's key is not here.");
        return 2;
      }
      await parts.admin.admitClaimant(creditCode, address);
    }
    await list(parts);
    return 0;
  } finally {
    await parts.stop();
  }
});

async function list({ ledger }: Parts): Promise<void> {
  for (const { claimantId, creditCode, account, admittedAtS, suspendedAtS } of await readClaimants(ledger.onNode)) {
    const since = new Date(admittedAtS * 1000).toISOString();
    const standing = suspendedAtS === 0 ? "" : `  已停用 (suspended) ${new Date(suspendedAtS * 1000).toISOString()}`;
    console.log(`${claimantId}  ${creditCode}  ${account}  ${since}${standing}`);
  }
}
