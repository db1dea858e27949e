import { expect } from "chai";
import { encodeSignedData, parseSignedData } from "../../service/core/cms.ts";
import type { Evidence } from "../../service/core/ledgerCall.ts";
import { readSignature, writeSignature } from "../../service/core/pdfSignature.ts";
import { encodeProof } from "../../service/core/proof.ts";
import type { Check, Report } from "../../service/core/report.ts";
import { CHECK_TEXTS, type CheckId } from "../../service/core/reportTexts.ts";
import { verifyPdf, type VerifyOptions } from "../../service/core/verify.ts";
import { makeAuthority, verifyBySubtle } from "./sampleAuthority.ts";
import { SAMPLE_CHAIN_ID, SAMPLE_CONTRACT, sampleReader, type SampleRecords } from "./sampleLedger.ts";
import { makeReceipt, SAMPLE_TIME_S, type SampleReceipt } from "./sampleReceipt.ts";

const trustedContract = { chainId: SAMPLE_CHAIN_ID, address: SAMPLE_CONTRACT };

function verify(pdf: Uint8Array, records: SampleRecords, options: Partial<VerifyOptions> = {}): Promise<Report> {
  return verifyPdf(pdf, { reader: sampleReader(records), trustedContract, ...options });
}

function check(report: Report, id: CheckId): Check {
  const found = report.checks.find((item) => item.id === id);
  if (found === undefined) throw new Error(`no check ${id}`);
  return found;
}

/** The ids of all checks with this outcome. */
function ids(report: Report, outcome: Check["outcome"]): readonly string[] {
  return report.checks.filter((item) => item.outcome === outcome).map(({ id }) => id);
}

describe("core/verify", () => {
  let sample: SampleReceipt;
  before(async () => {
    sample = await makeReceipt();
  });

  it("finds a sealed receipt valid, with every check passed, each id once", async () => {
    const report = await verify(sample.sealed, sample.records);
    expect(ids(report, "pass")).to.deep.equal(report.checks.map(({ id }) => id));
    expect([...ids(report, "pass")].sort()).to.deep.equal(Object.keys(CHECK_TEXTS).sort());
    expect(report).to.include({ verdict: "valid", state: "normal", isRedLetter: false });
    expect(report.chain).to.deep.equal({
      chainId: SAMPLE_CHAIN_ID,
      contract: SAMPLE_CONTRACT,
      blockNumber: 77,
      batchTimeS: SAMPLE_TIME_S,
      unitId: 1,
      isUnitSuspended: false,
    });
    expect(report.signer).to.include({ creditCode: "12440000455858000X", commonName: "测试医院" });
    expect(report.data).to.deep.equal(sample.data);
    expect(report.proof).to.deep.equal(sample.proof);
  });

  it("takes a contract's address in any case", async () => {
    const address = `0x${SAMPLE_CONTRACT.slice(2).toUpperCase()}`;
    const report = await verify(sample.sealed, sample.records, {
      trustedContract: { chainId: SAMPLE_CHAIN_ID, address },
    });
    expect(report.verdict).to.equal("valid");
  });

  describe("what became of the receipt", () => {
    const cases: [Partial<Evidence["status"]>, string, number][] = [
      [{}, "normal", 0],
      [{ reversed: true, reversedByCode: 44060126, reversedByNumber: 2000 }, "reversed", 0],
      [{ reversed: true, reversedByCode: 44060126, reversedByNumber: 2000, capFen: 10, usedFen: 10 }, "reversed", 0],
      [{ onPaper: true }, "on_paper", 0],
      [{ capFen: 24621, usedFen: 20000, lockedFen: 600 }, "claimed", 4021],
      [{ capFen: 24621, lockedFen: 1 }, "claimed", 24620],
      [{ capFen: 24621 }, "normal", 24621],
    ];
    for (const [change, state, leftFen] of cases) {
      it(`is ${state} for ${JSON.stringify(change)}`, async () => {
        const status = { ...sample.records.status, ...change };
        const report = await verify(sample.sealed, { ...sample.records, status });
        expect(report).to.include({ verdict: "valid", state });
        expect(report.status).to.deep.equal({ ...status, leftFen });
      });
    }

    it("cannot be told from a status that contradicts itself", async () => {
      for (const change of [{ usedFen: 1 }, { reversed: true }, { reversedByCode: 1 }]) {
        const status = { ...sample.records.status, ...change };
        const report = await verify(sample.sealed, { ...sample.records, status });
        expect(check(report, "status")).to.include({ outcome: "unknown", reason: "status_unreadable" });
        expect(report).to.include({ verdict: "undetermined", state: "unknown" });
        expect(report.status).to.equal(undefined);
      }
    });
  });

  describe("a red-letter receipt", () => {
    it("is valid with its amount reversed, and says that it is one", async () => {
      const red = await makeReceipt({ data: { totalAmount: -24621 } });
      expect(red.proof).to.include({ issuedFen: 0, reversedFen: 24621 });
      expect(await verify(red.sealed, red.records)).to.include({ verdict: "valid", isRedLetter: true });
    });

    it("is not valid if the leaf counts its amount as issued", async () => {
      const red = await makeReceipt({
        data: { totalAmount: -24621 },
        proof: { issuedFen: 24621, reversedFen: 0 },
      });
      const report = await verify(red.sealed, red.records);
      expect(ids(report, "fail")).to.deep.equal(["amounts"]);
      expect(check(report, "amounts")).to.include({ reason: "another_amount" });
    });
  });

  describe("a receipt that is not anchored yet", () => {
    it("is undetermined and never valid, with its document checked", async () => {
      const report = await verify(sample.unsealed, sample.records);
      expect(report).to.include({ verdict: "undetermined", state: "not_anchored" });
      expect(ids(report, "fail")).to.deep.equal([]);
      expect(check(report, "proof")).to.include({ outcome: "unknown", reason: "not_sealed" });
      for (const id of ["signature", "document_digest", "certificate_chain", "certificate_root"] as const) {
        expect(check(report, id).outcome, id).to.equal("pass");
      }
    });

    it("tells whether its certificates are valid now only if it is told the time", async () => {
      const at = (nowMs: number) => verify(sample.unsealed, sample.records, { nowMs });
      const { notBeforeMs = 0, notAfterMs = 0 } = (await at(0)).signer ?? {};
      for (const nowMs of [notBeforeMs, notAfterMs]) {
        expect(check(await at(nowMs), "certificate_validity").outcome).to.equal("pass");
      }
      for (const nowMs of [notBeforeMs - 1, notAfterMs + 1]) {
        expect(check(await at(nowMs), "certificate_validity")).to.include({
          outcome: "unknown",
          reason: "certificate_not_current",
        });
      }
    });

    it("is invalid under a root that the bureau never registered", async () => {
      const other = await makeReceipt();
      const report = await verify(other.unsealed, sample.records);
      expect(report).to.include({ verdict: "invalid", state: "unknown" });
      expect(check(report, "certificate_root")).to.include({ outcome: "fail", reason: "root_unknown" });
    });
  });

  describe("could not tell", () => {
    it("is never green: the node does not answer, at whichever question", async () => {
      const good = sampleReader(sample.records);
      const away = (): Promise<never> => Promise.reject(new TypeError("fetch failed"));
      for (const reader of [
        { ...good, chainId: away },
        { ...good, blockNumber: away },
        { ...good, call: away },
      ]) {
        const report = await verify(sample.sealed, sample.records, { reader });
        expect(report).to.include({ verdict: "undetermined", state: "unknown" });
        expect(ids(report, "unknown")).to.deep.equal([
          "chain_read",
          "batch_root",
          "certificate_root",
          "certificate_validity",
          "book",
          "unit",
          "status",
        ]);
        expect(check(report, "batch_root").reason).to.equal("node_unreachable");
      }
    });

    it("is said of a node of another chain", async () => {
      const report = await verify(sample.sealed, sample.records, { reader: sampleReader(sample.records, 1) });
      expect(report.verdict).to.equal("undetermined");
      expect(check(report, "chain_read")).to.include({ outcome: "unknown", reason: "wrong_chain" });
    });

    it("is said of an answer that is no answer", async () => {
      for (const answer of ["0x", "", "0x00", `0x${"ff".repeat(736)}`, "nonsense"]) {
        const reader = { ...sampleReader(sample.records), call: async () => answer };
        const report = await verify(sample.sealed, sample.records, { reader });
        expect(report.verdict).to.equal("undetermined");
        expect(check(report, "chain_read").reason).to.equal("evidence_malformed");
      }
    });

    it("is said of a batch that the node does not know, while its book has not got to the number", async () => {
      const behind = { ...sample.records, batchNo: 8, book: { ...sample.records.book, next: 1004 } };
      const report = await verify(sample.sealed, behind);
      expect(report.verdict).to.equal("undetermined");
      expect(check(report, "batch_root")).to.include({ outcome: "unknown", reason: "batch_unknown" });
    });

    it("is not said if the book is past the number: then the batch is another", async () => {
      const report = await verify(sample.sealed, {
        ...sample.records,
        batchNo: 8,
        book: { ...sample.records.book, next: 1005 },
      });
      expect(report.verdict).to.equal("invalid");
      expect(check(report, "batch_root")).to.include({ outcome: "fail", reason: "another_batch" });
    });
  });

  describe("what the chain contradicts", () => {
    const at = SAMPLE_TIME_S;
    const cases: [string, (records: SampleRecords) => SampleRecords, CheckId, string][] = [
      [
        "another root of the batch",
        (r) => ({ ...r, batch: { ...r.batch, root: r.leaf } }),
        "batch_root",
        "another_root",
      ],
      [
        "another count of segments",
        (r) => ({ ...r, batch: { ...r.batch, segmentCount: 4 } }),
        "batch_root",
        "another_root",
      ],
      ["an unknown root", (r) => ({ ...r, rootDigest: r.leaf }), "certificate_root", "root_unknown"],
      [
        "a root added after the batch",
        (r) => ({ ...r, root: { addedAtS: at + 1, revokedFromS: 0 } }),
        "certificate_root",
        "root_added_later",
      ],
      [
        "a root revoked from the batch's time on",
        (r) => ({ ...r, root: { addedAtS: 1, revokedFromS: at } }),
        "certificate_root",
        "root_revoked",
      ],
      [
        "certificates that had ended",
        (r) => ({ ...r, batch: { ...r.batch, timeS: Date.UTC(2046, 0, 1) / 1000 + 1 } }),
        "certificate_validity",
        "certificate_expired",
      ],
      ["an unknown book", (r) => ({ ...r, book: { ...r.book, unitId: 0 } }), "book", "book_unknown"],
      ["a book of another code", (r) => ({ ...r, book: { ...r.book, code: 44060127 } }), "book", "another_code"],
      ["a book that begins later", (r) => ({ ...r, book: { ...r.book, first: 1002 } }), "book", "number_outside_book"],
      ["a book that ends before", (r) => ({ ...r, book: { ...r.book, last: 1003 } }), "book", "number_outside_book"],
      ["a book not yet there", (r) => ({ ...r, book: { ...r.book, next: 1007 } }), "book", "number_outside_book"],
      [
        "a book of another unit",
        (r) => ({ ...r, unit: { ...r.unit, creditCode: "124400004558580001" } }),
        "unit",
        "another_unit",
      ],
      [
        "a unit admitted after the batch",
        (r) => ({ ...r, unit: { ...r.unit, admittedAtS: at + 1 } }),
        "unit",
        "unit_not_admitted",
      ],
      ["an unknown unit", (r) => ({ ...r, unit: { ...r.unit, admittedAtS: 0 } }), "unit", "unit_not_admitted"],
    ];
    for (const [title, change, id, reason] of cases) {
      it(`is invalid: ${title}`, async () => {
        const report = await verify(sample.sealed, change(sample.records));
        expect(ids(report, "fail")).to.deep.equal([id]);
        expect(check(report, id).reason).to.equal(reason);
        expect(report).to.include({ verdict: "invalid", state: "unknown" });
      });
    }

    it("is valid at the last time that counts: root added and unit admitted with the batch, revoked a second later", async () => {
      const report = await verify(sample.sealed, {
        ...sample.records,
        root: { addedAtS: at, revokedFromS: at + 1 },
        unit: { ...sample.records.unit, admittedAtS: at },
        book: { ...sample.records.book, first: 1001, last: 1007 },
      });
      expect(report.verdict).to.equal("valid");
    });

    it("is valid for a unit that was suspended since, and says so", async () => {
      const unit = { ...sample.records.unit, suspendedAtS: at - 1 };
      const report = await verify(sample.sealed, { ...sample.records, unit });
      expect(report.verdict).to.equal("valid");
      expect(report.chain?.isUnitSuspended).to.equal(true);
    });
  });

  describe("what the document contradicts", () => {
    const cases: [string, Parameters<typeof makeReceipt>[0], CheckId, string][] = [
      [
        "another issuer in the data",
        { data: { invoicingPartyCode: "124400004558580001" } },
        "issuer",
        "another_issuer",
      ],
      ["another code in the data", { data: { eInvoiceCode: "44060127" } }, "code_and_number", "another_number"],
      ["another number in the data", { data: { eInvoiceNumber: "0000001005" } }, "code_and_number", "another_number"],
      ["a number without its zeros", { data: { eInvoiceNumber: "1004" } }, "code_and_number", "another_number"],
      ["another amount", { proof: { issuedFen: 24622 } }, "amounts", "another_amount"],
      [
        "another amount reversed",
        { data: { totalAmount: -5 }, proof: { reversedFen: 6 } },
        "amounts",
        "another_amount",
      ],
      [
        "an amount reversed that was issued",
        { proof: { issuedFen: 0, reversedFen: 24621 } },
        "amounts",
        "another_amount",
      ],
      ["an amount that is text", { data: { totalAmount: "24621" } }, "amounts", "total_missing"],
      ["another digest of the data", { proof: { dataDigest: new Uint8Array(32) } }, "data_digest", "data_differs"],
      ["another contract", { proof: { contract: new Uint8Array(20) } }, "trusted_contract", "another_contract"],
      ["another chain", { proof: { chainId: 1 } }, "trusted_contract", "another_contract"],
    ];
    for (const [title, change, id, reason] of cases) {
      it(`is invalid: ${title}`, async () => {
        const other = await makeReceipt(change);
        const report = await verify(other.sealed, other.records);
        expect(ids(report, "fail")).to.deep.equal([id]);
        expect(check(report, id).reason).to.equal(reason);
        expect(report.verdict).to.equal("invalid");
      });
    }

    it("is invalid with the proof of another document in it", async () => {
      const other = await makeReceipt({ authority: sample.authority, data: { remark: "another" } });
      const parts = parseSignedData(readSignature(other.unsealed));
      const pdf = writeSignature(other.unsealed, encodeSignedData({ ...parts, proof: encodeProof(sample.proof) }));
      const report = await verify(pdf, sample.records);
      expect(ids(report, "fail")).to.deep.equal(["proof_document", "data_digest"]);
      expect(check(report, "proof_document").reason).to.equal("another_document");
    });

    it("does not ask a look-alike contract anything", async () => {
      const other = await makeReceipt({ proof: { contract: new Uint8Array(20) } });
      const report = await verify(other.sealed, other.records);
      expect(check(report, "chain_read").outcome).to.equal("skipped");
      expect(report.chain).to.equal(undefined);
    });

    it("is invalid if a unit signed that its certificate does not name", async () => {
      const authority = await makeAuthority({ creditCode: "124400004558580001" });
      const other = await makeReceipt({ authority });
      const report = await verify(other.sealed, other.records);
      expect(ids(report, "fail")).to.deep.equal(["issuer", "unit"]);
    });
  });

  it("refuses what is no receipt, and does not ask the node", async () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array(5000), new TextEncoder().encode("%PDF-1.7\n")]) {
      const report = await verify(bytes, sample.records);
      expect(report).to.include({ verdict: "invalid", state: "unknown", isRedLetter: false });
      expect(ids(report, "fail")).to.deep.equal(["file_structure"]);
      expect(ids(report, "pass")).to.deep.equal([]);
      expect(report.chain).to.equal(undefined);
    }
  });

  it("asks a replaced verifier, remembers a chain of certificates, and only a chain that held", async () => {
    const asked: number[] = [];
    const chainCache = new Map();
    const verifySignature: typeof verifyBySubtle = (key, message, signature) => {
      asked.push(message.length);
      return verifyBySubtle(key, message, signature);
    };
    const options = { verifySignature, chainCache };
    expect((await verify(sample.sealed, sample.records, options)).verdict).to.equal("valid");
    expect(asked.length).to.equal(3);
    expect((await verify(sample.sealed, sample.records, options)).verdict).to.equal("valid");
    expect(asked.length).to.equal(4);
    const report = await verify(sample.sealed, sample.records, {
      chainCache: new Map(),
      verifySignature: () => false,
    });
    expect(ids(report, "fail")).to.deep.equal(["signature", "certificate_chain"]);
  });

  it("takes a verifier that throws as a signature that does not hold", async () => {
    const verifySignature = (): never => {
      throw new RangeError("no point of the curve");
    };
    expect((await verify(sample.sealed, sample.records, { verifySignature })).verdict).to.equal("invalid");
  });

  it("has words in both languages for every outcome", async () => {
    for (const pdf of [sample.sealed, sample.unsealed, new Uint8Array(9)]) {
      for (const item of (await verify(pdf, sample.records)).checks) {
        expect(item.zh, item.id).to.match(/[\u4e00-\u9fff]/);
        expect(item.en, item.id).to.match(/^[A-Z][^\u4e00-\u9fff]+$/);
      }
    }
  });
});
