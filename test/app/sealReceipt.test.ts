import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { documentName } from "../../service/app/documentName.ts";
import { proveReceipt } from "../../service/app/proveReceipt.ts";
import { sealReceipt } from "../../service/app/sealReceipt.ts";
import type { Receipt } from "../../service/app/storePorts.ts";
import { hexOf } from "../../service/core/bytes.ts";
import { AppError } from "../../service/core/errors.ts";
import { parseProof } from "../../service/core/proof.ts";
import type { Report } from "../../service/core/report.ts";
import { readProof } from "../../service/core/seal.ts";
import { verifyPdf } from "../../service/core/verify.ts";
import { builtinKinds } from "../../service/domain/kinds/builtin.ts";
import { startPlatform, type Platform } from "../support/platform.ts";

describe("sealReceipt and proveReceipt", function () {
  this.timeout(60_000);
  let platform: Platform;
  before(async () => {
    platform = await startPlatform();
  });
  after(() => platform.stop());

  const verify = (pdf: Uint8Array): Promise<Report> => {
    const { reader, chainId, contract } = platform.ledger;
    return verifyPdf(pdf, { reader, trustedContract: { chainId, address: contract }, nowMs: Date.now() });
  };
  const settleAll = async (): Promise<void> => {
    await platform.renderAll();
    await platform.anchorAll();
  };
  const sealed = async (receipt: Receipt): Promise<Uint8Array> => {
    const document = await sealReceipt(platform.deps, await platform.current(receipt));
    if (document === undefined || !document.isSealed) throw new Error("not sealed");
    return document.pdf;
  };

  it("gives a document of each kind that any node proves valid", async () => {
    const receipts: Receipt[] = [];
    for (const { id } of builtinKinds) receipts.push(await platform.issue(id, `SEAL-${id}`));
    await settleAll();
    for (const receipt of receipts) {
      const report = await verify(await sealed(receipt));
      expect(report.checks.filter(({ outcome }) => outcome !== "pass")).to.deep.equal([]);
      expect(report).to.include({ verdict: "valid", state: "normal" });
      expect(report.data?.["eInvoiceNumber"]).to.equal(receipt.data.eInvoiceNumber);
    }
  });

  it("proves every receipt of a batch of many segments and of a tree that is no power of two", async () => {
    const receipts: Receipt[] = [];
    for (let n = 0; n < 11; n++) receipts.push(await platform.issue("outpatient", `TREE-${n}`));
    for (let n = 0; n < 3; n++) receipts.push(await platform.issue("nontax", `TREE-${n}`));
    receipts.push(await platform.issue("penalty", "TREE-P"));
    await settleAll();
    const batches = new Set<number>();
    for (const receipt of receipts) {
      const pdf = await sealed(receipt);
      expect((await verify(pdf)).verdict, `${receipt.code} ${receipt.number}`).to.equal("valid");
      const proof = readProof(pdf)!;
      expect(proof).to.include({ code: receipt.code, number: receipt.number, issuedFen: receipt.issuedFen });
      expect(proof.segmentCount).to.equal(3);
      batches.add(proof.batch);
    }
    expect(batches.size).to.equal(1);
  });

  it("gives the document as it was signed while the receipt is not anchored: undetermined, and not invalid", async () => {
    const receipt = await platform.issue("outpatient", "EARLY");
    expect(await sealReceipt(platform.deps, receipt)).to.equal(undefined);
    expect(await proveReceipt(platform.deps, receipt)).to.equal(undefined);
    await platform.renderAll();
    const unsealed = await sealReceipt(platform.deps, await platform.current(receipt));
    expect(unsealed?.isSealed).to.equal(false);
    expect(await verify(unsealed!.pdf)).to.include({ verdict: "undetermined", state: "not_anchored" });
    await platform.anchorAll();
    const pdf = await sealed(receipt);
    expect(pdf.length).to.equal(unsealed!.pdf.length);
    expect((await verify(pdf)).verdict).to.equal("valid");
  });

  it("gives the same bytes each time", async () => {
    const receipt = await platform.issue("outpatient", "TWICE");
    await settleAll();
    expect(Buffer.compare(await sealed(receipt), await sealed(receipt))).to.equal(0);
    const proof = await proveReceipt(platform.deps, await platform.current(receipt));
    expect(hexOf(parseProof(proof!).contract)).to.equal(platform.ledger.contract);
  });

  it("makes a document in which one data byte was changed invalid", async () => {
    const receipt = await platform.issue("outpatient", "CHANGED");
    await settleAll();
    const pdf = Uint8Array.from(await sealed(receipt));
    pdf[2000]! ^= 1;
    expect((await verify(pdf)).verdict).to.equal("invalid");
  });

  it("gives no proof of a void number", async () => {
    const receipt = await platform.issue("penalty", "VOID");
    await platform.deps.store.markVoid(receipt.code, receipt.number, "it cannot be drawn");
    await settleAll();
    const current = await platform.current(receipt);
    expect(current.anchoring?.batchNo).to.be.greaterThan(0);
    expect(await proveReceipt(platform.deps, current)).to.equal(undefined);
    expect(await sealReceipt(platform.deps, current)).to.equal(undefined);
  });

  it("says document_missing of a document that the store has lost", async () => {
    const receipt = await platform.issue("outpatient", "LOST");
    await settleAll();
    const name = documentName(receipt.code, receipt.number);
    const [code = "", file = ""] = name.split("/");
    fs.rmSync(path.join(platform.documentsDir, code, file.slice(0, 6), file));
    const error: unknown = await sealReceipt(platform.deps, await platform.current(receipt)).catch((e: unknown) => e);
    expect(error).to.be.instanceOf(AppError).and.to.have.property("code", "document_missing");
  });
});
