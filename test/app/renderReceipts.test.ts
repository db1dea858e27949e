import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { documentName } from "../../service/app/documentName.ts";
import type { Renderer, RenderJob, RenderOutcome } from "../../service/app/ports.ts";
import { renderReceipts } from "../../service/app/renderReceipts.ts";
import type { Receipt } from "../../service/app/storePorts.ts";
import { dataDigestOf } from "../../service/core/dataDigest.ts";
import { documentDigestOf } from "../../service/core/pdfSignature.ts";
import { startPlatform, type Platform } from "../support/platform.ts";

describe("renderReceipts", function () {
  this.timeout(60_000);
  let platform: Platform;
  before(async () => {
    platform = await startPlatform();
  });
  after(() => platform.stop());
  afterEach(async () => {
    await release();
    await platform.renderAll();
    await platform.anchorAll();
  });

  /** As if the time of every claim were over. */
  const release = (): Promise<unknown> => platform.database.dataSource.query("update receipt set render_until_ms = 1");
  const nameOf = ({ code, number }: Receipt): string => documentName(code, number);
  const documentOf = (receipt: Receipt): Promise<Uint8Array | undefined> => platform.deps.blobs.get(nameOf(receipt));
  const isSame = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
    a !== undefined && b !== undefined && Buffer.compare(a, b) === 0;

  /** The real renderer, which counts what it draws, or answers something else. */
  function countingRenderer(answer?: (job: RenderJob) => RenderOutcome): { renderer: Renderer; drawn: string[] } {
    const drawn: string[] = [];
    const render = async (jobs: readonly RenderJob[]): Promise<readonly RenderOutcome[]> => {
      drawn.push(...jobs.map((job) => job.data.bizCode));
      return answer === undefined ? platform.deps.renderer.render(jobs) : jobs.map(answer);
    };
    return { renderer: { ...platform.deps.renderer, render }, drawn };
  }

  /** Parts of a program that dies at a step. */
  function dyingAt(step: string, renderer = platform.deps.renderer): Platform["deps"] {
    const failpoint = (at: string): void => {
      if (at === step) throw new Error("killed");
    };
    return platform.with({ failpoint, renderer }, { holder: `dies at ${step}` });
  }

  it("stores the signed document of each receipt and marks it with its digests", async () => {
    const receipts = [await platform.issue("outpatient", "R-1"), await platform.issue("nontax", "R-2")];
    expect(await renderReceipts(platform.deps)).to.equal(2);
    for (const receipt of receipts) {
      const stored = await platform.current(receipt);
      const pdf = (await documentOf(receipt))!;
      expect(stored.state).to.equal("rendered");
      expect(stored.renderedAtMs).to.be.at.least(receipt.issuedAtMs);
      expect(isSame(stored.documentDigest, documentDigestOf(pdf, platform.deps.hash))).to.equal(true);
      expect(isSame(stored.documentSha256, platform.deps.hash([pdf]))).to.equal(true);
      expect(isSame(stored.dataDigest, dataDigestOf(receipt.data, receipt.secret))).to.equal(true);
    }
    expect(await renderReceipts(platform.deps)).to.equal(0);
  });

  it("gives the renderer a QR text that leads to the public pages and carries this installation's MAC", async () => {
    const receipt = await platform.issue("outpatient", "R-QR");
    const jobs: RenderJob[] = [];
    const { renderer } = countingRenderer();
    const render: Renderer["render"] = (given) => {
      jobs.push(...given);
      return renderer.render(given);
    };
    await renderReceipts(platform.with({ renderer: { ...renderer, render } }));
    expect(jobs).to.have.length(1);
    expect(jobs[0]?.qrText).to.contain("localhost:3000").and.to.contain(receipt.data.eInvoiceNumber);
    const unit = await platform.unitOf("demo-hospital");
    expect(jobs[0]?.unitKeyId).to.equal(unit.keyId);
  });

  it("adopts a document that was stored before a crash, and draws nothing a second time", async () => {
    const receipt = await platform.issue("outpatient", "R-ADOPT");
    const { renderer, drawn } = countingRenderer();
    await renderReceipts(dyingAt("pdf_stored", renderer)).catch(() => undefined);
    const first = await documentOf(receipt);
    expect(first).not.to.equal(undefined);
    expect((await platform.current(receipt)).state).to.equal("issued");
    const next = platform.with({ renderer });
    expect(await renderReceipts(next)).to.equal(0);
    await platform.deps.store.releaseClaims("dies at pdf_stored");
    expect(await renderReceipts(next)).to.equal(1);
    expect(drawn).to.deep.equal(["R-ADOPT"]);
    const stored = await platform.current(receipt);
    expect(stored.state).to.equal("rendered");
    expect(isSame(first, await documentOf(receipt))).to.equal(true);
    expect(isSame(stored.documentDigest, documentDigestOf(first!, platform.deps.hash))).to.equal(true);
    expect(isSame(stored.documentSha256, platform.deps.hash([first!]))).to.equal(true);
  });

  it("draws again what was signed and not stored", async () => {
    const receipt = await platform.issue("outpatient", "R-SIGNED");
    await renderReceipts(dyingAt("signed")).catch(() => undefined);
    expect(await documentOf(receipt)).to.equal(undefined);
    await platform.deps.store.releaseClaims("dies at signed");
    expect(await renderReceipts(platform.deps)).to.equal(1);
    expect((await platform.current(receipt)).state).to.equal("rendered");
  });

  it("adopts the first document when two programs draw one receipt", async () => {
    const receipt = await platform.issue("outpatient", "R-RACE");
    const [rendered] = await platform.deps.renderer.render(await jobsOf(receipt));
    if (rendered?.kind !== "rendered") throw new Error(rendered?.kind);
    let calls = 0;
    const blobs = {
      ...platform.deps.blobs,
      put: async (name: string, bytes: Uint8Array) => {
        // The other program's document comes between the look and the write.
        if (calls++ === 0) await platform.deps.blobs.put(name, rendered.pdf);
        return platform.deps.blobs.put(name, bytes);
      },
    };
    await renderReceipts(platform.with({ blobs }));
    const stored = await platform.current(receipt);
    expect(stored.state).to.equal("rendered");
    expect(isSame(await documentOf(receipt), rendered.pdf)).to.equal(true);
    expect(isSame(stored.documentDigest, rendered.documentDigest)).to.equal(true);
  });

  it("does not adopt another receipt's document: it raises an alarm and leaves the receipt to be mended", async () => {
    const other = await platform.issue("outpatient", "R-OTHER");
    await platform.renderAll();
    const receipt = await platform.issue("outpatient", "R-FOREIGN");
    await platform.deps.blobs.put(nameOf(receipt), (await documentOf(other))!);
    expect(await renderReceipts(platform.deps)).to.equal(1);
    expect((await platform.current(receipt)).state).to.equal("issued");
    const subject = `receipt ${receipt.code} ${receipt.number}`;
    const alarm = (await platform.deps.store.openAlarms()).find((open) => open.subject === subject);
    expect(alarm).to.include({ kind: "document_not_adopted" });
    expect(alarm?.details).to.contain("document_of_another");
    fs.rmSync(fileOf(receipt));
    await release();
    expect(await renderReceipts(platform.deps)).to.equal(1);
    expect((await platform.current(receipt)).state).to.equal("rendered");
    expect(await platform.alarms()).not.to.include(`document_not_adopted ${subject}`);
  });

  it("does not adopt what is no document at all", async () => {
    const receipt = await platform.issue("outpatient", "R-GARBAGE");
    await platform.deps.blobs.put(nameOf(receipt), new TextEncoder().encode("no PDF"));
    expect(await renderReceipts(platform.deps)).to.equal(1);
    expect((await platform.current(receipt)).state).to.equal("issued");
    expect((await platform.alarms()).join()).to.contain("document_not_adopted");
    fs.rmSync(fileOf(receipt));
  });

  it("tries again what failed in passing, and keeps the number", async () => {
    const receipt = await platform.issue("outpatient", "R-PASSING");
    const failed: RenderOutcome = { kind: "failed", isPermanent: false, code: "render_thread_failed", message: "gone" };
    await renderReceipts(platform.with({ renderer: countingRenderer(() => failed).renderer }));
    expect((await platform.current(receipt)).state).to.equal("issued");
    expect(await platform.alarms()).to.deep.equal([`render_failed receipt ${receipt.code} ${receipt.number}`]);
    const logged = platform.logged.filter(({ event }) => event === "render_failed").map(({ fields }) => fields);
    expect(logged.at(-1)).to.deep.include({ code: receipt.code, number: receipt.number });
    await release();
    await platform.renderAll();
    expect((await platform.current(receipt)).state).to.equal("rendered");
    expect(await platform.alarms()).to.deep.equal([]);
  });

  it("waits for a kind that this program does not know yet, and keeps the number", async () => {
    const receipt = await platform.issue("outpatient", "R-KIND");
    const blind = platform.with({
      kinds: new Map(),
      store: { ...platform.deps.store, kindVersion: () => Promise.resolve(undefined) },
    });
    await renderReceipts(blind);
    expect((await platform.current(receipt)).state).to.equal("issued");
    expect(await platform.alarms()).to.deep.equal([`render_failed receipt ${receipt.code} ${receipt.number}`]);
    const logged = platform.logged.filter(({ event }) => event === "render_failed").map(({ fields }) => fields);
    expect(JSON.stringify(logged.at(-1))).to.include("kind_version_missing");
    await release();
    // A program without the kind in its list still finds the version in the database.
    await renderReceipts(platform.with({ kinds: new Map() }));
    expect((await platform.current(receipt)).state).to.equal("rendered");
    expect(await platform.alarms()).to.deep.equal([]);
  });

  it("voids and anchors a number whose receipt can never be drawn, and goes on with the next", async () => {
    const bad = await platform.issue("penalty", "R-BAD");
    const good = await platform.issue("penalty", "R-GOOD");
    const failed: RenderOutcome = { kind: "failed", isPermanent: true, code: "text_does_not_fit", message: "too long" };
    const render: Renderer["render"] = async (jobs) => {
      const outcomes = await platform.deps.renderer.render(jobs);
      return jobs.map((job, index) => (job.data.bizCode === "R-BAD" ? failed : outcomes[index]!));
    };
    await renderReceipts(platform.with({ renderer: { ...platform.deps.renderer, render } }));
    const voided = await platform.current(bad);
    expect(voided).to.include({ state: "void", voidReason: "text_does_not_fit: too long" });
    expect(await documentOf(bad)).to.equal(undefined);
    expect(await platform.alarms()).to.include(`number_voided receipt ${bad.code} ${bad.number}`);
    await platform.anchorAll();
    expect((await platform.current(bad)).anchoring?.batchNo).to.equal(
      (await platform.current(good)).anchoring?.batchNo,
    );
    expect((await platform.current(good)).anchoring?.batchNo).to.be.greaterThan(0);
    expect((await platform.deps.store.books()).every((book) => book.anchored === book.next)).to.equal(true);
  });

  it("never fails one receipt for another's failure", async () => {
    const receipts = [];
    for (let n = 0; n < 6; n++) receipts.push(await platform.issue("outpatient", `R-MIX-${n}`));
    const failed: RenderOutcome = { kind: "failed", isPermanent: false, code: "render_failed", message: "odd" };
    const render: Renderer["render"] = async (jobs) => {
      const outcomes = await platform.deps.renderer.render(jobs);
      return outcomes.map((outcome, index) => (index % 2 === 0 ? outcome : failed));
    };
    await renderReceipts(platform.with({ renderer: { ...platform.deps.renderer, render } }));
    const states = await Promise.all(receipts.map(async (receipt) => (await platform.current(receipt)).state));
    expect(states).to.deep.equal(["rendered", "issued", "rendered", "issued", "rendered", "issued"]);
  });

  it("leaves a receipt to be drawn again when the disk refuses its document", async () => {
    const receipt = await platform.issue("outpatient", "R-DISK");
    const put = (): Promise<never> => Promise.reject(new Error("no space left"));
    const failing = platform.with({ blobs: { ...platform.deps.blobs, put } }, { holder: "full disk" });
    const error = await renderReceipts(failing).catch((reason: unknown) => reason);
    expect(error).to.have.property("message", "no space left");
    expect((await platform.current(receipt)).state).to.equal("issued");
  });

  function fileOf(receipt: Receipt): string {
    const [code = "", file = ""] = nameOf(receipt).split("/");
    return path.join(platform.documentsDir, code, file.slice(0, 6), file);
  }

  async function jobsOf(receipt: Receipt): Promise<RenderJob[]> {
    const unit = await platform.unitOf("demo-hospital");
    const { data, secret, issuedAtMs } = receipt;
    return [{ data, secret, issuedAtMs, unitKeyId: unit.keyId, qrText: "https://example.gov.cn/d" }];
  }
});
