import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
const QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
const root = path.resolve(import.meta.dirname, "../..");

export const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } } as const;
export type Size = keyof typeof SIZES;

/** undefined, with a line that says so, where there is no Chromium. */
export async function launchBrowser(): Promise<Browser | undefined> {
  if (!existsSync(CHROMIUM)) {
    console.warn(`    SKIPPED: there is no ${CHROMIUM} on this machine, so the page was not tried in a browser`);
    return undefined;
  }
  return chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, ...QUIET] });
}

/** Kept under build/, which is not in the repository. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const dir = path.join(root, "build", "screenshots");
  mkdirSync(dir, { recursive: true });
  await page.screenshot({ path: path.join(dir, `${name}.png`), fullPage: true });
}

export type Violation = { readonly id: string; readonly nodes: readonly { readonly html: string }[] };

/** What axe-core finds wrong with the page; undefined, with a line that says so, where axe-core is not installed. */
export async function axeViolations(page: Page): Promise<readonly string[] | undefined> {
  const file = process.env["AXE_CORE"] ?? path.join(root, "node_modules/axe-core/axe.min.js");
  if (!existsSync(file)) {
    console.warn("    SKIPPED: axe-core is not installed, so accessibility was not checked");
    return undefined;
  }
  // Evaluated by the debugger, so the page's own policy stays as it is.
  await page.evaluate(readFileSync(file, "utf8"));
  const violations = await page.evaluate<readonly Violation[]>(
    "axe.run(document, { resultTypes: ['violations'] }).then((found) => found.violations)",
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
}
