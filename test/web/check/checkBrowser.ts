import { existsSync, mkdirSync } from "node:fs";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { chromium, type Browser, type Page } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
const QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
const root = path.resolve(import.meta.dirname, "../../..");
const screenshots = path.join(root, "build/screenshots");
const axeSource = path.join(root, "node_modules/axe-core/axe.min.js");

/** undefined, with a word on the console, if this machine has no Chromium. */
export async function openChromium(): Promise<Browser | undefined> {
  if (existsSync(CHROMIUM)) return chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, ...QUIET] });
  console.warn(`    SKIPPED: there is no ${CHROMIUM} on this machine, so the check pages were not tried in a browser`);
  return undefined;
}

export type WatchedPage = { readonly page: Page; readonly complaints: string[]; readonly elsewhere: string[] };

/** A page that notes what it complains of and whom but us it asks. */
export async function openPage(
  browser: Browser,
  origin: string,
  viewport = { width: 1200, height: 900 },
  colorScheme: "light" | "dark" = "light",
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport, colorScheme, acceptDownloads: true, locale: "zh-CN" });
  const page = await context.newPage();
  const complaints: string[] = [];
  const elsewhere: string[] = [];
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !/^(?:data|blob):/.test(url)) elsewhere.push(url);
  });
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  return { page, complaints, elsewhere };
}

export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: path.join(screenshots, `${name}.png`), fullPage: true });
}

type Violation = { readonly id: string; readonly nodes: readonly { readonly html: string }[] };

/** Expects no violation of any of axe-core's rules. By evaluation, which the page's policy does not reach. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(readFileSync(axeSource, "utf8"));
  const violations = await page.evaluate<readonly Violation[]>(
    "axe.run(document).then(({ violations }) => violations)",
  );
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`)).to.deep.equal([]);
}

/** Expects that nothing is wider than the window. */
export async function expectNoOverflow(page: Page): Promise<void> {
  const [content, window] = await page.evaluate<[number, number]>(
    "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
  );
  expect(content).to.equal(window);
}
