import { until } from "../support/program.ts";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import type { Browser } from "playwright-core";
import { buildWeb } from "../../scripts/buildWeb.ts";
import { axeViolations, launchBrowser, screenshot } from "./browser.ts";
import { choose, finish, setPlace, startVerifyFixture, type VerifyFixture } from "./verifyFixture.ts";

const SCRIPT_LIMIT_BYTES = 60_000;
const OPEN_LIMIT_MS = 5_000;

describe("the verifier page as a file", () => {
  it("is one file: its script takes at most 60 kB gzipped, and it loads nothing", async () => {
    const { file, html, script, scriptGzipBytes } = await buildWeb();
    expect(existsSync(file)).to.equal(true);
    expect(scriptGzipBytes).to.equal(gzipSync(script, { level: 9 }).length);
    expect(scriptGzipBytes).to.be.within(10_000, SCRIPT_LIMIT_BYTES);
    expect(html).to.include(script);
    expect(html).not.to.match(/<(?:script|img|iframe|link)[^>]+(?:src|href)="(?!data:)/);
    expect(html)
      .to.match(/<style>[^<]*:root/)
      .and.not.to.match(/<!-- [A-Z]+ -->/);
    expect(html).to.match(/content="default-src 'none'; script-src 'sha256-[^']+' 'sha256-[^']+' 'sha256-[^']+';/);
    expect(script).not.to.match(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(/);
  });
});

describe("the verifier page in Chromium, away from the site", function () {
  this.timeout(180_000);
  let browser: Browser | undefined;
  let on: VerifyFixture;
  let dir: string | undefined;
  let saved: string;

  before(async function () {
    browser = await launchBrowser();
    if (browser === undefined) this.skip();
    on = await startVerifyFixture(browser);
    dir = mkdtempSync(path.join(tmpdir(), "saved-"));
    const file = path.join(dir, "lianpiao-verify.html");
    writeFileSync(file, await (await fetch(`${on.server.url}/verify.html`)).text());
    saved = pathToFileURL(file).href;
  });
  after(async () => {
    await browser?.close();
    if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
    if (browser !== undefined) await on.stop();
  });
  const placeAt = (node: string) => ({ node, chainId: on.world.chain.chainId, contract: on.world.contract });

  it("asks for node and contract, verifies from a disk with any node, and remembers them", async () => {
    const { page, complaints } = await on.open("desktop", saved);
    expect(await page.getAttribute("#place", "open")).to.equal("");
    expect(await page.locator("#save").isVisible()).to.equal(false);
    const buffer = Buffer.from(on.world.pdfs.good);
    await page.setInputFiles("#files", [{ name: "d.pdf", mimeType: "application/pdf", buffer }]);
    await until(() => page.evaluate<boolean>("document.activeElement.id === 'node'"), "the page says so");
    expect(await page.locator(".verdict").count()).to.equal(0);
    await setPlace(page, placeAt(on.node.url));
    await page.waitForSelector(".verdict.good");
    await page.reload();
    expect(await page.inputValue("#node")).to.equal(`${on.node.url}/`);
    expect((await choose(page, [{ name: "e.pdf", pdf: on.world.pdfs.reversed }])).tone).to.equal("bad");
    await finish({ page, complaints }, "saved-file");
  });

  it("reads through our gate from a disk, too, though a page there has no origin", async () => {
    const { page } = await on.open("desktop", saved);
    await setPlace(page, placeAt(`${on.server.url}/chain`));
    expect((await choose(page, [{ name: "g.pdf", pdf: on.world.pdfs.good }])).tone).to.equal("good");
    await page.context().close();
  });

  it("is never green with a node that is not there", async () => {
    const { page } = await on.open("phone", saved);
    await setPlace(page, placeAt("http://localhost:9/"));
    const shown = await choose(page, [{ name: "h.pdf", pdf: on.world.pdfs.good }]);
    expect(shown.tone).to.equal("unsure");
    expect(shown.text).to.include("http://localhost:9/");
    await screenshot(page, "no-node-phone");
    await page.context().close();
  });

  it("says what is wrong with a setting, keeps a right one, and goes back to the site's own", async () => {
    const { page } = await on.open("phone");
    await page.click("#place summary");
    await page.fill("#node", "ftp://x");
    await page.fill("#chainId", "0");
    await page.fill("#contract", "0x12");
    await page.click("#place-form [type=submit]");
    for (const id of ["node", "chainId", "contract"]) {
      expect(await page.locator(`#${id}-problem`).innerText()).to.match(/请填写/);
      expect(await page.getAttribute(`#${id}`, "aria-invalid")).to.equal("true");
    }
    expect(await page.evaluate("document.activeElement.id")).to.equal("node");
    await screenshot(page, "settings-phone");
    expect((await axeViolations(page)) ?? []).to.deep.equal([]);
    await setPlace(page, placeAt(on.node.url));
    expect(await page.innerText("#place-line")).to.include("您设置的");
    await page.click("#place summary");
    await page.click("#place-reset");
    expect(await page.innerText("#place-line")).to.include("本站默认");
    await page.context().close();
  });

  it("paints before long, and holds in the dark, too", async () => {
    const times: number[] = [];
    for (let i = 0; i < 3; i += 1) {
      const { page } = await on.open();
      await until(
        () => page.evaluate<boolean>("performance.getEntriesByName('first-contentful-paint').length > 0"),
        "the page says so",
      );
      times.push(await page.evaluate<number>("performance.getEntriesByName('first-contentful-paint')[0].startTime"));
      await page.context().close();
    }
    expect(Math.min(...times)).to.be.below(OPEN_LIMIT_MS);
    const { page, complaints } = await on.open();
    await page.emulateMedia({ colorScheme: "dark" });
    await choose(page, [{ name: "dark.pdf", pdf: on.world.pdfs.claimedPart }]);
    await finish({ page, complaints }, "dark");
  });
});
