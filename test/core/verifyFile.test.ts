import { expect } from "chai";
import { disclosureIn } from "../../service/core/disclosurePdf.ts";
import { reportToJson } from "../../service/core/reportJson.ts";
import { verifyFile } from "../../service/core/verifyFile.ts";
import { discloseSample, makeMedicalReceipt } from "./disclosureSample.ts";
import { SAMPLE_CHAIN_ID, SAMPLE_CONTRACT, sampleReader, type SampleRecords } from "./sampleLedger.ts";
import { SAMPLE_TIME_S, type SampleReceipt } from "./sampleReceipt.ts";

describe("core/verifyFile", () => {
  let sample: SampleReceipt;
  let file: Uint8Array;
  before(async () => {
    sample = await makeMedicalReceipt();
    file = discloseSample(sample, { preset: "amount_only" });
  });
  const verify = (bytes: Uint8Array, records: SampleRecords = sample.records) =>
    verifyFile(bytes, {
      reader: sampleReader(records),
      trustedContract: { chainId: SAMPLE_CHAIN_ID, address: SAMPLE_CONTRACT },
    });

  it("tells a receipt from a disclosure, and gives each its report", async () => {
    const receipt = await verify(sample.sealed);
    expect(receipt).to.include({ kind: "receipt" });
    expect(receipt.report.verdict).to.equal("valid");
    expect(receipt.report.withheld).to.equal(undefined);
    const disclosure = await verify(file);
    expect(disclosure).to.include({ kind: "disclosure" });
    expect(disclosure.report.verdict).to.equal("valid");
    expect(disclosure.report.withheld).to.include("/payerPartyName");
  });

  it("takes a signed PDF, and what is no PDF of ours, for a receipt", async () => {
    expect(disclosureIn(sample.sealed)).to.equal(undefined);
    expect(disclosureIn(new Uint8Array(9))).to.equal(undefined);
    expect(disclosureIn(sample.sealed.slice(0, -9))).to.equal(undefined);
    expect(await verify(new TextEncoder().encode("%PDF-1.7\n"))).to.include({ kind: "receipt" });
  });

  // A root says whose certificates count on documents; a disclosure has neither (docs/verify.md, Disclosure file).
  it("a root revoked before the batch fails the document, and not the disclosure", async () => {
    const at = (revokedFromS: number): SampleRecords => ({
      ...sample.records,
      root: { addedAtS: SAMPLE_TIME_S - 200, revokedFromS },
    });
    const revoked = await verify(sample.sealed, at(SAMPLE_TIME_S));
    expect(revoked.report.verdict).to.equal("invalid");
    expect(revoked.report.checks.find(({ id }) => id === "certificate_root")?.reason).to.equal("root_revoked");
    expect((await verify(file, at(SAMPLE_TIME_S))).report.verdict).to.equal("valid");
    expect((await verify(sample.sealed, at(SAMPLE_TIME_S + 1))).report.verdict).to.equal("valid");
  });

  it("is written as JSON with bytes in hexadecimal", async () => {
    const { report } = await verify(file);
    const json = JSON.parse(JSON.stringify(reportToJson(report)));
    expect(json.proof.dataDigest).to.match(/^0x[0-9a-f]{64}$/);
    expect(json).to.include({ verdict: "valid", state: "normal" });
    expect(json.withheld).to.deep.equal(report.withheld);
    expect(json).not.to.have.property("signer");
  });
});
