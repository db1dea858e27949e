/**
 * How long people wait for the pages, in Chromium, of a service of its own on this machine: until each page is painted, and until a
 * list of 1,000 rows is checked.
 *   npm run build:web && node scripts/bench/pages.ts [rows]
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { chromium, type Browser } from "playwright-core";
import { sampleInput } from "../../service/domain/samples.ts";
import { issueDateOf } from "../../service/domain/fiscalTime.ts";
import { createClient, readDemoKey, type Client } from "../client.ts";
import { openSite, type Site } from "./site.ts";

const CHROMIUM = "/usr/bin/chromium";
const PAGES = ["/", "/my", "/check", "/check/bulk", "/verify", "/docs", "/docs/problems", "/sandbox/mail"];
const OPENINGS = 5;
const PAINT_TARGET_MS = 1_000;
const RECEIPTS = 250;
const CONTACT = "bench@lianpiao.example";

if (!existsSync(CHROMIUM)) throw new Error(`${CHROMIUM} is needed`);
const rowCount = Number(process.argv[2] ?? "1000");
const site = await openSite();
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
try {
  const rows = await issueRows(site);
  const link = await linkOf(site);
  console.log(`页面打开 (opening a page, median of ${OPENINGS}, nothing cached; target ${PAINT_TARGET_MS} ms)`);
  for (const place of [...PAGES, link]) {
    const times: number[] = [];
    for (let n = 0; n < OPENINGS; n += 1) times.push(await paintMs(browser, site.program.url + place));
    const median = times.toSorted((a, b) => a - b)[Math.floor(OPENINGS / 2)] ?? Number.NaN;
    const mark = median < PAINT_TARGET_MS ? "✓" : "✗";
    console.log(`  ${mark} ${place.replace(/[0-9a-f]{32}/, "…").padEnd(18)} ${Math.round(median)} ms`);
  }
  await checkList(browser, site, rows);
} finally {
  await browser.close();
  await site.close();
}

/** First contentful paint, from the start of the navigation. */
async function paintMs(own: Browser, url: string): Promise<number> {
  const context = await own.newContext({ locale: "zh-CN" });
  const page = await context.newPage();
  await page.goto(url, { waitUntil: "load" });
  const ms = await page.evaluate<number>(`new Promise((resolve) => {
    const look = (list) => list.getEntriesByName("first-contentful-paint").forEach(({ startTime }) => resolve(startTime));
    new PerformanceObserver(look).observe({ type: "paint", buffered: true });
  })`);
  await context.close();
  return ms;
}

/** Rows for the list: the receipts in turn, so that none is asked for twice in one request. */
async function issueRows({ dataDir, program }: Site): Promise<readonly string[]> {
  const client = createClient(await readDemoKey(dataDir, "demo-hospital"), program.url);
  const made: string[] = [];
  for (let n = 0; n < Math.min(RECEIPTS, rowCount); n += 1) made.push(await issue(client, n));
  await waitFor("anchored", async () => {
    const answer = await client.call("GET", `/v1/receipts?busNo=BENCH-${made.length - 1}`);
    return /"status":"anchored"/.test(await answer.text());
  });
  return Array.from({ length: rowCount }, (_, n) => made[n % made.length] ?? "");
}

async function issue(client: Client, n: number): Promise<string> {
  const sample = sampleInput("outpatient", n, issueDateOf(Date.now()));
  const input = { ...sample, busNo: `BENCH-${n}`, ...(n === 0 ? { delivery: { email: CONTACT } } : {}) };
  const answer = await client.call("POST", "/v1/receipts", input);
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
  const text = JSON.stringify(await answer.json());
  const d = /[?&]d=(\d{8})_(\d{10})_(\w{6})_(-?[\d.]+)_(\d{8})/.exec(text);
  if (d === null) throw new Error("the receipt has no address to check it at");
  return d.slice(1).join(",");
}

/** The link in the mail to the payer. */
async function linkOf({ program }: Site): Promise<string> {
  let link = "";
  await waitFor("mail", async () => {
    const mailbox = await (await fetch(`${program.url}/sandbox/mail`)).text();
    link = /\/r\/[0-9a-f]{32}/.exec(mailbox)?.[0] ?? "";
    return link !== "";
  });
  return link;
}

async function checkList(own: Browser, { program }: Site, rows: readonly string[]): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "lianpiao-rows-"));
  try {
    const file = path.join(folder, "rows.csv");
    writeFileSync(file, ["票据代码,票据号码,校验码,票据金额（元）,开票日期", ...rows].join("\r\n"));
    const page = await own.newPage();
    await page.goto(`${program.url}/check/bulk`);
    await page.setInputFiles("#files", file);
    await page.waitForSelector("#work:not([hidden])");
    const startedMs = performance.now();
    await page.click("#start");
    await page.waitForSelector("#stop:not([hidden])");
    const seen = new Set<string>();
    await waitFor("the end of the list", async () => {
      seen.add((await page.getAttribute("#bar", "value")) ?? "");
      return !(await page.locator("#stop").isVisible());
    });
    const seconds = (performance.now() - startedMs) / 1000;
    const good = await page.locator("table.bulk tr[data-tone=good]").count();
    const perS = Math.round(rows.length / seconds);
    console.log(`批量查验 (a list of ${rows.length} rows): ${Math.round(seconds * 10) / 10} s, ${perS} rows/s,`);
    console.log(`  ${good} valid, progress was seen at ${seen.size} marks`);
    if (good !== rows.length) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function waitFor(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + 600_000;
  while (!(await isSo())) {
    if (Date.now() > deadlineMs) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
