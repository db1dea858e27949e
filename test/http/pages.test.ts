import { existsSync } from "node:fs";
import { expect } from "chai";
import { chromium, type Browser } from "playwright-core";
import { AppError } from "../../service/core/errors.ts";
import { problemTable } from "../../service/http/problem.ts";
import { escapeHtml } from "../../service/http/pages/html.ts";
import { CONTRACT, issued, startHarness, type Harness } from "./harness.ts";

const CHROMIUM = "/usr/bin/chromium";

describe("the pages", () => {
  let harness: Harness;
  before(async () => {
    harness = await startHarness();
    await issued(harness, "page");
  });
  after(() => harness.stop());
  const get = async (path: string): Promise<{ text: string; headers: Headers }> => {
    const response = await fetch(harness.url + path);
    expect(response.status, path).to.equal(200);
    return { text: await response.text(), headers: response.headers };
  };

  it("tell on the first what runs here", async () => {
    const { text, headers } = await get("/");
    expect(headers.get("content-type")).to.equal("text/html; charset=utf-8");
    expect(text).to.include('<html lang="zh-CN">');
    for (const part of [CONTRACT, "31337", "7 (0xabab", "0.1.0-test", 'href="/docs"', 'href="/readyz"']) {
      expect(text).to.include(part);
    }
    expect(text).to.match(/已取号 <small lang="en">Numbers taken<\/small><\/dt><dd>1<\/dd>/);
    expect(text).to.match(/已上链 <small lang="en">Anchored<\/small><\/dt><dd>0<\/dd>/);
  });

  it("show the first while the database is away", async () => {
    harness.store.failure = new AppError("database_unreachable", "away");
    const { text } = await get("/").finally(() => (harness.store.failure = undefined));
    expect(text).to.include("暂不可知 / not known now");
    expect(text).to.include(CONTRACT);
  });

  it("load nothing from elsewhere and allow nothing else", async () => {
    for (const path of ["/", "/docs", "/docs/problems"]) {
      const { text, headers } = await get(path);
      expect(text, path).not.to.match(/(?:src|href)="(?:https?:)?\/\//);
      expect(text, path).not.to.match(/<[^>]+ (?:style|on\w+)=/);
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).to.match(/^default-src 'none';/);
      expect(policy).not.to.match(/unsafe|https?:|\*/);
    }
  });

  it("explain every problem code at the anchor that problems point to", async () => {
    const { text } = await get("/docs/problems");
    for (const [code, { status, zh }] of Object.entries(problemTable)) {
      expect(text).to.include(`<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${zh}`);
    }
  });

  it("serve scripts and styles with their charset", async () => {
    for (const [file, type] of [
      ["swagger-ui-bundle.js", "text/javascript; charset=utf-8"],
      ["init.js", "text/javascript; charset=utf-8"],
      ["swagger-ui.css", "text/css; charset=utf-8"],
      ["page.css", "text/css; charset=utf-8"],
      ["favicon-32x32.png", "image/png"],
    ] as const) {
      const { headers } = await get(`/docs/${file}`);
      expect(headers.get("content-type")).to.equal(type);
      expect(headers.get("cache-control")).to.equal("public, max-age=3600");
    }
    for (const file of ["package.json", "..%2fpackage.json", "index.html"]) {
      expect((await fetch(`${harness.url}/docs/${file}`)).status).to.equal(404);
    }
  });

  it("never let text become markup", () => {
    expect(escapeHtml(`<b onclick="x('y')">&`)).to.equal("&#60;b onclick=&#34;x(&#39;y&#39;)&#34;&#62;&#38;");
  });
});

describe("the pages in Chromium", function () {
  let browser: Browser | undefined;
  let harness: Harness | undefined;
  before(async function () {
    if (!existsSync(CHROMIUM)) this.skip();
    harness = await startHarness();
    const args = [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
    ];
    browser = await chromium.launch({ executablePath: CHROMIUM, args });
  });
  after(async () => {
    await browser?.close();
    await harness?.stop();
  });

  it("show the documentation, ask nobody else, break no policy", async () => {
    if (browser === undefined || harness === undefined) throw new Error("not started");
    const { url: origin } = harness;
    const page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
    const elsewhere: string[] = [];
    const complaints: string[] = [];
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(origin) && !url.startsWith("data:")) elsewhere.push(url);
    });
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(`${origin}/docs`);
    await page.waitForSelector("#operations-receipts-issueReceipt");
    const document = (await (await fetch(`${origin}/openapi.json`)).json()) as Record<
      "paths" | "webhooks",
      Record<string, object>
    >;
    const operations = [...Object.values(document.paths), ...Object.values(document.webhooks)].flatMap((methods) =>
      Object.keys(methods),
    );
    // Of more than 140 operations swagger-ui draws those in sight alone.
    const mostDrawnAtOnce = 140;
    const least = operations.length > mostDrawnAtOnce ? 8 : operations.length;
    expect(await page.locator(".opblock").count()).to.be.at.least(least);
    await page.click("#operations-receipts-issueReceipt .opblock-summary");
    await page.waitForSelector("#operations-receipts-issueReceipt .highlight-code");
    const example = await page.locator("#operations-receipts-issueReceipt .highlight-code").first().innerText();
    expect(example).to.include("EXAMPLE-OUTPATIENT-1");
    if (process.env["SCREENSHOTS"] !== undefined)
      await page.screenshot({ path: `${process.env["SCREENSHOTS"]}/docs.png` });
    expect(elsewhere).to.deep.equal([]);
    expect(complaints).to.deep.equal([]);
  });

  it("fit a phone", async () => {
    if (browser === undefined || harness === undefined) throw new Error("not started");
    const page = await browser.newPage({ viewport: { width: 360, height: 740 } });
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    for (const path of ["/", "/docs/problems"]) {
      await page.goto(harness.url + path);
      const width = await page.evaluate("document.documentElement.scrollWidth");
      expect(width, path).to.equal(360);
      const name = path === "/" ? "front" : "problems";
      if (process.env["SCREENSHOTS"] !== undefined)
        await page.screenshot({ path: `${process.env["SCREENSHOTS"]}/${name}.png`, fullPage: true });
    }
    expect(complaints.filter((text) => !text.includes("favicon"))).to.deep.equal([]);
  });
});
