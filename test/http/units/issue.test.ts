import { expect } from "chai";
import { AppError } from "../../../service/core/errors.ts";
import { receiptTopic, anchoredTopic } from "../../../service/app/deps.ts";
import { batchAnswer, receiptView } from "../../../service/http/units/view.ts";
import { answerOf, CODE, CONTRACT, expectProblem, goodInput, issued, startHarness, type Harness } from "../harness.ts";

describe("POST /v1/receipts", () => {
  let harness: Harness;
  before(async () => {
    harness = await startHarness();
  });
  after(() => harness.stop());
  const post = (body: unknown, fields: Record<string, string> = {}, path = "/v1/receipts"): Promise<Response> =>
    harness.hospital.call("POST", path, body, fields);

  it("answers 201 with the receipt and its place", async () => {
    const { status, headers, json } = await answerOf(await post(goodInput("one")));
    expect(status).to.equal(201);
    const view = receiptView.parse(json);
    expect(view).to.deep.equal({
      eInvoiceCode: String(CODE),
      eInvoiceNumber: "0000000001",
      randomNumber: view.randomNumber,
      busNo: "one",
      kind: "outpatient",
      totalAmount: 23621,
      status: "issued",
      issuedAt: "2026-03-06T10:21:33.120+08:00",
      warnings: [],
      links: {
        self: "/v1/receipts/44060126/0000000001",
        pdf: "/v1/receipts/44060126/0000000001/pdf",
        xml: "/v1/receipts/44060126/0000000001/xml",
        json: "/v1/receipts/44060126/0000000001/json",
        proof: "/v1/receipts/44060126/0000000001/proof",
        verify:
          "https://receipts.example/d?t=1&a=test&d=44060126_0000000001_" +
          `${view.randomNumber}_236.21_20260306&s=A5A5A5A5A5A5A5A5`,
      },
    });
    expect(headers.get("location")).to.equal(view.links.self);
    expect(headers.get("cache-control")).to.equal("no-store");
    expect(headers.get("preference-applied")).to.equal(null);
  });

  it("issues each kind's example of the documentation", async () => {
    for (const kind of ["outpatient", "inpatient", "penalty", "nontax"]) {
      const receipt = await issued(harness, `kind-${kind}`, kind);
      expect(receipt.kind).to.equal(kind);
    }
  });

  it("takes absent optional fields as empty", async () => {
    const { status, json } = await answerOf(
      await post({
        kind: "nontax",
        busNo: "short",
        placeCode: "1",
        payerPartyType: "2",
        payerPartyName: "测试公司",
        payerPartyCode: "12440300MB2D00001R",
        handlingPerson: "甲",
        checker: "乙",
        items: [{ itemCode: "1", itemName: "费", itemUnit: "项", itemQuantity: "1", itemStd: "1", itemAmount: 100 }],
      }),
    );
    expect(status, JSON.stringify(json)).to.equal(201);
    const input = harness.store.byBusNo(1, "short")?.input;
    expect(input).to.deep.include({
      remark: "",
      payMode: "",
      mainExt: {},
      auxItems: [],
      otherInfo: [],
      payChannels: [],
    });
    expect(input).not.to.have.property("totalAmount");
  });

  it("answers 200 with the same receipt when it is sent again", async () => {
    const first = await answerOf(await post(goodInput("again")));
    const second = await answerOf(await post(goodInput("again")));
    expect(second.status).to.equal(200);
    expect(second.json).to.deep.equal(first.json);
    expect(second.headers.get("location")).to.equal(first.headers.get("location"));
  });

  it("answers 409 naming what differs and what exists", async () => {
    const receipt = await issued(harness, "conflict");
    const input = goodInput("conflict");
    const other = { ...input, payerPartyName: "另一人", mainExt: { ...input.mainExt, age: "44岁" } };
    const body = await expectProblem(await post(other), 409, "bus_no_conflict");
    expect(body.errors.map((each) => each.pointer)).to.have.members(["/mainExt/age", "/payerPartyName"]);
    expect(body.errors.every((each) => each.code === "differs")).to.equal(true);
    expect(body["existing"]).to.deep.equal({
      eInvoiceCode: "44060126",
      eInvoiceNumber: String(receipt.number).padStart(10, "0"),
    });
  });

  it("keeps the same busNo of two units apart", async () => {
    const first = await issued(harness, "shared");
    const { status, json } = await answerOf(await harness.clinic.call("POST", "/v1/receipts", goodInput("shared")));
    expect(status).to.equal(201);
    expect(Number(json["eInvoiceNumber"])).not.to.equal(first.number);
  });

  it("answers 422 with every field that a rule refuses, and takes no number", async () => {
    const before = harness.store.issueCount;
    const input = goodInput("refused");
    const [first] = input.items;
    const items = [{ ...first, itemAmount: -1 }, ...input.items.slice(1)];
    const mainExt = { ...input.mainExt, medicalDate: "20250230", nonsense: "x" };
    const body = await expectProblem(await post({ ...input, items, mainExt }), 422, "refused_by_rule");
    const pointers = body.errors.map((each) => each.pointer);
    expect(pointers).to.include.members(["/items/0/itemAmount", "/mainExt/medicalDate", "/mainExt/nonsense"]);
    expect(harness.store.issueCount).to.equal(before);
  });

  it("names a character that no font can draw, and takes no number", async () => {
    const before = harness.store.issueCount;
    const undrawable = { ...goodInput("glyph"), payerPartyName: "张\u{20000}" };
    const refused = await expectProblem(await post(undrawable), 422, "refused_by_rule");
    expect(refused.errors.map(({ pointer, code }) => [pointer, code])).to.deep.equal([
      ["/payerPartyName", "character_not_drawable"],
    ]);
    expect(harness.store.issueCount).to.equal(before);
  });

  it("answers 503 with Retry-After when no numbers are left, the queue is full or the database away", async () => {
    const books = harness.store.bookList;
    harness.store.bookList = books.filter((book) => book.code !== CODE);
    const none = await post(goodInput("none-left"));
    await expectProblem(none, 503, "no_numbers");
    expect(none.headers.get("retry-after")).to.equal("60");
    harness.store.bookList = books;
    for (const code of ["queue_full", "database_unreachable"] as const) {
      harness.store.issueGate = Promise.reject(new AppError(code, "as the test says"));
      harness.store.issueGate.catch(() => undefined);
      const response = await post(goodInput("none-left"));
      await expectProblem(response, 503, code);
      expect(Number(response.headers.get("retry-after"))).to.be.greaterThan(0);
    }
    harness.store.issueGate = Promise.resolve();
  });

  it("words its problems in English when asked, else in Chinese", async () => {
    const zh = await expectProblem(await post({}), 422, "invalid_fields");
    const asked = await post({}, { "Accept-Language": "en-US,en;q=0.9,zh;q=0.1" });
    expect(asked.headers.get("content-language")).to.equal("en");
    expect(asked.headers.get("vary")).to.include("Accept-Language");
    const en = await expectProblem(asked, 422, "invalid_fields");
    expect(zh["title"]).to.equal("字段有误");
    expect(en["title"]).to.equal("Some fields are not valid");
    expect(zh.errors[0]?.message).to.equal("必填");
    expect(en.errors[0]?.message).to.equal("this field is required");
    const french = await expectProblem(await post({}, { "Accept-Language": "fr" }), 422, "invalid_fields");
    expect(french["title"]).to.equal(zh["title"]);
  });

  it("waits with Prefer until the document is there, and says so", async () => {
    const answer = post(goodInput("wait-1"), { Prefer: "wait=30, until=rendered" });
    const receipt = await stored(harness, "wait-1");
    harness.store.put({ ...receipt, state: "rendered", renderedAtMs: receipt.issuedAtMs + 340 });
    harness.deps.bell.ring(receiptTopic(receipt.code, receipt.number));
    const { status, headers, json } = await answerOf(await answer);
    expect(status).to.equal(201);
    expect(headers.get("preference-applied")).to.equal("wait=30, until=rendered");
    expect(json).to.include({ status: "rendered", renderedAt: "2026-03-06T10:21:33.460+08:00" });
  });

  it("waits for the anchor by default, and shows where it is", async () => {
    const answer = post(goodInput("wait-2"), { Prefer: "wait=999" });
    const receipt = await stored(harness, "wait-2");
    const anchoring = { batchNo: 7, segmentIndex: 0, txHash: `0x${"7a".repeat(32)}`, blockNumber: 42 };
    harness.store.put({
      ...receipt,
      state: "rendered",
      renderedAtMs: receipt.issuedAtMs,
      anchoring: { ...anchoring, anchoredAtMs: receipt.issuedAtMs + 5880 },
    });
    harness.deps.bell.ring(anchoredTopic);
    const { headers, json } = await answerOf(await answer);
    expect(headers.get("preference-applied")).to.equal("wait=60, until=anchored");
    const { segmentIndex: _, ...shown } = anchoring;
    expect(receiptView.parse(json)).to.deep.include({
      status: "anchored",
      anchoredAt: "2026-03-06T10:21:39.000+08:00",
      anchoring: { chainId: 31337, contract: CONTRACT, ...shown },
    });
  });

  it("answers as things stand when the time is up", async () => {
    const answer = post(goodInput("wait-3"), { Prefer: "wait=1" });
    await stored(harness, "wait-3");
    harness.clock.nowMs += 1001;
    const { status, json } = await answerOf(await answer);
    harness.clock.nowMs -= 1001;
    expect(status).to.equal(201);
    expect(json["status"]).to.equal("issued");
  });
});

describe("POST /v1/receipts/batch", () => {
  let harness: Harness;
  before(async () => {
    harness = await startHarness();
  });
  after(() => harness.stop());
  const post = (body: unknown, fields: Record<string, string> = {}): Promise<Response> =>
    harness.hospital.call("POST", "/v1/receipts/batch", body, fields);

  it("gives each receipt its own result, and a bad one spoils no other", async () => {
    await issued(harness, "known");
    harness.store.bookList = harness.store.bookList.filter((book) => book.kind !== "nontax");
    const [item] = goodInput("x").items;
    const receipts: readonly unknown[] = [
      goodInput("b0"),
      goodInput("known"),
      { ...goodInput("b2"), items: [{ ...item, itemAmount: "12" }] },
      { ...goodInput("known"), checker: "别人" },
      { ...goodInput("b4"), totalAmount: 1 },
      goodInput("b5", "nontax"),
      "nothing of the kind",
      goodInput("b7", "penalty"),
    ];
    const { status, json } = await answerOf(await post({ receipts }));
    expect(status).to.equal(200);
    const { results } = batchAnswer.parse(json);
    expect(results.map((result) => [result.index, result.status, result.problem?.code])).to.deep.equal([
      [0, 201, undefined],
      [1, 200, undefined],
      [2, 422, "invalid_fields"],
      [3, 409, "bus_no_conflict"],
      [4, 422, "refused_by_rule"],
      [5, 503, "no_numbers"],
      [6, 422, "invalid_fields"],
      [7, 201, undefined],
    ]);
    expect(results.map((result) => result.receipt?.busNo)).to.deep.equal([
      "b0",
      "known",
      ...[undefined, undefined, undefined, undefined, undefined],
      "b7",
    ]);
    expect(results[2]?.problem?.errors.map((each) => each.pointer)).to.deep.equal(["/receipts/2/items/0/itemAmount"]);
    expect(results[3]?.problem?.errors.map((each) => each.pointer)).to.deep.equal(["/receipts/3/checker"]);
    expect(results[3]?.problem?.existing?.eInvoiceNumber).to.equal("0000000001");
    for (const error of results[4]?.problem?.errors ?? []) expect(error.pointer).to.match(/^\/receipts\/4\//);
    expect(results[6]?.problem?.errors.map((each) => each.pointer)).to.deep.equal(["/receipts/6"]);
  });

  it("takes 1 to 500, no less and no more, and no other field", async () => {
    for (const [body, pointer, code] of [
      [{ receipts: [] }, "/receipts", "too_few_rows"],
      [{ receipts: new Array(501).fill(1) }, "/receipts", "too_many_rows"],
      [{}, "/receipts", "field_required"],
      [{ receipts: {} }, "/receipts", "wrong_type"],
      [{ receipts: [1], more: 1 }, "/more", "unknown_field"],
      [[], "", "wrong_type"],
    ] as const) {
      const problem = await expectProblem(await post(body), 422, "invalid_fields");
      expect(problem.errors.map((each) => [each.pointer, each.code])).to.deep.equal([[pointer, code]]);
    }
    const receipts = Array.from({ length: 500 }, (_, index) => goodInput(`many-${index}`));
    const { json } = await answerOf(await post({ receipts }));
    const { results } = batchAnswer.parse(json);
    expect(results.map((result) => result.status)).to.deep.equal(new Array(500).fill(201));
    expect(new Set(results.map((result) => result.receipt?.eInvoiceNumber)).size).to.equal(500);
  });

  it("waits for all that were issued", async () => {
    const answer = post({ receipts: [goodInput("w1"), {}, goodInput("w2")] }, { Prefer: "wait=30, until=rendered" });
    for (const busNo of ["w1", "w2"]) {
      const receipt = await stored(harness, busNo);
      harness.store.put({ ...receipt, state: "rendered", renderedAtMs: receipt.issuedAtMs });
      harness.deps.bell.ring(receiptTopic(receipt.code, receipt.number));
    }
    const { headers, json } = await answerOf(await answer);
    expect(headers.get("preference-applied")).to.equal("wait=30, until=rendered");
    const { results } = batchAnswer.parse(json);
    expect(results.map((result) => [result.receipt?.busNo, result.receipt?.status])).to.deep.equal([
      ["w1", "rendered"],
      [undefined, undefined],
      ["w2", "rendered"],
    ]);
  });

  it("is refused whole when the queue is full: the outcome is not known", async () => {
    harness.store.issueGate = Promise.reject(new AppError("queue_full", "full"));
    harness.store.issueGate.catch(() => undefined);
    await expectProblem(await post({ receipts: [goodInput("q")] }), 503, "queue_full");
    harness.store.issueGate = Promise.resolve();
  });
});

async function stored(harness: Harness, busNo: string) {
  for (;;) {
    const receipt = harness.store.byBusNo(1, busNo);
    if (receipt !== undefined) return receipt;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
