import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { anchorBatch } from "../../service/app/anchorBatch.ts";
import { auditLedger } from "../../service/app/auditLedger.ts";
import type { AuditReport } from "../../service/app/auditTally.ts";
import type { Deps } from "../../service/app/deps.ts";
import { documentName } from "../../service/app/documentName.ts";
import { entryLeaf } from "../../service/app/segmentTrees.ts";
import type { Receipt } from "../../service/app/storePorts.ts";
import { bytesOfHex, hexOf } from "../../service/core/bytes.ts";
import { dataDigestOf } from "../../service/core/dataDigest.ts";
import { RECEIPT_INNER, treeRoot } from "../../service/core/merkle.ts";
import { domainSeparator, segmentSigningDigest } from "../../service/core/segment.ts";
import { keepFolder, startPlatform, type Platform } from "../support/platform.ts";

const TABLES = ["receipt", "book", "batch", "segment"];

describe("auditLedger", function () {
  this.timeout(60_000);
  let platform: Platform;
  let documents: ReturnType<typeof keepFolder>;
  /** By busNo. */
  const receipts = new Map<string, Receipt>();
  let code: number;
  let book: number;

  const sql = (text: string, parameters: unknown[] = []): Promise<Record<string, unknown>[]> =>
    platform.database.dataSource.query(text, parameters);
  const receiptOf = (busNo: string): Receipt => receipts.get(busNo)!;
  const numberOf = (busNo: string): number => receiptOf(busNo).number;
  const subjectOf = (busNo: string): string => {
    const { data } = receiptOf(busNo);
    return `receipt ${data.eInvoiceCode} ${data.eInvoiceNumber}`;
  };
  const nameOf = (busNo: string): string => documentName(receiptOf(busNo).code, numberOf(busNo));
  const fileOf = (busNo: string): string => {
    const [folder = "", file = ""] = nameOf(busNo).split("/");
    return path.join(platform.documentsDir, folder, file.slice(0, 6), file);
  };
  const audit = (deps: Deps = platform.deps): Promise<AuditReport> =>
    auditLedger({ store: deps.store, blobs: deps.blobs, ledger: deps.ledger, hash: deps.hash, onProgress: () => undefined });
  /** Each finding as "code subject", and nothing beside them. */
  const expectFindings = async (expected: readonly string[]): Promise<AuditReport> => {
    const report = await audit();
    expect(report.findings.map((finding) => `${finding.code} ${finding.subject}`)).to.have.members(expected);
    expect(report.findings).to.have.length(expected.length);
    return report;
  };
  const setReceipt = (busNo: string, assignment: string, ...parameters: unknown[]): Promise<unknown> =>
    sql(`update receipt set ${assignment} where code = $1 and number = $2`, [code, numberOf(busNo), ...parameters]);

  before(async () => {
    platform = await startPlatform();
    const issue = async (kind: string, busNo: string): Promise<void> => {
      receipts.set(busNo, await platform.issue(kind, busNo, { remark: `备注${busNo}` }));
    };
    for (const busNo of ["A1", "A2", "A3", "A4", "A5"]) await issue("outpatient", busNo);
    for (const busNo of ["S1", "S2"]) await issue("nontax", busNo);
    await platform.renderAll();
    await platform.anchorAll();
    for (const busNo of ["A6", "A7"]) await issue("outpatient", busNo);
    for (const busNo of ["P1", "P2"]) await issue("penalty", busNo);
    await platform.deps.store.markVoid(receiptOf("P1").code, numberOf("P1"), "it cannot be drawn");
    await platform.renderAll();
    await platform.anchorAll();
    for (const busNo of ["A8", "A9"]) await issue("outpatient", busNo);
    await platform.renderAll();
    await platform.anchorAll();
    await issue("nontax", "S3");
    await platform.renderAll();
    await issue("nontax", "S4");
    ({ code, bookId: book } = receiptOf("A1"));
    for (const table of TABLES) await sql(`create table kept_${table} as select * from ${table}`);
    documents = keepFolder(platform.documentsDir);
  });
  after(async () => {
    await platform.stop();
    documents.forget();
  });
  afterEach(async () => {
    for (const table of TABLES) {
      await sql(`delete from ${table}`);
      await sql(`insert into ${table} select * from kept_${table}`);
    }
    documents.restore();
  });

  it("finds nothing where nothing was altered, and counts everything", async () => {
    const report = await expectFindings([]);
    expect(report).to.include({ receiptCount: 15, voidCount: 1, documentCount: 13, batchCount: 3, pendingCount: 2 });
    const total = [...receipts.entries()].filter(([busNo]) => busNo !== "P1").map(([, receipt]) => receipt.issuedFen);
    expect(report.issuedFen).to.equal(total.reduce((sum, fen) => sum + fen, 0));
    expect(report.reversedFen).to.equal(0);
  });

  it("tells how far it is", async () => {
    const seen: [number, number][] = [];
    const { store, blobs, ledger, hash } = platform.deps;
    await auditLedger({ store, blobs, ledger, hash, onProgress: (done, total) => void seen.push([done, total]) });
    expect(seen.at(-1)).to.deep.equal([15, 15]);
  });

  describe("names a receipt's row", () => {
    it("of which the amount was altered", async () => {
      await setReceipt("A2", "issued_fen = issued_fen + 1");
      await expectFindings([
        `row_altered ${subjectOf("A2")}`,
        `segment_differs batch 1 book ${book}`,
      ]);
    });

    it("of which the amount in the data was altered, with the column beside it", async () => {
      await setReceipt("A2", "issued_fen = issued_fen + 1, data = jsonb_set(data, '{totalAmount}', to_jsonb(issued_fen + 1))");
      await expectFindings([`row_altered ${subjectOf("A2")}`, `segment_differs batch 1 book ${book}`]);
    });

    it("of which the payer's name was altered", async () => {
      await setReceipt("A7", `data = jsonb_set(data, '{payerPartyName}', '"王五"')`);
      const { findings } = await expectFindings([`row_altered ${subjectOf("A7")}`]);
      expect(findings[0]?.details).to.contain("the data and the secret do not give the stored data digest");
      expect(JSON.stringify(findings)).not.to.contain("王五");
    });

    it("of which the data are no receipt's any more", async () => {
      await setReceipt("A7", `data = jsonb_set(data, '{totalAmount}', '1.5')`);
      await expectFindings([`row_altered ${subjectOf("A7")}`]);
    });

    it("of which the busNo was altered", async () => {
      await setReceipt("A3", "bus_no = 'OTHER'");
      await expectFindings([`row_altered ${subjectOf("A3")}`]);
    });

    it("of which the unit, the kind or the time of issue was altered", async () => {
      for (const change of ["unit_id = 2", "kind = 'inpatient'", "issued_at_ms = issued_at_ms + 1000"]) {
        await setReceipt("A3", change);
        await expectFindings([`row_altered ${subjectOf("A3")}`]);
        await sql("delete from receipt");
        await sql("insert into receipt select * from kept_receipt");
      }
    });

    it("of which the number was altered: one is missing, one is extra, and its document belongs to none", async () => {
      await setReceipt("A9", "number = number + 500");
      const extra = subjectOf("A9").replace(/\d{10}$/, String(numberOf("A9") + 500).padStart(10, "0"));
      await expectFindings([
        `number_missing ${subjectOf("A9")}`,
        `number_extra ${extra}`,
        `document_extra ${nameOf("A9")}`,
        `segment_differs batch 3 book ${book}`,
      ]);
    });

    it("of which the number was altered to one below the book", async () => {
      await setReceipt("A9", "number = 0");
      await expectFindings([
        `number_missing ${subjectOf("A9")}`,
        `number_extra ${subjectOf("A9").replace(/\d{10}$/, "0000000000")}`,
        `document_extra ${nameOf("A9")}`,
        `segment_differs batch 3 book ${book}`,
      ]);
    });

    it("whose number was swapped with another's", async () => {
      const [a, b] = [numberOf("A1"), numberOf("A4")];
      await sql(`update receipt set number = case number when ${a} then -1 else -2 end where code = $1 and number in (${a}, ${b})`, [code]);
      await sql(`update receipt set number = case number when -1 then ${b} else ${a} end where number < 0`);
      const report = await audit();
      const named = (kind: string): string[] =>
        report.findings.filter((finding) => finding.code === kind).map((finding) => finding.subject);
      expect(named("row_altered")).to.have.members([subjectOf("A1"), subjectOf("A4")]);
      expect(named("segment_differs")).to.deep.equal([`batch 1 book ${book}`]);
      const subjects = new Set(report.findings.map((finding) => finding.subject));
      expect([...subjects]).to.have.members([subjectOf("A1"), subjectOf("A4"), `batch 1 book ${book}`]);
    });

    it("of which the code was altered", async () => {
      await setReceipt("A5", "code = code + 1000000");
      await expectFindings([`row_altered ${subjectOf("A5")}`]);
    });

    it("of which the data digest was altered with the data", async () => {
      const { data, secret } = receiptOf("A1");
      const forged = { ...data, payerPartyName: "王五" };
      const digest = Buffer.from(dataDigestOf(forged, secret));
      await setReceipt("A1", "data = $3, data_digest = $4", JSON.stringify(forged), digest);
      const { findings } = await expectFindings([
        `row_altered ${subjectOf("A1")}`,
        `segment_differs batch 1 book ${book}`,
      ]);
      expect(findings[0]?.details).to.contain("the document carries other data");
    });

    it("of which everything was altered to match, with the document, the segment and the batch: by the chain", async () => {
      const forged = { ...receiptOf("A8").data, payerPartyName: "王五" };
      const unit = await platform.unitOf("demo-hospital");
      const { secret, issuedAtMs } = receiptOf("A8");
      const job = { data: forged, secret, issuedAtMs, unitKeyId: unit.keyId, qrText: "https://example.gov.cn/d" };
      const [outcome] = await platform.deps.renderer.render([job]);
      if (outcome?.kind !== "rendered") throw new Error(outcome?.kind);
      fs.writeFileSync(fileOf("A8"), outcome.pdf);
      const digests = [outcome.dataDigest, outcome.documentDigest, platform.deps.hash([outcome.pdf])].map((each) => Buffer.from(each));
      await setReceipt(
        "A8",
        "data = $3, data_digest = $4, document_digest = $5, document_sha256 = $6",
        JSON.stringify(forged),
        ...digests,
      );
      await expectFindings([`segment_differs batch 3 book ${book}`]);
      const entries = await platform.deps.store.entries(book, numberOf("A8"), 2);
      const root = Buffer.from(treeRoot(entries.map(entryLeaf), RECEIPT_INNER));
      await sql("update segment set root = $1 where book_id = $2 and from_number = $3", [root, book, numberOf("A8")]);
      await expectFindings(["batch_differs batch 3"]);
    });

    it("of which the secret was altered", async () => {
      await setReceipt("A4", "secret = $3", randomBytes(32));
      await expectFindings([`row_altered ${subjectOf("A4")}`]);
    });

    it("of which a digest was altered or taken away", async () => {
      await setReceipt("A4", "document_digest = $3", randomBytes(32));
      await expectFindings([`row_altered ${subjectOf("A4")}`, `segment_differs batch 1 book ${book}`]);
      await setReceipt("A4", "document_digest = null");
      await expectFindings([`row_altered ${subjectOf("A4")}`, `segment_differs batch 1 book ${book}`]);
    });

    it("that was set back to issued, or to void, after it was anchored", async () => {
      await setReceipt("A6", "state = 'issued'");
      await expectFindings([`row_altered ${subjectOf("A6")}`, `segment_differs batch 2 book ${book}`]);
      await setReceipt("A6", "state = 'void'");
      await expectFindings([
        `row_altered ${subjectOf("A6")}`,
        `document_extra ${nameOf("A6")}`,
        `segment_differs batch 2 book ${book}`,
      ]);
    });
  });

  describe("names a document", () => {
    it("that is missing", async () => {
      fs.rmSync(fileOf("A3"));
      await expectFindings([`document_missing ${subjectOf("A3")}`]);
    });

    it("of which one byte was changed, wherever it stands", async () => {
      const whole = fs.readFileSync(fileOf("A3"));
      const places = [0, 9, 300, Math.floor(whole.length / 2), whole.length - 400, whole.length - 2];
      // The reserved room after the signature is part of no digest but that of the whole file.
      const padding = whole.indexOf("0000000000>");
      for (const at of [...places, padding]) {
        const changed = Buffer.from(whole);
        changed[at]! ^= 1;
        fs.writeFileSync(fileOf("A3"), changed);
        await expectFindings([`document_altered ${subjectOf("A3")}`]);
      }
    });

    it("that was truncated, emptied or made longer", async () => {
      const whole = fs.readFileSync(fileOf("A3"));
      for (const changed of [whole.subarray(0, -1), whole.subarray(0, 5000), Buffer.alloc(0), Buffer.concat([whole, whole])]) {
        fs.writeFileSync(fileOf("A3"), changed);
        await expectFindings([`document_altered ${subjectOf("A3")}`]);
      }
    });

    it("that was swapped with another receipt's", async () => {
      const [a, b] = [fs.readFileSync(fileOf("A3")), fs.readFileSync(fileOf("A6"))];
      fs.writeFileSync(fileOf("A3"), b);
      fs.writeFileSync(fileOf("A6"), a);
      await expectFindings([`document_altered ${subjectOf("A3")}`, `document_altered ${subjectOf("A6")}`]);
    });

    it("that no receipt has", async () => {
      const name = documentName(code, 999_999);
      await platform.deps.blobs.put(name, fs.readFileSync(fileOf("A1")));
      await platform.deps.blobs.put("44990126/0000000001.pdf", fs.readFileSync(fileOf("A1")));
      await platform.deps.blobs.put(nameOf("P1"), fs.readFileSync(fileOf("A1")));
      await expectFindings([
        `document_extra ${name}`,
        "document_extra 44990126/0000000001.pdf",
        `document_extra ${nameOf("P1")}`,
      ]);
    });
  });

  describe("names a number", () => {
    it("whose row was deleted in the middle", async () => {
      await sql("delete from receipt where code = $1 and number = $2", [code, numberOf("A3")]);
      await expectFindings([
        `number_missing ${subjectOf("A3")}`,
        `document_extra ${nameOf("A3")}`,
        `segment_differs batch 1 book ${book}`,
      ]);
    });

    it("whose row was deleted at the end", async () => {
      await sql("delete from receipt where code = $1 and number >= $2", [code, numberOf("A8")]);
      await expectFindings([
        `number_missing ${subjectOf("A8")}`,
        `number_missing ${subjectOf("A9")}`,
        `document_extra ${nameOf("A8")}`,
        `document_extra ${nameOf("A9")}`,
        `segment_differs batch 3 book ${book}`,
      ]);
    });

    it("whose row was deleted before it was anchored", async () => {
      await sql("delete from receipt where code = $1 and number = $2", [receiptOf("S4").code, numberOf("S4")]);
      await expectFindings([`number_missing ${subjectOf("S4")}`]);
    });

    it("that no book gave out", async () => {
      await sql(
        `insert into receipt select code, number + 1000, unit_id, book_id, kind, 'X', input_digest, input, data, secret,
           issued_fen, reversed_fen, issued_at_ms, warnings, state, data_digest, document_digest, document_sha256,
           rendered_at_ms, void_reason, render_holder, render_until_ms from receipt where code = $1 and number = $2`,
        [code, numberOf("A1")],
      );
      await expectFindings([`number_extra ${subjectOf("A1").replace(/\d{10}$/, "0000001001")}`]);
    });

    it("of a book that there is not", async () => {
      await setReceipt("A9", "book_id = 4711");
      await expectFindings([
        `number_missing ${subjectOf("A9")}`,
        `number_extra ${subjectOf("A9")}`,
        `document_extra ${nameOf("A9")}`,
        `segment_differs batch 3 book ${book}`,
      ]);
    });
  });

  describe("names a batch", () => {
    it("whose row was deleted in the middle", async () => {
      await sql("delete from batch where batch_no = 2");
      await expectFindings(["batch_missing batch 2"]);
    });

    it("whose row was deleted at the end: the chain has one more", async () => {
      await sql("delete from batch where batch_no = 3");
      await expectFindings(["batch_extra batch 3"]);
    });

    it("of which the root, head, time or transaction was altered", async () => {
      const changes = [
        "root = decode(repeat('ab', 32), 'hex')",
        "head = '0x' || repeat('ab', 32)",
        "time_s = time_s + 1",
        "tx_hash = (select tx_hash from kept_batch where batch_no = 1)",
        "block_number = block_number + 1",
      ];
      for (const change of changes) {
        await sql(`update batch set ${change} where batch_no = 2`);
        await expectFindings(["batch_differs batch 2"]);
        await sql("delete from batch");
        await sql("insert into batch select * from kept_batch");
      }
    });

    it("of which a segment's root, hash or run was altered, or a segment is gone", async () => {
      const where = `where book_id = ${book} and from_number = ${numberOf("A6")}`;
      await sql(`update segment set root = decode(repeat('ab', 32), 'hex') ${where}`);
      await expectFindings([`segment_differs batch 2 book ${book}`, "batch_differs batch 2"]);
      await sql("delete from segment");
      await sql("insert into segment select * from kept_segment");
      await sql(`update segment set hash = decode(repeat('ab', 32), 'hex') ${where}`);
      await expectFindings(["batch_differs batch 2"]);
      await sql("delete from segment");
      await sql("insert into segment select * from kept_segment");
      await sql(`update segment set count = count - 1 ${where}`);
      await expectFindings([`segment_differs batch 2 book ${book}`, "batch_differs batch 2"]);
      await sql(`delete from segment ${where}`);
      await expectFindings(["batch_differs batch 2"]);
    });

    it("that the database has and the chain has not", async () => {
      await sql(`insert into batch select 99, root, state, created_at_ms, drop_reason, 4, head, time_s, tx_hash, block_number,
        block_hash from kept_batch where batch_no = 3`);
      await expectFindings(["batch_missing batch 4"]);
    });
  });

  describe("names a book", () => {
    it("of which the anchored mark was altered", async () => {
      await sql("update book set anchored = anchored - 1 where book_id = $1", [book]);
      await expectFindings([`book_differs book ${book}`]);
    });

    it("of which the end was altered", async () => {
      await sql("update book set last = last + 1 where book_id = $1", [book]);
      await expectFindings([`book_differs book ${book}`]);
    });

    it("that the chain does not know", async () => {
      await sql(`insert into book select 4711, unit_id, code, kind, 5000001, 5000010, 5000001, 5000001, 5000001, low_water,
        held_reason from book where book_id = $1`, [book]);
      await expectFindings(["book_differs book 4711"]);
    });

    it("of which the next number was altered", async () => {
      await sql("update book set next = next + 1 where book_id = $1", [book]);
      const missing = subjectOf("A9").replace(/\d{10}$/, String(numberOf("A9") + 1).padStart(10, "0"));
      await expectFindings([`number_missing ${missing}`]);
    });
  });

  describe("beside a program that goes on", () => {
    /** The store, which does something before the n-th call of a method. */
    const during = (method: string, nth: number, act: () => Promise<void>): Deps => {
      let calls = 0;
      const store = new Proxy(platform.deps.store, {
        get: (target, name: string) => {
          const own = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
          if (name !== method) return own;
          return async (...args: unknown[]) => {
            if (++calls === nth) await act();
            return own(...args);
          };
        },
      });
      return platform.with({ store });
    };
    let n = 0;
    const goOn = async (): Promise<void> => {
      for (let index = 0; index < 2; index++) await platform.issue("outpatient", `GO-${n++}`);
      await platform.renderAll();
      await platform.anchorAll();
    };
    // These stay: chain and database have both gone on.
    afterEach(async () => {
      for (const table of TABLES) {
        await sql(`drop table kept_${table}`);
        await sql(`create table kept_${table} as select * from ${table}`);
      }
      documents.forget();
      documents = keepFolder(platform.documentsDir);
    });

    for (const [method, nth] of [
      ["openBatch", 1],
      ["lastAnchored", 1],
      ["books", 1],
      ["receiptsOfBook", 1],
      ["receiptsOfBook", 2],
      ["receiptsOfBook", 3],
      ["anchoredBatches", 1],
      ["openBatch", 2],
      ["books", 2],
      ["strayReceipts", 1],
    ] as const) {
      it(`finds nothing when receipts are issued and anchored before ${method}, call ${nth}`, async () => {
        expect((await audit(during(method, nth, goOn))).findings).to.deep.equal([]);
      });
    }

    it("finds nothing while a batch is on its way, whether it is mined or not", async () => {
      await platform.issue("outpatient", `GO-${n++}`);
      await platform.renderAll();
      const lost = platform.with({ ledger: { ...platform.ledger, send: async () => undefined } });
      const lease = (await platform.deps.store.lease("anchor", "test", 60_000))!;
      const batch = (await anchorBatch(lost, lease))!;
      await expectFindings([]);
      const open = (await platform.deps.store.openBatch())!;
      await platform.ledger.send(open.transactions[0]!.raw);
      expect((await platform.ledger.head()).batchCount).to.equal((await platform.deps.store.lastAnchored())!.batchNo + 1);
      await expectFindings([]);
      expect(batch.batchId).to.equal(open.batchId);
      await platform.anchorAll();
      await expectFindings([]);
    });
  });

  // It can't be undone on chain, so it is the last.
  describe("in the end", () => {
    it("names a batch that somebody anchored behind the database's back, and its book", async () => {
      const { ledger } = platform;
      const { store } = platform.deps;
      const unit = await platform.unitOf("demo-school");
      const school = (await store.books(unit.unitId))[0]!;
      const claim = { bookId: school.bookId, from: school.anchored, count: 1, root: randomBytes(32), reversals: [] };
      const domain = domainSeparator({ chainId: ledger.chainId, contract: bytesOfHex(ledger.contract) });
      const signature = await platform.keystore.signDigest(unit.keyId, segmentSigningDigest(domain, claim));
      const segment = { ...claim, root: hexOf(claim.root), signature: hexOf(signature) };
      const simulated = await ledger.simulate([segment]);
      if (simulated.kind !== "accepted") throw new Error(simulated.error);
      const { raw } = await ledger.prepare([segment], await ledger.minedNonce(), await ledger.fee(), simulated.gas);
      await ledger.send(raw);
      const { batchCount } = await ledger.head();
      await expectFindings([`batch_extra batch ${batchCount}`, `book_differs book ${school.bookId}`]);
    });
  });
});
