import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import type { Browser, Download, Page } from "playwright-core";
import { buildCheck } from "../../../scripts/buildCheck.ts";
import { sealReceipt } from "../../../service/app/sealReceipt.ts";
import type { Receipt } from "../../../service/app/storePorts.ts";
import { yuanOf } from "../../../service/domain/money.ts";
import { verifyUrlOf } from "../../../service/http/units/verifyUrl.ts";
import { readCsv } from "../../../service/web/check/readCsv.ts";
import { writeZip } from "../../../service/web/check/writeZip.ts";
import { otherCode, startCheckFixture, type CheckFixture } from "../../http/citizens/checkFixture.ts";
import { makeTestFolder } from "../../support/database.ts";
import { expectAccessible, expectNoOverflow, openChromium, openPage, screenshot } from "./checkBrowser.ts";

describe("the bulk check page in Chromium", function () {
  this.timeout(180_000);
  let browser: Browser | undefined;
  let fixture: CheckFixture;
  let folder: ReturnType<typeof makeTestFolder>;
  let receipts: Receipt[] = [];
  before(async function () {
    browser = await openChromium();
    if (browser === undefined) this.skip();
    for (const { scriptGzipBytes } of await buildCheck()) expect(scriptGzipBytes).to.be.below(60_000);
    folder = makeTestFolder("bulk");
    fixture = await startCheckFixture();
    const issued: Receipt[] = [];
    for (let n = 0; n < 60; n += 1) issued.push(await fixture.platform.issue("outpatient", `bulk-${n}`));
    await fixture.platform.renderAll();
    await fixture.platform.anchorAll();
    receipts = await Promise.all(issued.map((receipt) => fixture.platform.current(receipt)));
  });
  after(async () => {
    await browser?.close();
    if (browser !== undefined) await fixture.stop();
    if (browser !== undefined) folder.remove();
  });

  const open = async (viewport?: { width: number; height: number }) => {
    const watched = await openPage(browser!, fixture.url, viewport);
    await watched.page.goto(`${fixture.url}/check/bulk`);
    await watched.page.waitForSelector("html[data-ready]");
    return watched;
  };
  const write = (name: string, bytes: string | Uint8Array): string => {
    const file = path.join(folder.dir, name);
    fs.writeFileSync(file, bytes);
    return file;
  };
  const cellsOf = ({ data }: Receipt): string[] => [
    ...[data.eInvoiceCode, data.eInvoiceNumber, data.randomNumber, yuanOf(data.totalAmount), data.issueDate],
  ];
  const csvOf = (rows: readonly (readonly string[])[]): string => rows.map((cells) => cells.join(",")).join("\r\n");
  const HEAD = ["票据代码", "票据号码", "校验码", "票据金额（元）", "开票日期"];
  const checkFiles = async (page: Page, files: readonly string[], count: number): Promise<void> => {
    await page.setInputFiles("#files", [...files]);
    await page.waitForSelector("#work:not([hidden])");
    await page.click("#start");
    await page
      .locator("table.bulk tr[data-tone]")
      .nth(count - 1)
      .waitFor({ timeout: 120_000 });
    await page.waitForSelector("#stop", { state: "hidden" });
  };
  const tones = (page: Page): Promise<string[]> =>
    page.evaluate<string[]>(
      '[...document.querySelectorAll("table.bulk tbody tr")].map((row) => row.dataset.tone ?? "")',
    );
  /** What of the table reaches past its box. */
  const cutOff = (page: Page): Promise<string[]> =>
    page.evaluate<string[]>(`(() => {
      const box = document.querySelector(".tall").getBoundingClientRect();
      return [...document.querySelectorAll("table.bulk tbody td, table.bulk tbody td *")]
        .filter((each) => each.getBoundingClientRect().right > box.right + 1 || each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0)
        .map((each) => each.outerHTML.slice(0, 80));
    })()`);
  const bytesOf = async (download: Download): Promise<Buffer> => {
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(Buffer.from(chunk as Uint8Array));
    return Buffer.concat(chunks);
  };
  const saved = async (page: Page, label: string): Promise<Buffer> => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.click(`text=${label}`)]);
    return bytesOf(download);
  };

  it("checks a CSV in two requests, does the work for each, and gives the evidence as CSV and XLSX", async () => {
    const rows = receipts.map(cellsOf);
    rows[3]![2] = otherCode(receipts[3]!);
    rows[4]![3] = "12.345";
    const { page, complaints, elsewhere } = await open();
    const statuses: number[] = [];
    page.on("response", (response) => response.url().endsWith("/batch") && statuses.push(response.status()));
    await checkFiles(page, [write("list.csv", `\ufeff${csvOf([HEAD, ...rows])}`)], 60);
    const found = await tones(page);
    expect(found[3]).to.equal("bad");
    expect(found[4]).to.equal("unsure");
    expect(found.filter((tone) => tone === "good")).to.have.length(58);
    expect(statuses).to.deep.equal([428, 200, 428, 200]);
    const csv = await saved(page, "下载 CSV");
    expect(csv.subarray(0, 3).toString("hex")).to.equal("efbbbf");
    const table = readCsv(csv);
    expect(table).to.have.length(61);
    const column = (name: string): number => table[0]!.indexOf(name);
    const first = table[1]!;
    expect(first[column("票据号码")]).to.equal(receipts[0]!.data.eInvoiceNumber);
    expect(first[column("Result")]).to.equal("是");
    expect(first[column("IsReversal")]).to.equal("否");
    expect(first[column("合约")]).to.equal(fixture.deps.ledger.contract);
    expect(first[column("节点")]).to.equal(`${fixture.url}/chain`);
    expect(Number(first[column("读自区块")])).to.be.greaterThan(0);
    expect(first[column("批次")]).to.equal(String(receipts[0]!.anchoring!.batchNo));
    expect(first[column("查验时间")]).to.match(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(UTC\+8\)$/);
    expect(table[4]![column("结论")]).to.include("查无此票");
    expect(table[4]![column("Result")]).to.equal("否");
    const xlsx = await saved(page, "下载 XLSX");
    const file = write("evidence.xlsx", xlsx);
    const names = execFileSync("python3", ["-c", PYTHON_ZIP, file]).toString();
    expect(names.trim().split("\n")).to.include("xl/worksheets/sheet1.xml").and.include("rows 61");
    await expectAccessible(page);
    await screenshot(page, "bulk-desk");
    expect(complaints.filter((text) => !text.includes("428"))).to.deep.equal([]);
    expect(elsewhere).to.deep.equal([]);
    await page.context().close();
  });

  it("reads a workbook as Excel writes it: shared texts, numbers without their zeros, dates, cells left out", async () => {
    const { page } = await open();
    await checkFiles(page, [write("book.xlsx", workbookOf(receipts.slice(0, 3)))], 3);
    expect(await tones(page)).to.deep.equal(["good", "good", "good"]);
    await page.context().close();
  });

  it("reads a column of QR codes, and a table in GB18030 without names", async () => {
    const { page } = await open();
    const qr = receipts.slice(0, 2).map((receipt) => [verifyUrlOf(fixture.deps.settings, receipt)]);
    await checkFiles(page, [write("qr.csv", csvOf([["二维码"], ...qr]))], 2);
    expect(await tones(page)).to.deep.equal(["good", "good"]);
    const gbk = Buffer.concat([
      Buffer.from("c6b1bedd", "hex"),
      Buffer.from(",".repeat(4) + "\r\n" + cellsOf(receipts[0]!).join(",")),
    ]);
    await checkFiles(page, [write("gbk.csv", gbk)], 2);
    expect(await tones(page)).to.deep.equal(["unsure", "good"]);
    await page.context().close();
  });

  it("verifies PDFs and archives of them by themselves: nothing of them is sent", async () => {
    const [a, b] = await Promise.all(
      receipts.slice(0, 2).map(async (receipt) => (await sealReceipt(fixture.deps, receipt))!.pdf),
    );
    const broken = Uint8Array.from(b!);
    const at = Buffer.from(broken).indexOf("/Title");
    broken[at + 10] = broken[at + 10]! ^ 1;
    const archive = writeZip([
      { name: "一.pdf", bytes: a! },
      { name: "二.pdf", bytes: broken },
    ]);
    const { page } = await open({ width: 390, height: 844 });
    const sent: string[] = [];
    page.on("request", (request) => sent.push(new URL(request.url()).pathname));
    await checkFiles(page, [write("票据.zip", archive), write("=evil.pdf", b!)], 3);
    expect(await tones(page)).to.deep.equal(["good", "bad", "good"]);
    expect(new Set(sent)).to.deep.equal(new Set(["/chain"]));
    const csv = (await saved(page, "下载 CSV")).toString();
    expect(csv).to.include(",'=evil.pdf,");
    await expectAccessible(page);
    await expectNoOverflow(page);
    expect(await cutOff(page), "each row is a card that holds all of it").to.deep.equal([]);
    await screenshot(page, "bulk-phone");
    await page.locator("table.bulk tr[data-tone=bad]").scrollIntoViewIfNeeded();
    expect(await page.locator("table.bulk tr[data-tone=bad]").innerText()).to.include("二.pdf");
    await page.evaluate("document.body.style.fontSize = document.documentElement.style.fontSize = '200%'");
    await expectNoOverflow(page);
    expect(await cutOff(page), "with letters twice as large").to.deep.equal([]);
    await screenshot(page, "bulk-phone-large");
    await page.context().close();
  });

  it("goes on after a reload with what was left, asking for nothing twice", async () => {
    const { page } = await open();
    let requests = 0;
    await page.route("**/v1/checks/batch", async (route) => {
      const response = await route.fetch();
      if (response.status() === 200) requests += 1;
      // The second list's answer is lost: as if the line broke.
      if (requests === 2) await route.abort();
      else await route.fulfill({ response });
    });
    await page.setInputFiles("#files", write("resume.csv", csvOf([HEAD, ...receipts.map(cellsOf)])));
    await page.click("#start");
    await page.waitForSelector("#live .problem");
    expect((await tones(page)).filter((tone) => tone === "good")).to.have.length(50);
    await page.unroute("**/v1/checks/batch");
    await page.reload();
    await page.waitForSelector("html[data-ready]");
    expect(await page.locator("#live").innerText()).to.include("还有 10 张");
    expect((await tones(page)).filter((tone) => tone === "good")).to.have.length(50);
    const bodies: number[] = [];
    page.on("request", (request) => {
      if (request.url().endsWith("/batch"))
        bodies.push((JSON.parse(request.postData()!) as { checks: unknown[] }).checks.length);
    });
    await page.click("#start");
    await page.locator("table.bulk tr[data-tone=good]").nth(59).waitFor();
    expect(new Set(bodies)).to.deep.equal(new Set([10]));
    await page.context().close();
  });

  it("takes 1,000 rows and no more, shows how far it is, and gives all of them in one table", async () => {
    const { page, complaints } = await open();
    // Our server's true answers, without the work before them, which scripts/bench/pages.ts measures.
    const answers = new Map<string, unknown>();
    for (const receipt of receipts.slice(0, 4)) {
      const answer = await fixture.post("/v1/checks", { qr: verifyUrlOf(fixture.deps.settings, receipt) });
      answers.set(receipt.data.eInvoiceNumber, answer.body);
    }
    const sizes: number[] = [];
    await page.route("**/v1/checks/batch", async (route) => {
      const { checks } = route.request().postDataJSON() as { checks: { eInvoiceNumber: string }[] };
      sizes.push(checks.length);
      const results = checks.map(({ eInvoiceNumber }) => answers.get(eInvoiceNumber));
      await route.fulfill({ json: { checkedAt: "2026-03-06T10:21:33+08:00", results } });
    });
    const rows = Array.from({ length: 1_001 }, (_, n) => cellsOf(receipts[n % 4]!));
    await page.setInputFiles("#files", write("thousand.csv", csvOf([HEAD, ...rows])));
    await page.waitForSelector("#work:not([hidden])");
    expect(await page.locator("#problems").innerText()).to.include("一次最多 1000 张");
    expect(await page.getAttribute("#bar", "max")).to.equal("1000");
    await page.evaluate(`window.marks = [];
      new MutationObserver(() => window.marks.push(Number(document.querySelector("#bar").getAttribute("value"))))
        .observe(document.querySelector("#bar"), { attributes: true })`);
    await page.click("#start");
    await page.locator("#live", { hasText: "已查验 1000 张" }).waitFor({ timeout: 120_000 });
    expect((await tones(page)).filter((tone) => tone === "good")).to.have.length(1_000);
    const marks = [...new Set(await page.evaluate<number[]>("window.marks"))];
    expect(marks.length).to.be.greaterThan(10);
    expect(marks).to.deep.equal(marks.toSorted((a, b) => a - b));
    expect(sizes).to.deep.equal(Array.from({ length: 20 }, () => 50));
    const table = readCsv(await saved(page, "下载 CSV"));
    expect(table).to.have.length(1_001);
    expect(new Set(table.slice(1).map((cells) => cells[table[0]!.indexOf("Result")]))).to.deep.equal(new Set(["是"]));
    expect(await page.locator("#counts").innerText()).to.match(/996\s*重复/);
    expect(await page.locator("table.bulk tbody tr").nth(6).innerText()).to.include("与 thousand.csv : 4 是同一张票据");
    expect(table[7]?.[table[0]!.indexOf("与此序号重复")]).to.equal("3");
    expect(table[3]?.[table[0]!.indexOf("与此序号重复")]).to.equal("");
    expect(complaints).to.deep.equal([]);
    await page.context().close();
  });

  it("does not believe a server's word that the chain does not bear out", async () => {
    const { page } = await open();
    await page.route("**/v1/checks/batch", async (route) => {
      const response = await route.fetch();
      const text = await response.text();
      await route.fulfill({ response, body: text.replaceAll(/"proof":"0x[0-9a-f]+"/g, `"proof":"${foreignProof}"`) });
    });
    const other = await fixture.post("/v1/checks", { qr: verifyUrlOf(fixture.deps.settings, receipts[5]!) });
    const foreignProof = String(other.body["proof"]);
    await checkFiles(page, [write("lie.csv", csvOf([HEAD, cellsOf(receipts[0]!)]))], 1);
    expect(await tones(page)).to.deep.equal(["bad"]);
    await page.context().close();
  });
});

/** Python's own reader of ZIP and XML opens it, too. */
const PYTHON_ZIP = `import sys, zipfile, xml.etree.ElementTree as E
z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None
print("\\n".join(z.namelist()))
for n in z.namelist(): root = E.fromstring(z.read(n))
sheet = E.fromstring(z.read("xl/worksheets/sheet1.xml"))
print("rows", len(sheet.findall(".//{*}row")))`;

/** As Excel writes it: names and codes among the shared texts, numbers as numbers, dates as days with a style, B left out of the header's row. */
function workbookOf(receipts: readonly Receipt[]): Uint8Array {
  const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
  const relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const texts = [
    "票据代码",
    "票据号码",
    "校验码",
    "金额",
    "开票日期",
    ...receipts.map(({ data }) => data.randomNumber),
  ];
  const days = (text: string): number =>
    Date.parse(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`) / 86_400_000 + 25_569;
  const head = ["A", "C", "D", "E", "F"].map((column, index) => `<c r="${column}1" t="s"><v>${index}</v></c>`).join("");
  const rows = receipts.map(({ data }, index) => {
    const r = index + 2;
    const shared = `<c r="D${r}" t="s"><v>${index + 5}</v></c>`;
    return `<row r="${r}"><c r="A${r}"><v>${Number(data.eInvoiceCode)}</v></c><c r="C${r}"><v>${Number(data.eInvoiceNumber)}</v></c>${shared}<c r="E${r}"><v>${data.totalAmount / 100 - 0.00000000000003}</v></c><c r="F${r}" s="1"><v>${days(data.issueDate)}</v></c></row>`;
  });
  const shared = texts.map((text, index) =>
    index === 0
      ? '<si><r><t>票据</t></r><r><t>代码</t></r><rPh sb="0" eb="1"><t>piao</t></rPh></si>'
      : `<si><t>${text}</t></si>`,
  );
  const parts: Readonly<Record<string, string>> = {
    "xl/workbook.xml": `<workbook ${main} xmlns:r="${relation}"><sheets><sheet name="a" sheetId="3" r:id="rId7"/></sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId7" Type="x" Target="worksheets/sheet3.xml"/></Relationships>`,
    "xl/sharedStrings.xml": `<sst ${main}>${shared.join("")}</sst>`,
    "xl/styles.xml": `<styleSheet ${main}><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>`,
    "xl/worksheets/sheet3.xml": `<worksheet ${main}><sheetData><row r="1">${head}</row>${rows.join("")}</sheetData></worksheet>`,
  };
  return writeZip(Object.entries(parts).map(([name, xml]) => ({ name, bytes: Buffer.from(xml) })));
}
