import { expect } from "chai";
import { issueReceipts, type IssueResult } from "../../service/app/issueReceipts.ts";
import type { Unit } from "../../service/app/storePorts.ts";
import type { IssueInput } from "../../service/domain/receipt.ts";
import type { Kind } from "../../service/domain/kind.ts";
import { sampleToday, startPlatform, type Platform } from "../support/platform.ts";

describe("issueReceipts", function () {
  this.timeout(60_000);
  let platform: Platform;
  let hospital: Unit;
  before(async () => {
    platform = await startPlatform();
    hospital = await platform.unitOf("demo-hospital");
  });
  after(() => platform.stop());

  const input = (busNo: string, change: Partial<IssueInput> = {}): IssueInput => ({
    ...sampleToday("outpatient", 0, busNo),
    ...change,
  });
  const issueOne = async (body: IssueInput, deps = platform.deps, unit = hospital): Promise<IssueResult> =>
    (await issueReceipts(deps, unit, [body]))[0]!;
  /** All that issuing could leave behind: rows, numbers taken, documents. */
  const traces = async (): Promise<unknown> => {
    const [rows] = await platform.database.dataSource.query("select count(*)::int as count from receipt");
    const books = await platform.deps.store.books();
    return { rows: rows.count, next: books.map((book) => book.next) };
  };

  it("issues each kind with the next number of its book, and stores what it answers", async () => {
    for (const [app, kind, code] of [
      ["demo-hospital", "outpatient", "440601"],
      ["demo-hospital", "inpatient", "440602"],
      ["demo-police", "penalty", "440201"],
      ["demo-school", "nontax", "440101"],
    ] as const) {
      const unit = await platform.unitOf(app);
      const result = await issueOne(sampleToday(kind, 0, `EACH-${kind}`), platform.deps, unit);
      if (result.kind !== "issued") throw new Error(JSON.stringify(result));
      const { receipt } = result;
      expect(receipt.number).to.equal(1);
      expect(receipt.data.eInvoiceCode.slice(0, 6)).to.equal(code);
      expect(receipt.data.eInvoiceNumber).to.equal("0000000001");
      expect(receipt.data.randomNumber).to.match(/^[0-9a-zA-Z]{6}$/);
      expect(receipt.data.invoicingPartyCode).to.equal(unit.creditCode);
      expect(receipt.state).to.equal("issued");
      expect(receipt.secret).to.have.length(32);
      expect(result.warnings).to.deep.equal([]);
      const stored = await platform.current(receipt);
      expect(stored.data).to.deep.equal(receipt.data);
      expect(Buffer.compare(stored.secret, receipt.secret)).to.equal(0);
    }
  });

  it("answers in the order of the inputs, each for itself", async () => {
    const body = input("ORDER-1");
    const results = await issueReceipts(platform.deps, hospital, [
      body,
      { ...input("ORDER-2"), kind: "no_such_kind" },
      body,
      input("ORDER-3", { payerPartyName: "" }),
      input("ORDER-4"),
    ]);
    expect(results.map((result) => result.kind)).to.deep.equal(["issued", "refused", "repeated", "refused", "issued"]);
    const numbers = results.flatMap((result) => ("receipt" in result ? [result.receipt.number] : []));
    expect(numbers[1]).to.equal(numbers[0]);
    expect(numbers[2]).to.equal(numbers[0]! + 1);
  });

  it("gives the same receipt, secret and check code when a request is repeated", async () => {
    const first = await issueOne(input("AGAIN"));
    const again = await issueOne(input("AGAIN"));
    if (first.kind !== "issued" || again.kind !== "repeated") throw new Error(again.kind);
    expect(again.receipt.data).to.deep.equal(first.receipt.data);
    expect(Buffer.compare(again.receipt.secret, first.receipt.secret)).to.equal(0);
  });

  it("takes the same fields in another order for the same request, and rows in another order for another", async () => {
    const body = input("ORDERED", { otherInfo: ["甲", "乙"].map((infoName) => ({ infoName, infoValue: "" })) });
    const turned = Object.fromEntries(Object.entries(body).toReversed()) as IssueInput;
    expect(Object.keys(turned)).not.to.deep.equal(Object.keys(body));
    expect((await issueOne(body)).kind).to.equal("issued");
    const mainExt = Object.fromEntries(Object.entries(body.mainExt).toReversed());
    expect((await issueOne({ ...turned, mainExt })).kind).to.equal("repeated");
    const other = await issueOne({ ...body, otherInfo: body.otherInfo.toReversed() });
    expect(other.kind === "conflict" && other.differs).to.deep.equal([
      "/otherInfo/0/infoName",
      "/otherInfo/1/infoName",
    ]);
  });

  it("repeats its answer where the stored digest was made otherwise, as long as the content is the same", async () => {
    const first = await issueOne(input("OLDER"));
    await platform.database.dataSource.query("update receipt set input_digest = $1 where bus_no = 'OLDER'", [
      Buffer.alloc(32),
    ]);
    const again = await issueOne(input("OLDER"));
    if (first.kind !== "issued" || again.kind !== "repeated") throw new Error(again.kind);
    expect(again.receipt.number).to.equal(first.receipt.number);
    const other = await issueOne(input("OLDER", { remark: "改" }));
    expect(other.kind === "conflict" && other.differs).to.deep.equal(["/remark"]);
  });

  it("answers other content under the same busNo with a conflict that points to each difference", async () => {
    const first = await issueOne(input("CONFLICT"));
    const before = await traces();
    const [item, ...rest] = input("CONFLICT").items;
    const other = await issueOne(
      input("CONFLICT", { payerPartyName: "王小明", items: [{ ...item!, itemRemark: "改" }, ...rest] }),
    );
    if (first.kind !== "issued" || other.kind !== "conflict") throw new Error(other.kind);
    expect(other.differs).to.have.members(["/payerPartyName", "/items/0/itemRemark"]);
    expect(other.receipt.number).to.equal(first.receipt.number);
    expect(await traces()).to.deep.equal(before);
  });

  it("takes an absent total for another request than the same total given", async () => {
    const { totalAmount: _, ...rest } = input("TOTAL");
    expect((await issueOne(input("TOTAL"))).kind).to.equal("issued");
    const other = await issueOne(rest);
    expect(other.kind === "conflict" && other.differs).to.deep.equal(["/totalAmount"]);
  });

  it("lets two units use one busNo", async () => {
    const school = await platform.unitOf("demo-school");
    expect((await issueOne(input("SHARED"))).kind).to.equal("issued");
    expect((await issueOne(sampleToday("nontax", 0, "SHARED"), platform.deps, school)).kind).to.equal("issued");
  });

  it("refuses by rule, naming each field, and leaves nothing behind", async () => {
    const before = await traces();
    const result = await issueOne(input("REFUSED", { payerPartyName: "", totalAmount: 1 }));
    if (result.kind !== "refused") throw new Error(result.kind);
    expect(result.problems.map(({ pointer }) => pointer)).to.include.members(["/payerPartyName", "/totalAmount"]);
    for (const problem of result.problems) expect(problem.zh && problem.en && problem.code).to.be.a("string");
    expect(await traces()).to.deep.equal(before);
    expect(await platform.deps.store.receiptByBusNo(hospital.unitId, "REFUSED")).to.equal(undefined);
    expect((await issueOne(input("REFUSED"))).kind).to.equal("issued");
  });

  it("refuses a kind that the unit may not issue, and one that does not exist", async () => {
    const before = await traces();
    const foreign = await issueOne(sampleToday("nontax", 0, "FOREIGN"));
    expect(foreign.kind === "refused" && foreign.problems.map(({ pointer }) => pointer)).to.deep.equal(["/kind"]);
    const unknown = await issueOne({ ...input("UNKNOWN"), kind: "lottery" });
    if (unknown.kind !== "refused") throw new Error(unknown.kind);
    expect(unknown.problems.map(({ code, pointer }) => [code, pointer])).to.deep.equal([["unknown_kind", "/kind"]]);
    expect(unknown.problems[0]?.en)
      .to.contain([...platform.deps.kinds.keys()].join(", "))
      .and.to.contain("inpatient");
    expect(await traces()).to.deep.equal(before);
  });

  it("draws rare characters, and refuses one that no font has by the field that holds it", async () => {
    expect((await issueOne(input("RARE", { payerPartyName: "𠮷䶮㛃𬭎" }))).kind).to.equal("issued");
    const before = await traces();
    const [item, ...rest] = input("X").items;
    const result = await issueOne(
      input("UNDRAWABLE", { remark: "好\u{1F600}", items: [{ ...item!, itemName: "药\u{10FFFD}" }, ...rest] }),
    );
    if (result.kind !== "refused") throw new Error(result.kind);
    expect(result.problems.map(({ code, pointer }) => [code, pointer])).to.have.deep.members([
      ["character_not_drawable", "/remark"],
      ["character_not_drawable", "/items/0/itemName"],
    ]);
    expect(result.problems.map(({ en }) => en).join())
      .to.contain("U+1F600")
      .and.to.contain("U+10FFFD");
    expect(await traces()).to.deep.equal(before);
  });

  it("repeats what was accepted once, even if today's rules refuse it", async () => {
    const accepted = await issueOne(input("RULES"));
    const outpatient = platform.deps.kinds.get("outpatient")!;
    const stricter: Kind = {
      ...outpatient,
      mainExt: outpatient.mainExt.map((field) => ({ ...field, isRequired: true })),
    };
    const deps = platform.with({ kinds: new Map([["outpatient", stricter]]) });
    expect((await issueOne(input("RULES-NEW"), deps)).kind).to.equal("refused");
    const repeated = await issueOne(input("RULES"), deps);
    if (accepted.kind !== "issued" || repeated.kind !== "repeated") throw new Error(repeated.kind);
    expect(repeated.receipt.number).to.equal(accepted.receipt.number);
    const conflict = await issueOne(input("RULES", { remark: "别的" }), deps);
    expect(conflict.kind === "conflict" && conflict.differs).to.deep.equal(["/remark"]);
  });

  it("repeats what could be drawn once, even if no font has a character today", async () => {
    const accepted = await issueOne(input("FONTS"));
    const renderer = { ...platform.deps.renderer, missingCharacters: () => ["费"] };
    const repeated = await issueOne(input("FONTS"), platform.with({ renderer }));
    if (accepted.kind !== "issued" || repeated.kind !== "repeated") throw new Error(repeated.kind);
    expect(repeated.receipt.number).to.equal(accepted.receipt.number);
  });

  describe("at the end of the numbers", () => {
    let clinic: Unit;
    before(async () => {
      clinic = await platform.admit({ ...hospital, creditCode: "12440300MB2D000774", name: "示例诊所" });
      const grant = { kind: "outpatient", lowWater: 3 };
      await platform.grant(clinic, { ...grant, first: 2_000_001, last: 2_000_003 });
      await platform.grant(clinic, { ...grant, first: 2_000_010, last: 2_000_011 });
    });

    const alarms = async (): Promise<readonly string[]> =>
      (await platform.deps.store.openAlarms())
        .filter(({ subject }) => subject.endsWith(`unit ${clinic.unitId}`))
        .map((alarm) => alarm.kind);

    it("rolls over, warns once below the low-water mark, and refuses when none is left", async () => {
      const numbers: number[] = [];
      const seen: number[] = [];
      for (let n = 0; n < 5; n++) {
        const result = await issueOne(input(`END-${n}`), platform.deps, clinic);
        if (result.kind !== "issued") throw new Error(result.kind);
        numbers.push(result.receipt.number);
        seen.push((await alarms()).filter((kind) => kind === "numbers_low").length);
      }
      expect(numbers).to.deep.equal([2_000_001, 2_000_002, 2_000_003, 2_000_010, 2_000_011]);
      // Five numbers, and a low-water mark of three: two are left after the third.
      expect(seen).to.deep.equal([0, 0, 1, 1, 1]);
      expect(await alarms()).not.to.include("no_numbers");
      const refused = await issueOne(input("END-5"), platform.deps, clinic);
      expect(refused.kind).to.equal("no_numbers");
      await issueOne(input("END-6"), platform.deps, clinic);
      expect((await alarms()).filter((kind) => kind === "no_numbers")).to.have.length(1);
      expect(await platform.deps.store.receiptByBusNo(clinic.unitId, "END-5")).to.equal(undefined);
    });

    it("still repeats what was issued, and goes on, with no alarm left, when a book is granted", async () => {
      expect((await issueOne(input("END-0"), platform.deps, clinic)).kind).to.equal("repeated");
      expect(await alarms()).to.have.members(["numbers_low", "no_numbers"]);
      await platform.grant(clinic, { kind: "outpatient", first: 2_000_020, last: 2_000_029, lowWater: 3 });
      expect(await alarms()).to.deep.equal([]);
      const result = await issueOne(input("END-5"), platform.deps, clinic);
      expect(result.kind === "issued" && result.receipt.number).to.equal(2_000_020);
    });
  });
});
