import { until } from "../support/program.ts";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import type { Browser, Page } from "playwright-core";
import { buildWeb, type WebBuild } from "../../scripts/buildWeb.ts";
import { zlibDeflate } from "../../service/adapters/system/deflate.ts";
import { codesOf, joinCodes, parseCode } from "../../service/core/disclosureCodes.ts";
import { parseDisclosureFile } from "../../service/core/disclosureFile.ts";
import { disclosureIn } from "../../service/core/disclosurePdf.ts";
import { packDisclosure, unpackDisclosure } from "../../service/core/disclosurePack.ts";
import { discloseSample, makeMedicalReceipt, withFields } from "../core/disclosureSample.ts";
import { SAMPLE_CREDIT_CODE } from "../core/sampleAuthority.ts";
import { SAMPLE_CHAIN_ID, SAMPLE_CONTRACT, sampleReader } from "../core/sampleLedger.ts";
import type { SampleReceipt } from "../core/sampleReceipt.ts";
import { receiptOf } from "../domain/fixtures.ts";
import { needTools, textOf } from "../adapters/pdf/tools.ts";
import { codesOnPages } from "../adapters/pdf/printedCodes.ts";
import { launchBrowser, SIZES, type Size } from "./browser.ts";
import { startPageServer, startSampleNode, type PageServer } from "./pageServer.ts";
import { choose, finish, setPlace } from "./verifyFixture.ts";

const SHEET_LIMIT_BYTES = 25_000;
const QR_TEXT = "https://a.example.cn/d?t=1&a=1&d=44060126_0000000001_3f7484_236.21_20260306&s=0123456789ABCDEF";

describe("the verifier page and disclosures, in Chromium", function () {
  this.timeout(120_000);
  let browser: Browser | undefined;
  let built: WebBuild;
  let receipt: SampleReceipt;
  let node: PageServer;
  let server: PageServer;
  let file: Uint8Array;
  let dir = "";

  before(async function () {
    built = await buildWeb();
    browser = await launchBrowser();
    if (browser === undefined) this.skip();
    const place = { eInvoiceCode: "44060126", eInvoiceNumber: "0000001004", invoicingPartyCode: SAMPLE_CREDIT_CODE };
    receipt = await makeMedicalReceipt({ data: { ...receiptOf("outpatient", 0), ...place } });
    file = discloseSample(receipt, { preset: "amounts_and_insurance" });
    node = await startSampleNode(sampleReader(receipt.records));
    server = await startPageServer({ chainId: SAMPLE_CHAIN_ID, contract: SAMPLE_CONTRACT }, node.url);
    dir = mkdtempSync(path.join(tmpdir(), "disclosure-"));
  });
  after(async () => {
    await browser?.close();
    if (browser === undefined) return;
    await server.stop();
    await node.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const open = async (size: Size = "desktop", url = `${server.url}/verify`) => {
    const context = await browser!.newContext({ viewport: SIZES[size], acceptDownloads: true });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(url);
    await page.waitForSelector("html[data-ready]");
    return { page, complaints };
  };
  const paste = async (page: Page, text: string): Promise<void> => {
    if ((await page.getAttribute("#codes", "open")) === null) await page.click("#codes summary");
    await page.fill("#code-text", text);
    await page.click("#code-form [type=submit]");
  };
  const download = async (page: Page, button: string): Promise<Uint8Array> => {
    const [saved] = await Promise.all([page.waitForEvent("download"), page.click(button)]);
    const to = path.join(dir, saved.suggestedFilename());
    await saved.saveAs(to);
    return new Uint8Array(readFileSync(to));
  };

  it("says of a disclosure file that its fields are genuine, shows them, and names each that was withheld", async () => {
    for (const size of ["desktop", "phone"] as const) {
      const { page, complaints } = await open(size);
      const shown = await choose(page, [{ name: "d.json", pdf: file }]);
      expect(shown.tone).to.equal("good");
      for (const part of ["所示字段真实有效", "部分披露，不是票据原件", "¥120.00", "示例医院", "未披露（97 项）"]) {
        expect(shown.text).to.include(part);
      }
      expect(shown.text).not.to.include(receiptOf("outpatient", 0).payerPartyName);
      const { disclosure } = parseDisclosureFile(file);
      const html = await page.locator(".withheld-fields").textContent();
      for (const field of disclosure.fields) {
        if (!("value" in field)) expect(html, field.path).to.include(field.path);
      }
      await page.waitForSelector(".way");
      expect(await page.locator(".way .box.pass").count()).to.equal(4);
      expect(await page.locator("[data-outcome=skipped]").count()).to.equal(9);
      expect(await page.locator("iframe").count()).to.equal(0);
      expect(await page.locator(".disclose").count()).to.equal(0);
      await finish({ page, complaints }, `disclosure-${size}`);
    }
  });

  it("lets the holder pick by a preset and by field, and save a file that holds", async () => {
    const { page, complaints } = await open();
    await choose(page, [{ name: "票据.pdf", pdf: receipt.sealed }]);
    await page.click(".disclose > summary");
    expect(await page.innerText(".disclose .told")).to.include("将披露 5 项，隐去 107 项");
    await page.check(".disclose input[value=amounts_and_insurance]");
    expect(await page.innerText(".disclose .told")).to.include("将披露 15 项，隐去 97 项");
    expect(Buffer.from(await download(page, ".disclose .buttons .plain")).equals(file)).to.equal(true);
    await page.click(".disclose .fields summary");
    await page.check(".disclose [data-path='/payerPartyName']");
    expect(await page.locator(".disclose input[type=radio]:checked").count()).to.equal(0);
    const own = parseDisclosureFile(await download(page, ".disclose .buttons .plain")).disclosure;
    expect(own.fields.filter((field) => "value" in field)).to.have.length(16);
    expect(await page.innerText(".disclose .told")).to.include("已存为 票据.disclosure.json");
    await finish({ page, complaints }, "disclose-form");
  });

  it("makes the sheet to print, whose file and whose codes are each verified by themselves", async () => {
    needTools(this.ctx, "pdftoppm", "pdftotext");
    const { page, complaints } = await open("phone");
    await choose(page, [{ name: "票据.pdf", pdf: receipt.sealed }]);
    await page.click(".disclose > summary");
    await page.check(".disclose input[value=amounts_and_insurance]");
    const pdf = await download(page, ".disclose .buttons button:first-child");
    expect(disclosureIn(pdf)).to.deep.equal(file);
    // What the canvas drew is a picture: the unseen text over it makes it searchable.
    for (const part of ["部分披露凭单", "¥236.21", "交款人/payerPartyName"]) expect(textOf(pdf)).to.include(part);
    const codes = codesOnPages(pdf);
    expect(await unpackDisclosure(joinCodes(codes.map(parseCode)) ?? new Uint8Array(0), zlibDeflate)).to.deep.equal(
      file,
    );
    await finish({ page, complaints }, "disclose-form-phone");
    const other = await open();
    expect((await choose(other.page, [{ name: "d.pdf", pdf }])).tone).to.equal("good");
    await other.page.context().close();
    // Kept beside the screenshots, to be looked at.
    writeFileSync(path.join(import.meta.dirname, "../../build/screenshots/disclosure-sheet.pdf"), pdf);
  });

  it("takes codes one by one in any order, or all at once, and says which are missing", async () => {
    const texts = codesOf(await packDisclosure(file, zlibDeflate));
    expect(texts).to.have.length(4);
    const { page, complaints } = await open("phone");
    await paste(page, texts[2] ?? "");
    await until(
      () => page.evaluate<boolean>("document.getElementById('live').textContent.includes('还差第 1、2、4 个')"),
      "the page says so",
    );
    await paste(page, `${texts[0] ?? ""}\n${texts[3] ?? ""}`);
    await until(
      () => page.evaluate<boolean>("document.getElementById('live').textContent.includes('还差第 2 个')"),
      "the page says so",
    );
    await paste(page, texts[1] ?? "");
    await page.waitForSelector(".verdict.good");
    await finish({ page, complaints }, "codes-phone");
    const again = await open();
    await paste(again.page, texts.join("\n"));
    await again.page.waitForSelector(".verdict.good");
    await paste(again.page, new TextDecoder().decode(file));
    await again.page.waitForSelector(".verdict.good");
    await again.page.context().close();
  });

  it("says of a receipt's own code that it proves nothing, and of other text that it is not known", async () => {
    const { page, complaints } = await open();
    await paste(page, QR_TEXT);
    const link = page.locator("#results a");
    await link.waitFor();
    expect(await page.innerText("#live")).to.include("不含证明");
    expect(await link.getAttribute("href")).to.equal(
      "/d?t=1&a=1&d=44060126_0000000001_3f7484_236.21_20260306&s=0123456789ABCDEF",
    );
    expect(await page.locator(".good").count()).to.equal(0);
    await paste(page, "LPD1:1/2:ABC");
    await until(
      () => page.evaluate<boolean>("document.getElementById('live').textContent.includes('认不出')"),
      "the page says so",
    );
    await finish({ page, complaints }, "receipt-code");
  });

  it("is red for a field that was changed or left out, shows nothing of it, and is never green without a node", async () => {
    const bent = withFields(file, (fields) =>
      fields.map((field) => (field.path === "/mainExt/ownPayAmount" ? { ...field, value: 1 } : field)),
    );
    const fewer = withFields(file, (fields) => fields.filter(({ path: own }) => own !== "/payerPartyName"));
    for (const [name, pdf] of [
      ["bent", bent],
      ["fewer", fewer],
    ] as const) {
      const { page, complaints } = await open();
      const shown = await choose(page, [{ name: "b.json", pdf }]);
      expect(shown.tone).to.equal("bad");
      expect(shown.text).to.include("所示字段与存证不符").and.to.include("data_differs");
      expect(await page.locator(".face .paper, .withheld-fields").count()).to.equal(0);
      if (name === "bent") await finish({ page, complaints }, "disclosure-bent");
      else await page.context().close();
    }
    const { page } = await open();
    await setPlace(page, { node: "http://localhost:9/", chainId: SAMPLE_CHAIN_ID, contract: SAMPLE_CONTRACT });
    const shown = await choose(page, [{ name: "d.json", pdf: file }]);
    expect(shown.tone).to.equal("unsure");
    expect(await page.locator(".face .paper").isVisible()).to.equal(false);
    await page.context().close();
  });

  it("does all but the sheet from a disk, too", async () => {
    const { page, complaints } = await open("desktop", pathToFileURL(built.file).href);
    await setPlace(page, { node: `${server.url}/chain`, chainId: SAMPLE_CHAIN_ID, contract: SAMPLE_CONTRACT });
    expect((await choose(page, [{ name: "d.json", pdf: file }])).tone).to.equal("good");
    await choose(page, [{ name: "票据.pdf", pdf: receipt.sealed }]);
    await page.waitForSelector(".disclose");
    await page.click(".disclose > summary");
    expect(await page.locator(".disclose .buttons button").count()).to.equal(1);
    await page.check(".disclose input[value=amounts_and_insurance]");
    expect(Buffer.from(await download(page, ".disclose .buttons .plain")).equals(file)).to.equal(true);
    // The gate answers no preflight: the page asks again as a plain request, and Chromium complains of the first.
    const others = complaints.filter((line) => !/CORS|ERR_FAILED/.test(line));
    await finish({ page, complaints: others }, "disclose-saved");
  });

  it("keeps the maker of sheets in a script of its own, which the policy allows by its digest", () => {
    expect(built.sheetGzipBytes).to.be.within(5_000, SHEET_LIMIT_BYTES);
    expect(built.html).to.match(/script-src 'sha256-[^']+' 'sha256-[^']+' 'sha256-[^']+';/);
    expect(readFileSync(built.sheetFile, "utf8")).not.to.match(/innerHTML|document\.write|\beval\(/);
  });
});
