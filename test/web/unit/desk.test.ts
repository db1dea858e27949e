import { expect } from "chai";
import type { Browser, Page } from "playwright-core";
import { buildUnit } from "../../../scripts/buildUnit.ts";
import { openDeskSession } from "../../../service/app/deskSession.ts";
import { sampleInput } from "../../../service/domain/samples.ts";
import { PASSWORD, startDeskSite, type DeskSite } from "../../http/desk/deskSite.ts";
import { expectAccessible, expectNoOverflow, openChromium, openPage, screenshot } from "../check/checkBrowser.ts";

const SIZES = { desk: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } } as const;

describe("the unit desk in Chromium", function () {
  this.timeout(120_000);
  let browser: Browser | undefined;
  let site: DeskSite;
  before(async function () {
    browser = await openChromium();
    if (browser === undefined) this.skip();
    expect((await buildUnit()).scriptGzipBytes).to.be.below(60_000);
    site = await startDeskSite();
    for (const appId of ["demo-school", "demo-police", "demo-hospital"]) {
      for (const role of ["cashier", "reviewer", "head", "accountant"] as const) await site.account(appId, role);
    }
    const { unitId } = await site.platform.unitOf("demo-school");
    await site.deps.store.saveDeskItem(unitId, {
      kind: "nontax",
      itemCode: "103042701",
      itemName: "普通高中学费",
      itemUnit: "学期",
      itemStd: "1250.00",
    });
  });
  after(async () => {
    await browser?.close();
    if (browser !== undefined) await site.stop();
  });

  /** A page of who has signed in. */
  const signedIn = async (
    appId: string,
    role: string,
    path: string,
    viewport = SIZES.desk as { width: number; height: number },
  ) => {
    const watched = await openPage(browser!, site.url, viewport);
    const { page } = watched;
    const { unitId } = await site.platform.unitOf(appId);
    const account = (await site.deps.store.deskAccountByName(unitId, role))!;
    const value = await openDeskSession(site.deps, account.accountId);
    await page.context().addCookies([{ name: "lianpiao_unit", value, url: `${site.url}/unit`, httpOnly: true }]);
    await open(page, path);
    return watched;
  };
  const open = async (page: Page, path: string): Promise<void> => {
    await page.goto(site.url + path);
    await page.waitForSelector("html[data-ready]");
  };
  const look = async (page: Page, name: string): Promise<void> => {
    await screenshot(page, `unit-${name}`);
    await expectNoOverflow(page);
    await expectAccessible(page);
  };

  it("signs in, and says the same of a wrong account as of a wrong password", async () => {
    for (const [size, viewport] of Object.entries(SIZES)) {
      const { page } = await openPage(browser!, site.url, viewport);
      await open(page, "/unit");
      await look(page, `sign-in-${size}`);
      const said: string[] = [];
      for (const login of ["3-cashier", "3-nobody"]) {
        await page.getByLabel("账号").fill(login);
        await page.getByLabel("口令 Password").fill("wrong password");
        await page.keyboard.press("Enter");
        await page.locator("button[type=submit]:not([disabled])").waitFor();
        said.push(await page.getByRole("alert").innerText());
      }
      expect(said[0]).to.include("账号、口令或动态口令不对").and.equal(said[1]);
      await page.getByLabel("账号").fill(`${(await site.platform.unitOf("demo-school")).unitId}-cashier`);
      await page.getByLabel("口令 Password").fill(PASSWORD);
      await page.keyboard.press("Enter");
      await page.getByRole("link", { name: /开票/ }).waitFor();
      await page.context().close();
    }
  });

  it("issues a receipt with the keyboard alone, once, in less than a second, and follows it to the chain", async () => {
    const { page, complaints, elsewhere } = await signedIn("demo-school", "cashier", "/unit/issue");
    const type = async (text: string): Promise<void> => {
      await page.keyboard.type(text);
      await page.keyboard.press("Enter");
    };
    expect(await page.evaluate("document.activeElement.getAttribute('aria-required')")).to.equal("true");
    await type("陈小明");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await type("103042701");
    expect(await page.locator("[data-sum=total]").innerText()).to.equal("¥1,250.00");
    for (const _ of [0, 1, 2, 3, 4, 5]) await page.keyboard.press("Enter");
    // A new row has come: an item that is not in the list.
    for (const text of ["999", "校服费", "2", "套", "60.5"]) await type(text);
    expect(await page.locator("[data-sum=total]").innerText()).to.equal("¥1,371.00");
    expect(await page.locator("[data-sum=capitals]").innerText()).to.equal("壹仟叁佰柒拾壹元整");
    await look(page, "issue-desk");
    const startedAt = performance.now();
    await Promise.all([page.keyboard.press("F9"), page.keyboard.press("F9")]);
    await page.getByRole("heading", { name: "已开票" }).waitFor();
    const ms = performance.now() - startedAt;
    expect(ms).to.be.below(1_000);
    const { unitId } = await site.platform.unitOf("demo-school");
    const receipts = await site.deps.store.receipts(unitId, {}, undefined, 10);
    expect(
      receipts.map(({ data }) => [data.totalAmount, data.handlingPerson, data.checker, data.placeCode]),
    ).to.deep.equal([[137_100, "王小cashier", "李小reviewer", "KP01"]]);
    expect(await page.locator("#receipt-status").getAttribute("data-status")).to.equal("issued");
    await site.platform.renderAll();
    await site.platform.anchorAll();
    await page.locator("#receipt-status[data-status=anchored]").waitFor();
    await look(page, "issued-desk");
    await page.keyboard.press("F2");
    await page.getByRole("heading", { name: "开票 Issue" }).waitFor();
    expect(await page.getByLabel("交款人 Payer＊").inputValue()).to.equal("");
    expect([complaints, elsewhere]).to.deep.equal([[], []]);
    await page.context().close();
  });

  it("shows what is wrong at its field, in both languages, and issues nothing", async () => {
    const { page } = await signedIn("demo-hospital", "cashier", "/unit/issue", SIZES.phone);
    await page.getByRole("button", { name: /^开票 Issue/ }).click();
    const payer = page.getByLabel("交款人 Payer＊");
    expect(await payer.getAttribute("aria-invalid")).to.equal("true");
    const described = await payer.getAttribute("aria-describedby");
    expect(await page.locator(`#${described ?? ""}`).innerText()).to.match(/[\u4e00-\u9fff].*[a-z]{4}/);
    expect(await page.evaluate("document.activeElement.getAttribute('aria-invalid')")).to.equal("true");
    await look(page, "issue-wrong-phone");
    const { unitId } = await site.platform.unitOf("demo-hospital");
    expect(await site.deps.store.receipts(unitId, {}, undefined, 10)).to.deep.equal([]);
    await page.context().close();
  });

  it("computes the surcharge of a late fine and the cash of an outpatient", async () => {
    const { page } = await signedIn("demo-police", "cashier", "/unit/issue");
    const sample = sampleInput("penalty", 0);
    await page.getByLabel("交款人 Payer＊").fill("陈小明");
    await page.getByLabel("处罚决定书编号").fill(String(sample.mainExt["penaltyDecisionNo"]));
    await page.getByLabel("处罚决定书类别").selectOption("简易程序");
    const day = (back: number): string =>
      new Date(Date.now() + 8 * 3_600_000 - back * 86_400_000).toISOString().slice(0, 10);
    await page.getByLabel("处理时间").fill(`${day(20)}T09:30:00`);
    await page.getByLabel("决定书送达日期").fill(day(16));
    await page.getByLabel("缴款日期").fill(day(0));
    await page.getByLabel("项目编码 Code").fill("FK01");
    await page.getByLabel("项目名称 Item").fill("交通违法罚款");
    await page.getByLabel("数量 Quantity").fill("1");
    await page.getByLabel("标准（元） Unit price").fill("200");
    // Day 16 is the first late one: 3 % of 200.00.
    expect(await page.locator("[data-sum=total]").innerText()).to.equal("¥206.00");
    await page.keyboard.press("F9");
    await page.getByRole("heading", { name: "已开票" }).waitFor();
    await page.context().close();
    const hospital = await signedIn("demo-hospital", "cashier", "/unit/issue");
    await hospital.page.getByLabel("项目编码 Code").fill("01");
    await hospital.page.getByLabel("项目名称 Item").fill("西药费");
    await hospital.page.getByLabel("金额（元） Amount").fill("236.21");
    await hospital.page.getByLabel("医保统筹基金支付").fill("120");
    expect(await hospital.page.getByLabel("个人现金支付").inputValue()).to.equal("116.21");
    expect(await hospital.page.getByLabel("渠道金额").inputValue()).to.equal("236.21");
    await look(hospital.page, "issue-hospital-desk");
    await hospital.page.context().close();
  });

  it("finds receipts of its own unit and shows one with its face", async () => {
    for (const [size, viewport] of Object.entries(SIZES)) {
      const { page } = await signedIn("demo-school", "reviewer", "/unit/receipts", viewport);
      await page.getByLabel("交款人（").fill("陈小");
      await page.getByLabel("金额（元）").fill("1371");
      await page.keyboard.press("Enter");
      await page.getByRole("link", { name: /0000000001/ }).waitFor();
      await look(page, `search-${size}`);
      await page.getByRole("link", { name: /0000000001/ }).click();
      await page.getByRole("heading", { name: "票据 Receipt" }).waitFor();
      await look(page, `receipt-${size}`);
      await page.context().close();
    }
  });
});
