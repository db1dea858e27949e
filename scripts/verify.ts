// npm run verify -- FILE [--rpc URL] [--contract ADDRESS] [--chain-id N] [--json]: checks a receipt, a disclosure or an archive (folder or ZIP) with any node alone.
import fs from "node:fs";
import { parseArgs } from "node:util";
import { fetchRpc } from "../service/adapters/chain/fetchRpc.ts";
import { jsonRpcReader } from "../service/core/ledgerCall.ts";
import type { Outcome, Report } from "../service/core/report.ts";
import { reportToJson } from "../service/core/reportJson.ts";
import type { DisclosureReport } from "../service/core/verifyDisclosure.ts";
import { verifyFile } from "../service/core/verifyFile.ts";
import { parseConfig } from "../service/config.ts";
import { readLedgerFile } from "../service/ledgerFile.ts";
import { readBytes } from "./command.ts";
import { verifyFolder } from "./verifyFolder.ts";

const USAGE = `用法 (usage): npm run verify -- FILE [--rpc URL] [--contract 0x…] [--chain-id N] [--json]
FILE：票据 PDF、部分披露文件或其 PDF，或归档（文件夹或 ZIP）。 A receipt's PDF, a disclosure file, the PDF of one, or an archive (folder or ZIP).
没有给出的节点和合约取自本机 data/ledger.json。 What is not given is taken from data/ledger.json of this installation.
退出码 (exit code): 0 有效 valid, 1 无效 invalid, 2 无法断定 undetermined, 64 用法有误 usage, 66 读不到文件 no such file`;
const SIGNS: Readonly<Record<Outcome, string>> = { pass: "✓", fail: "✗", unknown: "?", skipped: "-" };
const EXIT_CODES: Readonly<Record<Report["verdict"], number>> = { valid: 0, invalid: 1, undetermined: 2 };
const VERDICTS: Readonly<Record<Report["verdict"], string>> = {
  valid: "✓ 真实有效 (valid)",
  invalid: "✗ 无效 (invalid)",
  undetermined: "? 无法断定 (undetermined)",
};
const STATES: Readonly<Record<Report["state"], string>> = {
  normal: "正常 (normal)",
  reversed: "已冲红 (reversed)",
  on_paper: "已换开纸质票据 (changed to paper)",
  claimed: "已入账 (claimed)",
  not_anchored: "尚未上链 (not yet anchored)",
  unknown: "未知 (could not be told)",
};

const { values, positionals } = parsed();
const [file] = positionals;
const known = readLedgerFile(parseConfig(process.env).DATA_DIR);
const rpcUrl = values.rpc ?? known?.rpcUrl;
const address = (values.contract ?? known?.contract)?.toLowerCase();
if (file === undefined || rpcUrl === undefined || address === undefined) {
  console.error(USAGE);
  process.exit(64);
}
const rpc = fetchRpc(rpcUrl);
if (isArchive(file)) {
  process.exit(await verifyFolder(file, rpc, { chainId: await chainIdOf(), address }));
}
const bytes = readBytes(file);
const chainId = await chainIdOf();
const options = { reader: jsonRpcReader(rpc), trustedContract: { chainId, address }, nowMs: Date.now() };
const { report } = await verifyFile(bytes, options);
if (values.json) console.log(JSON.stringify(reportToJson(report), null, 2));
else show(report);
process.exitCode = EXIT_CODES[report.verdict];

function parsed() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        rpc: { type: "string" },
        contract: { type: "string" },
        "chain-id": { type: "string" },
        json: { type: "boolean", default: false },
      },
    });
  } catch {
    console.error(USAGE);
    process.exit(64);
  }
}

/** Neither a PDF nor a disclosure begins as a ZIP file does. */
function isArchive(name: string): boolean {
  const stat = fs.statSync(name, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) return stat?.isDirectory() === true;
  const start = Buffer.alloc(4);
  const file = fs.openSync(name, "r");
  fs.readSync(file, start);
  fs.closeSync(file);
  return ["PK\x03\x04", "PK\x05\x06"].includes(start.toString("latin1"));
}

async function chainIdOf(): Promise<number> {
  return Number(values["chain-id"] ?? known?.chainId ?? (await askChainId()));
}

/** Without a chain's number from elsewhere, the node's own is taken; a node that does not answer leaves all undetermined. */
async function askChainId(): Promise<unknown> {
  try {
    return await rpc("eth_chainId", []);
  } catch (error) {
    console.error(
      `? 节点没有响应 (the node does not answer): ${error instanceof Error ? error.message : String(error)}`,
    );
    process.exit(EXIT_CODES.undetermined);
  }
}

function show({ verdict, state, checks, data, chain, proof, shown, withheld }: DisclosureReport): void {
  for (const check of checks) {
    const why = check.reason === undefined ? "" : ` [${check.reason}]`;
    console.log(`${SIGNS[check.outcome]} ${check.title.zh} (${check.title.en}): ${check.zh}${why}`);
  }
  if (data !== undefined && verdict === "valid") {
    const parts = ["eInvoiceName", "eInvoiceCode", "eInvoiceNumber"].map((name) => data[name]);
    console.log(`票据 ${parts.filter((part) => typeof part === "string").join(" ")}`);
  }
  for (const field of shown ?? []) console.log(`+ ${field.path} ${JSON.stringify(field.value)}`);
  for (const path of withheld ?? []) console.log(`- ${path} 未披露 (withheld)`);
  if (proof !== undefined && chain !== undefined) {
    const time = new Date(chain.batchTimeS * 1000).toISOString();
    console.log(
      `链 ${chain.chainId} 合约 ${chain.contract} 批次 ${proof.batch} ${time}，读自区块 ${chain.blockNumber}`,
    );
  }
  console.log(`${VERDICTS[verdict]}，状态：${STATES[state]}`);
}
