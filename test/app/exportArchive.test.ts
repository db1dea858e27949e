import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { archiveFolder } from "../../service/adapters/blob/archiveFolder.ts";
import { openArchiveZip } from "../../service/adapters/blob/archiveZip.ts";
import { packArchive } from "../../service/adapters/blob/packArchive.ts";
import { declaredTotals } from "../../service/adapters/chain/declaredTotals.ts";
import { fetchRpc } from "../../service/adapters/chain/fetchRpc.ts";
import type { ArchiveReading } from "../../service/app/archivePorts.ts";
import { declareTotals } from "../../service/app/declareTotals.ts";
import { exportArchive, type ArchiveDeps } from "../../service/app/exportArchive.ts";
import { reverseReceipt } from "../../service/app/reverseReceipt.ts";
import type { Receipt, Unit } from "../../service/app/storePorts.ts";
import { verifyArchive, type ArchiveReport } from "../../service/app/verifyArchive.ts";
import { AppError } from "../../service/core/errors.ts";
import { archiveName, type ArchiveManifest } from "../../service/domain/archiveIndex.ts";
import { archivePeriodOf } from "../../service/domain/archivePeriod.ts";
import { codeTextOf } from "../../service/domain/code.ts";
import { issueDateOf } from "../../service/domain/fiscalTime.ts";
import { failure } from "../adapters/chain/chainFixture.ts";
import { makeTestFolder } from "../support/database.ts";
import { issueAt, threeDays } from "../support/days.ts";
import { startPlatform, type Platform } from "../support/platform.ts";
import { zipOf } from "../web/zipOf.ts";

const [FIRST, SECOND, THIRD] = threeDays();
const COUNT = 64;
const period = archivePeriodOf(issueDateOf(FIRST), issueDateOf(FIRST))!;

describe("exportArchive", function () {
  this.timeout(60_000);
  let platform: Platform;
  let unit: Unit;
  let receipts: readonly Receipt[];
  let manifest: ArchiveManifest;
  const folder = makeTestFolder("archive");
  const whole = path.join(folder.dir, "whole");
  before(async () => {
    platform = await startPlatform();
    unit = await platform.unitOf("demo-school");
    receipts = await issueAt(platform, unit, FIRST, { kind: "nontax", count: COUNT, prefix: "A" });
    await platform.deps.store.markVoid(receipts[3]!.code, receipts[3]!.number, "it cannot be drawn");
    await issueAt(platform, unit, SECOND, { kind: "nontax", count: 20, prefix: "B" });
    await platform.renderAll();
    await platform.anchorAll();
    await declareTotals(platform.with({ clock: { nowMs: () => SECOND } }), { every: "day", delayMs: 0, redDelayMs: 0 });
  });
  after(async () => {
    await platform.stop();
    folder.remove();
  });

  const depsFor = (dir: string): ArchiveDeps => ({
    ...platform.deps,
    files: archiveFolder(dir),
    signer: {
      signDetached: (keyId, digest) => Promise.resolve(platform.keystore.unitSigner(keyId).signCms(digest)),
    },
    onProgress: () => undefined,
  });
  const verify = (dir: string, files: ArchiveReading = archiveFolder(dir)): Promise<ArchiveReport> => {
    const { ledger, deps, rpcUrl } = platform;
    return verifyArchive({
      files,
      reader: deps.reader,
      trustedContract: { chainId: ledger.chainId, address: ledger.contract },
      hash: deps.hash,
      declarations: (bookId) => declaredTotals(fetchRpc(rpcUrl), ledger.contract, bookId),
      onProgress: () => undefined,
    });
  };
  const fileOf = (index: number, ending: "pdf" | "xml" | "proof" | "check.json"): string => {
    const { code, number } = receipts[index]!;
    return archiveName({ eInvoiceCode: codeTextOf(code), number }, ending);
  };
  /** A copy of the whole archive, spoilt. */
  const spoilt = async (spoil: (dir: string) => void): Promise<readonly string[]> => {
    const dir = path.join(folder.dir, "spoilt");
    fs.rmSync(dir, { recursive: true, force: true });
    fs.cpSync(whole, dir, { recursive: true });
    spoil(dir);
    return (await verify(dir)).wrong;
  };

  it("exports the period's receipts with an index, and all of it holds against the chain", async () => {
    manifest = await exportArchive(depsFor(whole), unit, period);
    const [{ bookId, number }] = [receipts[0]!];
    expect(manifest).to.deep.include({ receiptCount: COUNT - 1, voidCount: 1, fileCount: 4 * (COUNT - 1) });
    expect(manifest.runs).to.deep.equal([
      { bookId, eInvoiceCode: codeTextOf(receipts[0]!.code), from: number, through: number + COUNT - 1 },
    ]);
    const report = await verify(whole);
    expect([report.wrong, report.untold]).to.deep.equal([[], []]);
    expect(report).to.include({ receiptCount: COUNT - 1, changedCount: 0, declarationCount: 1 });
    const check = JSON.parse(fs.readFileSync(path.join(whole, fileOf(0, "check.json")), "utf8"));
    expect(check).to.deep.include({ state: "valid", chainId: platform.ledger.chainId });
    expect(check.financeCheck).to.include({ Result: true, IsReversal: false });
  });

  it("is checked as one ZIP file as it is as a folder, also packed anew by another program", async () => {
    const checked = async (file: string): Promise<ArchiveReport> => {
      const zip = await openArchiveZip(file);
      return verify(file, zip).finally(() => zip.close());
    };
    const [packed, repacked] = ["whole.zip", "repacked.zip"].map((name) => path.join(folder.dir, name)) as [
      string,
      string,
    ];
    await packArchive(archiveFolder(whole), packed);
    const expected = await verify(whole);
    expect(await checked(packed)).to.deep.equal(expected);
    const names = fs
      .readdirSync(whole, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.[a-z0-9]+$/.test(name));
    const read = (name: string): Buffer => fs.readFileSync(path.join(whole, name));
    fs.writeFileSync(repacked, zipOf(names.map((name) => [name, read(name)])));
    expect(await checked(repacked)).to.deep.equal(expected);
    const altered = fs.readFileSync(packed);
    altered[altered.indexOf("%PDF") + 200]! ^= 1;
    fs.writeFileSync(packed, altered);
    expect((await checked(packed)).wrong.filter((text) => text.endsWith(".pdf: digest"))).to.have.length(1);
  });

  it("goes on where a run was cut short, after each kind of step", async () => {
    const dir = path.join(folder.dir, "cut");
    const deps = depsFor(dir);
    const crash = new AppError("crash", "crash");
    let appends = 0;
    const cut: ArchiveDeps = {
      ...deps,
      files: {
        ...deps.files,
        async append(name, text) {
          // The second page's lines are torn in the middle.
          appends += 1;
          await deps.files.append(name, appends === 2 ? text.slice(0, 500) : text);
          if (appends === 2) throw crash;
        },
      },
    };
    expect(await failure(exportArchive(cut, unit, period))).to.equal(crash);
    expect((await failure(verify(dir))).code).to.equal("archive_malformed");
    const atManifest = {
      ...deps.files,
      write: (name: string, bytes: Uint8Array) =>
        name === "index.json" ? Promise.reject(crash) : deps.files.write(name, bytes),
    };
    expect(await failure(exportArchive({ ...deps, files: atManifest }, unit, period))).to.equal(crash);
    await exportArchive(deps, unit, period);
    const report = await verify(dir);
    expect([report.wrong, report.untold]).to.deep.equal([[], []]);
    expect(fs.readFileSync(path.join(dir, "index.csv"), "utf8").trimEnd().split("\n")).to.have.length(1 + COUNT);
    const written = fs.statSync(path.join(dir, fileOf(0, "pdf"))).mtimeMs;
    await exportArchive(deps, unit, period);
    expect(fs.statSync(path.join(dir, fileOf(0, "pdf"))).mtimeMs, "nothing is written again").to.equal(written);
  });

  it("takes no folder of another archive, and no receipts that are not on chain", async () => {
    const both = archivePeriodOf(issueDateOf(FIRST), issueDateOf(SECOND))!;
    expect((await failure(exportArchive(depsFor(whole), unit, both))).code).to.equal("archive_of_other");
    await issueAt(platform, unit, THIRD, { kind: "nontax", count: 1, prefix: "C" });
    const all = archivePeriodOf(issueDateOf(FIRST), issueDateOf(THIRD))!;
    const other = depsFor(path.join(folder.dir, "other"));
    expect((await failure(exportArchive(other, unit, all))).code).to.equal("archive_not_anchored");
    await platform.renderAll();
    await platform.anchorAll();
  });

  it("finds whatever is missing, added or altered", async () => {
    const remove = fileOf(5, "xml");
    expect(await spoilt((dir) => fs.rmSync(path.join(dir, remove)))).to.include(`${remove}: missing`);
    const extra = "receipts/readme.txt";
    expect(await spoilt((dir) => fs.writeFileSync(path.join(dir, extra), "x"))).to.include(
      `${extra}: not in the index`,
    );
    const altered = fileOf(6, "pdf");
    const flip = (dir: string): void => {
      const bytes = fs.readFileSync(path.join(dir, altered));
      bytes[200]! ^= 1;
      fs.writeFileSync(path.join(dir, altered), bytes);
    };
    const wrong = await spoilt(flip);
    expect(wrong).to.include(`${altered}: digest`);
    expect(
      wrong.filter((text) => text.startsWith(`${altered}: `)),
      "and it proves nothing any more",
    ).to.have.length(2);
    const index = await spoilt((dir) => {
      const file = path.join(dir, "index.csv");
      const lines = fs.readFileSync(file, "utf8").split("\n");
      fs.writeFileSync(file, lines.filter((_, at) => at !== 10).join("\n"));
    });
    expect(index).to.include("index.csv: digest");
    expect(
      index.some((text) => /: expected \d+$/.test(text)),
      index.join("\n"),
    ).to.equal(true);
  });

  it("finds an archive whose maker left a receipt out and signed again, by the unit's declaration", async () => {
    const { hash } = platform.deps;
    const wrong = await spoilt((dir) => {
      // The maker passes a receipt off as void, and makes everything else fit.
      const file = path.join(dir, "index.csv");
      const { code, number } = receipts[8]!;
      const lines = fs.readFileSync(file, "utf8").split("\n");
      const at = lines.findIndex((line) => line.includes(`,${codeTextOf(code)},${String(number).padStart(10, "0")},`));
      const fields = lines[at]!.split(",");
      const { issuedFen } = receipts[8]!;
      lines[at] = [...fields.slice(0, 3), "void", "0", "0", "", fields[7], "", "", "", ""].join(",");
      const text = lines.join("\n");
      fs.writeFileSync(file, text);
      for (const ending of ["pdf", "xml", "proof", "check.json"] as const) fs.rmSync(path.join(dir, fileOf(8, ending)));
      const changed: ArchiveManifest = {
        ...manifest,
        receiptCount: manifest.receiptCount - 1,
        voidCount: manifest.voidCount + 1,
        issuedFen: manifest.issuedFen - issuedFen,
        fileCount: manifest.fileCount - 4,
        indexSha256: Buffer.from(hash([Buffer.from(text)])).toString("hex"),
      };
      const bytes = Buffer.from(JSON.stringify(changed, null, 2));
      fs.writeFileSync(path.join(dir, "index.json"), bytes);
      fs.writeFileSync(path.join(dir, "index.p7s"), platform.keystore.unitSigner(unit.keyId).signCms(hash([bytes])));
    });
    expect(wrong.map((text) => text.split(": ")[1]?.split(" ")[0])).to.deep.equal(["issuedFen", "voidCount"]);
  });

  it("finds another's signature, and says what was reversed since", async () => {
    const police = await platform.unitOf("demo-police");
    const wrong = await spoilt((dir) => {
      const digest = platform.deps.hash([fs.readFileSync(path.join(dir, "index.json"))]);
      fs.writeFileSync(path.join(dir, "index.p7s"), platform.keystore.unitSigner(police.keyId).signCms(digest));
    });
    expect(wrong).to.deep.equal([`index.p7s: signed by ${police.creditCode}`]);
    const request = { reasonCode: "refund", reason: "", documentNo: "" } as const;
    await reverseReceipt(platform.deps, unit, await platform.current(receipts[20]!), request);
    await platform.renderAll();
    await platform.anchorAll();
    expect(await verify(whole)).to.deep.include({ wrong: [], untold: [], changedCount: 1 });
  });
});
