import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { expect } from "chai";
import { documentName } from "../../service/app/documentName.ts";
import { entryLeaf } from "../../service/app/segmentTrees.ts";
import { dataDigestOf } from "../../service/core/dataDigest.ts";
import { RECEIPT_INNER, treeRoot } from "../../service/core/merkle.ts";
import { startAuditPool } from "../../service/threads/auditPool.ts";
import { startAuditedLedger, type AuditedLedger } from "../support/auditedLedger.ts";

describe("the audit of rows and documents", function () {
  this.timeout(60_000);
  let spoilt: AuditedLedger;
  before(async () => {
    spoilt = await startAuditedLedger();
  });
  after(() => spoilt.stop());
  afterEach(() => spoilt.restore());

  it("finds the same in threads as here, with nothing spoilt and with much", async () => {
    const pool = startAuditPool();
    try {
      expect((await spoilt.audit(undefined, pool.examine)).findings).to.deep.equal([]);
      await spoilt.setReceipt("A1", "secret = $3", randomBytes(32));
      await spoilt.setReceipt("A2", "issued_fen = issued_fen + 1");
      await spoilt.setReceipt("A4", "document_digest = null");
      await spoilt.setReceipt("A6", "state = 'issued'");
      await spoilt.setReceipt("A7", `data = jsonb_set(data, '{totalAmount}', '1.5')`);
      fs.rmSync(spoilt.fileOf("A3"));
      const changed = fs.readFileSync(spoilt.fileOf("A8"));
      changed[300]! ^= 1;
      fs.writeFileSync(spoilt.fileOf("A8"), changed);
      const here = await spoilt.audit();
      expect(here.findings.map(({ code }) => code)).to.include.members([
        ...["row_altered", "document_missing", "document_altered", "segment_differs"],
      ]);
      expect(await spoilt.audit(undefined, pool.examine)).to.deep.equal(here);
    } finally {
      await pool.stop();
    }
  });

  describe("names a receipt's row", () => {
    it("of which the amount was altered", async () => {
      await spoilt.setReceipt("A2", "issued_fen = issued_fen + 1");
      await spoilt.expectFindings([
        `row_altered ${spoilt.subjectOf("A2")}`,
        `segment_differs batch 1 book ${spoilt.book}`,
      ]);
    });

    it("of which the amount in the data was altered, with the column beside it", async () => {
      await spoilt.setReceipt(
        "A2",
        "issued_fen = issued_fen + 1, data = jsonb_set(data, '{totalAmount}', to_jsonb(issued_fen + 1))",
      );
      await spoilt.expectFindings([
        `row_altered ${spoilt.subjectOf("A2")}`,
        `segment_differs batch 1 book ${spoilt.book}`,
      ]);
    });

    it("of which the payer's name was altered", async () => {
      await spoilt.setReceipt("A7", `data = jsonb_set(data, '{payerPartyName}', '"王五"')`);
      const { findings } = await spoilt.expectFindings([`row_altered ${spoilt.subjectOf("A7")}`]);
      expect(findings[0]?.details).to.contain("the data and the secret do not give the stored data digest");
      expect(JSON.stringify(findings)).not.to.contain("王五");
    });

    it("of which the data are no receipt's any more", async () => {
      await spoilt.setReceipt("A7", `data = jsonb_set(data, '{totalAmount}', '1.5')`);
      await spoilt.expectFindings([`row_altered ${spoilt.subjectOf("A7")}`]);
    });

    it("of which the busNo was altered", async () => {
      await spoilt.setReceipt("A3", "bus_no = 'OTHER'");
      await spoilt.expectFindings([`row_altered ${spoilt.subjectOf("A3")}`]);
    });

    it("of which the unit, the kind or the time of issue was altered", async () => {
      for (const change of ["unit_id = 2", "kind = 'inpatient'", "issued_at_ms = issued_at_ms + 1000"]) {
        await spoilt.setReceipt("A3", change);
        await spoilt.expectFindings([`row_altered ${spoilt.subjectOf("A3")}`]);
        await spoilt.restore();
      }
    });

    it("of which the number was altered: one is missing, one is extra, and its document belongs to none", async () => {
      await spoilt.setReceipt("A9", "number = number + 500");
      const extra = spoilt.subjectOf("A9").replace(/\d{10}$/, String(spoilt.numberOf("A9") + 500).padStart(10, "0"));
      await spoilt.expectFindings([
        `number_missing ${spoilt.subjectOf("A9")}`,
        `number_extra ${extra}`,
        `document_extra ${spoilt.nameOf("A9")}`,
        `segment_differs batch 3 book ${spoilt.book}`,
      ]);
    });

    it("of which the number was altered to one below the book", async () => {
      await spoilt.setReceipt("A9", "number = 0");
      await spoilt.expectFindings([
        `number_missing ${spoilt.subjectOf("A9")}`,
        `number_extra ${spoilt.subjectOf("A9").replace(/\d{10}$/, "0000000000")}`,
        `document_extra ${spoilt.nameOf("A9")}`,
        `segment_differs batch 3 book ${spoilt.book}`,
      ]);
    });

    it("whose number was swapped with another's", async () => {
      const [a, b] = [spoilt.numberOf("A1"), spoilt.numberOf("A4")];
      await spoilt.sql(
        `update receipt set number = case number when ${a} then -1 else -2 end where code = $1 and number in (${a}, ${b})`,
        [spoilt.code],
      );
      await spoilt.sql(`update receipt set number = case number when -1 then ${b} else ${a} end where number < 0`);
      const report = await spoilt.audit();
      const named = (kind: string): string[] =>
        report.findings.filter((finding) => finding.code === kind).map((finding) => finding.subject);
      expect(named("row_altered")).to.have.members([spoilt.subjectOf("A1"), spoilt.subjectOf("A4")]);
      expect(named("segment_differs")).to.deep.equal([`batch 1 book ${spoilt.book}`]);
      const subjects = new Set(report.findings.map((finding) => finding.subject));
      expect([...subjects]).to.have.members([
        spoilt.subjectOf("A1"),
        spoilt.subjectOf("A4"),
        `batch 1 book ${spoilt.book}`,
      ]);
    });

    it("of which the code was altered", async () => {
      await spoilt.setReceipt("A5", "code = code + 1000000");
      await spoilt.expectFindings([`row_altered ${spoilt.subjectOf("A5")}`]);
    });

    it("of which the data digest was altered with the data", async () => {
      const { data, secret } = spoilt.receiptOf("A1");
      const forged = { ...data, payerPartyName: "王五" };
      const digest = Buffer.from(dataDigestOf(forged, secret));
      await spoilt.setReceipt("A1", "data = $3, data_digest = $4", JSON.stringify(forged), digest);
      const { findings } = await spoilt.expectFindings([
        `row_altered ${spoilt.subjectOf("A1")}`,
        `segment_differs batch 1 book ${spoilt.book}`,
      ]);
      expect(findings[0]?.details).to.contain("the document carries other data");
    });

    it("of which everything was altered to match, with the document, the segment and the batch: by the chain", async () => {
      const forged = { ...spoilt.receiptOf("A8").data, payerPartyName: "王五" };
      const unit = await spoilt.platform.unitOf("demo-hospital");
      const { secret, issuedAtMs } = spoilt.receiptOf("A8");
      const job = { data: forged, secret, issuedAtMs, unitKeyId: unit.keyId, qrText: "https://example.gov.cn/d" };
      const [outcome] = await spoilt.platform.deps.renderer.render([job]);
      if (outcome?.kind !== "rendered") throw new Error(outcome?.kind);
      fs.writeFileSync(spoilt.fileOf("A8"), outcome.pdf);
      const digests = [outcome.dataDigest, outcome.documentDigest, spoilt.platform.deps.hash([outcome.pdf])].map(
        (each) => Buffer.from(each),
      );
      await spoilt.setReceipt(
        "A8",
        "data = $3, data_digest = $4, document_digest = $5, document_sha256 = $6",
        JSON.stringify(forged),
        ...digests,
      );
      await spoilt.expectFindings([`segment_differs batch 3 book ${spoilt.book}`]);
      const entries = await spoilt.platform.deps.store.entries(spoilt.book, spoilt.numberOf("A8"), 2);
      const root = Buffer.from(treeRoot(entries.map(entryLeaf), RECEIPT_INNER));
      await spoilt.sql("update segment set root = $1 where book_id = $2 and from_number = $3", [
        root,
        spoilt.book,
        spoilt.numberOf("A8"),
      ]);
      await spoilt.expectFindings(["batch_differs batch 3"]);
    });

    it("of which the secret was altered", async () => {
      await spoilt.setReceipt("A4", "secret = $3", randomBytes(32));
      await spoilt.expectFindings([`row_altered ${spoilt.subjectOf("A4")}`]);
    });

    it("of which a digest was altered or taken away", async () => {
      await spoilt.setReceipt("A4", "document_digest = $3", randomBytes(32));
      await spoilt.expectFindings([
        `row_altered ${spoilt.subjectOf("A4")}`,
        `segment_differs batch 1 book ${spoilt.book}`,
      ]);
      await spoilt.setReceipt("A4", "document_digest = null");
      await spoilt.expectFindings([
        `row_altered ${spoilt.subjectOf("A4")}`,
        `segment_differs batch 1 book ${spoilt.book}`,
      ]);
    });

    it("that was set back to issued, or to void, after it was anchored", async () => {
      await spoilt.setReceipt("A6", "state = 'issued'");
      await spoilt.expectFindings([
        `row_altered ${spoilt.subjectOf("A6")}`,
        `segment_differs batch 2 book ${spoilt.book}`,
      ]);
      await spoilt.setReceipt("A6", "state = 'void'");
      await spoilt.expectFindings([
        `row_altered ${spoilt.subjectOf("A6")}`,
        `document_extra ${spoilt.nameOf("A6")}`,
        `segment_differs batch 2 book ${spoilt.book}`,
      ]);
    });
  });

  describe("names a document", () => {
    it("that is missing", async () => {
      fs.rmSync(spoilt.fileOf("A3"));
      await spoilt.expectFindings([`document_missing ${spoilt.subjectOf("A3")}`]);
    });

    it("of which one byte was changed, wherever it stands", async () => {
      const whole = fs.readFileSync(spoilt.fileOf("A3"));
      const places = [0, 9, 300, Math.floor(whole.length / 2), whole.length - 400, whole.length - 2];
      // The reserved room after the signature is part of no digest but that of the whole file.
      const padding = whole.indexOf("0000000000>");
      for (const at of [...places, padding]) {
        const changed = Buffer.from(whole);
        changed[at]! ^= 1;
        fs.writeFileSync(spoilt.fileOf("A3"), changed);
        await spoilt.expectFindings([`document_altered ${spoilt.subjectOf("A3")}`]);
      }
    });

    it("that was truncated, emptied or made longer", async () => {
      const whole = fs.readFileSync(spoilt.fileOf("A3"));
      for (const changed of [
        whole.subarray(0, -1),
        whole.subarray(0, 5000),
        Buffer.alloc(0),
        Buffer.concat([whole, whole]),
      ]) {
        fs.writeFileSync(spoilt.fileOf("A3"), changed);
        await spoilt.expectFindings([`document_altered ${spoilt.subjectOf("A3")}`]);
      }
    });

    it("that was swapped with another receipt's", async () => {
      const [a, b] = [fs.readFileSync(spoilt.fileOf("A3")), fs.readFileSync(spoilt.fileOf("A6"))];
      fs.writeFileSync(spoilt.fileOf("A3"), b);
      fs.writeFileSync(spoilt.fileOf("A6"), a);
      await spoilt.expectFindings([
        `document_altered ${spoilt.subjectOf("A3")}`,
        `document_altered ${spoilt.subjectOf("A6")}`,
      ]);
    });

    it("that no receipt has", async () => {
      const name = documentName(spoilt.code, 999_999);
      await spoilt.platform.deps.blobs.put(name, fs.readFileSync(spoilt.fileOf("A1")));
      await spoilt.platform.deps.blobs.put("44990126/0000000001.pdf", fs.readFileSync(spoilt.fileOf("A1")));
      await spoilt.platform.deps.blobs.put(spoilt.nameOf("P1"), fs.readFileSync(spoilt.fileOf("A1")));
      await spoilt.expectFindings([
        `document_extra ${name}`,
        "document_extra 44990126/0000000001.pdf",
        `document_extra ${spoilt.nameOf("P1")}`,
      ]);
    });
  });

  describe("names a number", () => {
    it("whose row was deleted in the middle", async () => {
      await spoilt.sql("delete from receipt where code = $1 and number = $2", [spoilt.code, spoilt.numberOf("A3")]);
      await spoilt.expectFindings([
        `number_missing ${spoilt.subjectOf("A3")}`,
        `document_extra ${spoilt.nameOf("A3")}`,
        `segment_differs batch 1 book ${spoilt.book}`,
      ]);
    });

    it("whose row was deleted at the end", async () => {
      await spoilt.sql("delete from receipt where code = $1 and number >= $2", [spoilt.code, spoilt.numberOf("A8")]);
      await spoilt.expectFindings([
        `number_missing ${spoilt.subjectOf("A8")} to ${spoilt.receiptOf("A9").data.eInvoiceNumber}`,
        `document_extra ${spoilt.nameOf("A8")}`,
        `document_extra ${spoilt.nameOf("A9")}`,
        `segment_differs batch 3 book ${spoilt.book}`,
      ]);
    });

    it("whose row was deleted before it was anchored", async () => {
      await spoilt.sql("delete from receipt where code = $1 and number = $2", [
        spoilt.receiptOf("S4").code,
        spoilt.numberOf("S4"),
      ]);
      await spoilt.expectFindings([`number_missing ${spoilt.subjectOf("S4")}`]);
    });

    it("that no book gave out", async () => {
      await spoilt.sql(
        `insert into receipt select code, number + 1000, unit_id, book_id, kind, 'X', input_digest, input, data, secret,
           issued_fen, reversed_fen, issued_at_ms, warnings, state, data_digest, document_digest, document_sha256,
           rendered_at_ms, void_reason, render_holder, render_until_ms from receipt where code = $1 and number = $2`,
        [spoilt.code, spoilt.numberOf("A1")],
      );
      await spoilt.expectFindings([`number_extra ${spoilt.subjectOf("A1").replace(/\d{10}$/, "0000001001")}`]);
    });

    it("of a book that there is not", async () => {
      await spoilt.setReceipt("A9", "book_id = 4711");
      await spoilt.expectFindings([
        `number_missing ${spoilt.subjectOf("A9")}`,
        `number_extra ${spoilt.subjectOf("A9")}`,
        `document_extra ${spoilt.nameOf("A9")}`,
        `segment_differs batch 3 book ${spoilt.book}`,
      ]);
    });
  });
});
