import { expect } from "chai";
import type { Receipt } from "../../../service/app/storePorts.ts";
import { bytesOfHex, utf8 } from "../../../service/core/bytes.ts";
import { AppError } from "../../../service/core/errors.ts";
import { parseProof, proofToJson } from "../../../service/core/proof.ts";
import { verifyDisclosure } from "../../../service/core/verifyDisclosure.ts";
import { issueDateOf } from "../../../service/domain/fiscalTime.ts";
import { verifyUrlOf } from "../../../service/http/units/verifyUrl.ts";
import { otherCode, startCheckFixture, typed, type CheckFixture } from "./checkFixture.ts";

const NO_FINANCE_CHECK = {
  Result: false,
  IsExchangePaper: null,
  RelatedInvoiceCode: "",
  RelatedInvoiceNumber: "",
  IsReversal: null,
  ReversalInvoiceCode: "",
  ReversalInvoiceNumber: "",
  IsAccounted: null,
  AccDate: "",
  AccAmount: "",
};

describe("POST /v1/checks", () => {
  let fixture: CheckFixture;
  let isReaderAway = false;
  before(async function () {
    this.timeout(120_000);
    fixture = await startCheckFixture({
      change: (platform) => {
        const { reader } = platform.deps;
        const away = (): Promise<never> => Promise.reject(new Error("away"));
        return platform.with({
          reader: { ...reader, call: (...args) => (isReaderAway ? away() : reader.call(...args)) },
        });
      },
    });
  });
  after(() => fixture.stop());

  const check = async (body: unknown) => {
    const answer = await fixture.post("/v1/checks", body);
    expect(answer.status, answer.text).to.equal(200);
    return answer.body;
  };
  const qrOf = (receipt: Receipt): string => verifyUrlOf(fixture.deps.settings, receipt);

  it("answers the five elements with DA/T 95's block, a masked face and a proof that holds on chain", async () => {
    const receipt = await fixture.anchored("genuine", {
      payerPartyName: "张小三",
      payerPartyCode: "440301199001011234",
    });
    const body = await check(typed(receipt));
    expect(body["result"]).to.equal("match");
    expect(body["state"]).to.equal("valid");
    expect(body["checkedBefore"]).to.equal(0);
    expect(body["financeCheck"]).to.deep.equal({
      ...NO_FINANCE_CHECK,
      Result: true,
      IsExchangePaper: false,
      IsReversal: false,
      IsAccounted: false,
    });
    expect(body["face"]).to.include({
      eInvoiceCode: receipt.data.eInvoiceCode,
      totalAmount: receipt.data.totalAmount,
      invoicingPartyName: receipt.data.invoicingPartyName,
      payerPartyName: "张**",
      payerPartyCode: "44****34",
      isRedLetter: false,
    });
    expect(body["face"]).to.have.all.keys(
      ...["eInvoiceName", "eInvoiceCode", "eInvoiceNumber", "totalAmount", "totalAmountCapitals", "issueDate"],
      ...["invoicingPartyCode", "invoicingPartyName", "payerPartyType", "payerPartyName", "payerPartyCode"],
      "isRedLetter",
    );
    const proof = parseProof(bytesOfHex(body["proof"] as string));
    expect(body["proofJson"]).to.deep.equal(JSON.parse(JSON.stringify(proofToJson(proof))));
    const report = await verifyDisclosure(utf8(body["disclosure"] as string), {
      reader: fixture.deps.reader,
      trustedContract: { chainId: fixture.deps.ledger.chainId, address: fixture.deps.ledger.contract },
    });
    expect(report.verdict).to.equal("valid");
    expect(report.data).to.include({ randomNumber: receipt.data.randomNumber, issueDate: receipt.data.issueDate });
    expect(report.chain?.blockNumber).to.be.at.least((body["ledger"] as { blockNumber: number }).blockNumber);
  });

  it("lets nothing personal out: neither name, codes, items, remark nor staff", async () => {
    const receipt = await fixture.anchored("private", {
      payerPartyName: "欧阳不公开",
      payerPartyCode: "440301199001015678",
      remark: "秘密备注",
      handlingPerson: "收款人甲",
      checker: "复核人乙",
    });
    const { text } = await fixture.post("/v1/checks", typed(receipt));
    for (const secret of [
      "阳不公开",
      "0119900101",
      "秘密备注",
      "收款人甲",
      "复核人乙",
      receipt.data.items[0]!.itemName,
    ]) {
      expect(text).not.to.include(secret);
    }
    expect(text).to.include("欧**");
  });

  it("counts how often a receipt was checked before, by typing and by scanning", async () => {
    const receipt = await fixture.anchored("counted");
    const counts: unknown[] = [];
    for (const body of [typed(receipt), { qr: qrOf(receipt) }, typed(receipt)]) {
      counts.push((await check(body))["checkedBefore"]);
    }
    expect(counts).to.deep.equal([0, 1, 2]);
  });

  it("gives one answer to whatever differs: a number that does not exist, any element, a QR code with a wrong signature", async () => {
    const receipt = await fixture.anchored("uniform");
    const other = await fixture.anchored("uniform-other");
    const right = typed(receipt);
    const qr = qrOf(receipt);
    const wrongSignature = qr.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
    const shorterDate = String(Number(receipt.data.issueDate) - 1);
    const bodies = [
      { ...right, eInvoiceNumber: "9999999999" },
      { ...right, eInvoiceCode: "11010126" },
      { ...typed(other), randomNumber: otherCode(other) },
      { ...right, totalAmount: receipt.data.totalAmount + 1 },
      { ...typed(other), issueDate: shorterDate },
      { qr: wrongSignature },
      { qr: qr.replace(receipt.data.randomNumber, otherCode(receipt)) },
    ];
    const answers = await Promise.all(bodies.map((body) => check(body)));
    for (const [index, { checkedAt, ...answer }] of answers.entries()) {
      expect(checkedAt, String(index)).to.match(/^\d{4}-\d\d-\d\dT/);
      expect(answer, String(index)).to.deep.equal({ result: "no_match", financeCheck: NO_FINANCE_CHECK });
    }
  });

  it("takes an older QR code without the amount, if its signature is ours", async () => {
    const receipt = await fixture.anchored("older");
    const { qrPlace, qrMac } = fixture.deps.settings;
    const { eInvoiceCode, eInvoiceNumber, randomNumber, issueDate } = receipt.data;
    const text = `t=${qrPlace.template}&a=${qrPlace.appId}&d=${eInvoiceCode}_${eInvoiceNumber}_${randomNumber}_${issueDate}`;
    const signature = Buffer.from(qrMac(text)).toString("hex").slice(0, 16).toUpperCase();
    expect((await check({ qr: `https://any.example/d?${text}&s=${signature}` }))["result"]).to.equal("match");
    const wrong = signature.replace(/^./, (first) => (first === "0" ? "1" : "0"));
    expect((await check({ qr: `https://any.example/d?${text}&s=${wrong}` }))["result"]).to.equal("no_match");
  });

  it("says of a receipt that is issued and not yet anchored just that, without a proof", async () => {
    const receipt = await fixture.platform.issue("outpatient", "fresh");
    const body = await check(typed(receipt));
    expect(body).to.include({ result: "match", state: "not_anchored", proof: null, disclosure: null, ledger: null });
    expect(body["financeCheck"]).to.include({
      Result: true,
      IsReversal: false,
      IsExchangePaper: false,
      IsAccounted: false,
    });
  });

  it("says of a void number that it is none", async () => {
    const receipt = await fixture.platform.issue("outpatient", "void");
    await fixture.platform.database.dataSource.query(
      "update receipt set state = 'void', void_reason = 'test' where code = $1 and number = $2",
      [receipt.code, receipt.number],
    );
    const body = await check(typed(receipt));
    expect(body).to.include({ result: "match", state: "void", proof: null });
    expect(body["financeCheck"]).to.deep.equal(NO_FINANCE_CHECK);
  });

  it("tells what was entered, and how much is left", async () => {
    const receipt = await fixture.anchored("entered");
    await fixture.claim(receipt, 1_000);
    const body = await check(typed(receipt));
    expect(body).to.include({ state: "entered", leftFen: receipt.issuedFen - 1_000 });
    const entered = { Result: true, IsAccounted: true, AccAmount: "10.00" };
    expect(body["financeCheck"], "while it was not followed").to.include({ ...entered, AccDate: "" });
    await fixture.follow();
    const [act] = await fixture.deps.store.claimActs(receipt);
    const AccDate = issueDateOf(act!.timeS * 1000);
    expect((await check(typed(receipt)))["financeCheck"]).to.include({ ...entered, AccDate });
    const { body: list } = await fixture.post("/v1/checks/batch", { checks: [{ qr: qrOf(receipt) }] });
    expect(list).to.have.nested.property("results[0].financeCheck.AccDate", AccDate);
  });

  it("tells that it was changed to paper", async () => {
    const receipt = await fixture.anchored("paper");
    await fixture.changeToPaper(receipt);
    const body = await check(typed(receipt));
    expect(body["state"]).to.equal("exchanged");
    expect(body["financeCheck"]).to.include({ Result: true, IsExchangePaper: true, IsReversal: false });
  });

  it("could not tell while the chain does not answer, and says so instead of false", async () => {
    const receipt = await fixture.anchored("away");
    isReaderAway = true;
    const body = await check(typed(receipt)).finally(() => (isReaderAway = false));
    expect(body["state"]).to.equal("status_unknown");
    expect(body["financeCheck"]).to.include({
      Result: true,
      IsExchangePaper: null,
      IsReversal: null,
      IsAccounted: null,
    });
    expect((body["ledger"] as Record<string, unknown>)["blockNumber"]).to.equal(null);
  });

  it("refuses what is no check, naming each field, without counting it", async () => {
    const { status, body } = await fixture.post("/v1/checks", {
      eInvoiceCode: "1",
      randomNumber: "3f7484",
      totalAmount: 1.5,
    });
    expect(status).to.equal(422);
    expect(body["code"]).to.equal("invalid_fields");
    const pointers = (body["errors"] as { pointer: string }[]).map(({ pointer }) => pointer).sort();
    expect(pointers).to.deep.equal(["/eInvoiceCode", "/eInvoiceNumber", "/issueDate", "/totalAmount"]);
    const foreign = await fixture.post("/v1/checks", { qr: "01,10,044031900111,12345678,236.21,20230306,1,A1B2" });
    expect(foreign.status).to.equal(422);
    expect(foreign.body["errors"]).to.have.nested.property("[0].code", "qr_malformed");
  });

  it("passes on that the database is away", async () => {
    const broken = await startBroken();
    const { status, body } = await broken.post("/v1/checks", { ...exampleBody }).finally(() => broken.stop());
    expect(status).to.equal(503);
    expect(body["code"]).to.equal("database_unreachable");
  });

  it("tells that it was reversed, and by which red-letter receipt", async () => {
    const receipt = await fixture.anchored("reversed");
    const red = await fixture.reverse(receipt);
    const body = await check(typed(receipt));
    expect(body["state"]).to.equal("reversed");
    expect(body["financeCheck"]).to.include({
      Result: true,
      IsReversal: true,
      ReversalInvoiceCode: red.code,
      ReversalInvoiceNumber: red.number,
    });
  });

  const exampleBody = {
    eInvoiceCode: "44060126",
    eInvoiceNumber: "0000000001",
    randomNumber: "3f7484",
    totalAmount: 1,
    issueDate: "20260101",
  };

  async function startBroken(): Promise<CheckFixture> {
    return startCheckFixture({
      change: (platform) => {
        const beginChecks = (): Promise<never> => Promise.reject(new AppError("database_unreachable", "away"));
        return platform.with({ store: { ...platform.deps.store, beginChecks } });
      },
    });
  }
});
