import { expect } from "chai";
import { documentName } from "../../../service/app/documentName.ts";
import type { Receipt } from "../../../service/app/storePorts.ts";
import { dataDigestOf } from "../../../service/core/dataDigest.ts";
import { documentDigestOf } from "../../../service/core/pdfSignature.ts";
import { climbProof, parseProof, proofFromJson, type Proof } from "../../../service/core/proof.ts";
import { parseReceiptFile } from "../../../service/core/receiptFile.ts";
import { eInvoiceXml } from "../../../service/domain/eInvoiceXml.ts";
import { bookList, receiptList, receiptView } from "../../../service/http/units/view.ts";
import { makeReceipt } from "../../core/sampleReceipt.ts";
import { answerOf, CODE, expectProblem, goodInput, issued, NOW_MS, startHarness, type Harness } from "../harness.ts";

const ANCHORING = {
  batchNo: 9,
  segmentIndex: 0,
  txHash: `0x${"7a".repeat(32)}`,
  blockNumber: 42,
  anchoredAtMs: NOW_MS,
};

describe("reading receipts", () => {
  let harness: Harness;
  let unsealed: Uint8Array;
  before(async () => {
    harness = await startHarness();
    unsealed = (await makeReceipt()).unsealed;
  });
  after(() => harness.stop());

  const pathOf = (receipt: Receipt, part = ""): string =>
    `/v1/receipts/${receipt.code}/${String(receipt.number).padStart(10, "0")}${part}`;
  const get = (path: string, fields: Record<string, string> = {}): Promise<Response> =>
    harness.hospital.call("GET", path, undefined, fields);
  /** Gives the receipt a document, as the render worker does. */
  const rendered = (receipt: Receipt): Receipt => {
    const dataDigest = dataDigestOf(receipt.data, receipt.secret);
    const digests = { dataDigest, documentDigest: documentDigestOf(unsealed), documentSha256: new Uint8Array(32) };
    const done: Receipt = { ...receipt, state: "rendered", renderedAtMs: NOW_MS, ...digests };
    harness.store.put(done);
    harness.blobs.set(documentName(receipt.code, receipt.number), unsealed);
    return done;
  };
  const anchored = (receipt: Receipt): Receipt => {
    const done = { ...rendered(receipt), anchoring: ANCHORING };
    harness.store.put(done);
    harness.store.anchored.add(`${receipt.code} ${receipt.number}`);
    return done;
  };

  it("gives one by code and number, to its own unit alone", async () => {
    const receipt = await issued(harness, "r1");
    const { status, json } = await answerOf(await get(pathOf(receipt)));
    expect(status).to.equal(200);
    expect(receiptView.parse(json)).to.deep.include({ busNo: "r1", status: "issued" });
    const other = await harness.clinic.call("GET", pathOf(receipt));
    await expectProblem(other, 404, "receipt_not_found");
    for (const part of ["/pdf", "/xml", "/json", "/proof"]) {
      await expectProblem(await harness.clinic.call("GET", pathOf(receipt, part)), 404, "receipt_not_found");
    }
  });

  it("answers the same for another's receipt and for none", async () => {
    const receipt = await issued(harness, "r1-again");
    const bodies = [];
    for (const path of [
      pathOf(receipt),
      "/v1/receipts/44060126/0000099999",
      "/v1/receipts/4406012/1",
      "/v1/receipts/x/y",
    ]) {
      const { requestId: _, ...body } = await expectProblem(
        await harness.clinic.call("GET", path),
        404,
        "receipt_not_found",
      );
      bodies.push(body);
    }
    for (const body of bodies) expect(body).to.deep.equal(bodies[0]);
  });

  it("has no document before it is rendered, then the stored one, then the sealed one", async () => {
    const receipt = await issued(harness, "r2");
    const early = await get(pathOf(receipt, "/pdf"));
    await expectProblem(early, 409, "not_rendered");
    expect(early.headers.get("retry-after")).to.equal("1");

    rendered(receipt);
    const plain = await get(pathOf(receipt, "/pdf"));
    expect(plain.status).to.equal(200);
    expect(plain.headers.get("content-type")).to.equal("application/pdf");
    expect(plain.headers.get("lianpiao-sealed")).to.equal("false");
    const name = `44060126_${String(receipt.number).padStart(10, "0")}.pdf`;
    expect(plain.headers.get("content-disposition")).to.equal(`attachment; filename="${name}"`);
    expect(await plain.bytes()).to.deep.equal(new Uint8Array(unsealed));

    anchored(receipt);
    const sealed = await get(pathOf(receipt, "/pdf"));
    expect(sealed.headers.get("lianpiao-sealed")).to.equal("true");
    const bytes = await sealed.bytes();
    expect(bytes).to.have.length(unsealed.length);
    expect(bytes).not.to.deep.equal(new Uint8Array(unsealed));
    expect(documentDigestOf(bytes)).to.deep.equal(documentDigestOf(unsealed));
  });

  it("gives the proof as bytes, or as JSON to who likes that better", async () => {
    const receipt = await issued(harness, "r3");
    const early = await get(pathOf(receipt, "/proof"));
    await expectProblem(early, 409, "not_anchored");
    expect(early.headers.get("retry-after")).to.equal("5");
    anchored(receipt);
    const expected = (proof: Proof): void => {
      expect(proof).to.deep.include({ code: CODE, number: receipt.number, batch: 9, chainId: 31337 });
      expect(proof.dataDigest).to.deep.equal(dataDigestOf(receipt.data, receipt.secret));
      expect(climbProof(proof).batchRoot).to.have.length(32);
    };
    for (const accept of ["*/*", "application/octet-stream", "image/png"]) {
      const bytes = await get(pathOf(receipt, "/proof"), { Accept: accept });
      expect(bytes.headers.get("content-type")).to.equal("application/octet-stream");
      expect(bytes.headers.get("vary")).to.include("Accept");
      expected(parseProof(await bytes.bytes()));
    }
    const json = await get(pathOf(receipt, "/proof"), { Accept: "application/json" });
    expect(json.headers.get("content-type")).to.equal("application/json; charset=utf-8");
    expected(proofFromJson(await json.json()));
  });

  it("gives the XML, and the holder's file as it is attached to the PDF", async () => {
    const receipt = await issued(harness, "r4");
    const xml = await get(pathOf(receipt, "/xml"));
    expect(xml.headers.get("content-type")).to.equal("application/xml; charset=utf-8");
    expect(await xml.text()).to.equal(eInvoiceXml(receipt.data));
    const file = await get(pathOf(receipt, "/json"));
    expect(file.headers.get("content-type")).to.equal("application/json; charset=utf-8");
    const { data, secret } = parseReceiptFile(await file.bytes());
    expect(data).to.deep.equal(receipt.data);
    expect(secret).to.deep.equal(new Uint8Array(receipt.secret));
  });

  it("of a void number tells why, and has no files", async () => {
    const receipt = await issued(harness, "r5");
    harness.store.put({ ...receipt, state: "void", voidReason: "render_failed" });
    const { json } = await answerOf(await get(pathOf(receipt)));
    expect(receiptView.parse(json)).to.include({ status: "void", voidReason: "render_failed" });
    for (const part of ["/pdf", "/xml", "/json", "/proof"]) {
      await expectProblem(await get(pathOf(receipt, part)), 409, "receipt_void");
    }
  });

  it("says nothing more than an internal error when a document is lost", async () => {
    const receipt = await issued(harness, "r6");
    rendered(receipt);
    harness.blobs.clear();
    const body = await expectProblem(await get(pathOf(receipt, "/pdf")), 500, "internal_error");
    expect(JSON.stringify(body)).not.to.include("missing");
    const line = harness.logLines.findLast((each) => each.event === "http_failed");
    expect(line?.fields).to.include({ code: "document_missing", requestId: body["requestId"] });
  });

  it("answers HEAD without a body", async () => {
    const receipt = await issued(harness, "r7");
    const response = await harness.hospital.call("HEAD", pathOf(receipt));
    expect(response.status).to.equal(200);
    expect(await response.text()).to.equal("");
  });
});

describe("listing receipts", () => {
  let harness: Harness;
  before(async () => {
    harness = await startHarness();
    for (let index = 0; index < 7; index += 1) {
      harness.clock.nowMs = NOW_MS + Math.floor(index / 2) * 60_000;
      await issued(harness, `l${index}`, index === 6 ? "nontax" : "outpatient");
    }
    harness.clock.nowMs = NOW_MS;
    await harness.clinic.call("POST", "/v1/receipts", goodInput("l0"));
    const l1 = harness.store.byBusNo(1, "l1");
    if (l1 === undefined) throw new Error("l1 is missing");
    harness.store.put({ ...l1, state: "rendered", renderedAtMs: NOW_MS, anchoring: ANCHORING });
  });
  after(() => harness.stop());

  const list = async (query: string): Promise<{ busNos: readonly string[]; nextCursor: string | null }> => {
    const response = await harness.hospital.call("GET", `/v1/receipts${query}`);
    const { receipts, nextCursor } = receiptList.parse(await response.json());
    return { busNos: receipts.map((receipt) => receipt.busNo), nextCursor };
  };
  const all = ["l0", "l1", "l2", "l3", "l4", "l5", "l6"];

  it("gives the unit's own, oldest first", async () => {
    expect(await list("")).to.deep.equal({ busNos: all, nextCursor: null });
  });

  it("finds by busNo, and gives none for one that was not issued", async () => {
    expect((await list("?busNo=l3")).busNos).to.deep.equal(["l3"]);
    expect(await list("?busNo=nothing")).to.deep.equal({ busNos: [], nextCursor: null });
  });

  it("goes on from page to page and misses none", async () => {
    for (const limit of [1, 2, 3, 7, 500]) {
      const pages: string[][] = [];
      let cursor: string | null = "";
      while (cursor !== null) {
        const page: Awaited<ReturnType<typeof list>> = await list(
          `?limit=${limit}${cursor === "" ? "" : `&cursor=${cursor}`}`,
        );
        pages.push([...page.busNos]);
        cursor = page.nextCursor;
      }
      expect(pages.flat()).to.deep.equal(all);
      expect(pages).to.have.length(Math.ceil(all.length / limit));
    }
  });

  it("filters by kind, status and time: from inclusive, before exclusive", async () => {
    expect((await list("?kind=nontax")).busNos).to.deep.equal(["l6"]);
    expect((await list("?status=anchored")).busNos).to.deep.equal(["l1"]);
    expect((await list("?status=issued&kind=outpatient")).busNos).to.deep.equal(["l0", "l2", "l3", "l4", "l5"]);
    const minute = (m: number): string => encodeURIComponent(`2026-03-06T10:2${m}:33.120+08:00`);
    expect((await list(`?issuedFrom=${minute(2)}&issuedBefore=${minute(3)}`)).busNos).to.deep.equal(["l2", "l3"]);
    expect((await list("?issuedFrom=2026-03-06T02:24:33.120Z")).busNos).to.deep.equal(["l6"]);
    // A plus that was not percent-encoded arrives as a space; what is meant is plain.
    expect((await list("?issuedFrom=2026-03-06T10:24:33.120+08:00")).busNos).to.deep.equal(["l6"]);
  });

  it("names each wrong parameter", async () => {
    const cursor = Buffer.from("1.1.1.1 ").toString("base64url");
    for (const [query, name, code] of [
      ["?limit=0", "limit", "field_malformed"],
      ["?limit=501", "limit", "field_malformed"],
      ["?limit=1e2", "limit", "field_malformed"],
      ["?limit=1&limit=2", "limit", "wrong_type"],
      ["?status=paid", "status", "field_not_a_choice"],
      ["?kind=A%20B", "kind", "field_malformed"],
      ["?issuedFrom=2026-03-06", "issuedFrom", "field_malformed"],
      ["?issuedFrom=2026-02-30T00:00:00Z", "issuedFrom", "field_malformed"],
      ["?issuedBefore=2026-03-06T10:00:00", "issuedBefore", "field_malformed"],
      ["?cursor=%21", "cursor", "field_malformed"],
      ["?cursor=AAAA", "cursor", "field_malformed"],
      [`?cursor=${cursor}`, "cursor", "field_malformed"],
      ["?busNo=", "busNo", "field_required"],
      [`?busNo=${"x".repeat(51)}`, "busNo", "field_too_long"],
      ["?busNo=l1&limit=5", "limit", "not_together"],
      ["?page=2", "page", "unknown_field"],
    ] as const) {
      const response = await harness.hospital.call("GET", `/v1/receipts${query}`);
      const problem = await expectProblem(response, 422, "invalid_fields");
      expect(
        problem.errors.map((error) => [error.pointer, error.code]),
        query,
      ).to.deep.equal([[`/query/${name}`, code]]);
    }
  });
});

describe("GET /v1/books", () => {
  it("gives the unit's books and what is left of each code", async () => {
    const harness = await startHarness();
    const book = harness.store.bookList[0];
    if (book === undefined) throw new Error("no book");
    harness.store.bookList = [
      { ...book, bookId: 1, first: 1, last: 10, next: 11, rendered: 8, anchored: 5, lowWater: 4 },
      { ...book, bookId: 2, first: 11, last: 20, next: 18, rendered: 16, anchored: 11, lowWater: 4, heldReason: "why" },
      { ...book, bookId: 3, unitId: 2, first: 21, last: 30, next: 21, rendered: 21, anchored: 21 },
    ];
    const { json } = await answerOf(await harness.hospital.call("GET", "/v1/books"));
    const code = { eInvoiceCode: "44060126", kind: "outpatient" };
    expect(bookList.parse(json)).to.deep.equal({
      stock: [{ ...code, left: 3, lowWater: 4, isLow: true }],
      books: [
        { bookId: 1, ...code, first: "0000000001", last: "0000000010", next: null, left: 0, rendered: 7, anchored: 4 },
        {
          ...{ bookId: 2, ...code, first: "0000000011", last: "0000000020", next: "0000000018", left: 3, rendered: 5 },
          ...{ anchored: 0, heldReason: "why" },
        },
      ],
    });
    await harness.stop();
  });
});
