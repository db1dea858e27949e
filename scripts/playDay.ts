import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { fetchRpc } from "../service/adapters/chain/fetchRpc.ts";
import { jsonRpcReader } from "../service/core/ledgerCall.ts";
import { verifyPdf } from "../service/core/verify.ts";
import { demoUnits } from "../service/demoUnits.ts";
import { issueDateOf } from "../service/domain/fiscalTime.ts";
import { yuanGrouped, yuanOf } from "../service/domain/money.ts";
import type { IssueInput } from "../service/domain/receipt.ts";
import { sampleInput } from "../service/domain/samples.ts";
import { readLedgerFile } from "../service/ledgerFile.ts";
import { createClient, readDemoKey, type Client } from "./client.ts";
import { admitInsurer, untilDated } from "./playClaim.ts";

const root = path.resolve(import.meta.dirname, "..");
const run = promisify(execFile);

type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };
type Receipt = {
  readonly eInvoiceCode: string;
  readonly eInvoiceNumber: string;
  readonly totalAmount: number;
  readonly kind: string;
  readonly status: string;
};

/** What happens in one hour at one unit: each step says in words what it did, or throws. */
type Step = { readonly hour: number; readonly does: string; readonly play: (day: Day) => Promise<void> };
type Day = {
  readonly at: Readonly<Record<string, Desk>>;
  readonly prefix: string;
  readonly dataDir: string;
  readonly url: string;
};

/** One unit's day: its client, what it issued, what it reversed. */
type Desk = {
  readonly appId: string;
  readonly name: string;
  readonly client: Client;
  readonly issued: Receipt[];
  readonly reds: Receipt[];
};

/**
 * Plays a day of a hospital, a university, the traffic police, a charity and a society, hour by hour, over the units' own interface;
 * then waits for the chain, counts, and audits the whole ledger.
 * @returns whether every step did what it should, and the audit found nothing
 */
export async function playDay(dataDir: string, url: string): Promise<boolean> {
  const at: Record<string, Desk> = {};
  for (const { appId, unit } of demoUnits) {
    const client = createClient(await readDemoKey(dataDir, appId), url);
    at[appId] = { appId, name: unit.name, client, issued: [], reds: [] };
  }
  const day: Day = { at, prefix: `DAY-${Date.now()}`, dataDir, url };
  let isGood = true;
  for (const { hour, does, play } of STEPS) {
    try {
      await play(day);
      console.log(`✓ ${String(hour).padStart(2, "0")}:00  ${does}`);
    } catch (error) {
      isGood = false;
      console.log(
        `✗ ${String(hour).padStart(2, "0")}:00  ${does}\n    ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  return (await closeDay(day)) && isGood;
}

const HOURS = [8, 9, 10, 11, 14, 15, 16, 17] as const;

const STEPS: readonly Step[] = inOrder([
  {
    hour: 7,
    does: "财政部门向医院发放一本纸质票据 (the bureau hands the hospital a book of paper)",
    play: async (day) => {
      await command(day.dataDir, "paper.ts", ["grant", "1", paperCodeOf(day), "00000001", "00000050"]);
    },
  },
  ...HOURS.map((hour, index): Step => ({
    hour,
    does: "各单位开票：医院 12 张，高校 4 张，交警 5 张，慈善 3 张，协会 2 张 (26 receipts at five units)",
    play: async (day) => {
      const wanted: readonly (readonly [appId: string, kind: string, count: number])[] = [
        ["demo-hospital", "outpatient", 10],
        ["demo-hospital", "inpatient", 2],
        ["demo-university", index % 2 === 0 ? "tuition" : "currentSettlement", 4],
        ["demo-police", "penalty", 5],
        ["demo-charity", "donation", 3],
        ["demo-society", "societyDues", 2],
      ];
      await Promise.all(wanted.map(([appId, kind, count]) => issueMany(day, appId, kind, count, hour)));
    },
  })),
  { hour: 9, does: "超时重发得到同一张票 (a repeated request gives the same receipt)", play: repeatRequest },
  {
    hour: 10,
    does: "平衡关系有误的票据被拒，不占号 (a wrong sum is refused and uses no number)",
    play: refuseWrongSum,
  },
  {
    hour: 11,
    does: "患者退费：整张冲红 (a refund: reversed)",
    play: (day) => reverse(day, "demo-hospital", "refund", ""),
  },
  { hour: 11, does: "部分退费：冲红并重开 (a partial refund: reversed and issued anew)", play: partialRefund },
  { hour: 14, does: "换开纸质、退回作废、再冲红 (to paper, taken back, reversed)", play: paperAndBack },
  { hour: 14, does: "换开纸质并保留；空白纸票作废一张 (to paper for good; one blank spoilt)", play: paperForGood },
  { hour: 15, does: "罚款无撤销文书不得冲红，有则可 (a fine is reversed only with its document)", play: reverseFine },
  {
    hour: 15,
    does: "保险公司验真后入账 100 元，查验得入账日期；超出余额的再次入账被合约拒绝 (an insurer claims; a second claim is refused)",
    play: claimOnce,
  },
  {
    hour: 16,
    does: "学生退学：退学费 (a student leaves: tuition paid back)",
    play: (day) => reverse(day, "demo-university", "refund", ""),
  },
  { hour: 17, does: "已冲红的票据不能再冲红 (what is reversed is not reversed again)", play: refuseSecondReversal },
]);

/** Another book of paper each day. */
const paperCodeOf = ({ prefix }: Day): string => prefix.replaceAll("-", "");

/** By the hour; what is issued in an hour comes before what is done with it. */
function inOrder(steps: readonly Step[]): readonly Step[] {
  return steps.toSorted((a, b) => a.hour - b.hour);
}

async function issueMany(day: Day, appId: string, kind: string, count: number, hour: number): Promise<void> {
  const desk = deskOf(day, appId);
  const receipts = Array.from({ length: count }, (_, n) => inputOf(day, kind, hour * 100 + n));
  const { status, body } = await call(desk, "POST", "/v1/receipts/batch", { receipts });
  if (status !== 200) throw new Error(`${kind}: ${status} ${JSON.stringify(body)}`);
  for (const { status: own, receipt, problem } of body["results"] as readonly {
    status: number;
    receipt?: Receipt;
    problem?: unknown;
  }[]) {
    if (own !== 201 || receipt === undefined) throw new Error(`${kind}: ${own} ${JSON.stringify(problem)}`);
    desk.issued.push(receipt);
  }
}

async function repeatRequest(day: Day): Promise<void> {
  const desk = deskOf(day, "demo-hospital");
  const input = inputOf(day, "outpatient", 5_000);
  const first = await expectStatus(desk, 201, "POST", "/v1/receipts", input);
  desk.issued.push(first as unknown as Receipt);
  const second = await expectStatus(desk, 200, "POST", "/v1/receipts", input);
  if (second["eInvoiceNumber"] !== first["eInvoiceNumber"]) throw new Error("another number was taken");
}

async function refuseWrongSum(day: Day): Promise<void> {
  const input = inputOf(day, "outpatient", 5_001);
  await expectStatus(deskOf(day, "demo-hospital"), 422, "POST", "/v1/receipts", { ...input, totalAmount: 1 });
}

async function reverse(day: Day, appId: string, reasonCode: string, documentNo: string): Promise<void> {
  const desk = deskOf(day, appId);
  const blue = takeFree(desk);
  desk.reds.push(await reversed(desk, blue, { reasonCode, documentNo }));
}

async function partialRefund(day: Day): Promise<void> {
  const desk = deskOf(day, "demo-hospital");
  const blue = takeFree(desk, "outpatient");
  const body = { reversal: { reasonCode: "refund", reason: "退部分费用" }, receipt: inputOf(day, "outpatient", 5_002) };
  const answer = await expectStatus(desk, 201, "POST", `${pathOf(blue)}/reissue`, body);
  desk.reds.push(answer["reversal"] as Receipt);
  desk.issued.push(answer["receipt"] as Receipt);
}

async function paperAndBack(day: Day): Promise<void> {
  const desk = deskOf(day, "demo-hospital");
  const blue = takeFree(desk, "inpatient");
  await expectStatus(desk, 201, "POST", `${pathOf(blue)}/paper`, { operator: "李四" });
  await expectStatus(desk, 409, "POST", `${pathOf(blue)}/reversal`, { reasonCode: "refund" });
  await expectStatus(desk, 200, "POST", `${pathOf(blue)}/paper/return`, { reason: "交款人退回" });
  desk.reds.push(await reversed(desk, blue, { reasonCode: "settlement_cancelled" }));
}

async function paperForGood(day: Day): Promise<void> {
  const desk = deskOf(day, "demo-hospital");
  const blue = takeFree(desk, "inpatient");
  await expectStatus(desk, 201, "POST", `${pathOf(blue)}/paper`, { operator: "李四" });
  const spoilt = { paperCode: paperCodeOf(day), first: "00000050", last: "00000050", reason: "卡纸" };
  await expectStatus(desk, 200, "POST", "/v1/paper-books/spoil", spoilt);
}

async function reverseFine(day: Day): Promise<void> {
  const desk = deskOf(day, "demo-police");
  const blue = takeFree(desk);
  await expectStatus(desk, 422, "POST", `${pathOf(blue)}/reversal`, { reasonCode: "decision_changed" });
  desk.reds.push(await reversed(desk, blue, { reasonCode: "decision_changed", documentNo: "示例撤字〔2026〕1号" }));
}

async function claimOnce(day: Day): Promise<void> {
  const desk = deskOf(day, "demo-hospital");
  const receipt = takeFree(desk, "outpatient");
  await untilAnchored(desk, receipt);
  const response = await desk.client.call("GET", `${pathOf(receipt)}/pdf`);
  const file = path.join(day.dataDir, "demo", `claimed-${receipt.eInvoiceCode}-${receipt.eInvoiceNumber}.pdf`);
  await writeFile(file, new Uint8Array(await response.arrayBuffer()));
  const insurer = await admitInsurer(day.dataDir, (...args) => command(day.dataDir, ...args));
  await insurer.claim(file, CLAIMED_FEN);
  const { verify } = (await expectStatus(desk, 200, "GET", pathOf(receipt)))["links"] as { readonly verify: string };
  const { AccDate, AccAmount } = await untilDated(day.url, verify);
  if (AccAmount !== yuanOf(CLAIMED_FEN)) throw new Error(`the check tells of ${AccAmount} yuan entered`);
  console.log(
    `    ${receipt.eInvoiceCode} ${receipt.eInvoiceNumber}  AccDate ${AccDate}  AccAmount ${AccAmount}  ${file}`,
  );
  await insurer.refused(file, receipt.totalAmount);
}

const CLAIMED_FEN = 10_000;

async function refuseSecondReversal(day: Day): Promise<void> {
  const desk = deskOf(day, "demo-charity");
  const blue = takeFree(desk);
  desk.reds.push(await reversed(desk, blue, { reasonCode: "wrong_content" }));
  await expectStatus(desk, 409, "POST", `${pathOf(blue)}/reversal`, {
    reasonCode: "refund",
    busNo: `${day.prefix}-AGAIN`,
  });
}

/** Waits for the chain, counts every unit's day, proves a receipt of each, and audits. */
async function closeDay(day: Day): Promise<boolean> {
  let isGood = true;
  console.log("\n日终 (at the end of the day)");
  for (const desk of Object.values(day.at)) {
    if (desk.issued.length === 0) continue;
    const last = [...desk.issued, ...desk.reds];
    for (const receipt of last) await untilAnchored(desk, receipt);
    const issuedFen = desk.issued.reduce((sum, { totalAmount }) => sum + totalAmount, 0);
    const reversedFen = desk.reds.reduce((sum, { totalAmount }) => sum - totalAmount, 0);
    const stock = (await expectStatus(desk, 200, "GET", "/v1/stock"))["lines"] as readonly { difference: number }[];
    const isBalanced = stock.every(({ difference }) => difference === 0);
    const states = await Promise.all([desk.issued[0], desk.reds[0]].map((receipt) => proofOf(day, desk, receipt)));
    const isProved = states.every((state) => state === undefined || state.startsWith("valid"));
    isGood &&= isBalanced && isProved;
    console.log(
      `${isBalanced && isProved ? "✓" : "✗"} ${desk.name}  开具 ${desk.issued.length} 张 ${yuanGrouped(issuedFen)} 元，` +
        `冲红 ${desk.reds.length} 张 ${yuanGrouped(reversedFen)} 元，票号${isBalanced ? "平" : "不平"}，` +
        `验真 ${states.filter((state) => state !== undefined).join("、")}`,
    );
  }
  try {
    console.log((await command(day.dataDir, "audit.ts", [])).trimEnd());
  } catch (error) {
    isGood = false;
    console.log(error instanceof Error && "stdout" in error ? String(error.stdout) : String(error));
  }
  return isGood;
}

async function proofOf(day: Day, desk: Desk, receipt: Receipt | undefined): Promise<string | undefined> {
  const ledger = readLedgerFile(day.dataDir);
  if (receipt === undefined || ledger === undefined) return undefined;
  const response = await desk.client.call("GET", `${pathOf(receipt)}/pdf`);
  const report = await verifyPdf(new Uint8Array(await response.arrayBuffer()), {
    reader: jsonRpcReader(fetchRpc(ledger.rpcUrl)),
    trustedContract: { chainId: ledger.chainId, address: ledger.contract },
    nowMs: Date.now(),
  });
  return `${report.verdict} ${report.isRedLetter ? "red" : report.state}`;
}

async function untilAnchored(desk: Desk, receipt: Receipt): Promise<void> {
  const deadline = Date.now() + 120_000;
  while ((await expectStatus(desk, 200, "GET", pathOf(receipt)))["status"] !== "anchored") {
    if (Date.now() > deadline) throw new Error(`${pathOf(receipt)} was not anchored within two minutes`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function reversed(desk: Desk, blue: Receipt, body: Readonly<Record<string, unknown>>): Promise<Receipt> {
  return (await expectStatus(desk, 201, "POST", `${pathOf(blue)}/reversal`, body)) as unknown as Receipt;
}

/** A receipt of the morning that nothing was done with yet. */
const used = new WeakSet<Receipt>();
function takeFree(desk: Desk, kind?: string): Receipt {
  const free = desk.issued.find((receipt) => !used.has(receipt) && (kind === undefined || receipt.kind === kind));
  if (free === undefined) throw new Error(`${desk.name} has no receipt left to act on`);
  used.add(free);
  return free;
}

function inputOf(day: Day, kind: string, n: number): IssueInput {
  return { ...sampleInput(kind, n, issueDateOf(Date.now())), busNo: `${day.prefix}-${kind}-${n}` };
}

function deskOf({ at }: Day, appId: string): Desk {
  const desk = at[appId];
  if (desk === undefined) throw new Error(`there is no demo unit ${appId}`);
  return desk;
}

const pathOf = ({ eInvoiceCode, eInvoiceNumber }: Receipt): string => `/v1/receipts/${eInvoiceCode}/${eInvoiceNumber}`;

async function call({ client }: Desk, method: string, place: string, body?: unknown): Promise<Answer> {
  const response = await client.call(method, place, body);
  return { status: response.status, body: (await response.json()) as Answer["body"] };
}

async function expectStatus(
  desk: Desk,
  expected: number,
  method: string,
  place: string,
  body?: unknown,
): Promise<Answer["body"]> {
  const answer = await call(desk, method, place, body);
  if (answer.status === expected) return answer.body;
  throw new Error(`${method} ${place}: ${answer.status} ${JSON.stringify(answer.body)}, expected ${expected}`);
}

/** A command beside the service, on the same folder. */
async function command(
  dataDir: string,
  script: string,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const env = { ...process.env, DATA_DIR: dataDir, ...more };
  const { stdout } = await run(process.execPath, [path.join(root, "scripts", script), ...args], { env });
  return stdout;
}
