import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import axe from "axe-core";
import { expect } from "chai";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import type { Receipt } from "../../../service/app/storePorts.ts";
import { codeIn, linkIn, startFetchSite, type FetchSite } from "./fetchSite.ts";

const CHROMIUM = "/usr/bin/chromium";
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
const QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
const shots = path.resolve(import.meta.dirname, "../../../build/screenshots");
const EMAIL = "page@mail.example";

const sizes = {
  desktop: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
} as const;

describe("the pages of payers in a real browser", function () {
  this.timeout(120_000);
  let site: FetchSite;
  let browser: Browser;
  let receipt: Receipt;
  let link: string;
  before(async function () {
    if (!existsSync(CHROMIUM)) {
      console.warn(`    SKIPPED: there is no ${CHROMIUM} on this machine, so the pages were not tried in a browser`);
      this.skip();
    }
    mkdirSync(shots, { recursive: true });
    site = await startFetchSite();
    receipt = await site.issue({ delivery: { email: EMAIL } }, "inpatient");
    await site.issue({ delivery: { email: EMAIL } }, "nontax");
    await site.issue({ delivery: { email: EMAIL } });
    await site.deliver();
    link = linkIn(site.mail.received.find(({ mail }) => mail.text?.includes(receipt.data.eInvoiceName))?.mail.text);
    browser = await chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, ...QUIET] });
  });
  after(async () => {
    await (browser as Browser | undefined)?.close();
    await (site as FetchSite | undefined)?.stop();
  });
  beforeEach(() => site.platform.database.dataSource.query("delete from rate_window"));

  const withPage = async (size: keyof typeof sizes, work: (page: Page) => Promise<void>): Promise<void> => {
    const context: BrowserContext = await browser.newContext({ ...sizes[size], locale: "zh-CN", bypassCSP: false });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(message.text());
    });
    try {
      await work(page);
      expect(errors).to.deep.equal([]);
    } finally {
      await context.close();
    }
  };
  /** What axe finds, and whether the page is wider than its window. */
  const assertSound = async (page: Page, name: string): Promise<void> => {
    await page.screenshot({ path: path.join(shots, `fetch-${name}.png`), fullPage: true });
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), `${name} fits`).to.equal(true);
    // The policy forbids scripts of others, so it is run by the browser's debugger.
    await page.evaluate(axe.source);
    const found = await page.evaluate<string[]>(
      "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes.map((n) => n.html).join(' ')))",
    );
    expect(found, name).to.deep.equal([]);
  };
  const logIn = async (page: Page): Promise<void> => {
    await page.goto(`${site.url}/my`);
    await page.getByLabel("邮箱地址或手机号").fill(EMAIL);
    await page.getByRole("button", { name: "发送验证码" }).click();
    await page.getByLabel("6 位验证码").waitFor();
    await site.deliver();
    await page.getByLabel("6 位验证码").fill(codeIn(site));
    await page.getByRole("button", { name: "查看我的票据" }).click();
    await page.getByRole("button", { name: "退出" }).waitFor();
  };

  for (const size of ["desktop", "phone"] as const) {
    it(`show a receipt by its link, on a ${size}`, async () => {
      await withPage(size, async (page) => {
        const startedMs = Date.now();
        await page.goto(site.url + link, { waitUntil: "domcontentloaded" });
        expect(Date.now() - startedMs, "ms until it is there").to.be.lessThan(5_000);
        expect(await page.getByRole("heading", { level: 1 }).innerText()).to.equal(receipt.data.eInvoiceName);
        expect(await page.getByRole("button", { name: "打印" }).isVisible()).to.equal(true);
        await assertSound(page, `link-${size}`);
        const [download] = await Promise.all([
          page.waitForEvent("download"),
          page.getByRole("link", { name: "下载 PDF" }).click(),
        ]);
        expect(download.suggestedFilename()).to.equal(
          `${receipt.data.eInvoiceCode}_${receipt.data.eInvoiceNumber}.pdf`,
        );
        await page.getByLabel("邮箱地址或手机号").fill("friend@mail.example");
        await page.getByRole("button", { name: "发送" }).click();
        await page.getByRole("status").waitFor();
        expect(await page.getByRole("status").innerText()).to.include("已排队发送");
        await assertSound(page, `link-sent-${size}`);
      });
    });

    it(`let a payer in by a code and show the receipts, on a ${size}`, async () => {
      await withPage(size, async (page) => {
        await page.goto(`${site.url}/my`);
        await assertSound(page, `my-ask-${size}`);
        await page.getByLabel("邮箱地址或手机号").fill(EMAIL);
        await page.getByRole("button", { name: "发送验证码" }).click();
        await page.getByLabel("6 位验证码").fill("000000");
        await assertSound(page, `my-code-${size}`);
        await page.getByRole("button", { name: "查看我的票据" }).click();
        await page.getByRole("alert").waitFor();
        await assertSound(page, `my-refused-${size}`);
        await site.deliver();
        await logIn(page);
        expect(await page.locator(".receipts li").count()).to.equal(3);
        await assertSound(page, `my-list-${size}`);
        await page.getByLabel("种类").selectOption("inpatient");
        await page.getByRole("button", { name: "筛选" }).click();
        await page.waitForURL(/kind=inpatient/);
        await page.locator(".receipts a").click();
        await page.getByRole("heading", { level: 1 }).waitFor();
        expect(page.url()).to.match(/\/my\/receipts\/\d{8}\/\d{10}$/);
        await assertSound(page, `my-receipt-${size}`);
      });
    });
  }

  it("tell that a link leads nowhere", async () => {
    const context = await browser.newContext(sizes.phone);
    const page = await context.newPage();
    expect((await page.goto(`${site.url}/r/${"0".repeat(32)}`))?.status()).to.equal(404);
    await assertSound(page, "link-unknown-phone");
    await context.close();
  });

  it("work by keyboard alone", async () => {
    await withPage("desktop", async (page) => {
      await page.goto(`${site.url}/my`);
      await page.keyboard.press("Tab");
      await page.keyboard.type(EMAIL);
      await page.keyboard.press("Enter");
      await page.getByLabel("6 位验证码").waitFor();
      await site.deliver();
      await page.keyboard.press("Tab");
      await page.keyboard.type(codeIn(site));
      await page.keyboard.press("Enter");
      await page.locator(".receipts").waitFor();
      for (let n = 0; n < 5; n++) await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement.getAttribute('href')")).to.match(/^\/my\/receipts\//);
      await page.keyboard.press("Enter");
      await page.getByRole("link", { name: "下载 PDF" }).waitFor();
    });
  });

  it("work without scripts", async () => {
    const context = await browser.newContext({ ...sizes.phone, javaScriptEnabled: false });
    const page = await context.newPage();
    await logIn(page);
    await page.locator(".receipts a").first().click();
    await page.getByRole("link", { name: "下载 PDF" }).waitFor();
    expect(await page.getByRole("button", { name: "打印" }).isVisible()).to.equal(false);
    await context.close();
  });

  it("fit a narrow window with letters twice as large, in light and dark", async () => {
    await withPage("phone", async (page) => {
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        for (const place of [link, "/my"]) {
          await page.goto(site.url + place);
          await page.evaluate("document.documentElement.style.fontSize = '200%'");
          await assertSound(page, `large-${colorScheme}${place === "/my" ? "-my" : "-link"}`);
        }
      }
    });
  });

  it("print the receipt's facts and where to check it, without buttons and forms", async () => {
    await withPage("desktop", async (page) => {
      await page.goto(site.url + link);
      await page.emulateMedia({ media: "print" });
      await page.screenshot({ path: path.join(shots, "fetch-print.png"), fullPage: true });
      expect(await page.getByText("本页为打印件").isVisible()).to.equal(true);
      expect(await page.getByRole("link", { name: "下载 PDF" }).isVisible()).to.equal(false);
      expect(await page.locator("form").isVisible()).to.equal(false);
      expect(await page.getByText(receipt.data.eInvoiceNumber, { exact: true }).isVisible()).to.equal(true);
    });
  });

  it("show the PDF inside the page, and let no other site do so", async () => {
    await withPage("desktop", async (page) => {
      await page.goto(site.url + link);
      const box = await page.locator("object.face").boundingBox();
      expect(box?.height).to.be.greaterThan(400);
      // The viewer is a frame of the browser's own, and draws the document in another inside it.
      const drawn = (): boolean => page.frames().filter((frame) => frame.url().includes("/pdf?inline=1")).length === 2;
      while (!drawn()) await page.waitForEvent("framenavigated");
      await page.locator("object.face").scrollIntoViewIfNeeded();
      await page.screenshot({ path: path.join(shots, "fetch-face.png") });
    });
    const context = await browser.newContext(sizes.desktop);
    const page = await context.newPage();
    await page.route("http://other.example/", (route) =>
      route.fulfill({ contentType: "text/html", body: `<iframe src="${site.url}${link}"></iframe>` }),
    );
    await page.goto("http://other.example/");
    await page.waitForLoadState("networkidle");
    expect(page.frames()[1]?.url(), "the browser's own error page").to.equal("chrome-error://chromewebdata/");
    await context.close();
  });
});
