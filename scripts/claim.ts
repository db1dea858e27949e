// npm run claim -- FILE.pdf --fen N [--lock] [--release REASON] [--rpc URL] …: a claimant verifies a receipt and enters it on the ledger.
import path from "node:path";
import { parseArgs } from "node:util";
import {
  claimantAccount,
  claimantLedger,
  type ClaimantAct,
  type ClaimantLedger,
} from "../service/adapters/chain/claimantLedger.ts";
import { fetchRpc } from "../service/adapters/chain/fetchRpc.ts";
import { loadLedgerArtifact } from "../service/adapters/chain/ledgerArtifact.ts";
import { parseConfig } from "../service/config.ts";
import { AppError } from "../service/core/errors.ts";
import { jsonRpcReader } from "../service/core/ledgerCall.ts";
import type { Report } from "../service/core/report.ts";
import { verifyPdf } from "../service/core/verify.ts";
import { yuanGrouped } from "../service/domain/money.ts";
import { readLedgerFile } from "../service/ledgerFile.ts";
import { readBytes, runCommand } from "./command.ts";

type Place = { readonly rpcUrl: string; readonly chainId: number; readonly contract: string };
/** An act without what only the receipt tells. */
type Wish = Exclude<ClaimantAct, { readonly capFen: number }> | { kind: "claim" | "lock"; readonly amountFen: number };

const USAGE = `用法 (usage): CLAIMANT_KEY=0x… npm run claim -- FILE.pdf --fen N [--lock] [--release REASON] [--rpc URL] [--contract 0x…] [--chain-id N]
  --fen      金额，分 (the amount in fen)
  --lock     先锁定，审批后再入账；入账时自动用掉自己的锁 hold it until it is approved; one's own claim spends the lock
  --release  取消自己的入账，REASON 为 1 至 65535 的原因代码；与 --lock 同用则取消锁定，不需 --fen
             give one's own claim back, with a reason code from 1 to 65535; with --lock the lock, without --fen
没有 FILE 时显示账户地址，供财政部门接入。 Without FILE it shows the account's address, for the bureau to admit.
没有给出的节点和合约取自本机 data/ledger.json。 What is not given is taken from data/ledger.json of this installation.
退出码 (exit code): 0 已办理 done, 1 被拒绝 refused, 2 无法断定 could not be told, 64 用法有误 usage, 66 读不到文件 no such file`;
const STATES: Readonly<Record<Report["state"], string>> = {
  normal: "可入账 (may be entered)",
  reversed: "已冲红 (reversed)",
  on_paper: "已换开纸质 (changed to paper)",
  claimed: "已入账 (claimed)",
  not_anchored: "尚未上链 (not yet anchored)",
  unknown: "未知 (could not be told)",
};
const DONE: Readonly<Record<Wish["kind"], string>> = {
  claim: "已入账 (claimed)",
  lock: "已锁定 (held)",
  release: "已取消入账 (claim given back)",
  release_lock: "已取消锁定 (lock given up)",
};

/** What to say first of the commonest refusals; the contract's own words follow. */
const REFUSALS: Readonly<Record<string, string>> = {
  LedgerCapExceeded: "超过尚可入账的金额。 It is more than what is left of the receipt.",
  LedgerReceiptReversed: "票据已冲红，不能入账。 The receipt is reversed.",
  LedgerReceiptOnPaper: "票据已换开纸质，请用纸质票据。 The receipt is on paper: the paper counts.",
  LedgerClaimantUnknown:
    "本账户未接入为报销单位，请财政部门办理。 The account is no claimant: ask the bureau to admit it.",
  LedgerClaimantIsSuspended: "报销单位已停用。 The claimant is suspended.",
  LedgerReleaseExceeded: "超过本单位已入账的金额。 It is more than this claimant has claimed.",
  LedgerLockHeld: "本单位已锁定该票据。 This claimant holds it already.",
  LedgerLockNone: "本单位没有锁定该票据。 This claimant does not hold it.",
};

const artifactFile = path.resolve(import.meta.dirname, "../artifacts/contracts/ReceiptLedger.sol/ReceiptLedger.json");

await runCommand(async () => {
  const { values, positionals } = parsed();
  const [file, ...more] = positionals;
  const { CLAIMANT_KEY: claimantKey, DATA_DIR } = parseConfig(process.env);
  if (claimantKey === undefined || more.length > 0) return usage();
  if (file === undefined) {
    console.log(claimantAccount(claimantKey));
    return 0;
  }
  const wish = wishOf(values);
  const place = await placeOf(values, DATA_DIR);
  if (wish === undefined || place === undefined) return usage();
  const pdf = readBytes(file);
  const ledger = claimantLedger({ ...place, claimantKey, artifact: loadLedgerArtifact(artifactFile) });
  try {
    return await act(ledger, place, pdf, wish);
  } finally {
    ledger.stop();
  }
});

/** Nothing is claimed of what is not proved: amount and leaf come from the proof, and it is held against the chain first. */
async function act(ledger: ClaimantLedger, place: Place, pdf: Uint8Array, wish: Wish): Promise<number> {
  const report = await verify(place, pdf);
  const { verdict, proof, path: way } = report;
  if (verdict !== "valid" || proof === undefined || way === undefined) return notProved(report);
  if (report.isRedLetter) {
    console.error("✗ 红字票据不能入账。 A red-letter receipt is not entered.");
    return 1;
  }
  const whole: ClaimantAct = "reason" in wish ? wish : { ...wish, capFen: proof.issuedFen };
  try {
    const { blockNumber } = await ledger.send(way.leaf, whole);
    console.log(`✓ ${DONE[wish.kind]}，区块 ${blockNumber} (block)`);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "ledger_refused") throw error;
    const name = String(error.details["error"]);
    console.error(`✗ ${REFUSALS[name] ?? "合约拒绝。 The contract refused."}\n  ${error.message}`);
    return 1;
  }
  show(await verify(place, pdf));
  return 0;
}

function verify({ rpcUrl, chainId, contract }: Place, pdf: Uint8Array): Promise<Report> {
  const reader = jsonRpcReader(fetchRpc(rpcUrl));
  return verifyPdf(pdf, { reader, trustedContract: { chainId, address: contract }, nowMs: Date.now() });
}

function notProved({ verdict, checks }: Report): number {
  const why = checks.filter(({ outcome }) => outcome === (verdict === "invalid" ? "fail" : "unknown"));
  const said =
    verdict === "invalid" ? "票据无效，未办理。 The receipt is invalid" : "无法断定，未办理。 It could not be told";
  console.error(`✗ ${said}: nothing was done.`);
  for (const line of new Set(why.map(({ zh, en, reason }) => `  ${zh} ${en} [${reason ?? ""}]`))) console.error(line);
  return verdict === "invalid" ? 1 : 2;
}

function show({ state, status, proof }: Report): void {
  if (status === undefined || proof === undefined) return;
  const { usedFen, lockedFen } = status;
  const left = proof.issuedFen - usedFen - lockedFen;
  console.log(
    `${STATES[state]}：票面 ${yuanGrouped(proof.issuedFen)} 元，已入账 (claimed) ${yuanGrouped(usedFen)}，` +
      `锁定 (held) ${yuanGrouped(lockedFen)}，尚可入账 (left) ${yuanGrouped(left)}`,
  );
}

type Values = ReturnType<typeof parsed>["values"];

function wishOf({ fen, lock, release }: Values): Wish | undefined {
  const amountFen = Number(fen);
  const isAmount = fen !== undefined && /^[1-9]\d{0,15}$/.test(fen) && Number.isSafeInteger(amountFen);
  if (release === undefined) return isAmount ? { kind: lock ? "lock" : "claim", amountFen } : undefined;
  const reason = Number(release);
  if (!/^[1-9]\d{0,4}$/.test(release) || reason > 65_535) return undefined;
  if (lock) return fen === undefined ? { kind: "release_lock", reason } : undefined;
  return isAmount ? { kind: "release", amountFen, reason } : undefined;
}

async function placeOf(values: Values, dataDir: string): Promise<Place | undefined> {
  const known = readLedgerFile(dataDir);
  const rpcUrl = values.rpc ?? known?.rpcUrl;
  const contract = (values.contract ?? known?.contract)?.toLowerCase();
  if (rpcUrl === undefined || contract === undefined) return undefined;
  const given = values["chain-id"] ?? known?.chainId;
  return { rpcUrl, contract, chainId: Number(given ?? (await jsonRpcReader(fetchRpc(rpcUrl)).chainId())) };
}

function parsed() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        fen: { type: "string" },
        lock: { type: "boolean", default: false },
        release: { type: "string" },
        rpc: { type: "string" },
        contract: { type: "string" },
        "chain-id": { type: "string" },
      },
    });
  } catch {
    process.exit(usage());
  }
}

function usage(): number {
  console.error(USAGE);
  return 64;
}
