import { expect } from "chai";
import type { Page } from "playwright-core";
import { importCatalogue } from "../../../service/app/importCatalogue.ts";
import type { DeskSite } from "../../http/desk/deskSite.ts";

export const SIZES = { desk: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } } as const;

type Size = { readonly width: number; readonly height: number };

/** What the cases are given by the file that starts desk and browser. */
export type UnitKit = {
  readonly site: () => DeskSite;
  readonly signedIn: (
    appId: string,
    role: string,
    path: string,
    viewport?: Size,
  ) => Promise<{ readonly page: Page; readonly complaints: readonly string[] }>;
  readonly enter: (page: Page, appId: string, role: string) => Promise<void>;
  readonly open: (page: Page, path: string) => Promise<void>;
  readonly look: (page: Page, name: string) => Promise<void>;
};

/** Numbers, paper, list lines and prices at the desk; part of desk.test.ts, whose database and browser they share. */
export function unitCases({ site, signedIn, enter, open, look }: UnitKit): void {
  it("applies for numbers and gives unused ones back; others only look", async () => {
    const { unitId } = await site().platform.unitOf("demo-school");
    await site().platform.issue("nontax", "NUM-1");
    for (const [size, viewport] of Object.entries(SIZES)) {
      const { page, complaints } = await signedIn("demo-school", "accountant", "/unit/books", viewport);
      const form = page.locator("form", { hasText: "新的申领" });
      await form.getByRole("button", { name: "提交申领" }).click();
      await form.locator("input[aria-invalid=true]").waitFor();
      expect(await form.locator(".field", { hasText: "申领数量" }).innerText()).to.match(/整数.*[a-z]{4}/s);
      await form.getByLabel("申领数量").fill("2,000");
      await form.getByLabel("联系电话").fill("020-12345678");
      await form.getByRole("button", { name: "存为草稿" }).click();
      await page.getByText("已存为草稿").first().waitFor();
      await page.getByRole("button", { name: "修改" }).first().click();
      await page.getByLabel("申领数量").first().fill("3000");
      await page.getByRole("button", { name: "提交申领" }).click();
      await page.getByText("已提交，等财政部门审核").first().waitFor();
      const mark = page.locator("form", { hasText: "设预警线" });
      await mark.getByLabel("低于此数即预警").fill("100000000");
      await mark.getByLabel("自动申领的数量").fill("500");
      await mark.getByRole("button", { name: "保存预警线" }).click();
      await mark.locator("input[aria-invalid=true]").waitFor();
      await look(page, `numbers-${size}`);
      await mark.getByLabel("低于此数即预警").fill("50");
      await mark.getByRole("button", { name: "保存预警线" }).click();
      await page.getByText("预警线已保存").first().waitFor();
      expect(complaints.filter((each) => !each.includes("422"))).to.deep.equal([]);
      await page.context().close();
    }
    const applications = await site().deps.store.applications({ unitId }, undefined, 10);
    expect(applications.map(({ count, state, author }) => [count, state, author])).to.deep.equal([
      [3000, "submitted", "赵小accountant"],
      [3000, "submitted", "赵小accountant"],
    ]);
    const { page } = await signedIn("demo-school", "head", "/unit/books");
    const back = page.locator("form", { hasText: "提交退票" });
    await back.getByLabel("退票原因").fill("多领");
    const [book] = await site().deps.store.books(unitId);
    await back.getByLabel("号段的未用部分").selectOption(String(book!.bookId));
    await back.getByLabel("从此号起退").fill(String(book!.last));
    await back.getByRole("button", { name: "提交退票" }).click();
    await page.getByText("已提交退票").first().waitFor();
    const stock = await page.locator("[data-part=stock] tbody tr").first().locator("td").allInnerTexts();
    const [opening = 0, granted = 0, gone = 0, blue = 0, red = 0, empty = 0, closing = 0] = stock.slice(1).map(Number);
    expect(blue).to.be.greaterThan(0);
    expect([opening + granted - gone, stock.at(-1)]).to.deep.equal([blue + red + empty + closing, "0"]);
    const [kept] = await Promise.all([
      page.waitForEvent("download"),
      page.locator("section", { hasText: "库存账" }).getByRole("button", { name: "下载 CSV" }).click(),
    ]);
    expect(kept.suggestedFilename()).to.match(/^库存账_\d{4}-01-01_[-\d]{10}\.csv$/);
    await enter(page, "demo-school", "cashier");
    await open(page, "/unit/books");
    await page.getByRole("heading", { name: "库存账" }).waitFor();
    expect(await page.locator("main form").count()).to.equal(0);
    await page.context().close();
  });

  it("gives paper, other paper for a torn one, and marks spoilt blanks", async () => {
    const { unitId } = await site().platform.unitOf("demo-school");
    const own = { unitId, paperCode: "44010126", placeCode: "", digits: 8, grantedAtMs: 0 };
    await site().deps.store.savePaperBook({ ...own, first: 1, last: 9, next: 1 });
    const { data } = await site().platform.issue("nontax", "PAPER-1");
    await site().platform.renderAll();
    await site().platform.anchorAll();
    const { page } = await signedIn(
      "demo-school",
      "cashier",
      `/unit/receipts/${data.eInvoiceCode}/${data.eInvoiceNumber}`,
    );
    await page.getByLabel("手中空白纸质票据的号码").fill("00000001");
    await page.getByRole("button", { name: "换开纸质" }).click();
    await page.getByLabel("损坏情况").fill("打印机撕破");
    await look(page, "paper-given-desk");
    await page.getByRole("button", { name: "重新换开" }).click();
    await page.getByText("44010126 00000002").waitFor();
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport);
      await open(page, "/unit/paper");
      await page.getByLabel("起始号").fill("00000002");
      await page.getByLabel("作废原因").fill("卡纸");
      await page.getByRole("button", { name: "作废空白" }).click();
      await page.getByText("一张也未作废").waitFor();
      await look(page, `paper-${size}`);
    }
    await page.getByLabel("起始号").fill("00000003");
    await page.getByLabel("终止号，").fill("00000004");
    await page.getByRole("button", { name: "作废空白" }).click();
    await page.getByText("已作废 2 张").first().waitFor();
    const stock = page.locator(".scroll").first();
    expect((await stock.locator("tbody td").allInnerTexts()).slice(4)).to.deep.equal(["2", "2", "5"]);
    await page.context().close();
  });

  it("takes deposit vouchers, whose sum is what was prepaid until somebody types another, and doubts what differs", async () => {
    const { page, complaints } = await signedIn("demo-hospital", "cashier", "/unit/issue");
    await page.getByLabel("票种").selectOption("inpatient");
    await page.getByLabel("＊交款人 Payer").fill("陈小明");
    await page.getByLabel("项目编码 Code").fill("01");
    await page.getByLabel("项目名称 Item").fill("床位费");
    await page.getByLabel("金额（元） Amount", { exact: true }).fill("80");
    for (const field of await page.locator("fieldset [aria-required=true]").all()) {
      const type = await field.getAttribute("type");
      if ((await field.inputValue()) === "") await field.fill(type === "date" ? "2026-03-01" : "1");
    }
    const vouchers = page.locator("[data-part=vouchers]");
    await vouchers.locator("summary").click();
    for (const [code, no, amount] of [
      ["YJ01", "0001", "60"],
      ["", "0002", "20.5"],
      ["", "0003", "9"],
    ] as const) {
      await vouchers.getByRole("button", { name: "加一张凭证" }).click();
      for (const text of [code, no, amount].filter((each) => each !== "")) {
        await page.keyboard.type(text);
        if (text !== amount) await page.keyboard.press("Enter");
      }
    }
    await page.keyboard.press("F7");
    const prepaid = page.getByLabel("预缴金额");
    expect(await prepaid.inputValue()).to.equal("80.50");
    await page.locator("[data-part=warnings] .note", { hasText: "预缴 + 补缴 − 退费" }).waitFor();
    await prepaid.fill("80");
    await page.locator("[data-part=warnings] .note", { hasText: "预交金凭证金额之和 80.50 元" }).waitFor();
    await look(page, "vouchers-desk");
    await vouchers.getByLabel("凭证号码").last().fill("");
    await page.keyboard.press("F9");
    await vouchers.locator("[aria-invalid=true]").waitFor();
    await vouchers.getByLabel("凭证号码").last().fill("0002");
    await vouchers.getByLabel("凭证金额").last().fill("20");
    expect(await page.locator("[data-part=warnings] .note", { hasText: "预" }).count()).to.equal(0);
    await page.keyboard.press("F9");
    await page.getByRole("heading", { name: "已开票" }).waitFor();
    const { unitId } = await site().platform.unitOf("demo-hospital");
    const [receipt] = (await site().deps.store.receipts(unitId, { kind: "inpatient" }, undefined, 10)).slice(-1);
    expect(receipt?.input.payMentVouchers).to.deep.equal([
      { voucherBatchCode: "YJ01", voucherNo: "0001", voucherFen: 6_000 },
      { voucherBatchCode: "YJ01", voucherNo: "0002", voucherFen: 2_000 },
    ]);
    expect(complaints).to.deep.equal([]);
    await page.context().close();
  });

  it("says what void means, shows void numbers and spoilt blanks with their reasons, and leads to a reversal", async () => {
    const gone = await site().platform.issue("nontax", "VOID-1");
    await site().deps.store.markVoid(gone.code, gone.number, "字库缺字，无法制作");
    const { unitId } = await site().platform.unitOf("demo-school");
    const own = { unitId, paperCode: "44010127", placeCode: "", digits: 8, grantedAtMs: 0 };
    await site().deps.store.savePaperBook({ ...own, first: 1, last: 9, next: 1 });
    const spoilt = { paperCode: own.paperCode, first: 1, last: 2, reason: "受潮", nowMs: Date.now() };
    await site().deps.store.spoilBlanks(unitId, spoilt);
    for (const [size, viewport] of Object.entries(SIZES)) {
      const { page, complaints } = await signedIn("demo-school", "cashier", "/unit/voids", viewport);
      await page.getByText("字库缺字，无法制作").waitFor();
      await page.getByText("已开出的电子票据不能作废，只能冲红").waitFor();
      expect(await page.getByText("受潮").count()).to.equal(2);
      await look(page, `voids-${size}`);
      await page.getByRole("link", { name: "找到票据去冲红" }).click();
      await page.getByRole("heading", { name: "查票" }).waitFor();
      await page.getByLabel("状态 State").selectOption("void");
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: /^查找/ }).click();
      await page.getByText("合计 1 张").waitFor();
      await enter(page, "demo-school", "accountant");
      await open(page, "/unit/write-offs");
      await page.getByRole("button", { name: /^申报/ }).click();
      await page.getByText("上次核销以来没有用票").waitFor();
      await look(page, `write-offs-${size}`);
      expect(complaints.filter((each) => !each.includes("409"))).to.deep.equal([]);
      await page.context().close();
    }
  });

  it("issues a medical receipt with list lines, in arrears, and releases it", async () => {
    const { page, complaints } = await signedIn("demo-hospital", "cashier", "/unit/issue");
    await page.getByLabel("＊交款人 Payer").fill("陈小明");
    for (const [label, value] of [
      ["项目编码 Code", "01"],
      ["项目名称 Item", "西药费"],
      ["金额（元） Amount", "236.21"],
    ] as const) {
      await page.getByLabel(label, { exact: true }).fill(value);
    }
    await page.getByText("明细清单").click();
    const list = page.locator("[data-part=list]");
    await list.getByRole("button", { name: "加一行明细" }).click();
    expect(await list.getByLabel("对应项目编码").inputValue()).to.equal("01");
    await list.getByLabel("明细名称").fill("阿莫西林胶囊");
    await list.getByLabel("明细数量").fill("2");
    await list.getByLabel("单价（元）").fill("100");
    expect(await list.getByLabel("明细金额").inputValue()).to.equal("200.00");
    await list.getByRole("button", { name: "加一行明细" }).click();
    await page.keyboard.press("F7");
    expect(await list.locator("tbody tr").count()).to.equal(1);
    await page.getByLabel("欠缴 In arrears").selectOption("1");
    await page.getByLabel("欠缴原因").fill("尚欠自付部分");
    await page.keyboard.press("F9");
    await page.locator("[aria-invalid=true]").first().waitFor();
    await look(page, "issue-list-desk");
    await page.setViewportSize(SIZES.phone);
    await look(page, "issue-list-phone");
    await list.getByLabel("单价（元）").fill("118.105");
    expect(await list.getByLabel("明细金额").inputValue()).to.equal("236.21");
    for (const field of await page.locator("fieldset [aria-required=true]").all()) {
      if ((await field.inputValue()) === "") await field.fill("1");
    }
    await page.keyboard.press("F9");
    await page.getByRole("heading", { name: "已开票" }).waitFor();
    const { unitId } = await site().platform.unitOf("demo-hospital");
    const [receipt] = (await site().deps.store.receipts(unitId, {}, undefined, 10)).filter(
      ({ data }) => data.auxItems.length > 0,
    );
    expect(receipt!.data.auxItems).to.deep.equal([
      {
        ...{ auxItemRelatedCode: "01", auxItemRelatedName: "西药费", auxItemCode: "", auxItemName: "阿莫西林胶囊" },
        ...{ auxItemSpecification: "", auxItemQuantity: "2", auxItemUnit: "", auxItemStd: "118.105" },
        ...{ auxItemAmount: 23_621, auxItemRemark: "" },
      },
    ]);
    expect(await site().deps.store.arrearsOf(receipt!)).to.equal("held");
    await site().platform.renderAll();
    await open(page, `/unit/receipts/${receipt!.data.eInvoiceCode}/${receipt!.data.eInvoiceNumber}`);
    await page.getByText("欠缴：未发送").waitFor();
    await look(page, "held-phone");
    await page.getByRole("button", { name: "已缴清，放行" }).click();
    await page.getByText("欠缴：未发送").waitFor({ state: "detached" });
    expect(await site().deps.store.arrearsOf(receipt!)).to.equal("released");
    expect(complaints).to.deep.equal([]);
    await page.context().close();
  });

  it("shows a price outside the bureau's catalogue at its field before anything is sent", async () => {
    const parts = { store: site().deps.store, clock: site().deps.clock, register: site().platform.register };
    const head = "itemCode,itemName,kinds,minStd,maxStd,validFrom,validThrough,units";
    await importCatalogue(parts, "44", `${head}\nXF1,学费,nontax,100,1250.00,,,\nMED,药费,outpatient,,,,,\n`, "bureau");
    try {
      const { page } = await signedIn("demo-school", "cashier", "/unit/issue");
      const posts: string[] = [];
      page.on("request", (request) => {
        if (request.method() === "POST") posts.push(request.url());
      });
      for (const [label, value] of [
        ["＊交款人 Payer", "陈小明"],
        ["项目编码 Code", "XF1"],
        ["项目名称 Item", "学费"],
        ["数量 Quantity", "1"],
        ["单位 Unit", "学期"],
        ["标准（元） Unit price", "1250.01"],
      ] as const) {
        await page.getByLabel(label, { exact: true }).fill(value);
      }
      const price = page.getByLabel("标准（元） Unit price");
      await page.keyboard.press("F9");
      await page.getByText("收费标准超出核定范围（100 至 1250.00 元）").waitFor();
      expect(await price.getAttribute("aria-invalid")).to.equal("true");
      await look(page, "issue-price-desk");
      await page.setViewportSize(SIZES.phone);
      await look(page, "issue-price-phone");
      await page.getByLabel("项目编码 Code").fill("MED");
      await page.getByText("该收费项目未授权给本单位").waitFor();
      expect(posts).to.deep.equal([]);
      await page.getByLabel("项目编码 Code").fill("XF1");
      await price.fill("1250.00");
      await page.keyboard.press("F9");
      await page.getByRole("heading", { name: "已开票" }).waitFor();
      await page.context().close();
    } finally {
      await importCatalogue(parts, "44", `${head}\n`, "bureau");
    }
  });
}
