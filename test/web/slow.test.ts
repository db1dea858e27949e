import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import type { Browser, Page } from "playwright-core";
import { buildCheck } from "../../scripts/buildCheck.ts";
import { buildWeb } from "../../scripts/buildWeb.ts";
import { sealReceipt } from "../../service/app/sealReceipt.ts";
import type { Receipt } from "../../service/app/storePorts.ts";
import { yuanOf } from "../../service/domain/money.ts";
import { startCheckFixture, type CheckFixture } from "../http/citizens/checkFixture.ts";
import { makeTestFolder } from "../support/database.ts";
import { until } from "../support/program.ts";
import { startSlowProxy, type SlowProxy } from "../support/slowProxy.ts";
import { openChromium, openPage } from "./check/checkBrowser.ts";

/** SLOW_MS=3000 tries it with a really slow server. */
const DELAY_MS = Number(process.env["SLOW_MS"] ?? "400");

describe("the pages before a slow server", function () {
  this.timeout(240_000);
  let browser: Browser | undefined;
  let fixture: CheckFixture;
  let proxy: SlowProxy;
  let folder: ReturnType<typeof makeTestFolder>;
  let receipts: readonly Receipt[];
  before(async function () {
    browser = await openChromium();
    if (browser === undefined) this.skip();
    await buildWeb();
    await buildCheck();
    folder = makeTestFolder("slow");
    fixture = await startCheckFixture();
    receipts = [await fixture.anchored("slow-last")];
    proxy = await startSlowProxy(fixture.url);
  });
  after(async () => {
    await browser?.close();
    if (browser === undefined) return;
    await proxy.stop();
    await fixture.stop();
    folder.remove();
  });
  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close();
  });

  const open = async (place: string): Promise<Page> => {
    proxy.delayMs = 0;
    const { page } = await openPage(browser!, proxy.url);
    await page.goto(proxy.url + place);
    proxy.delayMs = DELAY_MS;
    proxy.asked.length = 0;
    return page;
  };
  const count = (what: string): number => proxy.asked.filter((each) => each === what).length;
  const hasNoVerdict = async (page: Page): Promise<void> => {
    expect(await page.locator("#verdict").count()).to.equal(0);
  };

  it("ask once on /check however often it is pressed, say that they are at it, and judge only by the answer", async () => {
    const page = await open("/check");
    const { eInvoiceCode, eInvoiceNumber, randomNumber, totalAmount, issueDate } = receipts[0]!.data;
    const values = { eInvoiceCode, eInvoiceNumber, randomNumber, totalAmount: yuanOf(totalAmount), issueDate };
    for (const [name, value] of Object.entries(values)) await page.fill(`#${name}`, value);
    await page.focus("#issueDate");
    for (let n = 0; n < 4; n++) await page.keyboard.press("Enter");
    await page.evaluate("document.querySelector('#check-form button').click()");
    expect(await page.locator("#live").innerText()).to.include("正在查验");
    expect(await page.getAttribute("#results", "aria-busy")).to.equal("true");
    await hasNoVerdict(page);
    await until(() => proxy.asked.includes("POST /chain"), "the question to the chain");
    await hasNoVerdict(page);
    expect(await page.locator("#live").innerText()).to.include("正在与链上核对");
    await page.waitForSelector("#verdict");
    expect(await page.locator("#verdict").innerText()).to.include("真实有效");
    expect(count("POST /v1/checks")).to.equal(1);
  });

  it("verify a file without a verdict before the chain has answered", async () => {
    const page = await open("/verify");
    const { pdf } = (await sealReceipt(fixture.deps, receipts[0]!))!;
    await page.setInputFiles("#files", [{ name: "a.pdf", mimeType: "application/pdf", buffer: Buffer.from(pdf) }]);
    await until(() => proxy.asked.includes("POST /chain"), "the question to the chain");
    await hasNoVerdict(page);
    expect(await page.locator("#live").innerText()).to.include("等待节点");
    await page.waitForSelector("#verdict");
    expect(await page.locator("[data-verdict]").first().getAttribute("data-verdict")).to.equal("valid");
  });

  it("check a list once, with progress, and can be stopped meanwhile", async () => {
    const page = await open("/check/bulk");
    const cells = ({ data }: Receipt): string =>
      [data.eInvoiceCode, data.eInvoiceNumber, data.randomNumber, yuanOf(data.totalAmount), data.issueDate].join(",");
    const file = path.join(folder.dir, "list.csv");
    writeFileSync(file, ["票据代码,票据号码,校验码,票据金额（元）,开票日期", ...receipts.map(cells)].join("\r\n"));
    await page.setInputFiles("#files", file);
    await page.waitForSelector("#work:not([hidden])");
    await page.evaluate("for (let n = 0; n < 3; n++) document.querySelector('#start').click()");
    expect(await page.locator("#start").isVisible()).to.equal(false);
    expect(await page.locator("#stop").isVisible()).to.equal(true);
    expect(await page.locator("table.bulk tr[data-tone]").count()).to.equal(0);
    await page.locator("table.bulk tr[data-tone=good]").waitFor();
    // The first is answered with the work to be done.
    expect(count("POST /v1/checks/batch")).to.equal(2);
  });

  it("ask for one code at /my, tell that it is on its way, and take another when one comes back", async () => {
    const page = await open("/my");
    await page.getByLabel("邮箱地址或手机号").fill("payer@mail.example");
    const said = await page.evaluate<string>(`(() => {
      for (let n = 0; n < 3; n++) document.querySelector("form button").click();
      return document.querySelector("form [role=status]").innerText;
    })()`);
    expect(said).to.include("正在提交");
    await page.waitForURL(/\/my\/code/);
    expect(count("POST /my/code")).to.equal(1);
    await page.goBack();
    await page.getByLabel("邮箱地址或手机号").fill("payer@mail.example");
    await page.getByRole("button", { name: "发送验证码" }).click();
    await page.waitForURL(/\/my\/code/);
    expect(count("POST /my/code")).to.equal(2);
  });

  it("open before a code is read, with the reader still on its way", async () => {
    const page = await open("/check");
    await page.waitForSelector("#scanner:not([hidden])");
    await page.setInputFiles("#scan-file", { name: "a.png", mimeType: "image/png", buffer: onePixel });
    await until(() => proxy.asked.includes("GET /scan.js"), "the reader");
    expect(await page.locator(".scan-said").innerText()).to.include("正在识别");
    await page.locator(".scan-said", { hasText: "没有找到二维码" }).waitFor();
  });
});

const onePixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
