import { readFile } from "node:fs/promises";
import { expect } from "chai";
import type { Browser, Download, Page } from "playwright-core";
import { buildUnit } from "../../../scripts/buildUnit.ts";
import { openDeskSession } from "../../../service/app/deskSession.ts";
import { sampleInput } from "../../../service/domain/samples.ts";
import { SIZES, unitCases } from "./unitCases.ts";
import { PASSWORD, startDeskSite, type DeskSite } from "../../http/desk/deskSite.ts";
import { expectAccessible, expectNoOverflow, openChromium, openPage, screenshot } from "../check/checkBrowser.ts";

const text = async (download: Download): Promise<string> => readFile(await download.path(), "utf8");

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
    await enter(page, appId, role);
    await open(page, path);
    return watched;
  };
  const enter = async (page: Page, appId: string, role: string): Promise<void> => {
    const { unitId } = await site.platform.unitOf(appId);
    const account = (await site.deps.store.deskAccountByName(unitId, role))!;
    const value = await openDeskSession(site.deps, account.accountId);
    await page.context().addCookies([{ name: "lianpiao_unit", value, url: `${site.url}/unit`, httpOnly: true }]);
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
      await page.getByRole("navigation").getByRole("link", { name: /开票/ }).waitFor();
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
    expect(await page.getByLabel("＊交款人 Payer").inputValue()).to.equal("");
    expect([complaints, elsewhere]).to.deep.equal([[], []]);
    await page.context().close();
  });

  it("shows what is wrong at its field, in both languages, and issues nothing", async () => {
    const { page } = await signedIn("demo-hospital", "cashier", "/unit/issue", SIZES.phone);
    await page.getByRole("button", { name: /^开票 Issue/ }).click();
    const payer = page.getByLabel("＊交款人 Payer");
    expect(await payer.getAttribute("aria-invalid")).to.equal("true");
    const described = await payer.getAttribute("aria-describedby");
    expect(await page.locator(`#${described ?? ""}`).innerText()).to.match(/[\u4e00-\u9fff].*[a-z]{4}/);
    expect(await page.evaluate("document.activeElement.getAttribute('aria-invalid')")).to.equal("true");
    await look(page, "issue-wrong-phone");
    // All cells of a row are in sight: the row's box does not scroll by itself.
    const hidden = await page
      .locator("table.rows")
      .first()
      .evaluate((each) => each.scrollHeight - each.clientHeight);
    expect(hidden).to.be.at.most(1);
    const { unitId } = await site.platform.unitOf("demo-hospital");
    expect(await site.deps.store.receipts(unitId, {}, undefined, 10)).to.deep.equal([]);
    await page.context().close();
  });

  it("computes the surcharge of a late fine and the cash of an outpatient", async () => {
    const { page } = await signedIn("demo-police", "cashier", "/unit/issue");
    const sample = sampleInput("penalty", 0);
    await page.getByLabel("＊交款人 Payer").fill("陈小明");
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

  it("reverses and issues the rest: a cashier asks, a reviewer agrees", async () => {
    const blue = await site.platform.issue("nontax", "REV-1");
    await site.platform.renderAll();
    const cashier = await signedIn(
      "demo-school",
      "cashier",
      `/unit/receipts/${blue.data.eInvoiceCode}/${blue.data.eInvoiceNumber}`,
    );
    const { page } = cashier;
    await page.getByLabel("冲红原因").selectOption("refund");
    await look(page, "reversal-form-desk");
    await page.getByRole("button", { name: "冲红并重开余下部分" }).click();
    expect(await page.getByLabel("＊交款人 Payer").inputValue()).to.equal(blue.data.payerPartyName);
    await page.getByLabel("数量 Quantity").first().fill("1");
    await page.getByLabel("标准（元） Unit price").first().fill("7.50");
    await page.getByLabel("金额（元） Amount").first().fill("7.50");
    for (let rows = await page.getByLabel("金额（元） Amount").count(); rows > 1; rows--) {
      await page.getByLabel("金额（元） Amount").last().focus();
      await page.keyboard.press("F7");
    }
    const channel = page.getByLabel("渠道金额");
    for (let at = 0; at < (await channel.count()); at++) await channel.nth(at).fill(at === 0 ? "7.50" : "");
    await page.keyboard.press("F9");
    await page.getByRole("heading", { name: "已提交复核" }).waitFor();
    await page.context().close();
    const reviewer = await signedIn("demo-school", "reviewer", "/unit/requests", SIZES.phone);
    await look(reviewer.page, "requests-phone");
    await reviewer.page.getByRole("button", { name: "同意冲红" }).click();
    await reviewer.page.getByText(/已冲红，红票 \d{10}，新票 \d{10}/).waitFor();
    const original = await site.platform.current(blue);
    const red = (await site.deps.store.receipt(original.reversedBy!.code, original.reversedBy!.number))!;
    expect(red.data.totalAmount).to.equal(-blue.data.totalAmount);
    expect([red.data.handlingPerson, red.data.checker]).to.deep.equal(["王小cashier", "李小reviewer"]);
    await site.platform.renderAll();
    await open(reviewer.page, `/unit/receipts/${red.data.eInvoiceCode}/${red.data.eInvoiceNumber}`);
    await reviewer.page.getByRole("heading", { name: "红票" }).waitFor();
    await look(reviewer.page, "red-phone");
    await reviewer.page.context().close();
  });

  it("imports a list: problems by cell, progress, and the same file again issues nothing twice", async () => {
    const { page, complaints } = await signedIn("demo-school", "cashier", "/unit/import");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "下载模板" }).click(),
    ]);
    expect(download.suggestedFilename()).to.equal("导入模板_nontax.xlsx");
    const head = "业务流水号,交款人＊,项目编码＊,项目名称＊,数量＊,单位＊,标准＊,金额＊";
    const lines = [
      head,
      ",张一,01,学费,1,学期,100.00,100.00",
      ",张一,01,学费,1,学期,100.00,100.00",
      "",
      "XS-1,李二,01,学费,1,学期,100,100",
      "XS-1,李二,02,书费,2,册,10,20",
      ",,01,学费,1,学期,100,一百",
    ];
    const file = { name: "list.csv", mimeType: "text/csv", buffer: Buffer.from(lines.join("\r\n")) };
    await page.getByLabel("选择 XLSX 或 CSV").setInputFiles(file);
    await page.getByText("共 4 张，可开 3 张（¥320.00），有误 1 张").waitFor();
    const told = await page.locator(".scroll tbody tr").first().innerText();
    expect(told).to.include("B7").and.include("H7").and.include("请填写金额");
    await look(page, "import-desk");
    await page.getByRole("button", { name: "开始开票" }).click();
    await page.getByText("已开 3，未成 0").waitFor();
    const { unitId } = await site.platform.unitOf("demo-school");
    const count = async (): Promise<number> => (await site.deps.store.receipts(unitId, {}, undefined, 500)).length;
    const after = await count();
    await open(page, "/unit/import");
    await page.getByLabel("选择 XLSX 或 CSV").setInputFiles(file);
    await page.getByRole("button", { name: "开始开票" }).click();
    await page.getByText("已开 3，未成 0").waitFor();
    expect(await count()).to.equal(after);
    expect((await site.deps.store.receiptByBusNo(unitId, "XS-1"))?.data.items.length).to.equal(2);
    await look(page, "import-done-desk");
    const [kept] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "下载 XLSX" }).click(),
    ]);
    expect(kept.suggestedFilename()).to.equal("导入结果.xlsx");
    expect(complaints).to.deep.equal([]);
    await page.context().close();
  });

  it("reconciles the day with a file of the unit's own system", async () => {
    const { page } = await signedIn("demo-school", "accountant", "/unit/reconcile");
    const { unitId } = await site.platform.unitOf("demo-school");
    const all = await site.deps.store.receipts(unitId, {}, undefined, 500);
    const rows = all.map(({ busNo, data }) => `${busNo},${(data.totalAmount / 100).toString()}`);
    const own = rows.filter((row) => !/^(REV-1|R\d)/.test(row) && !row.startsWith("XS-1"));
    const text = ["业务流水号,金额", ...own, "XS-1,119", own[0], "NONE-1,5"].join("\n");
    await page
      .getByLabel("本单位系统导出")
      .setInputFiles({ name: "own.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
    await page.getByRole("button", { name: "对账 Compare" }).click();
    await page.locator("[data-sum=reconcile]").waitFor();
    expect(await page.locator("[data-sum=reconcile]").innerText()).to.include(`${own.length} 张一致，5 处不一致`);
    const table = await page.getByRole("table").last().innerText();
    for (const part of ["金额不一致", "重复", "这里没开", "已冲红"]) expect(table).to.include(part);
    await look(page, "reconcile-desk");
    await page.context().close();
  });

  it("shows the day, books, items, accounts, the log and one's own account", async () => {
    const pages = [
      ["head", "/unit", "一天的开票"],
      ["head", "/unit/books", "号段与申领"],
      ["accountant", "/unit/items", "收费项目"],
      ["head", "/unit/accounts", "账号 Accounts"],
      ["head", "/unit/log", "操作日志"],
      ["cashier", "/unit/me", "我的账号"],
    ] as const;
    for (const [size, viewport] of Object.entries(SIZES)) {
      const { page, complaints } = await signedIn("demo-school", "head", "/unit/me", viewport);
      for (const [role, path, title] of pages) {
        await enter(page, "demo-school", role);
        await open(page, path);
        await page.getByRole("heading", { name: title, level: 1 }).waitFor();
        await look(page, `${path.replace("/unit", "").slice(1) || "day"}-${size}`);
        if (path !== "/unit/items" && path !== "/unit/accounts") continue;
        const [kept] = await Promise.all([
          page.waitForEvent("download"),
          page.getByRole("button", { name: "下载 CSV" }).click(),
        ]);
        expect(await text(kept)).to.include(path === "/unit/items" ? "103042701,普通高中学费" : "会计,KP01,正常");
      }
      expect(complaints).to.deep.equal([]);
      await page.context().close();
    }
  });

  unitCases({ site: () => site, signedIn, enter, open, look });

  it("lets the head make an account, whose owner binds an authenticator by its QR code", async () => {
    const { page } = await signedIn("demo-school", "head", "/unit/accounts");
    await page.getByLabel("账号名").fill("newbie");
    await page.getByLabel("姓名").fill("新同事");
    await page.getByRole("button", { name: "新建" }).click();
    const told = await page.getByText("一次性口令").locator("..").innerText();
    const password = /[a-z2-7]{4}(?:-[a-z2-7]{4}){3}/.exec(told)![0];
    await page.context().close();
    const fresh = await openPage(browser!, site.url, SIZES.phone);
    await open(fresh.page, "/unit");
    const { unitId } = await site.platform.unitOf("demo-school");
    await site.platform.database.dataSource.query("update desk_account set needs_totp = true where name = 'newbie'");
    await fresh.page.getByLabel("账号").fill(`${unitId}-newbie`);
    await fresh.page.getByLabel("口令 Password").fill(password);
    await fresh.page.keyboard.press("Enter");
    await fresh.page.getByLabel("原口令").fill(password);
    await look(fresh.page, "password-phone");
    await fresh.page.getByLabel("新口令，至少").fill("a long new password");
    await fresh.page.getByLabel("再输一次").fill("a long new password");
    await fresh.page.keyboard.press("Enter");
    await fresh.page.getByRole("img", { name: "绑定用的二维码" }).waitFor();
    await look(fresh.page, "bind-phone");
    const account = (await site.deps.store.deskAccountByName(unitId, "newbie"))!;
    const secret = Buffer.from(site.deps.contacts.open(account.totpPending!).slice(2), "hex");
    const code = site.deps.deskSecrets.totpAt(secret, Math.floor(Date.now() / 30_000));
    await fresh.page.getByLabel("App 上显示的").fill(code);
    await fresh.page.keyboard.press("Enter");
    await fresh.page.getByRole("heading", { name: "请保存恢复码" }).waitFor();
    await look(fresh.page, "recovery-phone");
    await fresh.page.context().close();
  });
});
