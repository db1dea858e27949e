import { expect } from "chai";
import type { Browser } from "playwright-core";
import { anchorInLookAlike } from "../../scripts/attacks/lookAlike.ts";
import { loadLedgerArtifact } from "../../service/adapters/chain/ledgerArtifact.ts";
import { launchBrowser } from "./browser.ts";
import { artifactFile } from "./realWorld.ts";
import { choose, finish, startVerifyFixture, UNIT, unsealed, type VerifyFixture } from "./verifyFixture.ts";
import { zipOf } from "./zipOf.ts";

describe("the verifier page in Chromium", function () {
  this.timeout(180_000);
  let browser: Browser | undefined;
  let on: VerifyFixture;

  before(async function () {
    browser = await launchBrowser();
    if (browser === undefined) this.skip();
    on = await startVerifyFixture(browser);
  });
  after(async () => {
    await browser?.close();
    if (browser !== undefined) await on.stop();
  });
  beforeEach(() => (on.node.mode = "as_it_is"));

  it("says valid, who signed, when, and which node, contract and block it read", async () => {
    for (const size of ["desktop", "phone"] as const) {
      const shown = await on.check([{ name: "门诊票据.pdf", pdf: on.world.pdfs.good }], size);
      const { page, tone, text } = shown;
      expect(tone).to.equal("good");
      const { contract } = on.world;
      for (const part of ["真实有效", UNIT.name, UNIT.creditCode, contract, `${on.server.url}/chain`]) {
        expect(text).to.include(part);
      }
      expect(text).to.match(/读自区块 Read at block\s*\d+/);
      expect(text).to.match(/上链时间 Anchored\s*20\d\d-\d\d-\d\d \d\d:\d\d:\d\d \(UTC\+8\)/);
      expect(await page.locator(".face .paper").innerText()).to.match(/¥[\d.,]+/);
      expect(await page.locator("[data-outcome=pass]").count()).to.equal(21);
      await page.waitForSelector(".way");
      expect(await page.locator(".way .box.pass").count()).to.equal(5);
      await finish(shown, `valid-${size}`);
    }
  });

  it("fits a phone with letters twice as large, and draws the path in that size, too", async () => {
    const opened = await on.open("phone");
    const { page } = opened;
    const heightOf = async (of: string): Promise<number> => (await page.locator(of).first().boundingBox())?.height ?? 0;
    const protocol = await page.context().newCDPSession(page);
    const letters = (standard: number) => protocol.send("Page.setFontSizes", { fontSizes: { standard } });
    await choose(page, [{ name: "门诊票据.pdf", pdf: on.world.pdfs.good }]);
    await page.waitForSelector(".way");
    const usual = await heightOf(".file-name");
    await letters(32);
    expect(await heightOf(".file-name")).to.be.closeTo(2 * usual, 1);
    await finish(opened, "large-type-phone");
  });

  it("shows the file itself, by the browser's own viewer, next to what was read out of it", async () => {
    const { page } = await on.check([{ name: "f.pdf", pdf: on.world.pdfs.good }]);
    const frame = page.locator(".face iframe");
    await frame.scrollIntoViewIfNeeded();
    // An empty frame packs to a few kB; it is looked at until the receipt is drawn in it.
    let size = 0;
    for (const end = Date.now() + 20_000; size < 30_000 && Date.now() < end;) size = (await frame.screenshot()).length;
    expect(size).to.be.greaterThan(30_000);
    expect(await page.locator(".file-link a").getAttribute("download")).to.equal("f.pdf");
    await finish({ page, complaints: [] }, "face");
  });

  it("draws one level for each hash of the proof", async () => {
    const { page } = await on.check([{ name: "p.pdf", pdf: on.world.pdfs.penalty }]);
    await page.waitForSelector(".way");
    const label = (await page.locator(".way").getAttribute("aria-label")) ?? "";
    const [leafDepth = 0, batchDepth = 0] = (/(\d+) \+ (\d+)/.exec(label) ?? []).slice(1).map(Number);
    expect(await page.locator(".way .dot.sibling").count()).to.equal(leafDepth + batchDepth);
    await page.context().close();
  });

  it("says reversed, and by which red-letter receipt", async () => {
    const shown = await on.check([{ name: "r.pdf", pdf: on.world.pdfs.reversed }]);
    expect(shown.tone).to.equal("bad");
    expect(shown.text).to.include("已冲红").and.to.include(on.world.redNumber);
    await finish(shown, "reversed");
  });

  it("says changed to paper", async () => {
    const shown = await on.check([{ name: "p.pdf", pdf: on.world.pdfs.onPaper }]);
    expect(shown.tone).to.equal("notice");
    expect(shown.text).to.include("已换开纸质票据");
    await finish(shown, "on-paper");
  });

  it("says claimed, and how much is left", async () => {
    const part = await on.check([{ name: "c.pdf", pdf: on.world.pdfs.claimedPart }]);
    expect(part.tone).to.equal("notice");
    expect(part.text)
      .to.match(/已部分入账/)
      .and.to.match(/剩余 ¥[\d,]*[1-9][\d,]*\.\d\d/);
    await finish(part, "claimed-part");
    const full = await on.check([{ name: "f.pdf", pdf: on.world.pdfs.claimedFull }], "phone");
    expect(full.tone).to.equal("notice");
    expect(full.text)
      .to.match(/已全额入账/)
      .and.to.include("剩余 ¥0.00");
    await finish(full, "claimed-full-phone");
  });

  it("says not yet anchored, and shows the data only as what the file claims", async () => {
    const shown = await on.check([{ name: "n.pdf", pdf: unsealed(on.world.pdfs.good) }]);
    const { page, tone, text } = shown;
    expect(tone).to.equal("unsure");
    expect(text).to.include("尚未上链");
    expect(await page.locator("iframe").count()).to.equal(0);
    expect(await page.locator(".face .paper").isVisible()).to.equal(false);
    await page.click(".unconfirmed summary");
    expect(await page.locator(".face .warning").innerText()).to.include("未经证实");
    await finish(shown, "not-anchored");
  });

  const UNTOLD = [
    ["hangs", "节点没有响应", "node_unreachable"],
    ["another_chain", "节点属于另一条链", "wrong_chain"],
    ["nonsense", "节点的回答无法识别", "evidence_malformed"],
    ["bad_status", "当前状态读不出", "status_unreadable"],
    ["no_batch", "此链尚无这张票据", "batch_unknown"],
  ] as const;
  for (const [mode, headline, reason] of UNTOLD) {
    it(`is never green and says what to do: ${reason}`, async () => {
      on.node.mode = mode;
      const { chain, contract } = on.world;
      const place = { node: on.node.url, chainId: chain.chainId, contract };
      const shown = await on.check([{ name: "u.pdf", pdf: on.world.pdfs.good }], "desktop", place);
      const { page, tone, text } = shown;
      expect(tone).to.equal("unsure");
      expect(text).to.include(headline).and.to.include(reason).and.to.include("请勿报销");
      expect(await page.locator(".good").count()).to.equal(0);
      expect(await page.locator("iframe").count()).to.equal(0);
      expect(await page.locator(".face .paper").isVisible()).to.equal(false);
      const complaints = shown.complaints.filter((line) => !line.includes("ERR_EMPTY_RESPONSE"));
      await finish({ page, complaints }, `untold-${reason}`);
    });
  }

  it("gives the verdict anew when the node is back, without choosing the file again", async () => {
    on.node.mode = "no_batch";
    const { page } = await on.check([{ name: "u.pdf", pdf: on.world.pdfs.good }]);
    on.node.mode = "as_it_is";
    await page.click("#again");
    await page.waitForSelector(".verdict.good");
    await page.context().close();
  });

  it("finds every attack on a real receipt invalid, shows nothing of its data, and names the reason", async () => {
    const all = [...on.attacks.values()];
    const shown = await on.check(all.map(({ name, pdf }) => ({ name: `${name}.pdf`, pdf })));
    const { page, text } = shown;
    expect(text).to.include(`共 ${String(all.length)} 份`);
    expect(await page.locator(".rows .icon.bad").count()).to.equal(all.length);
    for (const [index, { name, caughtBy, reason }] of all.entries()) {
      await page.locator(".rows button").nth(index).click();
      expect(await page.locator(".verdict.bad .file-name").innerText()).to.equal(`${name}.pdf`);
      const found = page.locator(`[data-check=${caughtBy}][data-outcome=fail] code`);
      expect(await found.allInnerTexts(), name).to.deep.equal([reason]);
      expect(await page.locator(".paper, iframe").count(), name).to.equal(0);
    }
    await finish(shown, "attacks");
  });

  for (const name of ["data-swapped", "append-update", "data-swapped-resigned", "proof-of-another"]) {
    it(`shows ${name} for what it is`, async () => {
      const pdf = on.attacks.get(name)?.pdf ?? new Uint8Array();
      const shown = await on.check([{ name: `${name}.pdf`, pdf }], name === "append-update" ? "phone" : "desktop");
      expect(shown.tone).to.equal("bad");
      await finish(shown, `attack-${name}`);
    });
  }

  it("names a look-alike contract as not trusted, though all of it is right there", async () => {
    const artifact = loadLedgerArtifact(artifactFile);
    const { url: rpcUrl, chainId } = on.world.chain;
    const signed = on.attacks.get("data-swapped-resigned-unsealed")?.pdf ?? new Uint8Array();
    const forged = await anchorInLookAlike({ rpcUrl, chainId, artifact }, signed);
    // A true receipt that was reversed, anchored there where it is not: its status would be laundered.
    const laundered = await anchorInLookAlike({ rpcUrl, chainId, artifact }, unsealed(on.world.pdfs.reversed));
    for (const { contract, pdf } of [forged, laundered]) {
      const shown = await on.check([{ name: "look-alike.pdf", pdf }]);
      expect(shown.tone).to.equal("bad");
      expect(shown.text).to.include("存证合约不可信").and.to.include(contract).and.to.include(on.world.contract);
      expect(await shown.page.locator("[data-check=trusted_contract][data-outcome=fail]").count()).to.equal(1);
      await finish(shown, "look-alike");
      const theirs = await on.check([{ name: "l.pdf", pdf }], "desktop", { node: on.node.url, chainId, contract });
      expect(theirs.tone, "whoever trusts that contract finds it valid: the attack is whole").to.equal("good");
      await theirs.page.context().close();
    }
  });

  it("takes a ZIP, leaves out what is no PDF, and lists each file", async () => {
    const zip = zipOf([
      ["一月/好的.pdf", on.world.pdfs.good],
      ["一月/冲红.pdf", on.world.pdfs.reversed],
      ["说明.txt", new Uint8Array(3)],
      ["坏的.pdf", new Uint8Array(10)],
    ]);
    const shown = await on.check([{ name: "一月.zip", pdf: zip }]);
    expect(shown.text).to.include("共 3 份").and.to.include("一月/好的.pdf").and.not.to.include("说明.txt");
    await shown.page.click("text=一月/好的.pdf");
    await shown.page.waitForSelector(".verdict.good");
    await finish(shown, "list");
    const damaged = await on.check([{ name: "坏.zip", pdf: zip.slice(0, 100) }], "phone");
    expect(damaged.text).to.include("坏.zip 打不开");
    await finish(damaged, "damaged-zip-phone");
  });

  it("works by keyboard alone: choose a file, hear the verdict, read the checks, reach the settings", async () => {
    const { page } = await on.open();
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.id")).to.equal("files");
    const chooser = page.waitForEvent("filechooser");
    // An answer of the page means that Chromium knows by now who takes its choosers.
    await page.evaluate("document.readyState");
    await page.keyboard.press("Space");
    const buffer = Buffer.from(on.world.pdfs.good);
    await (await chooser).setFiles([{ name: "k.pdf", mimeType: "application/pdf", buffer }]);
    await page.waitForSelector(".verdict.good");
    expect(await page.evaluate("document.activeElement.id")).to.equal("verdict");
    await page.locator(".stations summary").first().focus();
    await page.keyboard.press("Enter");
    expect(await page.locator("[data-check=signature]").isVisible()).to.equal(true);
    await page.focus("#place summary");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.id")).to.equal("node");
    await page.context().close();
  });
});
