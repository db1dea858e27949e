import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { createApp } from "../../../service/http/app.ts";
import { listen, type HttpServer } from "../../../service/http/server.ts";
import { reviewWriteOff } from "../../../service/app/reviewWriteOff.ts";
import { reverseReceipt } from "../../../service/app/reverseReceipt.ts";
import type { Receipt, Unit } from "../../../service/app/storePorts.ts";
import { createClient, type Client, type DemoKey } from "../../../scripts/client.ts";
import { dateOf, dayOf, issueDateOf } from "../../../service/domain/fiscalTime.ts";
import { issueAt, threeDays } from "../../support/days.ts";
import { startPlatform, type Platform } from "../../support/platform.ts";

const [FIRST, SECOND, THIRD] = threeDays();
/** An answer as it comes: of no type that the service promises. */
type Body = Awaited<ReturnType<typeof JSON.parse>>;
const dashed = (ms: number): string => issueDateOf(ms).replace(/(\d{4})(\d{2})(\d{2})/, "$1-$2-$3");

describe("write-offs", function () {
  this.timeout(60_000);
  let platform: Platform;
  let server: HttpServer;
  let school: Client;
  let unit: Unit;
  let first: readonly Receipt[];
  const clock = { nowMs: SECOND };
  before(async () => {
    platform = await startPlatform();
    const deps = platform.with({ clock: { nowMs: () => clock.nowMs } });
    const openSecret = (sealed: Uint8Array): Uint8Array => platform.keystore.openSecret(sealed);
    // Requests are signed by today's clock, whatever day the program takes it for.
    const app = createApp({ deps, openSecret, probes: [], version: "0.1.0-test", signatureWindowS: 7 * 86_400 });
    server = await listen(app, "127.0.0.1", 0);
    const file = path.join(path.dirname(platform.documentsDir), "demo", "demo-school.json");
    const key = JSON.parse(fs.readFileSync(file, "utf8")) as DemoKey;
    school = createClient(key, `http://127.0.0.1:${server.port}`);
    unit = await platform.unitOf("demo-school");
    first = await issueAt(platform, unit, FIRST, { kind: "nontax", count: 4, prefix: randomBytes(4).toString("hex") });
    await platform.deps.store.markVoid(first[1]!.code, first[1]!.number, "it cannot be drawn");
    await platform.renderAll();
    const red = await reverseReceipt(
      platform.with({ clock: { nowMs: () => FIRST } }),
      unit,
      await platform.current(first[2]!),
      { reasonCode: "refund", reason: "", documentNo: "" },
    );
    expect(red.kind).to.equal("issued");
  });
  after(async () => {
    await server.close();
    await platform.stop();
  });

  const file = (cutoff: string): Promise<Response> => school.call("POST", "/v1/write-offs", { cutoff });
  const bodyOf = async (response: Response): Promise<Body> => (await response.json()) as never;
  const codeOf = async (response: Response): Promise<string> => (await bodyOf(response))["code"];

  it("refuses a day that is not over, and numbers that are not on chain", async () => {
    const today = await file(dashed(SECOND));
    expect(today.status).to.equal(422);
    expect((await bodyOf(today))["errors"][0]).to.include({ pointer: "/cutoff", code: "not_over" });
    expect(await codeOf(await file(dashed(FIRST)))).to.equal("not_anchored");
    expect(await codeOf(await file("2026-02-30"))).to.equal("invalid_fields");
  });

  it("accounts for blue, red and void numbers, the income by item, and the stock", async () => {
    await platform.renderAll();
    await platform.anchorAll();
    const answer = await file(dashed(FIRST));
    expect(answer.status).to.equal(201);
    const report = await bodyOf(answer);
    const blueFen = first.filter((_, index) => index !== 1).reduce((sum, { issuedFen }) => sum + issuedFen, 0);
    const redFen = first[2]!.issuedFen;
    expect(report).to.include({
      ...{ state: "filed", result: null, receiptCount: 4, voidCount: 1, totalAmount: blueFen, redAmount: redFen },
    });
    expect(report["lines"]).to.have.length(1);
    expect(report["lines"][0]).to.include({
      ...{ eInvoiceCode: first[0]!.data.eInvoiceCode, eInvoiceName: first[0]!.data.eInvoiceName },
      ...{ first: "0000000001", last: "0000000005", count: 5, blueCount: 3, redCount: 1, voidCount: 1 },
      ...{ openingCount: 0, grantedCount: 1_000_000, returnedCount: 0, closingCount: 999_995 },
    });
    expect(report["voids"]).to.deep.equal([
      { eInvoiceCode: first[1]!.data.eInvoiceCode, eInvoiceNumber: "0000000002", reason: "it cannot be drawn" },
    ]);
    const items: readonly { amount: number; redAmount: number }[] = report["items"];
    expect(items.reduce((sum, { amount }) => sum + amount, 0)).to.equal(blueFen);
    expect(items.reduce((sum, { redAmount }) => sum + redAmount, 0)).to.equal(redFen);

    const again = await file(dashed(FIRST));
    expect(again.status).to.equal(200);
    expect(await bodyOf(again)).to.deep.equal(report);
  });

  it("continues where the last one ended, and files no day twice", async () => {
    await issueAt(platform, unit, SECOND, { kind: "nontax", count: 2, prefix: "second" });
    await platform.renderAll();
    await platform.anchorAll();
    clock.nowMs = THIRD;
    const before = dateOf(dayOf(issueDateOf(FIRST))! - 1);
    expect(await codeOf(await file(before.replace(/(\d{4})(\d{2})(\d{2})/, "$1-$2-$3")))).to.equal("period_filed");
    const answers = await Promise.all([1, 2, 3].map(() => file(dashed(SECOND))));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 200, 201]);
    const report = await bodyOf(answers[0]!);
    expect(report["lines"][0]).to.include({
      ...{ first: "0000000006", last: "0000000007", count: 2, openingCount: 999_995, grantedCount: 0 },
      ...{ closingCount: 999_993 },
    });
    clock.nowMs = THIRD + 86_400_000;
    expect(await codeOf(await file(dashed(THIRD)))).to.equal("nothing_to_write_off");
  });

  it("refuses to file what does not add up", async () => {
    const [lost] = await issueAt(platform, unit, THIRD, { kind: "nontax", count: 3, prefix: "third" });
    await platform.renderAll();
    await platform.anchorAll();
    const { dataSource } = platform.database;
    const place = [lost!.code, lost!.number];
    const [{ kept }] = await dataSource.query(
      `with gone as (delete from receipt where code = $1 and number = $2 returning *) select to_jsonb(gone) as kept from gone`,
      place,
    );
    const refused = await bodyOf(await file(dashed(THIRD)));
    expect(refused["code"]).to.equal("write_off_differs");
    expect(refused["detail"]).to.contain(`号段 (book) ${lost!.bookId}`);
    await dataSource.query("insert into receipt select * from jsonb_populate_record(null::receipt, $1)", [kept]);
    expect((await file(dashed(THIRD))).status).to.equal(201);
  });

  it("is reviewed; what is found faulty is rectified by the unit and looked at again", async () => {
    const list = await bodyOf(await school.call("GET", "/v1/write-offs?limit=2"));
    expect(list["writeOffs"].map(({ cutoff }: { cutoff: string }) => cutoff)).to.deep.equal([
      dashed(THIRD),
      dashed(SECOND),
    ]);
    const rest = await bodyOf(await school.call("GET", `/v1/write-offs?cursor=${list["nextCursor"]}`));
    expect(rest).to.deep.include({ nextCursor: null });
    const { writeOffId, self } = rest["writeOffs"][0];
    const rectify = (): Promise<Response> =>
      school.call("POST", `${self}/rectification`, { text: "已补充说明", by: "李会计" });
    const review = async (result: 1 | 2 | 3 | 4, opinion = ""): Promise<string> =>
      (await reviewWriteOff(platform.deps, writeOffId, { result, opinion, reviewer: "王审验" })).kind;

    expect(await codeOf(await rectify())).to.equal("write_off_state");
    expect(await review(4, "未整改"), "nothing was rectified").to.equal("refused");
    expect(await review(3), "without an opinion").to.equal("refused");
    expect(await review(3, "作废原因不明")).to.equal("moved");
    expect(await review(1)).to.equal("refused");
    expect((await rectify()).status).to.equal(200);
    expect(await codeOf(await rectify())).to.equal("write_off_state");
    expect(await review(2)).to.equal("refused");
    expect(await review(3, "仍不明")).to.equal("moved");
    expect((await rectify()).status).to.equal(200);
    expect(await review(4)).to.equal("moved");
    const done = await bodyOf(await school.call("GET", self));
    expect(done).to.include({ state: "reviewed", result: 4 });
    expect(
      done["events"].map(({ kind, result }: { kind: string; result: number | null }) => `${kind} ${result}`),
    ).to.deep.equal([...["filed null", "reviewed 3", "rectified null", "reviewed 3", "rectified null", "reviewed 4"]]);
  });

  it("gives its tables as CSV, and to its own unit alone", async () => {
    const { writeOffs } = await bodyOf(await school.call("GET", "/v1/write-offs"));
    const { self } = writeOffs.at(-1);
    const lines = await school.call("GET", `${self}/csv`);
    expect(lines.headers.get("content-type")).to.equal("text/csv; charset=utf-8");
    expect(
      Buffer.from(await lines.clone().arrayBuffer())
        .subarray(0, 3)
        .toString("hex"),
    ).to.equal("efbbbf");
    const rows = (await lines.text()).trimEnd().split("\r\n");
    expect(rows[1]).to.match(/^\d+,44010126,[^,]+,0000000001,0000000005,5,3,[\d.]+,1,[\d.]+,1,0,1000000,0,999995$/);
    const voids = await (await school.call("GET", `${self}/csv?part=voids`)).text();
    expect(voids).to.contain("44010126,0000000002,it cannot be drawn");
    expect((await school.call("GET", `${self}/csv?part=all`)).status).to.equal(422);

    const file = path.join(path.dirname(platform.documentsDir), "demo", "demo-hospital.json");
    const other = createClient(JSON.parse(fs.readFileSync(file, "utf8")) as DemoKey, `http://127.0.0.1:${server.port}`);
    expect((await other.call("GET", self)).status).to.equal(404);
  });
});
