import { expect } from "chai";
import { bytesOfHex, hexOf } from "../../service/core/bytes.ts";
import { encodeDisclosureFile } from "../../service/core/disclosureFile.ts";
import { fieldDigestsOf } from "../../service/core/dataDigest.ts";
import { encodeProof } from "../../service/core/proof.ts";
import type { Check } from "../../service/core/report.ts";
import { CHECK_TEXTS, type CheckId } from "../../service/core/reportTexts.ts";
import {
  CHECKS_OF_DOCUMENT_ALONE,
  verifyDisclosure,
  type DisclosureReport,
  type VerifyDisclosureOptions,
} from "../../service/core/verifyDisclosure.ts";
import { verifyPdf } from "../../service/core/verify.ts";
import { discloseSample, makeMedicalReceipt, MEDICAL_DATA, withFields, withProof } from "./disclosureSample.ts";
import { SAMPLE_CHAIN_ID, SAMPLE_CONTRACT, sampleReader, type SampleRecords } from "./sampleLedger.ts";
import { SAMPLE_SECRET, SAMPLE_TIME_S, type SampleReceipt } from "./sampleReceipt.ts";

const trustedContract = { chainId: SAMPLE_CHAIN_ID, address: SAMPLE_CONTRACT };

const verify = (
  file: Uint8Array,
  records: SampleRecords,
  options: Partial<VerifyDisclosureOptions> = {},
): Promise<DisclosureReport> => verifyDisclosure(file, { reader: sampleReader(records), trustedContract, ...options });

const ids = (report: DisclosureReport, outcome: Check["outcome"]): readonly string[] =>
  report.checks.filter((item) => item.outcome === outcome).map(({ id }) => id);

const reasonOf = (report: DisclosureReport, id: CheckId): string | undefined =>
  report.checks.find((item) => item.id === id)?.reason;

describe("core/verifyDisclosure", () => {
  let sample: SampleReceipt;
  let file: Uint8Array;
  before(async () => {
    sample = await makeMedicalReceipt();
    file = discloseSample(sample, { preset: "amounts_and_insurance", paths: ["/items/1"] });
  });

  it("finds it valid, with the ids and the order of every report; the document's checks are skipped by design", async () => {
    const report = await verify(file, sample.records);
    expect(report.checks.map(({ id }) => id)).to.deep.equal(Object.keys(CHECK_TEXTS));
    expect(ids(report, "skipped")).to.have.members([...CHECKS_OF_DOCUMENT_ALONE]);
    for (const id of CHECKS_OF_DOCUMENT_ALONE) expect(reasonOf(report, id)).to.equal("not_in_disclosure");
    expect(ids(report, "pass")).to.have.length(Object.keys(CHECK_TEXTS).length - CHECKS_OF_DOCUMENT_ALONE.length);
    expect(report).to.include({ verdict: "valid", state: "normal", isRedLetter: false });
    expect(report.signer).to.equal(undefined);
  });

  it("says of proof, path, chain and status what the report on the whole PDF says", async () => {
    const whole = await verifyPdf(sample.sealed, { reader: sampleReader(sample.records), trustedContract });
    const report = await verify(file, sample.records);
    for (const key of ["verdict", "state", "isRedLetter", "proof", "path", "chain", "status"] as const) {
      expect(report[key], key).to.deep.equal(whole[key]);
    }
  });

  it("names every field that was withheld, each element of a list, and shows the others alone", async () => {
    const { shown, withheld, data } = await verify(file, sample.records);
    expect(withheld).to.include.members(["/payerPartyName", "/mainExt/gender", "/items/0/itemName", "/otherInfo"]);
    expect(shown).to.deep.include({ path: "/items/1/itemName", value: "检查费" });
    const all = [...(shown ?? []).map(({ path }) => path), ...(withheld ?? [])];
    expect(all.sort()).to.deep.equal(
      fieldDigestsOf(MEDICAL_DATA, SAMPLE_SECRET)
        .map(({ path }) => path)
        .sort(),
    );
    expect(data).to.deep.equal({
      eInvoiceCode: "44060126",
      eInvoiceNumber: "0000001004",
      invoicingPartyCode: "12440000455858000X",
      invoicingPartyName: "测试医院",
      totalAmount: 24621,
      mainExt: { fundPayAmount: 20000, ownPayAmount: 4621, selfpaymentAmount: 4621 },
    });
  });

  it("reads names with escapes, and no name is special", async () => {
    const tricky = JSON.parse('{"a/b":{"~":1},"__proto__":{"x":2},"constructor":3}') as Record<string, number>;
    const receipt = await makeMedicalReceipt({ data: tricky });
    const paths = ["/a~1b", "/__proto__", "/constructor"];
    const { data, verdict } = await verify(discloseSample(receipt, { paths }), receipt.records);
    expect(verdict).to.equal("valid");
    expect(data?.["a/b"]).to.deep.equal({ "~": 1 });
    expect(Object.getOwnPropertyDescriptor(data, "__proto__")?.value).to.deep.equal({ x: 2 });
    expect(Object.getOwnPropertyDescriptor({}, "x")).to.equal(undefined);
  });

  describe("what became of the receipt", () => {
    const cases: [Partial<SampleRecords["status"]>, string, number][] = [
      [{ reversed: true, reversedByCode: 44060126, reversedByNumber: 2000 }, "reversed", 0],
      [{ onPaper: true }, "on_paper", 0],
      [{ capFen: 24621, usedFen: 20000, lockedFen: 600 }, "claimed", 4021],
    ];
    for (const [change, state, leftFen] of cases) {
      it(`is ${state}, and always shown`, async () => {
        const status = { ...sample.records.status, ...change };
        const report = await verify(file, { ...sample.records, status });
        expect(report).to.include({ verdict: "valid", state });
        expect(report.status).to.deep.equal({ ...status, leftFen });
      });
    }

    it("is told of a red-letter receipt by its amount, which cannot be withheld", async () => {
      const red = await makeMedicalReceipt({ data: { totalAmount: -24621 } });
      const report = await verify(discloseSample(red, { preset: "amount_only" }), red.records);
      expect(report).to.include({ verdict: "valid", isRedLetter: true });
    });
  });

  describe("could not tell is never green", () => {
    it("if the node is away, of another chain, no contract, or behind", async () => {
      const away = (): Promise<never> => Promise.reject(new TypeError("fetch failed"));
      const good = sampleReader(sample.records);
      const behind = { ...sample.records, batchNo: 8, book: { ...sample.records.book, next: 1004 } };
      const cases: [VerifyDisclosureOptions["reader"], CheckId, string][] = [
        [{ ...good, call: away }, "chain_read", "node_unreachable"],
        [{ ...good, chainId: away }, "chain_read", "node_unreachable"],
        [sampleReader(sample.records, 1), "chain_read", "wrong_chain"],
        [{ ...good, call: async () => "0x" }, "chain_read", "evidence_malformed"],
        [sampleReader(behind), "batch_root", "batch_unknown"],
      ];
      for (const [reader, id, reason] of cases) {
        const report = await verify(file, sample.records, { reader });
        expect(report).to.include({ verdict: "undetermined", state: "unknown" });
        expect(reasonOf(report, id)).to.equal(reason);
        expect(ids(report, "fail")).to.deep.equal([]);
        expect(report.status).to.equal(undefined);
      }
    });
  });

  describe("what the chain contradicts", () => {
    const at = SAMPLE_TIME_S;
    const cases: [string, (records: SampleRecords) => SampleRecords, CheckId, string][] = [
      ["another root", (r) => ({ ...r, batch: { ...r.batch, root: r.leaf } }), "batch_root", "another_root"],
      [
        "another count of segments",
        (r) => ({ ...r, batch: { ...r.batch, segmentCount: 4 } }),
        "batch_root",
        "another_root",
      ],
      ["another batch", (r) => ({ ...r, batchNo: 8 }), "batch_root", "another_batch"],
      ["an unknown book", (r) => ({ ...r, book: { ...r.book, unitId: 0 } }), "book", "book_unknown"],
      ["a book of another code", (r) => ({ ...r, book: { ...r.book, code: 1 } }), "book", "another_code"],
      ["a book that ends before", (r) => ({ ...r, book: { ...r.book, last: 1003 } }), "book", "number_outside_book"],
      [
        "a book of another unit",
        (r) => ({ ...r, unit: { ...r.unit, creditCode: "124400004558580001" } }),
        "issuer",
        "another_issuer",
      ],
      ["an unknown unit", (r) => ({ ...r, unit: { ...r.unit, creditCode: "" } }), "issuer", "another_issuer"],
      [
        "a unit admitted after the batch",
        (r) => ({ ...r, unit: { ...r.unit, admittedAtS: at + 1 } }),
        "unit",
        "unit_not_admitted",
      ],
    ];
    for (const [title, change, id, reason] of cases) {
      it(`is invalid: ${title}`, async () => {
        const report = await verify(file, change(sample.records));
        expect(ids(report, "fail")).to.deep.equal([id]);
        expect(reasonOf(report, id)).to.equal(reason);
        expect(report).to.include({ verdict: "invalid", state: "unknown" });
      });
    }

    it("is valid for a unit admitted in the very second of the batch, under roots unknown to the chain", async () => {
      const records = { ...sample.records, unit: { ...sample.records.unit, admittedAtS: at } };
      const report = await verify(file, { ...records, root: { addedAtS: 0, revokedFromS: 0 } });
      expect(report.verdict).to.equal("valid");
    });
  });

  describe("what the holder cannot do unnoticed", () => {
    it("drop a field, shown or withheld", async () => {
      for (const at of Array.from({ length: 12 }, (_, index) => index)) {
        const report = await verify(
          withFields(file, (fields) => fields.filter((_, index) => index !== at)),
          sample.records,
        );
        expect(report.verdict).to.equal("invalid");
        expect(reasonOf(report, "data_digest")).to.equal("data_differs");
        expect(report.data).to.equal(undefined);
        expect(report.shown).to.equal(undefined);
      }
    });

    it("add a field", async () => {
      const report = await verify(
        withFields(file, (fields) => [...fields, { path: "/zzz", value: 1, salt: hexOf(new Uint8Array(16)) }]),
        sample.records,
      );
      expect(reasonOf(report, "data_digest")).to.equal("data_differs");
    });

    it("rename a field, swap the values of two, or change one", async () => {
      const part = (name: string) => (field: { readonly path: string }) => field.path === `/mainExt/${name}`;
      const changes: Parameters<typeof withFields>[1][] = [
        (fields) => fields.map((field) => (part("gender")(field) ? { ...field, path: "/mainExt/gendes" } : field)),
        (fields) =>
          fields.map((field) => {
            const other = part("fundPayAmount")(field)
              ? fields.find(part("ownPayAmount"))
              : part("ownPayAmount")(field)
                ? fields.find(part("fundPayAmount"))
                : undefined;
            return other === undefined ? field : { ...other, path: field.path };
          }),
        (fields) => fields.map((field) => (part("ownPayAmount")(field) ? { ...field, value: 4622 } : field)),
      ];
      for (const change of changes) {
        const report = await verify(withFields(file, change), sample.records);
        expect(report.verdict).to.equal("invalid");
        expect(ids(report, "fail")).to.deep.equal(["data_digest"]);
      }
    });

    it("withhold code, number, amount or issuer, although the digests fit", async () => {
      const digests = new Map(fieldDigestsOf(MEDICAL_DATA, SAMPLE_SECRET).map((field) => [field.path, field]));
      for (const path of [
        "/eInvoiceCode",
        "/eInvoiceNumber",
        "/totalAmount",
        "/invoicingPartyCode",
        "/invoicingPartyName",
      ]) {
        const valueDigest = hexOf(digests.get(path)?.valueDigest ?? new Uint8Array(0));
        const hidden = withFields(file, (fields) =>
          fields.map((field) => (field.path === path ? { path, valueDigest } : field)),
        );
        const report = await verify(hidden, sample.records);
        expect(reasonOf(report, "data_digest"), path).to.equal("field_cannot_be_withheld");
        expect(report.verdict).to.equal("invalid");
      }
    });

    it("withhold a part of what must be shown", async () => {
      const data = { ...MEDICAL_DATA, invoicingPartyName: { zh: "测试医院", en: "Test hospital" } };
      const odd = await makeMedicalReceipt({ data });
      const [en] = fieldDigestsOf(data, SAMPLE_SECRET).filter(({ path }) => path === "/invoicingPartyName/en");
      const valueDigest = hexOf(en?.valueDigest ?? new Uint8Array(0));
      const hidden = withFields(discloseSample(odd, {}), (fields) =>
        fields.map((field) => (field.path === en?.path ? { path: field.path, valueDigest } : field)),
      );
      expect(reasonOf(await verify(hidden, odd.records), "data_digest")).to.equal("field_cannot_be_withheld");
      expect((await verify(discloseSample(odd, {}), odd.records)).verdict).to.equal("valid");
    });

    it("use the proof of another receipt, a look-alike contract, or a bent proof", async () => {
      const other = await makeMedicalReceipt({ data: { remark: "another" } });
      const report = await verify(withProof(file, other.proof), other.records);
      expect(ids(report, "fail")).to.deep.equal(["data_digest"]);
      const lookAlike = withProof(file, { ...sample.proof, contract: bytesOfHex(`0x${"11".repeat(20)}`) });
      const refused = await verify(lookAlike, sample.records);
      expect(reasonOf(refused, "trusted_contract")).to.equal("another_contract");
      expect(refused.chain).to.equal(undefined);
      const bent = await verify(withProof(file, encodeProof(sample.proof).slice(1)), sample.records);
      expect(reasonOf(bent, "proof")).to.equal("proof_malformed");
      expect(bent.verdict).to.equal("invalid");
    });

    it("show another number or amount than the leaf has: the unit itself could not", async () => {
      const otherNumber = await makeMedicalReceipt({ data: { eInvoiceNumber: "0000001005" } });
      const report = await verify(discloseSample(otherNumber, {}), otherNumber.records);
      expect(ids(report, "fail")).to.deep.equal(["code_and_number"]);
      const otherAmount = await makeMedicalReceipt({ proof: { issuedFen: 24622 } });
      const refused = await verify(discloseSample(otherAmount, {}), otherAmount.records);
      expect(ids(refused, "fail")).to.deep.equal(["amounts"]);
      const otherUnit = await makeMedicalReceipt({ data: { invoicingPartyCode: "124400004558580001" } });
      expect(ids(await verify(discloseSample(otherUnit, {}), otherUnit.records), "fail")).to.deep.equal(["issuer"]);
    });
  });

  it("is invalid with any one byte of the file changed", async () => {
    const bent = file.slice();
    for (let at = 0; at < file.length; at += 7) {
      const byte = bent[at] ?? 0;
      bent[at] = byte ^ 0x01;
      expect((await verify(bent, sample.records)).verdict, String(at)).to.equal("invalid");
      bent[at] = byte;
    }
    expect((await verify(bent, sample.records)).verdict).to.equal("valid");
  });

  it("refuses what is no disclosure, a PDF among it, and does not ask the node", async () => {
    let asked = 0;
    const reader = { ...sampleReader(sample.records), chainId: async () => BigInt((asked += 1)) };
    for (const bytes of [
      new Uint8Array(0),
      sample.sealed,
      encodeDisclosureFile({ proof: file, disclosure: { version: 1, fields: [] } }),
    ]) {
      const report = await verify(bytes, sample.records, { reader });
      expect(report).to.include({ verdict: "invalid", state: "unknown" });
      expect(ids(report, "fail")).to.deep.equal(["receipt_data"]);
      expect(ids(report, "pass")).to.deep.equal([]);
    }
    expect(asked).to.equal(0);
  });

  it("has words in both languages for every check, its own for its own", async () => {
    for (const each of [file, new Uint8Array(9)]) {
      for (const item of (await verify(each, sample.records)).checks) {
        expect(item.zh, item.id).to.match(/[\u4e00-\u9fff]/);
        expect(item.en, item.id).to.match(/^[A-Z][^\u4e00-\u9fff]+$/);
      }
    }
    const [data] = (await verify(file, sample.records)).checks.filter(({ id }) => id === "receipt_data");
    expect(data?.title.en).to.equal("Disclosure file");
  });
});
