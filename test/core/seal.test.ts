import { expect } from "chai";
import { documentDigestOf, locateSignature, readSignature } from "../../service/core/pdfSignature.ts";
import { encodeProof } from "../../service/core/proof.ts";
import { readProof, sealPdf } from "../../service/core/seal.ts";
import { parseSignedData } from "../../service/core/cms.ts";
import { makeAuthority, signPdf } from "./sampleAuthority.ts";
import { samplePdf } from "./samplePdf.ts";
import { makeReceipt, proofFor, SAMPLE_DATA, SAMPLE_SECRET, type SampleReceipt } from "./sampleReceipt.ts";
import { refusalOf } from "./refusal.ts";

describe("core/seal", () => {
  let sample: SampleReceipt;
  before(async () => {
    sample = await makeReceipt();
  });

  it("changes nothing outside the hole, and gives the proof back", () => {
    const { unsealed, sealed, proof } = sample;
    const { holeStart, holeEnd } = locateSignature(unsealed);
    expect(sealed).to.have.length(unsealed.length);
    expect(sealed.subarray(0, holeStart + 1)).to.deep.equal(unsealed.subarray(0, holeStart + 1));
    expect(sealed.subarray(holeEnd - 1)).to.deep.equal(unsealed.subarray(holeEnd - 1));
    expect(sealed).not.to.deep.equal(unsealed);
    expect(documentDigestOf(sealed)).to.deep.equal(documentDigestOf(unsealed));
    expect(readProof(sealed)).to.deep.equal(proof);
    expect(readProof(unsealed)).to.equal(undefined);
  });

  it("gives the same file again and again, and leaves its input as it was", () => {
    const before = sample.unsealed.slice();
    const sealed = sealPdf(sample.unsealed, sample.proof);
    expect(sealed).to.deep.equal(sample.sealed);
    expect(sealPdf(sealed, sample.proof)).to.deep.equal(sealed);
    expect(sample.unsealed).to.deep.equal(before);
  });

  it("replaces a proof by another of the same document, shorter or longer", () => {
    const shorter = { ...sample.proof, segmentIndex: 0, segmentCount: 1, batchPath: [], batch: 12 };
    const resealed = sealPdf(sample.sealed, shorter);
    expect(readProof(resealed)).to.deep.equal(shorter);
    expect(sealPdf(resealed, sample.proof)).to.deep.equal(sample.sealed);
  });

  it("refuses a proof of another document", () => {
    const proof = { ...sample.proof, documentDigest: sample.proof.dataDigest };
    expect(refusalOf(() => sealPdf(sample.unsealed, proof))).to.equal("proof_of_another_document");
  });

  it("takes a proof that just fits, and says clearly that one does not", async () => {
    const authority = await makeAuthority();
    const bytes = async (reservedBytes: number): Promise<Uint8Array> =>
      signPdf(samplePdf(SAMPLE_DATA, SAMPLE_SECRET, { reservedBytes }), authority);
    const roomy = await bytes(3000);
    const sealed = sealPdf(roomy, proofFor(SAMPLE_DATA, documentDigestOf(roomy)));
    const needed = readSignature(sealed).length;
    // Signatures vary by a few bytes, so what is needed is worked out for each.
    for (const reserved of [needed - 20, needed + 20]) {
      const pdf = await bytes(reserved);
      const proof = proofFor(SAMPLE_DATA, documentDigestOf(pdf));
      const own = readSignature(pdf).length + encodeProof(proof).length;
      const refusal = refusalOf(() => sealPdf(pdf, proof));
      expect(refusal, `${own}`).to.equal(reserved < needed ? "proof_does_not_fit" : "none");
    }
  });

  it("refuses what is not signed", () => {
    const proof = sample.proof;
    expect(refusalOf(() => sealPdf(samplePdf(SAMPLE_DATA, SAMPLE_SECRET), proof))).to.equal("signature_not_whole");
    expect(refusalOf(() => sealPdf(new Uint8Array(10), proof))).to.equal("not_a_pdf");
  });

  it("keeps certificates, digest and signature as they were", () => {
    const { proof: _, ...sealed } = parseSignedData(readSignature(sample.sealed));
    expect(sealed).to.deep.equal(parseSignedData(readSignature(sample.unsealed)));
  });
});
