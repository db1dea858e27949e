import { expect } from "chai";
import { grantPaperBook } from "../../../service/app/grantPaperBook.ts";
import type { Receipt } from "../../../service/app/storePorts.ts";
import { codeTextOf } from "../../../service/domain/code.ts";
import { numberText } from "../../../service/domain/number.ts";
import { admitTestClaimant } from "../../support/claimant.ts";
import { sampleToday } from "../../support/platform.ts";
import { startFetchSite, type FetchSite } from "../citizens/fetchSite.ts";

/** What these answers have, as far as the tests look. */
type Body = Readonly<Record<string, unknown>> & {
  readonly errors: readonly { readonly pointer: string; readonly message: string }[];
  readonly exchanges: readonly { readonly state: string }[];
  readonly books: readonly { readonly given: number; readonly spoilt: number; readonly left: number }[];
};
type Answer = { readonly status: number; readonly body: Body };

describe("reversal and exchange by the API", function () {
  this.timeout(60_000);
  let site: FetchSite;
  before(async () => {
    site = await startFetchSite();
    const { unitId } = await site.platform.unitOf("demo-hospital");
    const grant = { unitId, paperCode: "44060126", first: "00000001", last: "00000009", placeCode: "" };
    await grantPaperBook(site.deps, grant);
  });
  after(() => site.stop());

  const pathOf = ({ code, number }: Receipt): string => `/v1/receipts/${codeTextOf(code)}/${numberText(number)}`;
  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await site.hospital.call(method, path, body, { "Accept-Language": "en" });
    return { status: response.status, body: (await response.json()) as Body };
  };

  it("reverses, says so on both receipts and on the holder's page, and repeats the answer", async () => {
    const blue = await site.issue({ delivery: { email: "payer@example.com" } });
    const first = await call("POST", `${pathOf(blue)}/reversal`, { reasonCode: "refund" });
    expect(first.status).to.equal(201);
    expect(first.body["reverses"]).to.include({ eInvoiceNumber: numberText(blue.number), reasonCode: "refund" });
    expect(first.body["totalAmount"]).to.equal(-blue.data.totalAmount);
    const again = await call("POST", `${pathOf(blue)}/reversal`, { reasonCode: "refund" });
    expect([again.status, again.body["eInvoiceNumber"]]).to.deep.equal([200, first.body["eInvoiceNumber"]]);
    const read = await call("GET", pathOf(blue));
    expect(read.body["reversedBy"]).to.include({ eInvoiceNumber: first.body["eInvoiceNumber"] });
    const other = await call("POST", `${pathOf(blue)}/reversal`, { reasonCode: "refund", busNo: "OTHER" });
    expect([other.status, other.body["code"]]).to.deep.equal([409, "already_reversed"]);
    expect(other.body["reversedBy"]).to.have.property("eInvoiceNumber", first.body["eInvoiceNumber"]);
    await site.platform.renderAll();
    await site.platform.anchorAll();
    await site.deliver();
    const mail = site.mail.received.map((each) => JSON.stringify(each)).join("\n");
    expect(mail).to.contain("冲红");
    const token = /\/r\/([0-9a-f]{32})/.exec(mail)?.[1] ?? "";
    const page = await (await fetch(`${site.url}/r/${token}`)).text();
    expect(page).to.match(/已冲红|红字票据/);
  });

  it("names wrong fields of a reversal, in both languages", async () => {
    const blue = await site.issue({});
    const wrong = await call("POST", `${pathOf(blue)}/reversal`, { reasonCode: "nothing", colour: 1 });
    expect(wrong.status).to.equal(422);
    expect(wrong.body.errors.map((error) => error.pointer)).to.have.members(["/reasonCode", "/colour"]);
    const silent = await call("POST", `${pathOf(blue)}/reversal`, { reasonCode: "other" });
    expect([silent.status, silent.body["code"]]).to.deep.equal([422, "refused_by_rule"]);
    expect(silent.body.errors[0]).to.include({
      pointer: "/reason",
      message: "the reason code is other: say in words why",
    });
    expect(
      (await call("POST", `${pathOf({ ...blue, number: 999_999 })}/reversal`, { reasonCode: "refund" })).status,
    ).to.equal(404);
  });

  it("reverses and issues the rest in one call, or names what is wrong with the rest and does neither", async () => {
    const blue = await site.issue({});
    const rest = sampleToday("outpatient", 1, "REST-1");
    const bad = await call("POST", `${pathOf(blue)}/reissue`, {
      reversal: { reasonCode: "refund" },
      receipt: { ...rest, payerPartyName: "" },
    });
    expect(bad.status).to.equal(422);
    expect(bad.body.errors.map((error) => error.pointer)).to.include("/receipt/payerPartyName");
    expect((await call("GET", pathOf(blue))).body).not.to.have.property("reversedBy");
    const kind = await call("POST", `${pathOf(blue)}/reissue`, {
      reversal: { reasonCode: "refund" },
      receipt: { ...rest, kind: "inpatient" },
    });
    expect(kind.body.errors[0]).to.have.property("pointer", "/receipt/kind");
    const done = await call("POST", `${pathOf(blue)}/reissue`, { reversal: { reasonCode: "refund" }, receipt: rest });
    expect(done.status).to.equal(201);
    expect(done.body["reversal"]).to.have.property("totalAmount", -blue.data.totalAmount);
    expect(done.body["receipt"]).to.have.property("busNo", "REST-1");
  });

  it("exchanges to paper, takes it back, and reverses then", async () => {
    const blue = await site.issue({});
    const given = await call("POST", `${pathOf(blue)}/paper`, { operator: "李四", paperNumber: "00000001" });
    expect([given.status, given.body["state"], given.body["paperNumber"]]).to.deep.equal([201, "given", "00000001"]);
    expect((await call("POST", `${pathOf(blue)}/paper`, {})).status).to.equal(200);
    const refused = await call("POST", `${pathOf(blue)}/reversal`, { reasonCode: "refund" });
    expect([refused.status, refused.body["code"]]).to.deep.equal([409, "receipt_on_paper"]);
    const replaced = await call("POST", `${pathOf(blue)}/paper/replacement`, { reason: "打印损坏" });
    expect([replaced.status, replaced.body["paperNumber"]]).to.deep.equal([201, "00000002"]);
    const back = await call("POST", `${pathOf(blue)}/paper/return`, { reason: "退回" });
    expect([back.status, back.body["state"]]).to.deep.equal([200, "returned"]);
    const { exchanges } = (await call("GET", `${pathOf(blue)}/paper`)).body;
    expect(exchanges.map(({ state }) => state)).to.deep.equal(["replaced", "returned"]);
    expect((await call("POST", `${pathOf(blue)}/reversal`, { reasonCode: "refund" })).status).to.equal(201);
    expect((await call("POST", `${pathOf(blue)}/paper/return`, { reason: "x" })).body["code"]).to.equal("not_on_paper");
  });

  it("tells a checker of the paper and of the reversal before the chain knows, and refuses claims after", async () => {
    const claimant = await admitTestClaimant(site.platform);
    const blue = await site.issue({});
    await claimant.claim(blue, 1);
    const used = await call("POST", `${pathOf(blue)}/paper`, {});
    expect([used.status, used.body["code"]]).to.deep.equal([409, "receipt_in_use"]);
    await claimant.release(blue, 1);
    claimant.stop();
    expect((await call("POST", `${pathOf(blue)}/reversal`, { reasonCode: "refund" })).status).to.equal(201);
    const { data } = blue;
    const response = await fetch(`${site.url}/v1/checks`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        ...{ eInvoiceCode: data.eInvoiceCode, eInvoiceNumber: data.eInvoiceNumber, randomNumber: data.randomNumber },
        ...{ totalAmount: data.totalAmount, issueDate: data.issueDate },
      }),
    });
    const answer = (await response.json()) as Record<string, unknown>;
    expect(answer, JSON.stringify(answer)).to.have.property("state", "reversed");
    expect(answer["financeCheck"]).to.have.property("IsReversal", true);
  });

  it("counts paper, and marks blanks as spoilt", async () => {
    const spoilt = await call("POST", "/v1/paper-books/spoil", {
      ...{ paperCode: "44060126", first: "00000008", last: "00000009", reason: "卡纸" },
    });
    expect(spoilt.body).to.deep.equal({ spoilt: 2 });
    const again = await call("POST", "/v1/paper-books/spoil", {
      ...{ paperCode: "44060126", first: "00000009", last: "00000010", reason: "卡纸" },
    });
    expect([again.status, again.body["code"]]).to.deep.equal([409, "not_blank"]);
    const backwards = await call("POST", "/v1/paper-books/spoil", {
      ...{ paperCode: "44060126", first: "00000005", last: "00000004", reason: "卡纸" },
    });
    expect([backwards.status, backwards.body.errors[0]?.pointer]).to.deep.equal([422, "/last"]);
    const { books } = (await call("GET", "/v1/paper-books")).body;
    expect(books[0]).to.include({ first: "00000001", last: "00000009", spoilt: 2 });
    const counts = books.map((book) => book.given + book.spoilt + book.left);
    expect(counts).to.deep.equal([9]);
  });
});
