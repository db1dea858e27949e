import { existsSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { encodeQR } from "qr";
import { chromium, type Browser, type Page } from "playwright-core";
import { buildCheck } from "../../scripts/buildCheck.ts";
import { buildScan } from "../../scripts/buildScan.ts";
import { buildWeb } from "../../scripts/buildWeb.ts";
import { sealReceipt } from "../../service/app/sealReceipt.ts";
import type { Receipt } from "../../service/app/storePorts.ts";
import { verifyUrlOf } from "../../service/http/units/verifyUrl.ts";
import { startCheckFixture, type CheckFixture } from "../http/citizens/checkFixture.ts";
import { makeTestFolder } from "../support/database.ts";
import { until } from "../support/program.ts";
import type { Pixels } from "../support/readPng.ts";
import { expectAccessible, expectNoOverflow, openPage, screenshot, type WatchedPage } from "./check/checkBrowser.ts";
import { frameOf, pictureOf, pngOf, withOwnReader, writeFilm } from "./scanPictures.ts";

const CHROMIUM = "/usr/bin/chromium";
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
const FALSE_NAME = "receipts.example";
const PHONE = { width: 390, height: 844 };
/** The middle of the QR code on a face's picture. */
const QR_AT = { x: 212, y: 272 };

describe("scanning a receipt's QR code in Chromium", function () {
  this.timeout(120_000);
  let fixture: CheckFixture;
  let folder: ReturnType<typeof makeTestFolder>;
  let receipt: Receipt;
  let picture: { readonly png: Uint8Array; readonly pixels: Pixels };
  const browsers: Browser[] = [];
  let seeing: Browser;
  let blind: Browser;

  before(async function () {
    if (!existsSync(CHROMIUM)) {
      console.warn(`    SKIPPED: there is no ${CHROMIUM} on this machine, so scanning was not tried in a browser`);
      this.skip();
    }
    await buildWeb();
    await buildCheck();
    folder = makeTestFolder("scan");
    fixture = await startCheckFixture();
    receipt = await fixture.anchored("scan");
    picture = await pictureOf((await sealReceipt(fixture.deps, receipt))!.pdf);
    const film = path.join(folder.dir, "receipt.y4m");
    writeFilm(film, frameOf(picture.pixels, { ...QR_AT, side: 420 }, 7));
    const camera = ["--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${film}`];
    seeing = await launch([...camera, "--use-fake-ui-for-media-stream"]);
    blind = await launch([`--host-resolver-rules=MAP ${FALSE_NAME} 127.0.0.1`, ...camera]);
  });
  after(async () => {
    for (const browser of browsers) await browser.close();
    await (fixture as CheckFixture | undefined)?.stop();
    (folder as ReturnType<typeof makeTestFolder> | undefined)?.remove();
  });

  const launch = async (args: readonly string[]): Promise<Browser> => {
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, ...args] });
    browsers.push(browser);
    return browser;
  };
  const open = async (browser: Browser, place: string, origin = fixture.url): Promise<WatchedPage> => {
    const watched = await openPage(browser, origin, PHONE);
    await watched.page.goto(origin + place);
    await watched.page.waitForSelector("#scanner:not([hidden])");
    return watched;
  };
  const headline = async (page: Page): Promise<string> => {
    await page.waitForSelector("#verdict");
    return page.locator("#verdict").innerText();
  };
  const said = async (page: Page, part: string): Promise<void> => {
    await page.locator(".scan-said", { hasText: part }).waitFor();
  };
  const choose = (page: Page, png: Uint8Array): Promise<void> =>
    page.setInputFiles("#scan-file", { name: "photo.png", mimeType: "image/png", buffer: Buffer.from(png) });
  const qrPng = (text: string): Uint8Array => {
    const rows = encodeQR(text, "raw", { scale: 6 });
    const size = rows.length;
    const data = new Uint8Array(size * size * 4);
    for (const [y, row] of rows.entries())
      for (const [x, isDark] of row.entries()) data.fill(isDark ? 0 : 0xff, (y * size + x) * 4, (y * size + x) * 4 + 4);
    return pngOf({ width: size, height: size, data });
  };

  it("loads a reader of at most 20 kB gzipped, when it is used and not before", async () => {
    expect((await buildScan()).gzipBytes).to.be.within(5_000, 20_000);
    const { page } = await open(seeing, "/check");
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.waitForLoadState("networkidle");
    expect(asked).to.deep.equal([]);
    await choose(page, picture.png);
    expect(await headline(page)).to.include("真实有效");
    expect(asked).to.include("/scan.js");
    await page.context().close();
  });

  it("reads it by the camera on /check, fills the form in, lets the camera go, and answers", async () => {
    const { page, complaints, elsewhere } = await open(seeing, "/check");
    await screenshot(page, "scan-check-phone");
    await expectAccessible(page);
    await expectNoOverflow(page);
    await page.evaluate(`navigator.mediaDevices.getUserMedia = ((own) => async (wanted) => {
      window.stream = await own.call(navigator.mediaDevices, wanted);
      return window.stream;
    })(navigator.mediaDevices.getUserMedia)`);
    await page.click("#scan-camera");
    expect(await headline(page)).to.include("真实有效");
    expect(await page.inputValue("#eInvoiceNumber")).to.equal(receipt.data.eInvoiceNumber);
    expect(await page.inputValue("#totalAmount")).to.equal("236.21");
    await page.waitForSelector(".scan-view", { state: "hidden" });
    expect(await page.evaluate("window.stream.getTracks().map((track) => track.readyState)")).to.deep.equal(["ended"]);
    await expectAccessible(page);
    await screenshot(page, "scan-check-answer-phone");
    expect(complaints).to.deep.equal([]);
    expect(elsewhere).to.deep.equal([]);
    await page.context().close();
  });

  it("leads from the camera on /verify to the answer with its proof", async () => {
    const { page, complaints } = await open(seeing, "/verify");
    await expectAccessible(page);
    await screenshot(page, "scan-verify-phone");
    await page.click("#scan-camera");
    await page.waitForURL(/\/d\?t=/);
    expect(page.url()).to.equal(
      fixture.url +
        new URL(verifyUrlOf(fixture.deps.settings, receipt)).pathname +
        new URL(verifyUrlOf(fixture.deps.settings, receipt)).search,
    );
    expect(await headline(page)).to.include("真实有效");
    await page.locator("details summary", { hasText: "上链证明" }).waitFor();
    expect(complaints).to.deep.equal([]);
    await page.context().close();
  });

  it("stops by keyboard while nothing is seen, and gives the focus back", async () => {
    const black = path.join(folder.dir, "black.y4m");
    writeFilm(black, { width: 640, height: 480, data: new Uint8Array(640 * 480 * 4) });
    const camera = ["--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${black}`];
    const browser = await launch([...camera, "--use-fake-ui-for-media-stream"]);
    const { page } = await open(browser, "/check");
    for (const key of ["Enter", "Escape"]) {
      await page.focus("#scan-camera");
      await page.keyboard.press("Enter");
      await until(
        () => page.evaluate<boolean>("document.querySelector('video').videoWidth > 0"),
        "the camera's picture",
      );
      expect(await page.evaluate("document.activeElement.id")).to.equal("scan-stop");
      if (key === "Enter") await screenshot(page, "scan-camera-phone");
      if (key === "Enter") await expectAccessible(page);
      await page.keyboard.press(key);
      await page.waitForSelector(".scan-view", { state: "hidden" });
      expect(await page.evaluate("document.activeElement.id")).to.equal("scan-camera");
      expect(await page.locator(".scan-said").innerText()).to.equal("");
    }
    await page.context().close();
  });

  it("reads a whole face, a small turned photo of it, and a code alone in a picture file", async () => {
    const { page } = await open(seeing, "/check");
    const photo = pngOf(frameOf(picture.pixels, { x: 430, y: 400, side: 700 }, -9));
    for (const png of [picture.png, photo, qrPng(verifyUrlOf(fixture.deps.settings, receipt))]) {
      await page.reload();
      await page.waitForSelector("#scanner:not([hidden])");
      await choose(page, png);
      expect(await headline(page)).to.include("真实有效");
    }
    await page.context().close();
  });

  it("takes the older code of four elements, too", async () => {
    const { page } = await open(seeing, "/check");
    const { eInvoiceCode, eInvoiceNumber, randomNumber, issueDate } = receipt.data;
    const d = [eInvoiceCode, eInvoiceNumber, randomNumber, issueDate].join("_");
    const bodies: string[] = [];
    page.on("request", (request) => request.url().endsWith("/v1/checks") && bodies.push(request.postData() ?? ""));
    await choose(page, qrPng(`${fixture.url}/d?t=1&a=lianpiao&d=${d}&s=0123456789ABCDEF`));
    await until(async () => bodies.length > 0, "the question to the server");
    expect(await page.inputValue("#eInvoiceNumber")).to.equal(eInvoiceNumber);
    expect(await page.inputValue("#totalAmount")).to.equal("");
    expect(await page.inputValue("#issueDate")).to.equal(issueDate.replace(/(....)(..)(..)/, "$1-$2-$3"));
    expect(JSON.parse(bodies[0] ?? "{}")).to.include.keys("qr");
    await page.context().close();
  });

  it("says what is wrong with another code, a broken one, a picture without one, and a file that is none", async () => {
    for (const place of ["/check", "/verify"]) {
      const { page } = await open(seeing, place);
      await choose(page, qrPng("01,10,033001800111,12345678,236.21,20260306,12345678901234567890,ABCD"));
      await said(page, "非财政票据二维码");
      await choose(page, qrPng(`${fixture.url}/d?t=1&a=lianpiao&d=44060126_0000000001&s=0123456789ABCDEF`));
      await said(page, "无效的电子票据二维码");
      await choose(page, pngOf({ width: 300, height: 200, data: new Uint8Array(300 * 200 * 4).fill(0x80) }));
      await said(page, "图片里没有找到二维码");
      await choose(page, Buffer.from("no picture"));
      await said(page, "不是能打开的图片");
      await expectAccessible(page);
      await expectNoOverflow(page);
      if (place === "/check") await screenshot(page, "scan-problem-phone");
      expect(page.url()).to.equal(fixture.url + place);
      await page.context().close();
    }
  });

  it("says that the camera was not allowed, and offers it only to a secure page", async () => {
    const { page } = await open(blind, "/check");
    await page.click("#scan-camera");
    await said(page, "未获准使用摄像头");
    await page.context().close();
    const insecure = await open(blind, "/check", fixture.url.replace("127.0.0.1", FALSE_NAME));
    expect(await insecure.page.evaluate("isSecureContext")).to.equal(false);
    expect(await insecure.page.locator("#scan-camera").count()).to.equal(0);
    await choose(insecure.page, qrPng("x"));
    await said(insecure.page, "非财政票据二维码");
    await insecure.page.context().close();
  });

  it("does without the camera's button where there is no camera", async () => {
    const { page } = await open(await launch([]), "/check");
    expect(await page.locator("#scan-camera").count()).to.equal(0);
    expect(await page.locator("#scan-file").count()).to.equal(1);
    await page.context().close();
  });

  it("uses the browser's own reader where it has one, and fetches none", async () => {
    const { page } = await openPage(seeing, fixture.url, PHONE);
    await withOwnReader(page, verifyUrlOf(fixture.deps.settings, receipt));
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(`${fixture.url}/check`);
    await page.click("#scan-camera");
    expect(await headline(page)).to.include("真实有效");
    expect(asked).not.to.include("/scan.js");
    await page.context().close();
  });

  it("runs no other script in the reader's place, and says that it could not be had", async () => {
    for (const body of ["globalThis.lianpiaoReadQr = () => 'https://evil.example/';", undefined]) {
      const { page } = await openPage(seeing, fixture.url, PHONE);
      await page.route("**/scan.js", (route) => (body === undefined ? route.abort() : route.fulfill({ body })));
      await page.goto(`${fixture.url}/check`);
      await page.waitForSelector("#scanner:not([hidden])");
      await choose(page, picture.png);
      await said(page, "识别程序没有取到");
      expect(await page.evaluate("typeof globalThis.lianpiaoReadQr")).to.equal("undefined");
      await page.unroute("**/scan.js");
      await choose(page, picture.png);
      expect(await headline(page)).to.include("真实有效");
      await page.context().close();
    }
  });

  it("is allowed to pages that scan alone, by Permissions-Policy", async () => {
    for (const [place, policy] of [
      ["/check", "camera=(self), microphone=(), geolocation=()"],
      ["/verify", "camera=(self), microphone=(), geolocation=()"],
      ["/", "camera=(), microphone=(), geolocation=()"],
      ["/my", "camera=(), microphone=(), geolocation=()"],
    ]) {
      const answer = await fetch(fixture.url + place!);
      await answer.body?.cancel();
      expect(answer.headers.get("permissions-policy"), place).to.equal(policy);
    }
  });
});
