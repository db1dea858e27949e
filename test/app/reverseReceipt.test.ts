import { expect } from "chai";
import { hexOf } from "../../service/core/bytes.ts";
import { AppError } from "../../service/core/errors.ts";
import { verifyPdf } from "../../service/core/verify.ts";
import type { LeafStatus } from "../../service/core/ledgerCall.ts";
import { auditLedger } from "../../service/app/auditLedger.ts";
import { examineHere } from "../../service/app/examineReceipt.ts";
import { issueReceipts } from "../../service/app/issueReceipts.ts";
import { reverseAndReissue, reverseReceipt, type ReversalResult } from "../../service/app/reverseReceipt.ts";
import { sealReceipt } from "../../service/app/sealReceipt.ts";
import { entryLeaf } from "../../service/app/segmentTrees.ts";
import type { Receipt, Unit } from "../../service/app/storePorts.ts";
import type { ReversalRequest } from "../../service/domain/reversal.ts";
import { admitTestClaimant, type TestClaimant } from "../support/claimant.ts";
import { sampleToday, startPlatform, type Platform } from "../support/platform.ts";

const REFUND: ReversalRequest = { reasonCode: "refund", reason: "取消检查", documentNo: "" };

describe("reverseReceipt", function () {
  this.timeout(60_000);
  let platform: Platform;
  let hospital: Unit;
  let claimant: TestClaimant;
  before(async () => {
    platform = await startPlatform();
    hospital = await platform.unitOf("demo-hospital");
    claimant = await admitTestClaimant(platform);
  });
  after(async () => {
    claimant.stop();
    await platform.stop();
  });

  const rendered = async (busNo: string, kind = "outpatient"): Promise<Receipt> => {
    const receipt = await platform.issue(kind, busNo);
    await platform.renderAll();
    return platform.current(receipt);
  };
  const anchored = async (busNo: string): Promise<Receipt> => {
    const receipt = await rendered(busNo);
    await platform.anchorAll();
    return platform.current(receipt);
  };
  const reverse = (receipt: Receipt, request = REFUND, unit = hospital): Promise<ReversalResult> =>
    reverseReceipt(platform.deps, unit, receipt, request);
  const redOf = (result: ReversalResult): Receipt => {
    if (result.kind !== "issued" && result.kind !== "repeated") throw new Error(JSON.stringify(result));
    return result.receipt;
  };
  const statusOf = (receipt: Receipt): Promise<LeafStatus> =>
    platform.ledger.status(hexOf(entryLeaf({ ...receipt, isVoid: false })));

  it("gives the red-letter receipt a number of its own, negative amounts and links both ways", async () => {
    const blue = await rendered("LINK-1");
    const red = redOf(await reverse(blue));
    expect(red.number).to.equal(blue.number + 1);
    expect(red.busNo).to.equal(`R${blue.data.eInvoiceCode}${blue.data.eInvoiceNumber}`);
    expect(red.data.totalAmount).to.equal(-blue.data.totalAmount);
    expect([red.issuedFen, red.reversedFen]).to.deep.equal([0, blue.issuedFen]);
    expect(red.data.mainExt).to.include({
      relatedInvoiceCode: blue.data.eInvoiceCode,
      relatedInvoiceNumber: blue.data.eInvoiceNumber,
    });
    expect(red.data.remark).to.contain("退费，取消检查");
    const stored = await platform.current(red);
    expect(stored.reverses).to.include({
      code: blue.code,
      number: blue.number,
      reasonCode: "refund",
      reason: "取消检查",
    });
    const { reversedBy } = await platform.current(blue);
    expect(reversedBy).to.include({ code: red.code, number: red.number, reasonCode: "refund" });
  });

  it("refuses a place that is none of the unit's, and keeps the original's though it be closed", async () => {
    const { store } = platform.deps;
    const [blue, other] = [await rendered("PLACE-1"), await rendered("PLACE-2")];
    expect(blue.data.placeCode).not.to.equal("");
    await store.savePlace({ unitId: hospital.unitId, placeCode: "P1", name: "一楼", isOpen: true });
    try {
      const strange = await reverse(blue, { ...REFUND, placeCode: "P9" });
      expect(strange).to.have.nested.property("problems[0].pointer", "/placeCode");
      const rest = { ...sampleToday("outpatient", 0, "PLACE-1-REST"), placeCode: "P9" };
      const { reversal, receipt } = await reverseAndReissue(platform.deps, hospital, blue, REFUND, rest);
      expect(reversal.kind).to.equal("not_alone");
      expect(receipt).to.have.nested.property("problems[0].code", "place_unknown");
      expect(redOf(await reverse(blue)).data.placeCode).to.equal(blue.data.placeCode);
      expect(redOf(await reverse(other, { ...REFUND, placeCode: "P1" })).data.placeCode).to.equal("P1");
    } finally {
      await platform.database.dataSource.query("truncate place");
    }
  });

  it("puts the red-letter receipt and the original's status on chain in one batch", async () => {
    const blue = await anchored("CHAIN-1");
    expect((await statusOf(blue)).reversed).to.equal(false);
    const red = redOf(await reverse(blue));
    await platform.renderAll();
    await platform.anchorAll();
    const { anchoring } = await platform.current(red);
    expect(anchoring?.batchNo).to.be.greaterThan(blue.anchoring!.batchNo);
    expect(await statusOf(blue)).to.include({
      reversed: true,
      reversedByCode: red.code,
      reversedByNumber: red.number,
    });
    const [batch] = await platform.deps.store.anchoredBatches(anchoring!.batchNo - 1, 1);
    expect(batch?.segments.flatMap((segment) => segment.reversals.map(({ by }) => by))).to.deep.equal([red.number]);
  });

  it("lets anyone prove the red-letter receipt, and that the original is reversed", async () => {
    const blue = await rendered("PROVE-1");
    const red = redOf(await reverse(blue));
    await platform.renderAll();
    await platform.anchorAll();
    const { deps, ledger } = platform;
    const trustedContract = { chainId: ledger.chainId, address: ledger.contract };
    const reports = [];
    for (const receipt of [blue, red]) {
      const { pdf } = (await sealReceipt(deps, await platform.current(receipt)))!;
      reports.push(await verifyPdf(pdf, { reader: deps.reader, trustedContract }));
    }
    expect(reports.map(({ verdict, state }) => `${verdict} ${state}`)).to.deep.equal([
      "valid reversed",
      "valid normal",
    ]);
    expect(reports[1]?.isRedLetter).to.equal(true);
  });

  it("reverses once: the same request again gives the same receipt, another one is refused by its name", async () => {
    const blue = await rendered("ONCE-1");
    const results = await Promise.all([1, 2, 3, 4].map(() => reverse(blue)));
    const reds = new Set(results.map((result) => redOf(result).number));
    expect(reds.size).to.equal(1);
    expect(results.filter(({ kind }) => kind === "issued")).to.have.length(1);
    const [number] = reds;
    const again = await reverse(await platform.current(blue));
    expect([again.kind, redOf(again).number]).to.deep.equal(["repeated", number]);
    const other = await reverse(blue, { ...REFUND, busNo: "ONCE-1-OTHER" });
    if (other.kind !== "interlocked") throw new Error(other.kind);
    expect(other.interlock).to.equal("already_reversed");
    expect(other.by).to.include({ code: blue.code, number });
    const changed = await reverse(blue, { ...REFUND, reason: "另一原因" });
    expect(changed.kind).to.equal("conflict");
  });

  it("gives of many different requests at once only one a red-letter receipt, and takes one number", async () => {
    const blue = await rendered("RACE-1");
    const requests = Array.from({ length: 12 }, (_, index) => ({ ...REFUND, busNo: `RACE-1-${index}` }));
    const results = await Promise.all(requests.map((request) => reverse(blue, request)));
    expect(results.filter(({ kind }) => kind === "issued")).to.have.length(1);
    expect(results.filter(({ kind }) => kind === "interlocked")).to.have.length(11);
    const books = await platform.deps.store.books(hospital.unitId);
    const next = books.find(({ bookId }) => bookId === blue.bookId)!.next;
    expect(next).to.equal(blue.number + 2);
  });

  it("refuses a red-letter receipt and a void number", async () => {
    const blue = await rendered("RED-1");
    const red = redOf(await reverse(blue));
    await platform.renderAll();
    expect(await reverse(await platform.current(red))).to.deep.equal({
      kind: "interlocked",
      interlock: "receipt_is_red",
    });
    const voided = await platform.issue("outpatient", "VOID-1");
    await platform.deps.store.markVoid(voided.code, voided.number, "test");
    expect(await reverse(voided)).to.deep.equal({ kind: "interlocked", interlock: "receipt_void" });
    await platform.renderAll();
    await platform.anchorAll();
  });

  it("refuses what is claimed or held on chain until that is released", async () => {
    const blue = await anchored("USE-1");
    await claimant.lock(blue, 1);
    expect(await reverse(blue)).to.deep.equal({ kind: "interlocked", interlock: "receipt_in_use" });
    await claimant.claim(blue, 1);
    expect(await reverse(blue)).to.deep.equal({ kind: "interlocked", interlock: "receipt_in_use" });
    await claimant.release(blue, 1);
    expect((await reverse(blue)).kind).to.equal("issued");
  });

  it("anchors the reversal though a claim slipped in, and refuses every later claim", async () => {
    const blue = await anchored("SLIP-1");
    redOf(await reverse(blue));
    await claimant.claim(blue, 5);
    await platform.renderAll();
    await platform.anchorAll();
    expect(await statusOf(blue)).to.include({ reversed: true, usedFen: 5 });
    const refusal: unknown = await claimant.claim(blue, 1).catch((error: unknown) => error);
    expect(refusal).to.have.property("message", "LedgerReceiptReversed");
  });

  it("does not guess when the chain can't be asked", async () => {
    const blue = await anchored("AWAY-1");
    const noAnswer = new AppError("chain_unreachable", "no answer");
    const away = platform.with({ ledger: { ...platform.deps.ledger, status: () => Promise.reject(noAnswer) } });
    const refusal: unknown = await reverseReceipt(away, hospital, blue, REFUND).catch((error: unknown) => error);
    expect(refusal).to.have.property("code", "chain_unreachable");
    expect((await platform.current(blue)).reversedBy).to.equal(undefined);
  });

  it("frees the original again if its red-letter receipt becomes void", async () => {
    const blue = await rendered("FREE-1");
    const red = redOf(await reverse(blue));
    expect(await platform.deps.store.markVoid(red.code, red.number, "test")).to.equal(true);
    expect((await platform.current(blue)).reversedBy).to.equal(undefined);
    const second = redOf(await reverse(blue, { ...REFUND, busNo: "FREE-1-R2" }));
    await platform.renderAll();
    await platform.anchorAll();
    expect(await statusOf(blue)).to.include({ reversed: true, reversedByNumber: second.number });
  });

  it("asks for the document that a penalty's reversal rests on, and for words with the reason `other`", async () => {
    const police = await platform.unitOf("demo-police");
    const fine = await rendered("FINE-1", "penalty");
    const pointersOf = (result: ReversalResult): unknown =>
      result.kind === "refused" ? result.problems.map(({ pointer }) => pointer) : result.kind;
    const request = { reasonCode: "decision_changed", reason: "", documentNo: "" } as const;
    expect(pointersOf(await reverse(fine, request, police))).to.deep.equal(["/documentNo"]);
    expect(pointersOf(await reverse(fine, { ...request, reasonCode: "other" }, police))).to.deep.equal([
      "/reason",
      "/documentNo",
    ]);
    const red = redOf(await reverse(fine, { ...request, documentNo: "深公交撤字〔2026〕1号" }, police));
    expect(red.data.remark).to.contain("文书编号深公交撤字〔2026〕1号");
  });

  it("reverses and issues the rest together, or neither", async () => {
    const blue = await rendered("PART-1");
    const rest = sampleToday("outpatient", 1, "PART-1-REST");
    const books = (): Promise<unknown> =>
      platform.deps.store.books(hospital.unitId).then((all) => all.map(({ next }) => next));
    const before = await books();
    const refused = await reverseAndReissue(platform.deps, hospital, blue, REFUND, { ...rest, busNo: "" });
    expect([refused.reversal.kind, refused.receipt.kind]).to.deep.equal(["not_alone", "refused"]);
    const taken = await reverseAndReissue(platform.deps, hospital, blue, REFUND, { ...rest, busNo: "PART-1" });
    expect([taken.reversal.kind, taken.receipt.kind]).to.deep.equal(["not_alone", "conflict"]);
    expect(await books()).to.deep.equal(before);
    expect((await platform.current(blue)).reversedBy).to.equal(undefined);
    const done = await reverseAndReissue(platform.deps, hospital, blue, REFUND, rest);
    if (done.receipt.kind !== "issued") throw new Error(done.receipt.kind);
    expect(done.receipt.receipt.number).to.equal(redOf(done.reversal).number + 1);
    const again = await reverseAndReissue(platform.deps, hospital, blue, REFUND, rest);
    expect([again.reversal.kind, again.receipt.kind]).to.deep.equal(["repeated", "repeated"]);
  });

  it("takes the red-letter number of this year's code for a receipt of last year", async () => {
    const lastYear = Date.parse("2025-12-31T15:59:59Z");
    const then = platform.with({ clock: { nowMs: () => lastYear } });
    const grant = { unitId: hospital.unitId, code: 44060125, first: 1, last: 100 };
    const { bookId } = await platform.admin.grantBook(grant);
    const marks = { next: 1, rendered: 1, anchored: 1, lowWater: 1 };
    await platform.deps.store.saveBook({ ...grant, ...marks, bookId, kind: "outpatient" });
    const old = { ...sampleToday("outpatient", 0, "OLD-1") };
    const mainExt = { ...old.mainExt, medicalDate: "20251230" };
    const [issued] = await issueReceipts(then, hospital, [{ ...old, mainExt }]);
    if (issued?.kind !== "issued") throw new Error(JSON.stringify(issued));
    expect(issued.receipt.data.eInvoiceCode).to.equal("44060125");
    await platform.renderAll();
    const red = redOf(await reverse(await platform.current(issued.receipt)));
    expect(red.data.eInvoiceCode).to.equal("44060126");
    expect(red.data.mainExt["relatedInvoiceCode"]).to.equal("44060125");
  });

  it("sends whoever was sent the original the red-letter receipt, and lists it among theirs", async () => {
    const { deps, database } = platform;
    const sent = await platform.issue("outpatient", "TELL-1", { delivery: { email: "payer@example.com" } });
    await platform.renderAll();
    const red = redOf(await reverse(await platform.current(sent)));
    const deliveries = await deps.store.deliveriesOf(red);
    expect(deliveries.map(({ channel, purpose, state }) => [channel, purpose, state])).to.deep.equal([
      ["email", "receipt", "waiting"],
    ]);
    const [{ links }] = await database.dataSource.query(
      "select count(*)::int as links from receipt_link where code = $1 and number = $2",
      [red.code, red.number],
    );
    expect(links).to.equal(1);
    const owing = { email: "payer@example.com", isArrears: true };
    const held = await platform.issue("outpatient", "TELL-2", { delivery: owing });
    await platform.renderAll();
    const quiet = redOf(await reverse(await platform.current(held)));
    expect(await deps.store.deliveriesOf(quiet)).to.deep.equal([]);
    expect((await deps.store.deliveriesOf(held)).map(({ state }) => state)).to.deep.equal(["cancelled"]);
  });

  it("leaves an audit without findings; an altered reversal is found", async () => {
    await platform.renderAll();
    await platform.anchorAll();
    const { deps, database } = platform;
    const audit = (): ReturnType<typeof auditLedger> =>
      auditLedger({ ...deps, examine: examineHere(deps.hash), onProgress: () => undefined });
    const clean = await audit();
    expect(clean.findings).to.deep.equal([]);
    expect(clean.reversedFen).to.be.greaterThan(0);
    const [row] = await database.dataSource.query(
      "select red_code, red_number, number from reversal where not is_void order by red_code, red_number limit 1",
    );
    const change = "update reversal set number = $3 where red_code = $1 and red_number = $2";
    await database.dataSource.query(change, [row.red_code, row.red_number, 999_999]);
    const { findings } = await audit();
    await database.dataSource.query(change, [row.red_code, row.red_number, row.number]);
    expect(findings.map(({ code, details }) => [code, details])).to.deep.equal([
      ["reversal_differs", "the original has no row"],
    ]);
  });
});
