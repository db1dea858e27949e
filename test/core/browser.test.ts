import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { expect } from "chai";
import { chromium } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
const QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
/** Never asked over the network: the page is answered here. localhost, since WebCrypto wants a secure context. */
const ORIGIN = "http://localhost:8/";

/** Every test file of core but those that are about this machine. */
const files = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith(".test.ts") && name !== "browser.test.ts" && name !== "size.test.ts")
  .sort();

type Outcome = { readonly passed: number; readonly pending: number; readonly failures: readonly string[] };

describe("core in a real browser", () => {
  it(`passes the same ${files.length} test files in Chromium`, async function () {
    this.timeout(300_000);
    if (!existsSync(CHROMIUM)) {
      console.warn(`    SKIPPED: there is no ${CHROMIUM} on this machine, so core was not tried in a browser`);
      this.skip();
    }
    const script = await bundle();
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, ...QUIET] });
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(error.message));
      await page.route("**/*", (route) =>
        route.fulfill({ contentType: "text/html", body: "<!doctype html><meta charset=utf-8><div id=mocha></div>" }),
      );
      await page.goto(ORIGIN);
      await page.addScriptTag({ path: join(import.meta.dirname, "../../node_modules/mocha/mocha.js") });
      await page.evaluate("mocha.setup({ ui: 'bdd', reporter: function () {}, timeout: 300000 })");
      await page.addScriptTag({ content: script });
      const outcome = await page.evaluate<Outcome>(RUN);
      expect(errors).to.deep.equal([]);
      expect(outcome.failures).to.deep.equal([]);
      expect(outcome.pending).to.equal(0);
      expect(outcome.passed).to.be.greaterThan(150);
    } finally {
      await browser.close();
    }
  });
});

/** Runs in the page. */
const RUN = `new Promise((resolve) => {
  const outcome = { passed: 0, pending: 0, failures: [] };
  mocha.run()
    .on("pass", () => { outcome.passed += 1; })
    .on("pending", () => { outcome.pending += 1; })
    .on("fail", (test, error) => { outcome.failures.push(test.fullTitle() + ": " + error.message); })
    .on("end", () => resolve(outcome));
})`;

/** What the bundler cannot resolve for a browser fails here: core needs nothing of Node. */
async function bundle(): Promise<string> {
  const result = await build({
    stdin: { contents: files.map((name) => `import "./${name}";`).join("\n"), resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    platform: "browser",
    format: "iife",
    target: "es2024",
    charset: "utf8",
    logLevel: "silent",
  });
  return result.outputFiles[0]?.text ?? "";
}
