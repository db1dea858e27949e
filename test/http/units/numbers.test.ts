import { randomBytes } from "node:crypto";
import { expect } from "chai";
import { settleNumbers } from "../../../service/app/grantNumbers.ts";
import { reviewApplication, reviewReturn } from "../../../service/app/reviewNumbers.ts";
import type { Store } from "../../../service/app/storePorts.ts";
import type { NewForOld } from "../../../service/domain/newForOld.ts";
import { goodStanding } from "../../../service/domain/numberRules.ts";
import { createStore } from "../../../service/db/store.ts";
import { createApp } from "../../../service/http/app.ts";
import { listen, type HttpServer } from "../../../service/http/server.ts";
import { createClient, createSigner, type Client } from "../../../scripts/client.ts";
import { startTestDatabase, type TestDatabase } from "../../support/database.ts";
import { testBook, testUnit } from "../../support/fixtures.ts";
import { fakeChain, numberDeps, review } from "../../support/numbers.ts";
import { expectProblem, goodInput, NOW_MS, startHarness, type Harness } from "../harness.ts";

/** The unit's requests over real rows; what the bureau does stands beside it. */
describe("the API of numbers", () => {
  let harness: Harness;
  let database: TestDatabase;
  let store: Store;
  let server: HttpServer;
  let hospital: Client;
  let clinic: Client;
  let asked: (path: string, fields?: Record<string, string>) => Promise<Response>;
  const chain = fakeChain();
  const clock = { nowMs: NOW_MS };
  const rule: { -readonly [Key in keyof NewForOld]: NewForOld[Key] } = { onBreach: "off", every: "month", graceMs: 0 };
  before(async () => {
    harness = await startHarness();
    database = await startTestDatabase();
    store = createStore(database.dataSource, () => undefined);
    const settings = { ...harness.deps.settings, newForOld: rule };
    const deps = { ...harness.deps, clock: { nowMs: () => clock.nowMs }, store, settings };
    const secrets = [1, 2].map(() => randomBytes(32));
    const clients: Client[] = [];
    const app = createApp({ deps, openSecret: (sealed) => sealed, probes: [], version: "test" });
    server = await listen(app, "127.0.0.1", 0);
    const url = `http://127.0.0.1:${server.port}`;
    for (const [index, key] of secrets.entries()) {
      const unitId = index + 1;
      await store.saveUnit(testUnit(unitId));
      await store.saveAppKey({ appId: `app-${unitId}`, unitId, algorithm: "hmac-sha256", key });
      const credential = { appId: `app-${unitId}`, algorithm: "hmac-sha256", secretHex: key.toString("hex") } as const;
      const signer = createSigner(credential);
      const moment = () => ({ createdS: Math.floor(clock.nowMs / 1000), nonce: randomBytes(12).toString("hex") });
      clients.push(createClient(credential, url, { signer: (request) => signer(request, moment()) }));
    }
    [hospital, clinic] = clients as [Client, Client];
    asked = (path, fields) => hospital.call("GET", path, undefined, fields);
  });
  after(async () => {
    await server.close();
    await harness.stop();
    await database.stop();
  });
  beforeEach(async () => {
    clock.nowMs = NOW_MS;
    rule.onBreach = "off";
    const tables = "receipt, book, number_application, code_range, book_grant, book_return, unit_standing, place";
    await database.dataSource.query(`truncate ${tables}, low_water, low_water_raise, alarm`);
    chain.books.length = 0;
  });

  const settle = async (): Promise<void> => {
    const lease = (await store.lease("numbers", "test", 60_000))!;
    await settleNumbers(numberDeps(store, clock, chain), chain, lease);
  };
  const bodyOf = async (response: Promise<Response>, status: number): Promise<Record<string, never>> => {
    const answer = await response;
    const json = (await answer.json()) as Record<string, never>;
    expect(answer.status, JSON.stringify(json)).to.equal(status);
    return json;
  };
  const application = { applicationNo: "A-1", kind: "outpatient", count: 100, author: "王芳" };
  const post = (path: string, body: unknown, client = hospital): Promise<Response> => client.call("POST", path, body);
  const pointersOf = (problem: { errors: readonly { pointer: string; code: string }[] }): readonly string[] =>
    problem.errors.map(({ pointer, code }) => `${code} ${pointer}`);

  it("takes a unit from the application to receipts, and shows each state", async () => {
    const made = await bodyOf(post("/v1/number-applications", { ...application, isSubmitted: false }), 201);
    expect(made).to.deep.include({ state: "new", stateCode: 0, eInvoiceCode: "44060126", source: "unit", phone: "" });
    const { applicationNo: _, ...content } = application;
    const saved = await bodyOf(post("/v1/number-applications/A-1/save", { ...content, count: 50, memo: "改" }), 200);
    expect(saved).to.deep.include({ state: "saved", stateCode: 1, count: 50, memo: "改" });
    expect(await bodyOf(hospital.call("POST", "/v1/number-applications/A-1/submit"), 200)).to.include({ stateCode: 2 });
    await reviewApplication(numberDeps(store, clock, chain), 1, "A-1", review(true));
    const passed = await bodyOf(asked("/v1/number-applications/A-1"), 200);
    expect(passed).to.deep.include({ stateCode: 3, range: { first: "0000000001", last: "0000000050" } });
    expect(passed).to.have.nested.property("review.reviewer", "李强");
    expect(passed).not.to.have.property("bookId");
    await settle();
    expect(await bodyOf(asked("/v1/number-applications/A-1"), 200)).to.include({ bookId: 1 });
    const receipt = await bodyOf(post("/v1/receipts", goodInput("N1")), 201);
    expect(receipt).to.include({ eInvoiceNumber: "0000000001" });
  });

  it("gives the same application again, and refuses other content under its number", async () => {
    const first = await bodyOf(post("/v1/number-applications", application), 201);
    expect(await bodyOf(post("/v1/number-applications", application), 200)).to.deep.equal(first);
    await expectProblem(
      await post("/v1/number-applications", { ...application, count: 7 }),
      409,
      "number_state_conflict",
    );
    // Another unit's numbers are its own.
    await bodyOf(post("/v1/number-applications", application, clinic), 201);
    expect(await bodyOf(asked("/v1/number-applications"), 200)).to.have.nested.property("applications.length", 1);
  });

  it("names each field that is wrong, in both languages", async () => {
    const bad = { ...application, applicationNo: "auto-1", count: 0, author: " ", phone: "电话", more: 1 };
    const problem = await expectProblem(await post("/v1/number-applications", bad), 422, "invalid_fields");
    expect(pointersOf(problem)).to.have.members([
      "field_malformed /applicationNo",
      "amount_out_of_range /count",
      "field_required /author",
      "field_malformed /phone",
      "unknown_field /more",
    ]);
    const rule = await expectProblem(
      await post("/v1/number-applications", { ...application, kind: "penalty", year: 2027 }),
      422,
      "invalid_fields",
    );
    expect(pointersOf(rule)).to.deep.equal(["kind_not_allowed /kind", "year_not_open /year"]);
    const english = await hospital.call(
      "POST",
      "/v1/number-applications",
      { ...application, year: 2025 },
      { "Accept-Language": "en" },
    );
    expect(await english.json())
      .to.have.nested.property("errors[0].message")
      .match(/^numbers can be had now for: 2026/);
  });

  it("refuses a unit in arrears or under warning, and says why; a draft it may keep", async () => {
    const standing = { ...goodStanding, isUnpaid: true, isAlarm: true, reason: "上年度未核销" };
    await store.setStanding(1, standing, { name: "李强", atMs: clock.nowMs });
    const problem = await expectProblem(await post("/v1/number-applications", application), 403, "numbers_blocked");
    expect(pointersOf(problem)).to.deep.equal(["unit_unpaid ", "unit_under_warning "]);
    await bodyOf(post("/v1/number-applications", { ...application, isSubmitted: false }), 201);
    await expectProblem(await hospital.call("POST", "/v1/number-applications/A-1/submit"), 403, "numbers_blocked");
  });

  it("refuses a unit that has not written its old numbers off, or warns it, as the bureau has set", async () => {
    await store.saveBook(testBook({ bookId: 1, last: 10 }));
    await bodyOf(post("/v1/receipts", goodInput("OLD")), 201);
    await database.dataSource.query("update receipt set issued_at_ms = issued_at_ms - 40 * 86400000::bigint");
    const path = "/v1/number-applications";
    rule.onBreach = "refuse";
    const refused = await expectProblem(await post(path, application), 403, "numbers_blocked");
    expect(pointersOf(refused)).to.deep.equal(["write_off_outstanding "]);
    rule.onBreach = "warn";
    const english = await hospital.call("POST", path, application, { "Accept-Language": "en" });
    expect(english.status).to.equal(201);
    const { warnings } = (await english.json()) as { warnings: Record<string, string>[] };
    expect(warnings[0]).to.include({ code: "write_off_outstanding", pointer: "" });
    expect(warnings[0]?.["message"]).to.match(/book 1 \(44060126 from 0000000001\)$/);
    expect(await bodyOf(post(path, application), 200)).not.to.have.property("warnings");
    rule.onBreach = "off";
    expect(await bodyOf(post(path, { ...application, applicationNo: "A-2" }), 201)).not.to.have.property("warnings");
  });

  it("lists applications page by page, by state too", async () => {
    for (let n = 1; n <= 3; n++) {
      clock.nowMs += 1;
      await bodyOf(
        post("/v1/number-applications", { ...application, applicationNo: `A-${n}`, isSubmitted: n !== 2 }),
        201,
      );
    }
    const page = (await bodyOf(asked("/v1/number-applications?limit=2"), 200)) as unknown as Listed;
    expect(page.applications.map((each) => each.applicationNo)).to.deep.equal(["A-1", "A-2"]);
    const rest = (await bodyOf(asked(`/v1/number-applications?cursor=${page.nextCursor}`), 200)) as unknown as Listed;
    expect(rest).to.have.property("nextCursor", null);
    expect(rest.applications.map((each) => each.applicationNo)).to.deep.equal(["A-3"]);
    const drafts = (await bodyOf(asked("/v1/number-applications?state=new"), 200)) as unknown as Listed;
    expect(drafts.applications.map((each) => each.applicationNo)).to.deep.equal(["A-2"]);
    const problem = await expectProblem(
      await asked("/v1/number-applications?cursor=x&state=open"),
      422,
      "invalid_fields",
    );
    expect(pointersOf(problem)).to.deep.equal(["field_not_a_choice /query/state"]);
    await expectProblem(await asked("/v1/number-applications?cursor=AAAA"), 422, "invalid_fields");
    await expectProblem(await asked("/v1/number-applications/A-9"), 404, "number_record_not_found");
  });
  type Listed = { readonly applications: readonly { readonly applicationNo: string }[]; readonly nextCursor: string };

  it("returns a book's end: stopped at once, shown among the books, gone once the chain has it", async () => {
    await store.saveBook(testBook({ last: 10 }), clock.nowMs);
    chain.books.push({ unitId: 1, code: 44060126, first: 1, last: 10, grantedLast: 10 });
    await bodyOf(post("/v1/receipts", goodInput("N1")), 201);
    const wanted = { returnNo: "T-1", bookId: 1, reason: "不用了", author: "王芳" };
    const outside = await expectProblem(
      await post("/v1/book-returns", { ...wanted, first: "0000000001" }),
      422,
      "invalid_fields",
    );
    expect(pointersOf(outside)).to.deep.equal(["number_out_of_range /first"]);
    const made = await bodyOf(post("/v1/book-returns", { ...wanted, first: "0000000004" }), 201);
    expect(made).to.include({ state: "submitted", first: "0000000004", last: "0000000010", count: 7 });
    expect(await bodyOf(asked("/v1/books"), 200)).to.have.nested.include({
      "books[0].left": 2,
      "books[0].returning": 7,
    });
    await expectProblem(await post("/v1/book-returns", { ...wanted, returnNo: "T-2" }), 409, "number_state_conflict");
    await expectProblem(await post("/v1/book-returns", wanted, clinic), 404, "number_record_not_found");
    await reviewReturn(numberDeps(store, clock, chain), 1, "T-1", review(true));
    await settle();
    expect(await bodyOf(asked("/v1/book-returns/T-1"), 200)).to.have.property("doneAt");
    expect(await bodyOf(asked("/v1/book-returns?state=passed"), 200)).to.have.nested.property("returns.length", 1);
    expect(await bodyOf(asked("/v1/books"), 200)).to.have.nested.include({
      "books[0].left": 2,
      "books[0].last": "0000000003",
    });
    expect(chain.books[0]?.last).to.equal(3);
    clock.nowMs += 1;
    const ledger = await bodyOf(asked("/v1/stock"), 200);
    expect(ledger["lines"]).to.deep.equal([
      {
        ...{ eInvoiceCode: "44060126", opening: 0, granted: 10, returned: 7, blue: 1, red: 0, void: 0 },
        ...{ closing: 2, difference: 0 },
      },
    ]);
  });

  it("gives the stock of a period, whose edges are its own and the next one's", async () => {
    await store.saveBook(testBook({ last: 10 }), NOW_MS - 1);
    for (const busNo of ["N1", "N2"]) {
      clock.nowMs += 1;
      await bodyOf(post("/v1/receipts", goodInput(busNo)), 201);
    }
    const at = (ms: number): string => encodeURIComponent(new Date(ms).toISOString());
    const lineOf = async (from: number, before: number): Promise<unknown> =>
      (await bodyOf(asked(`/v1/stock?from=${at(from)}&before=${at(before)}`), 200))["lines"]?.[0];
    expect(await lineOf(NOW_MS, NOW_MS + 2)).to.include({
      opening: 10,
      granted: 0,
      blue: 1,
      closing: 9,
      difference: 0,
    });
    expect(await lineOf(NOW_MS + 2, NOW_MS + 3)).to.include({ opening: 9, blue: 1, closing: 8, difference: 0 });
    const problem = await expectProblem(
      await asked(`/v1/stock?from=${at(NOW_MS)}&before=${at(NOW_MS - 1)}`),
      422,
      "invalid_fields",
    );
    expect(pointersOf(problem)).to.deep.equal(["period_malformed /query/before"]);
  });

  it("keeps places, gives them books, and issues from a place's own", async () => {
    await store.saveBook(testBook({ bookId: 1, last: 10 }));
    await store.saveBook(testBook({ bookId: 2, first: 101, last: 110 }));
    const place = { placeCode: "P01", name: "一楼", isOpen: true };
    const unknown = await expectProblem(await post("/v1/books/2/place", { placeCode: "P01" }), 422, "invalid_fields");
    expect(pointersOf(unknown)).to.deep.equal(["place_unknown /placeCode"]);
    await bodyOf(post("/v1/places", { placeCode: "P01", name: "一楼" }), 200);
    expect(await bodyOf(asked("/v1/places"), 200)).to.deep.equal({ places: [place] });
    const books = await bodyOf(post("/v1/books/2/place", { placeCode: "P01" }), 200);
    expect(books).to.have.nested.property("books[1].placeCode", "P01");
    await expectProblem(await post("/v1/books/9/place", { placeCode: "P01" }), 404, "number_record_not_found");
    await expectProblem(await post("/v1/books/2/place", { placeCode: null }, clinic), 404, "number_record_not_found");
    await bodyOf(post("/v1/places", { placeCode: goodInput("N2").placeCode, name: "二楼" }), 200);
    const own = await bodyOf(post("/v1/receipts", { ...goodInput("N1"), placeCode: "P01" }), 201);
    const shared = await bodyOf(post("/v1/receipts", goodInput("N2")), 201);
    const strange = { ...goodInput("N3"), placeCode: "P02" };
    const refused = await expectProblem(await post("/v1/receipts", strange), 422, "refused_by_rule");
    expect(pointersOf(refused)).to.deep.equal(["place_unknown /placeCode"]);
    const { results } = await bodyOf(post("/v1/receipts/batch", { receipts: [goodInput("N4"), strange] }), 200);
    expect(results).to.have.nested.property("[0].receipt.eInvoiceNumber", "0000000002");
    expect(results).to.have.nested.property("[1].problem.errors[0].pointer", "/receipts/1/placeCode");
    expect([own["eInvoiceNumber"], shared["eInvoiceNumber"]]).to.deep.equal(["0000000101", "0000000001"]);
  });

  it("keeps a low-water mark of a kind that the unit issues", async () => {
    const mark = { kind: "outpatient", threshold: 10, pushNumber: 100, isAuto: true };
    const set = await bodyOf(post("/v1/low-water", mark), 200);
    expect(await bodyOf(asked("/v1/low-water"), 200)).to.deep.equal({ marks: [set] });
    expect(await bodyOf(clinic.call("GET", "/v1/low-water"), 200)).to.deep.equal({ marks: [] });
    const foreign = await expectProblem(
      await post("/v1/low-water", { ...mark, kind: "nontax" }),
      422,
      "invalid_fields",
    );
    expect(pointersOf(foreign)).to.deep.equal(["kind_not_allowed /kind"]);
  });
});
