import { expect } from "chai";
import { STATUS_CASES } from "./statusCases.ts";
import { sampleReader, SAMPLE_CHAIN_ID, SAMPLE_CONTRACT, type SampleRecords } from "../core/sampleLedger.ts";
import { makeReceipt, type SampleReceipt } from "../core/sampleReceipt.ts";
import { CHECK_TEXTS } from "../../service/core/reportTexts.ts";
import type { Report } from "../../service/core/report.ts";
import { verifyPdf } from "../../service/core/verify.ts";
import { conclude } from "../../service/web/verify/conclude.ts";
import { STATION_CHECKS, stationsOf, worst } from "../../service/web/verify/stations.ts";

const place = { node: "http://node.example/", chainId: SAMPLE_CHAIN_ID, contract: SAMPLE_CONTRACT };
const trustedContract = { chainId: SAMPLE_CHAIN_ID, address: SAMPLE_CONTRACT };

describe("web/verify/conclude", () => {
  let sample: SampleReceipt;
  const reportOf = (pdf: Uint8Array, records: SampleRecords = sample.records): Promise<Report> =>
    verifyPdf(pdf, { reader: sampleReader(records), trustedContract });

  before(async () => {
    sample = await makeReceipt();
  });

  for (const [change, tone, words] of STATUS_CASES) {
    it(`is ${tone} for ${JSON.stringify(change)}`, async () => {
      const status = { ...sample.records.status, ...change };
      const found = conclude(await reportOf(sample.sealed, { ...sample.records, status }), place);
      expect(found.tone).to.equal(tone);
      const text = [found.headline, ...found.reasons, ...found.advice].map(({ zh }) => zh).join("\n");
      for (const word of words) expect(text).to.include(word);
    });
  }

  it("is good only for a valid report: whichever check is taken away, it is not", async () => {
    const report = await reportOf(sample.sealed);
    for (const { id } of report.checks) {
      for (const outcome of ["fail", "unknown", "skipped"] as const) {
        const checks = report.checks.map((check) => (check.id === id ? { ...check, outcome } : check));
        const verdict = outcome === "fail" ? "invalid" : "undetermined";
        expect(conclude({ ...report, checks, verdict }, place).tone, `${id} ${outcome}`).to.equal(
          outcome === "fail" ? "bad" : "unsure",
        );
      }
    }
  });

  it("is not good for a valid report without a status, or in a state that it does not know", async () => {
    const { status: _status, ...report } = await reportOf(sample.sealed);
    expect(conclude(report, place).tone).to.equal("unsure");
    const whole = await reportOf(sample.sealed);
    for (const state of ["unknown", "not_anchored"] as const) {
      expect(conclude({ ...whole, state }, place).tone).to.equal("unsure");
    }
  });

  it("says of what is no PDF what to choose instead, and of one that was saved anew why it is no original", async () => {
    const photo = conclude(await reportOf(new Uint8Array([0xff, 0xd8, 0xff, 0xe0])), place);
    expect(photo.tone).to.equal("bad");
    expect(photo.headline.zh).to.equal("不是 PDF 文件");
    expect(photo.advice.map(({ zh }) => zh).join()).to.include("PDF 原文件");
    const saved = conclude(await reportOf(sample.sealed.slice(0, -9)), place);
    expect(saved).to.include({ tone: "bad" });
    expect(saved.reasons.map(({ zh }) => zh).join()).to.include("另存");
  });

  it("has a headline of its own for each check that fails", async () => {
    const report = await reportOf(sample.sealed);
    for (const { id } of report.checks.filter(({ id: each }) => each !== "chain_read" && each !== "status")) {
      const checks = report.checks.map((check) => (check.id === id ? { ...check, outcome: "fail" as const } : check));
      const { headline } = conclude({ ...report, checks, verdict: "invalid" }, place);
      expect(headline.zh, id).not.to.equal("不可信");
    }
  });

  it("says of a red-letter receipt which one it reverses, and is not good", async () => {
    const mainExt = { relatedInvoiceCode: "44060126", relatedInvoiceNumber: "0000000009" };
    const red = await makeReceipt({ data: { totalAmount: -24621, mainExt } });
    const found = conclude(await reportOf(red.sealed, red.records), place);
    expect(found.tone).to.equal("notice");
    expect(found.reasons[0]?.zh).to.include("44060126 0000000009");
  });

  it("notes that the unit was suspended since, and stays good", async () => {
    const unit = { ...sample.records.unit, suspendedAtS: 5 };
    const found = conclude(await reportOf(sample.sealed, { ...sample.records, unit }), place);
    expect(found.tone).to.equal("good");
    expect(found.reasons.map(({ zh }) => zh).join()).to.include("停用");
  });

  it("names both contracts where the proof leads to another", async () => {
    const other = await makeReceipt({ proof: { contract: new Uint8Array(20), chainId: 5 } });
    const { reasons } = conclude(await reportOf(other.sealed, other.records), place);
    const text = reasons.map(({ zh }) => zh).join();
    for (const part of [`0x${"00".repeat(20)}`, "链 5", SAMPLE_CONTRACT, String(SAMPLE_CHAIN_ID)]) {
      expect(text).to.include(part);
    }
  });

  it("has words in both languages for all that it says", async () => {
    for (const pdf of [sample.sealed, sample.unsealed, new Uint8Array(3)]) {
      const { headline, reasons, advice } = conclude(await reportOf(pdf), place);
      for (const { zh, en } of [headline, ...reasons, ...advice]) {
        expect(zh).to.match(/[\u4e00-\u9fff]/);
        expect(en).to.match(/^[A-Z][^\u4e00-\u9fff]+$/);
      }
    }
  });
});

describe("web/verify/stations", () => {
  it("have every check of core once", () => {
    expect(Object.values(STATION_CHECKS).flat().sort()).to.deep.equal(Object.keys(CHECK_TEXTS).sort());
  });

  it("pass only if all of theirs passed", () => {
    expect(worst(["pass", "pass"])).to.equal("pass");
    expect(worst(["pass", "unknown", "fail"])).to.equal("fail");
    expect(worst(["pass", "unknown", "skipped"])).to.equal("unknown");
    expect(worst(["pass", "skipped"])).to.equal("skipped");
    expect(worst([])).to.equal("skipped");
    expect(stationsOf({ checks: [] }).map(({ outcome }) => outcome)).to.deep.equal(Array(5).fill("skipped"));
  });
});
