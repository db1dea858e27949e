import { expect } from "chai";
import { reviewWriteOff } from "../../../service/app/reviewWriteOff.ts";
import { searchReceipts } from "../../../service/db/deskSearch.ts";
import { DESK_RECEIPT_STATES } from "../../../service/domain/deskLists.ts";
import type { LifeKit } from "./lifeCases.ts";

const DAY_MS = 86_400_000;

/** Lists and write-offs at the desk; part of desk.test.ts, whose database they share after the cases of reversal and paper. */
export function listCases({ site, as, visitorOf, issueBody, logged, school, foreigner }: LifeKit): void {
  it("narrows the list by what became of a receipt, and by place", async () => {
    const cashier = await as("cashier");
    const { store } = site().deps;
    const { unitId } = school.cashier!;
    for (const busNo of ["L-plain", "L-void", "L-held"]) {
      const body = issueBody(busNo);
      const delivery = busNo === "L-held" ? { delivery: { isArrears: true, arrearsReason: "欠费" } } : {};
      await cashier.post("receipts", { ...body, receipt: { ...(body["receipt"] as object), ...delivery } });
    }
    const gone = (await store.receiptByBusNo(unitId, "L-void"))!;
    await store.markVoid(gone.code, gone.number, "无法制作文件");
    const listed = async (query: string): Promise<readonly string[]> => {
      const { status, json } = await cashier.get(`receipts?${query}`);
      expect(status, query).to.equal(200);
      return (json["receipts"] as { busNo: string }[]).map(({ busNo }) => busNo);
    };
    expect(await listed("state=void")).to.deep.equal(["L-void"]);
    expect(await listed("state=held")).to.deep.equal(["L-held"]);
    expect(await listed("state=waiting"))
      .to.include("L-plain")
      .and.not.to.include("L-void");
    expect(await listed("state=reversed")).to.deep.equal(["RV-1"]);
    expect((await listed("state=red")).every((busNo) => /^R\d{18}$/.test(busNo))).to.equal(true);
    expect(await listed("state=red")).to.have.length(1);
    expect(await listed("state=paper")).to.deep.equal([]);
    expect(await listed("placeCode=KP01&state=void")).to.deep.equal(["L-void"]);
    expect(await listed("placeCode=KP02")).to.deep.equal([]);
    expect(await listed("placeCode=KP01&amountFen=1")).to.deep.equal([]);
    const [shown] = (await cashier.get("receipts?state=void")).json["receipts"] as { voidReason: string }[];
    expect(shown?.voidReason).to.equal("无法制作文件");
    await site().platform.renderAll();
    await site().platform.anchorAll();
    expect(await listed("state=waiting")).to.deep.equal([]);
    expect((await cashier.get("receipts?state=issued")).status).to.equal(422);
    expect((await cashier.get("receipts?cursor=AAAA")).status).to.equal(422);
    const other = await visitorOf(foreigner());
    for (const state of DESK_RECEIPT_STATES) {
      expect((await other.get(`receipts?state=${state}`)).json["receipts"], state).to.deep.equal([]);
    }
    await cashier.get("receipts?all=1&state=void");
    expect(await logged()).to.include("receipts_exported 1 by all,state");
  });

  it("looks through so many at once, says where it stopped, and goes on from there", async () => {
    const { dataSource } = site().platform.database;
    const { unitId } = school.cashier!;
    const all = await site().deps.store.receipts(unitId, {}, undefined, 500);
    const filter = { kind: "none", issuedFromMs: 0, issuedBeforeMs: Date.now() + DAY_MS };
    let [rounds, before]: [number, Parameters<typeof searchReceipts>[1]["before"]] = [0, undefined];
    do {
      const page = await searchReceipts(dataSource, { unitId, filter, before, limit: 5 }, 4);
      expect(page.receipts).to.deep.equal([]);
      expect(page.isCutShort).to.equal(page.next !== undefined);
      before = page.next;
      rounds += 1;
    } while (before !== undefined);
    expect(rounds).to.equal(Math.floor(all.length / 4) + 1);
    const found: string[] = [];
    do {
      const page = await searchReceipts(
        dataSource,
        { unitId, filter: { ...filter, kind: "nontax" }, before, limit: 3 },
        4,
      );
      found.push(...page.receipts.map(({ busNo }) => busNo));
      before = page.next;
    } while (before !== undefined);
    expect(found).to.deep.equal(all.toReversed().map(({ busNo }) => busNo));
  });

  it("lists requests, exchanges and spoilt blanks by state", async () => {
    const cashier = await as("cashier");
    const requests = async (query: string): Promise<readonly string[]> => {
      const { json } = await cashier.get(`requests${query}`);
      const states = (json["requests"] as { state: string }[]).map(({ state }) => state);
      expect(json["nextCursor"]).to.equal(null);
      return [...new Set(states)].sort();
    };
    expect(await requests("")).to.deep.equal(["asked", "done", "refused"]);
    for (const state of ["asked", "done", "refused"]) expect(await requests(`?state=${state}`)).to.deep.equal([state]);
    const [first] = (await cashier.get("requests?state=done")).json["requests"] as Record<string, unknown>[];
    expect(first!["payerPartyName"]).to.be.a("string").and.not.equal("");
    expect(first!["amountFen"]).to.be.greaterThan(0);
    expect((await cashier.get("requests?state=open")).status).to.equal(422);
    expect((await cashier.get("requests?cursor=AAAA")).status).to.equal(422);
    const exchanges = async (query: string): Promise<readonly string[]> => {
      const { json } = await cashier.get(`paper${query}`);
      return (json["exchanges"] as { paperNumber: string; state: string }[]).map(
        ({ paperNumber, state }) => `${paperNumber} ${state}`,
      );
    };
    expect(await exchanges("")).to.deep.equal(["00000004 returned", "00000001 replaced"]);
    expect(await exchanges("?state=over")).to.have.length(2);
    expect(await exchanges("?state=standing")).to.deep.equal([]);
    const { json } = await cashier.get("paper-books/spoilt");
    const blanks = json["blanks"] as { paperNumber: string; reason: string }[];
    expect(blanks.map(({ paperNumber, reason }) => [paperNumber, reason])).to.deep.equal([
      ["00000003", "卡纸"],
      ["00000002", "卡纸"],
    ]);
    const other = await visitorOf(foreigner());
    expect((await other.get("paper")).json["exchanges"]).to.deep.equal([]);
    expect((await other.get("paper-books/spoilt")).json["blanks"]).to.deep.equal([]);
  });

  it("gives a receipt's files, tells how it was sent, corrects a contact and ends its links, and logs each", async () => {
    const cashier = await as("cashier");
    const receipt = (await site().deps.store.receiptByBusNo(school.cashier!.unitId, "L-plain"))!;
    const { eInvoiceCode, eInvoiceNumber } = receipt.data;
    const one = `receipts/${eInvoiceCode}/${eInvoiceNumber}`;
    for (const [file, type] of [
      ["xml", "application/xml"],
      ["proof", "application/octet-stream"],
    ] as const) {
      const { status, headers } = await cashier.get(`${one}/${file}`);
      expect([status, headers.get("content-type")?.split(";")[0]]).to.deep.equal([200, type]);
      expect(headers.get("content-disposition")).to.include(eInvoiceNumber);
    }
    const wrong = await cashier.post(`${one}/contact`, { phone: "13912345678", reason: "" });
    expect((wrong.json["errors"] as { pointer: string }[])[0]?.pointer).to.equal("/reason");
    const fixed = await cashier.post(`${one}/contact`, { phone: "13912345678", reason: "窗口登记有误" });
    expect(fixed.status, JSON.stringify(fixed.json)).to.equal(200);
    const { deliveries, contactChanges } = (await cashier.get(`${one}/deliveries`)).json as Record<string, object[]>;
    expect(deliveries![0]).to.include({ channel: "sms", state: "waiting" });
    expect(contactChanges![0]).to.include({ kind: "corrected", reason: "窗口登记有误" });
    expect((await cashier.post(`${one}/revoke-links`, {})).json["revoked"]).to.be.a("number");
    expect((await (await as("accountant")).post(`${one}/contact`, {})).status).to.equal(403);
    expect((await (await visitorOf(foreigner())).get(`${one}/xml`)).status).to.equal(404);
    const place = `${eInvoiceCode} ${eInvoiceNumber}`;
    expect(await logged())
      .to.include(`contact_corrected ${place}`)
      .and.include(`links_revoked ${place}`)
      .and.include(`receipt_downloaded ${place}`);
  });

  it("files a write-off for all numbers on chain, once, and says what was put right", async () => {
    const cutoff = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
    const early = await (await as("accountant")).post("write-offs", { cutoff });
    expect((early.json["errors"] as { pointer: string }[])[0]?.pointer).to.equal("/cutoff");
    site().clock.shiftMs = DAY_MS;
    const accountant = await as("accountant");
    expect((await (await as("cashier")).post("write-offs", { cutoff })).status).to.equal(403);
    const filed = await accountant.post("write-offs", { cutoff });
    expect(filed.status, JSON.stringify(filed.json)).to.equal(201);
    expect(filed.json).to.include({ cutoff, state: "filed", result: null, voidCount: 1 });
    expect((await accountant.post("write-offs", { cutoff })).status).to.equal(200);
    const writeOffId = String(filed.json["writeOffId"]);
    const path = `write-offs/${writeOffId}`;
    expect((await (await visitorOf(foreigner())).get(path)).json["code"]).to.equal("write_off_not_found");
    const rectify = { text: "已补说明" };
    expect((await accountant.post(`${path}/rectification`, rectify)).json["code"]).to.equal("write_off_state");
    await reviewWriteOff(site().deps, writeOffId, { result: 3, opinion: "作废原因不明", reviewer: "王审验" });
    const forged = await accountant.post(`${path}/rectification`, { ...rectify, by: "别人" });
    expect(forged.status).to.equal(422);
    const { events } = (await accountant.post(`${path}/rectification`, rectify)).json as { events: { by: string }[] };
    expect(events.at(-1)).to.include({ kind: "rectified", by: school.accountant!.displayName, text: "已补说明" });
    const { writeOffs } = (await accountant.get("write-offs")).json as { writeOffs: { writeOffId: string }[] };
    expect(writeOffs.map((each) => each.writeOffId)).to.deep.equal([writeOffId]);
    expect(await logged())
      .to.include(`write_off_filed through ${cutoff}`)
      .and.include(`write_off_rectified ${writeOffId}`);
  });
}
