import { expect } from "chai";
import { archiveFolder } from "../../service/adapters/blob/archiveFolder.ts";
import { applyForDestruction, destroyReceipts, reviewDestruction } from "../../service/app/destroyReceipts.ts";
import type { ApplyResult } from "../../service/app/destroyReceipts.ts";
import { auditLedger } from "../../service/app/auditLedger.ts";
import { examineHere } from "../../service/app/examineReceipt.ts";
import type { Deps } from "../../service/app/deps.ts";
import { documentName } from "../../service/app/documentName.ts";
import { exportArchive } from "../../service/app/exportArchive.ts";
import { fileWriteOff, writeOffIdOf } from "../../service/app/fileWriteOff.ts";
import { issueReceipts } from "../../service/app/issueReceipts.ts";
import { reverseReceipt } from "../../service/app/reverseReceipt.ts";
import { reviewWriteOff } from "../../service/app/reviewWriteOff.ts";
import { sealReceipt } from "../../service/app/sealReceipt.ts";
import type { Receipt, Unit } from "../../service/app/storePorts.ts";
import { AppError } from "../../service/core/errors.ts";
import { verifyPdf } from "../../service/core/verify.ts";
import { archivePeriodOf } from "../../service/domain/archivePeriod.ts";
import { issueDateOf } from "../../service/domain/fiscalTime.ts";
import { failure } from "../adapters/chain/chainFixture.ts";
import { makeTestFolder } from "../support/database.ts";
import { issueAt, threeDays } from "../support/days.ts";
import { startPlatform, type Platform } from "../support/platform.ts";

const [FIRST, SECOND] = threeDays();
const day = issueDateOf(FIRST);
const SEVEN_YEARS_MS = 7 * 366 * 86_400_000;
const keeping = { years: 5, yearsByKind: new Map<string, number>() };
const wanted = { through: day, applicant: "李档案", reason: "保管期满" };
const quiet = (): void => undefined;

describe("destroyReceipts", function () {
  this.timeout(60_000);
  let platform: Platform;
  let unit: Unit;
  let old: readonly Receipt[];
  let kept: Receipt;
  /** Seven years on. */
  let later: Deps;
  const folder = makeTestFolder("destroyed");
  before(async () => {
    platform = await startPlatform();
    unit = await platform.unitOf("demo-school");
    old = await issueAt(platform, unit, FIRST, { kind: "nontax", count: 3, prefix: "OLD" });
    [kept] = (await issueAt(platform, unit, SECOND, { kind: "nontax", count: 1, prefix: "KEPT" })) as [Receipt];
    await platform.renderAll();
    await platform.anchorAll();
    later = platform.with({ clock: { nowMs: () => FIRST + SEVEN_YEARS_MS } });
  });
  after(async () => {
    await platform.stop();
    folder.remove();
  });

  const apply = (deps = later): Promise<ApplyResult> => applyForDestruction(deps, unit, wanted, keeping);
  const reasonsOf = async (deps?: Deps): Promise<string> => {
    const result = await apply(deps);
    return result.kind === "refused" ? result.reasons.join("\n") : result.kind;
  };
  const findings = async (): Promise<readonly string[]> => {
    const report = await auditLedger({ ...platform.deps, examine: examineHere(platform.deps.hash), onProgress: quiet });
    return report.findings.map(({ code, details }) => `${code}: ${details}`);
  };
  const archive = async (): Promise<unknown> => {
    const signDetached = (keyId: string, digest: Uint8Array): Promise<Uint8Array> =>
      Promise.resolve(platform.keystore.unitSigner(keyId).signCms(digest));
    const deps = { ...platform.deps, files: archiveFolder(folder.dir), signer: { signDetached }, onProgress: quiet };
    return exportArchive(deps, unit, archivePeriodOf(day, day)!);
  };

  it("is not applied for before the keeping period is over, and all is archived and written off", async () => {
    const now = await reasonsOf(platform.deps);
    expect(now).to.contain("保管期未满").and.to.contain("3 个号码未归档").and.to.contain("3 个号码未核销");
    expect(await reasonsOf()).not.to.contain("保管期未满");
    await archive();
    expect(await reasonsOf()).to.not.contain("未归档");
    const filing = platform.with({ clock: { nowMs: () => SECOND } });
    expect((await fileWriteOff(filing, unit, day)).kind).to.equal("filed");
    expect(await reasonsOf(), "filed, and not reviewed").to.contain("未核销");
    const review = { result: 1, opinion: "", reviewer: "王审验" } as const;
    await reviewWriteOff(platform.deps, writeOffIdOf(unit.unitId, day), review);
    expect(await reasonsOf()).to.equal("applied");
    expect(await reasonsOf(), "one at a time").to.contain("尚未办结");
  });

  it("is done only after the bureau has passed it", async () => {
    const [first] = await platform.deps.store.destructions(1);
    const id = first!.destructionId;
    expect((await failure(destroyReceipts(later, id, quiet))).code).to.equal("destruction_state");
    const review = { reviewer: "赵局", opinion: "留存一年", isPassed: false };
    await reviewDestruction(later, id, review);
    expect((await failure(destroyReceipts(later, id, quiet))).code).to.equal("destruction_state");
    expect((await failure(reviewDestruction(later, id, review))).code).to.equal("destruction_state");
    expect(await findings()).to.deep.equal([]);
  });

  it("takes documents and personal data away, cut short or not, and leaves ledger and audit sound", async () => {
    const at = platform.with({ clock: { nowMs: () => FIRST + SEVEN_YEARS_MS + 1 } });
    const result = await apply(at);
    if (result.kind !== "applied") throw new Error(JSON.stringify(result));
    const { destructionId } = result.destruction;
    await reviewDestruction(at, destructionId, { reviewer: "赵局", opinion: "同意", isPassed: true });
    let removals = 0;
    const remove = (name: string): Promise<void> => {
      removals += 1;
      return removals === 2 ? Promise.reject(new AppError("crash", "crash")) : at.blobs.remove(name);
    };
    const cut = { ...at, blobs: { ...at.blobs, remove } };
    expect((await failure(destroyReceipts(cut, destructionId, quiet))).code).to.equal("crash");
    expect(await findings(), "two documents are left").to.deep.equal(
      Array.from({ length: 2 }, () => "document_extra: no receipt has this document"),
    );
    await destroyReceipts(at, destructionId, quiet);
    await destroyReceipts(at, destructionId, quiet);
    expect(await findings()).to.deep.equal([]);

    const gone = old[0]!;
    expect(await platform.deps.blobs.get(documentName(gone.code, gone.number))).to.equal(undefined);
    const rows = await platform.database.dataSource.query(
      "select to_jsonb(receipt)::text as text from receipt where code = $1 and number <= $2",
      [gone.code, old.at(-1)!.number],
    );
    expect(rows).to.have.length(3);
    const { payerPartyName, items } = gone.data;
    for (const { text } of rows) {
      expect(text).not.to.contain(payerPartyName);
      expect(text).not.to.contain(items[0]!.itemName);
      expect(text).not.to.contain(Buffer.from(gone.secret).toString("hex"));
      for (const { busNo } of old) expect(text).not.to.contain(busNo);
    }
    const stored = await platform.current(gone);
    expect(stored).to.deep.include({ issuedFen: gone.issuedFen, number: gone.number });
    expect(stored.data).to.include({ eInvoiceNumber: gone.data.eInvoiceNumber, totalAmount: gone.data.totalAmount });
    const [record] = await platform.deps.store.destructions(1);
    expect(record).to.include({
      state: "done",
      numberCount: 3,
      reviewer: "赵局",
      opinion: "同意",
      applicant: "李档案",
    });
  });

  it("still knows a busNo that was used, and issues nothing under it again", async () => {
    const { store } = platform.deps;
    const gone = old[1]!;
    expect(await store.receiptByBusNo(unit.unitId, gone.busNo)).to.include({ number: gone.number });
    expect(await store.receiptByBusNo(unit.unitId + 1, gone.busNo)).to.equal(undefined);
    const [again] = await issueReceipts(platform.deps, unit, [gone.input]);
    expect(again).to.deep.include({ kind: "conflict" });
    expect(again).to.have.nested.property("receipt.number", gone.number);
  });

  it("lets others of the same segment prove themselves, and refuses to reverse what is gone", async () => {
    const { deps, ledger } = platform;
    const { pdf } = (await sealReceipt(deps, await platform.current(kept)))!;
    const trustedContract = { chainId: ledger.chainId, address: ledger.contract };
    expect((await verifyPdf(pdf, { reader: deps.reader, trustedContract })).verdict).to.equal("valid");
    const request = { reasonCode: "refund", reason: "", documentNo: "" } as const;
    const result = await reverseReceipt(deps, unit, await platform.current(old[0]!), request);
    expect(result).to.deep.include({ kind: "interlocked" });
  });

  it("lets the audit find what was destroyed without approval", async () => {
    await platform.deps.store.eraseRun({ bookId: kept.bookId, from: kept.number, through: kept.number }, Date.now());
    await platform.deps.blobs.remove(documentName(kept.code, kept.number));
    expect(await findings()).to.deep.equal(["row_altered: it was destroyed, and nobody has approved it"]);
  });
});
