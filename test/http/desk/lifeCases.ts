import { expect } from "chai";
import type { DeskAccount } from "../../../service/app/deskPorts.ts";
import type { DeskRole } from "../../../service/domain/deskRoles.ts";
import type { DeskSite, DeskVisitor } from "./deskSite.ts";

/** What the cases are given by the file that starts the desk. */
export type LifeKit = {
  readonly site: () => DeskSite;
  readonly as: (role: DeskRole) => Promise<DeskVisitor>;
  readonly visitorOf: (account: DeskAccount) => Promise<DeskVisitor>;
  readonly issueBody: (busNo: string) => Record<string, unknown>;
  readonly logged: () => Promise<readonly string[]>;
  readonly school: Partial<Record<DeskRole, DeskAccount>>;
  readonly foreigner: () => DeskAccount;
};

/** Reversal and paper at the desk; part of desk.test.ts, whose database they share. */
export function lifeCases({ site, as, visitorOf, issueBody, logged, school, foreigner }: LifeKit): void {
  it("reverses when a reviewer agrees who neither asked nor issued, once, in both names", async () => {
    const cashier = await as("cashier");
    const { json: issued } = await cashier.post("receipts", issueBody("RV-1"));
    await site().platform.renderAll();
    const path = `receipts/${String(issued["code"])}/${String(issued["number"])}/reversal-request`;
    const wish = { reversal: { reasonCode: "refund", reason: "", documentNo: "" } };
    const other = await cashier.post(path, { reversal: { ...wish.reversal, reasonCode: "other" } });
    expect((other.json["errors"] as { pointer: string }[])[0]?.pointer).to.equal("/reversal/reason");
    const asked = await cashier.post(path, wish);
    expect(asked.status).to.equal(201);
    expect((await cashier.post(path, wish)).json["code"]).to.equal("desk_request_open");
    const decide = `requests/${String(asked.json["requestId"])}`;
    expect((await (await visitorOf(foreigner())).post(decide, { isAgreed: true })).status).to.equal(404);
    // A cashier who was made a reviewer since is still who issued it.
    await site().deps.store.changeDeskAccount(school.cashier!.accountId, { role: "reviewer" });
    const turned = await (await as("cashier")).post(decide, { isAgreed: true });
    await site().deps.store.changeDeskAccount(school.cashier!.accountId, { role: "cashier" });
    expect(turned.json["code"]).to.equal("desk_not_allowed");
    const reviewer = await as("reviewer");
    const done = await reviewer.post(decide, { isAgreed: true });
    expect(done.status, JSON.stringify(done.json)).to.equal(200);
    expect(done.json["red"]).to.include({ isRed: true, amountFen: -Number(issued["amountFen"]) });
    expect(done.json["red"]).to.include({
      handlingPerson: school.cashier!.displayName,
      checker: school.reviewer!.displayName,
    });
    expect((await reviewer.post(decide, { isAgreed: true })).status).to.equal(404);
    expect((await cashier.post(path, wish)).json["code"]).to.equal("already_reversed");
    expect(await logged()).to.include(`reversal_approved ${String(issued["code"])} ${String(issued["number"])}`);
  });

  it("leaves a receipt as it is if the reviewer does not agree, and lets it be asked for again", async () => {
    const cashier = await as("cashier");
    const { json: issued } = await cashier.post("receipts", issueBody("RV-2"));
    await site().platform.renderAll();
    const path = `receipts/${String(issued["code"])}/${String(issued["number"])}`;
    const wish = { reversal: { reasonCode: "refund", reason: "", documentNo: "" } };
    const { json } = await cashier.post(`${path}/reversal-request`, wish);
    const head = await as("head");
    expect(
      (await head.post(`requests/${String(json["requestId"])}`, { isAgreed: false, note: "再核对" })).status,
    ).to.equal(200);
    expect((await cashier.get(path)).json["reversedBy"]).to.equal(undefined);
    const [first] = (await cashier.get("requests")).json["requests"] as { state: string; note: string }[];
    expect(first).to.include({ state: "refused", note: "再核对" });
    expect((await cashier.post(`${path}/reversal-request`, wish)).status).to.equal(201);
  });

  it("releases a receipt in arrears, only one that is held, and logs it", async () => {
    const cashier = await as("cashier");
    const body = issueBody("AR-1");
    const receipt = { ...(body["receipt"] as object), delivery: { isArrears: true, arrearsReason: "欠费" } };
    const { json: issued } = await cashier.post("receipts", { ...body, receipt });
    const path = `receipts/${String(issued["code"])}/${String(issued["number"])}`;
    expect((await cashier.get(path)).json["isHeld"]).to.equal(true);
    expect((await (await as("accountant")).post(`${path}/release`, {})).status).to.equal(403);
    expect((await cashier.post(`${path}/release`, {})).status).to.equal(200);
    expect((await cashier.get(path)).json["isHeld"]).to.equal(false);
    expect((await cashier.post(`${path}/release`, {})).status).to.equal(200);
    const { json: other } = await cashier.post("receipts", issueBody("AR-2"));
    const free = `receipts/${String(other["code"])}/${String(other["number"])}/release`;
    expect((await cashier.post(free, {})).json["code"]).to.equal("not_in_arrears");
    expect(await logged()).to.include(`arrears_released ${String(issued["code"])} ${String(issued["number"])}`);
  });

  it("gives paper for a receipt, which then is not reversed until the paper is back", async () => {
    const cashier = await as("cashier");
    const { unitId } = school.cashier!;
    const book = {
      unitId,
      paperCode: "44010126",
      placeCode: "",
      first: 1,
      last: 9,
      next: 1,
      digits: 8,
      grantedAtMs: 0,
    };
    expect(await site().deps.store.savePaperBook(book)).to.equal(true);
    const { json: issued } = await cashier.post("receipts", issueBody("PA-1"));
    await site().platform.renderAll();
    await site().platform.anchorAll();
    const path = `receipts/${String(issued["code"])}/${String(issued["number"])}`;
    expect((await cashier.post(`${path}/paper`, { paperNumber: "00000007" })).json["code"]).to.equal("paper_differs");
    expect((await cashier.post(`${path}/paper`, { paperNumber: "00000001" })).status).to.equal(201);
    expect((await cashier.get(path)).json["paper"]).to.deep.equal({
      code: "44010126",
      number: "00000001",
      state: "given",
    });
    const spoil = { paperCode: "44010126", reason: "卡纸" };
    const torn = await cashier.post("paper-books/spoil", { ...spoil, first: "1", last: "2" });
    expect(torn.json["code"]).to.equal("not_blank");
    expect((await cashier.post("paper-books/spoil", { ...spoil, first: "2", last: "3" })).json["spoilt"]).to.equal(2);
    const second = await cashier.post(`${path}/paper/replacement`, { reason: "打印损坏", paperNumber: "00000004" });
    expect([second.status, second.json["paperNumber"], second.json["operator"]]).to.deep.equal([
      ...[201, "00000004"],
      school.cashier!.displayName,
    ]);
    const reviewer = await as("reviewer");
    expect((await reviewer.get("paper-books")).json["books"]).to.deep.equal([
      {
        ...{ paperCode: "44010126", placeCode: "", first: "00000001", last: "00000009" },
        ...{ given: 2, spoilt: 2, left: 5 },
      },
    ]);
    expect((await reviewer.post("paper-books/spoil", { ...spoil, first: "5", last: "5" })).status).to.equal(403);
    const wish = { reversal: { reasonCode: "refund", reason: "", documentNo: "" } };
    expect((await cashier.post(`${path}/reversal-request`, wish)).json["code"]).to.equal("receipt_on_paper");
    expect((await cashier.post(`${path}/paper/return`, { reason: "退费" })).status).to.equal(200);
    expect((await cashier.post(`${path}/reversal-request`, wish)).status).to.equal(201);
    const place = `${String(issued["code"])} ${String(issued["number"])}`;
    expect(await logged())
      .to.include(`exchanged ${place} given`)
      .and.include("blanks_spoilt 44010126 2-3")
      .and.include(`paper_replaced ${place} 44010126 00000004`);
  });
}
