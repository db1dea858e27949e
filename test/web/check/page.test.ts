import { expect } from "chai";
import type { Browser, Page } from "playwright-core";
import { buildCheck } from "../../../scripts/buildCheck.ts";
import type { Receipt } from "../../../service/app/storePorts.ts";
import { issueDateOf } from "../../../service/domain/fiscalTime.ts";
import { yuanOf } from "../../../service/domain/money.ts";
import { verifyUrlOf } from "../../../service/http/units/verifyUrl.ts";
import { otherCode, startCheckFixture, typed, type CheckFixture } from "../../http/citizens/checkFixture.ts";
import { expectAccessible, expectNoOverflow, openChromium, openPage, screenshot } from "./checkBrowser.ts";

describe("the check page in Chromium", function () {
  this.timeout(120_000);
  let browser: Browser | undefined;
  let fixture: CheckFixture;
  let isNodeAway = false;
  before(async function () {
    browser = await openChromium();
    if (browser === undefined) this.skip();
    const builds = await buildCheck();
    for (const { scriptGzipBytes } of builds) expect(scriptGzipBytes).to.be.below(60_000);
    fixture = await startCheckFixture({
      app: { maxConcurrent: 64 },
      change: (platform) => platform.with({}),
    });
  });
  after(async () => {
    await browser?.close();
    if (browser !== undefined) await fixture.stop();
  });

  const pathOf = (receipt: Receipt): string => {
    const url = new URL(verifyUrlOf(fixture.deps.settings, receipt));
    return `/d${url.search}`;
  };
  const open = async (path: string, viewport?: { width: number; height: number }, scheme?: "light" | "dark") => {
    const watched = await openPage(browser!, fixture.url, viewport, scheme);
    if (isNodeAway) await watched.page.route("**/chain", (route) => route.abort());
    await watched.page.goto(fixture.url + path);
    await watched.page.waitForSelector("html[data-ready]");
    return watched;
  };
  const toneOf = async (page: Page): Promise<string> => {
    await page.waitForSelector("#verdict");
    return (await page.locator(".verdict").getAttribute("class"))!.replace("verdict ", "");
  };
  const headline = (page: Page): Promise<string> => page.locator("#verdict").innerText();
  const fillIn = async (page: Page, receipt: Receipt, change: Record<string, string> = {}): Promise<void> => {
    const { eInvoiceCode, eInvoiceNumber, randomNumber, totalAmount, issueDate } = receipt.data;
    const values = {
      eInvoiceCode,
      eInvoiceNumber,
      randomNumber,
      totalAmount: yuanOf(totalAmount),
      issueDate,
      ...change,
    };
    for (const [name, value] of Object.entries(values)) await page.fill(`#${name}`, value);
  };

  it("shows a scanned receipt that is genuine, held against the chain by itself, on a phone and a desk", async () => {
    const receipt = await fixture.anchored("scan", { payerPartyName: "张三" });
    for (const [name, viewport] of [
      ["desk", { width: 1200, height: 900 }],
      ["phone", { width: 360, height: 740 }],
    ] as const) {
      const { page, complaints, elsewhere } = await open(pathOf(receipt), viewport);
      expect(await toneOf(page)).to.equal("good");
      expect(await headline(page)).to.include("真实有效");
      expect(await page.evaluate("document.activeElement.id")).to.equal("verdict");
      const facts = await page.locator(".facts.read").innerText();
      for (const part of [`${fixture.url}/chain`, fixture.deps.ledger.contract, "31337"])
        expect(facts).to.include(part);
      const face = await page.locator(".face").innerText();
      expect(face).to.include("张*").and.include(receipt.data.eInvoiceNumber).and.include("除交款人外，均已与链上核对");
      expect(face).not.to.include("张三");
      expect(await page.inputValue("#randomNumber")).to.equal(receipt.data.randomNumber);
      await page.locator("details summary", { hasText: "上链证明" }).click();
      expect(await page.locator("pre.proof").first().innerText()).to.include('"leafPath"');
      await expectAccessible(page);
      await expectNoOverflow(page);
      await screenshot(page, `check-valid-${name}`);
      expect(complaints).to.deep.equal([]);
      expect(elsewhere).to.deep.equal([]);
      await page.context().close();
    }
  });

  it("is filled in and answered by keyboard alone", async () => {
    const receipt = await fixture.anchored("keys");
    const { page } = await open("/check");
    await page.focus("#eInvoiceCode");
    const { eInvoiceCode, eInvoiceNumber, randomNumber, totalAmount, issueDate } = receipt.data;
    for (const text of [eInvoiceCode, String(Number(eInvoiceNumber)), randomNumber, yuanOf(totalAmount)]) {
      await page.keyboard.type(text);
      await page.keyboard.press("Tab");
    }
    await page.keyboard.type(`${issueDate.slice(0, 4)}-${issueDate.slice(4, 6)}-${issueDate.slice(6)}`);
    await page.keyboard.press("Enter");
    expect(await toneOf(page)).to.equal("good");
    await page.context().close();
  });

  it("names each field that is not in its form, and asks nobody", async () => {
    const { page } = await open("/check", { width: 360, height: 740 });
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.fill("#eInvoiceCode", "4406012");
    await page.fill("#randomNumber", "3f748");
    await page.fill("#totalAmount", "12.345");
    await page.fill("#issueDate", "2026-02-30");
    await page.click("#check-form button[type=submit]");
    for (const name of ["eInvoiceCode", "eInvoiceNumber", "randomNumber", "totalAmount", "issueDate"]) {
      expect(await page.locator(`#${name}`).getAttribute("aria-invalid"), name).to.equal("true");
      expect(await page.locator(`#${name}-problem`).innerText(), name).not.to.equal("");
    }
    expect(await page.evaluate("document.activeElement.id")).to.equal("eInvoiceCode");
    expect(asked).to.deep.equal([]);
    await expectAccessible(page);
    await screenshot(page, "check-fields-phone");
    await page.context().close();
  });

  it("says the same of a wrong code and a wrong QR signature, in no green", async () => {
    const receipt = await fixture.anchored("wrong");
    const typedPage = await open("/check");
    await fillIn(typedPage.page, receipt, { randomNumber: otherCode(receipt) });
    await typedPage.page.click("#check-form button[type=submit]");
    expect(await toneOf(typedPage.page)).to.equal("bad");
    const scanned = await open(pathOf(receipt).replace(/.$/, (last) => (last === "0" ? "1" : "0")));
    expect(await toneOf(scanned.page)).to.equal("bad");
    const [a, b] = [await headline(typedPage.page), await headline(scanned.page)];
    expect(a).to.equal(b).and.include("查无此票");
    await expectAccessible(scanned.page);
    await screenshot(scanned.page, "check-no-match");
    await typedPage.page.context().close();
    await scanned.page.context().close();
  });

  it("does the work that it is asked for after misses, and then answers", async () => {
    const receipt = await fixture.anchored("work");
    for (let miss = 0; miss < 3; miss += 1) {
      await fixture.post("/v1/checks", { ...typed(receipt), randomNumber: otherCode(receipt, miss) });
    }
    expect((await fixture.post("/v1/checks", typed(receipt))).status).to.equal(428);
    const { page } = await open("/check");
    const statuses: number[] = [];
    page.on("response", (response) => response.url().endsWith("/v1/checks") && statuses.push(response.status()));
    await fillIn(page, receipt);
    await page.click("#check-form button[type=submit]");
    expect(await toneOf(page)).to.equal("good");
    expect(statuses).to.deep.equal([428, 200]);
    await page.context().close();
  });

  it("is not green for a receipt that is issued and not yet anchored", async () => {
    const receipt = await fixture.platform.issue("outpatient", "fresh");
    const { page } = await open(pathOf(receipt));
    expect(await toneOf(page)).to.equal("unsure");
    expect(await headline(page)).to.include("尚未同步");
    expect(await page.locator(".face").innerText()).to.include("未与链上核对");
    await expectAccessible(page);
    await screenshot(page, "check-not-anchored");
    await page.context().close();
  });

  it("is not green while the node does not answer, whatever the server says", async () => {
    const receipt = await fixture.anchored("node-away");
    isNodeAway = true;
    const { page } = await open(pathOf(receipt)).finally(() => (isNodeAway = false));
    expect(await toneOf(page)).to.equal("unsure");
    expect(await headline(page)).to.include("节点没有响应");
    await screenshot(page, "check-node-away");
    await page.context().close();
  });

  it("does not believe a server that gives another receipt's proof, or alters what the chain vouches for", async () => {
    const receipt = await fixture.anchored("lied-to");
    const other = await fixture.anchored("other");
    const answer = await fixture.post("/v1/checks", typed(other));
    const own = await fixture.post("/v1/checks", typed(receipt));
    const lies: readonly string[] = [
      answer.text,
      answer.text.replace(other.data.eInvoiceNumber, receipt.data.eInvoiceNumber),
      own.text.replace(`"invoicingPartyName":"${receipt.data.invoicingPartyName}"`, '"invoicingPartyName":"别的医院"'),
      own.text.replace(/"totalAmountCapitals":"[^"]+"/, '"totalAmountCapitals":"玖佰元整"'),
    ];
    for (const lie of lies) {
      const { page } = await openPage(browser!, fixture.url);
      await page.route("**/v1/checks", (route) => route.fulfill({ body: lie, contentType: "application/json" }));
      await page.goto(fixture.url + pathOf(receipt));
      expect(await toneOf(page)).to.equal("bad");
      await page.context().close();
    }
  });

  it("shows what was entered and what is left, and a receipt on paper, as something to note", async () => {
    const entered = await fixture.anchored("entered");
    await fixture.claim(entered, 1_000);
    await fixture.follow();
    const [act] = await fixture.deps.store.claimActs(entered);
    const { page } = await open(pathOf(entered));
    expect(await toneOf(page)).to.equal("notice");
    expect(await headline(page)).to.include("已部分入账");
    const finance = await page.locator(".finance").innerText();
    expect(finance).to.include("IsAccounted").and.include("10.00");
    expect(finance)
      .to.include(issueDateOf(act!.timeS * 1000))
      .and.include("开票系统所述");
    await screenshot(page, "check-entered");
    const paper = await fixture.anchored("paper");
    await fixture.changeToPaper(paper);
    await page.goto(fixture.url + pathOf(paper));
    expect(await toneOf(page)).to.equal("notice");
    expect(await headline(page)).to.include("已换开");
    await page.context().close();
  });

  it("gives the check to keep, with node, contract, block and FinanceCheck", async () => {
    const receipt = await fixture.anchored("kept");
    const { page } = await open(pathOf(receipt), { width: 360, height: 740 });
    await toneOf(page);
    const { x = 0, width = 0 } = (await page.locator(".finance td").first().boundingBox()) ?? {};
    expect(width, "each value is seen").to.be.greaterThan(20);
    expect(x + width).to.be.at.most(360);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.locator("button", { hasText: "保存查验凭据" }).click(),
    ]);
    const stream = await download.createReadStream();
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array));
    const kept = JSON.parse(Buffer.concat(chunks).toString("utf8")) as Record<string, Record<string, unknown>>;
    expect(kept["FinanceCheck"]).to.include({ Result: true, IsReversal: false });
    expect(kept["ledger"]).to.include({ contract: fixture.deps.ledger.contract, node: `${fixture.url}/chain` });
    expect(kept["ledger"]!["blockNumber"]).to.be.a("number");
    await page.context().close();
  });

  it("says of another platform's QR code that it is none of ours", async () => {
    const { page } = await open("/d?t=501&a=89AMy0Cj6&d=44060122_8040675619&s=B62B74A4D1");
    await page.waitForSelector("#live .problem");
    expect(await page.locator("#live").innerText()).to.include("无效的电子票据二维码");
    await page.context().close();
    const bare = await open("/d");
    expect(await bare.page.locator("#live").innerText(), "whoever types the address has scanned nothing").to.equal("");
    await bare.page.context().close();
  });

  it("shows a reversed receipt as no longer valid, in the dark, too", async () => {
    const receipt = await fixture.anchored("reversed");
    const red = await fixture.reverse(receipt);
    const { page } = await open(pathOf(receipt), { width: 1200, height: 900 }, "dark");
    expect(await toneOf(page)).to.equal("bad");
    expect(await page.locator(".verdict").innerText())
      .to.include("已冲红")
      .and.include(red.number);
    await expectAccessible(page);
    await screenshot(page, "check-reversed-dark");
    await page.context().close();
  });
});
