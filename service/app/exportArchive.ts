import { bytesOfHex, hexOf, utf8 } from "../core/bytes.ts";
import { AppError } from "../core/errors.ts";
import { askLedger } from "../core/ledgerJudges.ts";
import { readAttachment } from "../core/pdfAttachments.ts";
import {
  archiveName,
  INDEX_FILE,
  INDEX_TITLE_LINE,
  indexLine,
  MANIFEST_FILE,
  PARTIAL_INDEX_FILE,
  parseIndexLine,
  parseManifest,
  SIGNATURE_FILE,
  type ArchiveEnding,
  type ArchiveEntry,
  type ArchiveManifest,
  type ArchiveRun,
} from "../domain/archiveIndex.ts";
import type { ArchivePeriod } from "../domain/archivePeriod.ts";
import { codeTextOf } from "../domain/code.ts";
import { decideCheck } from "../domain/financeCheck.ts";
import type { ArchiveFiles, ArchiveSigner } from "./archivePorts.ts";
import type { Deps } from "./deps.ts";
import { loadEntryDate } from "./entryDate.ts";
import { proveReceipt } from "./proveReceipt.ts";
import { sealReceipt } from "./sealReceipt.ts";
import { entryLeaf } from "./segmentTrees.ts";
import type { Receipt, Unit } from "./storePorts.ts";

export type ArchiveDeps = Pick<Deps, "store" | "blobs" | "ledger" | "reader" | "segmentTrees" | "clock" | "hash"> & {
  readonly files: ArchiveFiles;
  readonly signer: ArchiveSigner;
  readonly onProgress: (done: number, total: number) => void;
};

/** So many receipts are sealed and checked at once; their lines are then written together. */
const PAGE = 50;

/**
 * 归档: exports a unit's receipts of a period: sealed PDF, XML, proof, the result of a check as of now, an index with the digest of
 * each file, and a manifest that the unit signs. A run that was cut short is taken up behind the last line of the index that is
 * whole; one that is finished is left as it is.
 * @throws AppError archive_not_anchored, archive_of_other (the folder holds another period's), number_missing, document_missing,
 * chain_unreachable
 */
export async function exportArchive(deps: ArchiveDeps, unit: Unit, period: ArchivePeriod): Promise<ArchiveManifest> {
  const runs = await runsOf(deps, unit, period);
  const finished = await deps.files.read(MANIFEST_FILE);
  if (finished === undefined) {
    await writeReceipts(deps, runs);
    await deps.files.rename(PARTIAL_INDEX_FILE, INDEX_FILE).catch(async (error: unknown) => {
      // A run that was cut short between this and the manifest has renamed it already.
      if ((await deps.files.digest(INDEX_FILE)) === undefined) throw error;
    });
    await deps.files.write(MANIFEST_FILE, utf8(JSON.stringify(await manifestOf(deps, unit, period, runs), null, 2)));
  }
  const manifestBytes = (await deps.files.read(MANIFEST_FILE)) ?? new Uint8Array();
  const manifest = parseManifest(new TextDecoder().decode(manifestBytes));
  const isSame = JSON.stringify(manifest?.runs) === JSON.stringify(runs);
  if (manifest === undefined || !isSame || manifest.unit.creditCode !== unit.creditCode) throw ofOther();
  await deps.store.recordArchive(unit.unitId, manifest, deps.clock.nowMs());
  await deps.files.write(SIGNATURE_FILE, await deps.signer.signDetached(unit.keyId, deps.hash([manifestBytes])));
  return manifest;
}

/** The numbers of each book that were used in the period: all of them, or the archive would have gaps. */
async function runsOf(
  { store }: ArchiveDeps,
  unit: Unit,
  { fromMs, endMs }: ArchivePeriod,
): Promise<readonly ArchiveRun[]> {
  const runs: ArchiveRun[] = [];
  for (const { bookId, code, first, next, anchored } of await store.books(unit.unitId)) {
    const from = await store.firstIssuedFrom(bookId, first - 1, fromMs);
    if (from === undefined) continue;
    const through = ((await store.firstIssuedFrom(bookId, from - 1, endMs)) ?? next) - 1;
    if (through < from) continue;
    if (through >= anchored) {
      const message = `号段 ${bookId} 有票据未上链，请稍后再归档。 Receipts of book ${bookId} are not on chain yet: archive later.`;
      throw new AppError("archive_not_anchored", message, { details: { bookId } });
    }
    runs.push({ bookId, eInvoiceCode: codeTextOf(code), from, through });
  }
  return runs;
}

async function writeReceipts(deps: ArchiveDeps, runs: readonly ArchiveRun[]): Promise<void> {
  const { files } = deps;
  // Finished but for the manifest.
  if ((await files.digest(INDEX_FILE)) !== undefined) return;
  await files.cutTornLine(PARTIAL_INDEX_FILE);
  const places = runs.flatMap(({ bookId, eInvoiceCode, from, through }) => ({ bookId, eInvoiceCode, from, through }));
  const total = places.reduce((sum, { from, through }) => sum + through - from + 1, 0);
  let skip = 0;
  for await (const line of files.lines(PARTIAL_INDEX_FILE)) {
    if (`${line}\n` !== INDEX_TITLE_LINE) assertContinues(parseIndexLine(line), places, skip++);
  }
  let done = skip;
  if (skip === 0) await files.write(PARTIAL_INDEX_FILE, utf8(INDEX_TITLE_LINE));
  for (const run of runs) {
    const count = run.through - run.from + 1;
    const start = run.from + Math.min(skip, count);
    skip -= start - run.from;
    for (let from = start; from <= run.through; from += PAGE) {
      const numbers = Array.from({ length: Math.min(PAGE, run.through - from + 1) }, (_, index) => from + index);
      const entries = await Promise.all(numbers.map((number) => exportOne(deps, run, number)));
      await files.append(PARTIAL_INDEX_FILE, entries.map(indexLine).join(""));
      done += entries.length;
      deps.onProgress(done, total);
    }
  }
}

/** The lines that are there are the first ones of this very archive. */
function assertContinues(entry: ArchiveEntry | undefined, runs: readonly ArchiveRun[], index: number): void {
  let rest = index;
  for (const { bookId, from, through } of runs) {
    const count = through - from + 1;
    if (rest < count) {
      if (entry?.bookId === bookId && entry.number === from + rest) return;
      break;
    }
    rest -= count;
  }
  throw ofOther();
}

async function exportOne(deps: ArchiveDeps, run: ArchiveRun, number: number): Promise<ArchiveEntry> {
  const receipt = await deps.store.receipt(Number(run.eInvoiceCode), number);
  if (receipt === undefined) {
    throw new AppError(
      "number_missing",
      `${run.eInvoiceCode} ${number} 没有记录，请先审计。 There is no row: run the audit.`,
    );
  }
  const isVoid = receipt.state === "void";
  const place = { bookId: run.bookId, eInvoiceCode: run.eInvoiceCode, number };
  const base = { ...place, kind: receipt.kind, issueDate: isVoid ? "" : receipt.data.issueDate };
  if (isVoid) return { ...base, state: "void", issuedFen: 0, reversedFen: 0, digests: undefined };
  const { state, check } = await checkNow(deps, receipt);
  const sealed = await sealReceipt(deps, receipt);
  const proof = await proveReceipt(deps, receipt);
  if (sealed?.isSealed !== true || proof === undefined) {
    throw new AppError("archive_not_anchored", `${run.eInvoiceCode} ${number} is not on chain`);
  }
  const contents: Readonly<Record<ArchiveEnding, Uint8Array>> = {
    pdf: sealed.pdf,
    xml: readAttachment(sealed.pdf, "einvoice.xml"),
    proof,
    "check.json": check,
  };
  const digest = async (ending: ArchiveEnding): Promise<string> => {
    await deps.files.write(archiveName(place, ending), contents[ending]);
    return hexOf(deps.hash([contents[ending]])).slice(2);
  };
  const [pdf, xml, proofDigest, checkDigest] = await Promise.all(
    (["pdf", "xml", "proof", "check.json"] as const).map(digest),
  );
  const digests = { pdf: pdf!, xml: xml!, proof: proofDigest!, "check.json": checkDigest! };
  return { ...base, state, issuedFen: receipt.issuedFen, reversedFen: receipt.reversedFen, digests };
}

/** What a check says now, and at which block (DA/T 95-2022, FinanceCheck). */
async function checkNow(
  deps: ArchiveDeps,
  receipt: Receipt,
): Promise<{ readonly state: string; readonly check: Uint8Array }> {
  const { chainId, contract } = deps.ledger;
  const answer = await askLedger(
    deps.reader,
    { chainId, address: contract },
    {
      batch: receipt.anchoring?.batchNo ?? 0,
      bookId: receipt.bookId,
      rootDigest: new Uint8Array(32),
      leaf: entryLeaf({ ...receipt, isVoid: false }),
    },
  );
  if (answer.kind === "untold") throw new AppError("chain_unreachable", "the receipt's status could not be told");
  const { status } = answer.evidence;
  const entryDate = await loadEntryDate(deps.store, receipt, status, answer.blockNumber);
  const facts = { data: receipt.data, isVoid: false, isAnchored: true, status, entryDate };
  const { state, financeCheck } = decideCheck(facts);
  const checkedAt = new Date(deps.clock.nowMs()).toISOString();
  const check = { checkedAt, chainId, contract, blockNumber: answer.blockNumber, state, financeCheck };
  return { state, check: utf8(JSON.stringify(check, null, 2)) };
}

async function manifestOf(
  deps: ArchiveDeps,
  unit: Unit,
  { from, to }: ArchivePeriod,
  runs: readonly ArchiveRun[],
): Promise<ArchiveManifest> {
  const digest = await deps.files.digest(INDEX_FILE);
  const totals = { receiptCount: 0, voidCount: 0, issuedFen: 0, reversedFen: 0 };
  for await (const line of deps.files.lines(INDEX_FILE)) {
    const entry = parseIndexLine(line);
    if (entry === undefined) continue;
    totals[entry.digests === undefined ? "voidCount" : "receiptCount"] += 1;
    totals.issuedFen += entry.issuedFen;
    totals.reversedFen += entry.reversedFen;
  }
  return {
    version: 1,
    unit: { creditCode: unit.creditCode, name: unit.name },
    ...{ from, to, chainId: deps.ledger.chainId, contract: deps.ledger.contract },
    exportedAt: new Date(deps.clock.nowMs()).toISOString(),
    runs,
    ...totals,
    fileCount: totals.receiptCount * 4,
    indexSha256: hexOf(digest ?? bytesOfHex("0x")).slice(2),
  };
}

function ofOther(): AppError {
  return new AppError(
    "archive_of_other",
    "该文件夹中是另一单位或期间的归档，请另选空文件夹。 The folder holds another archive: choose an empty one.",
  );
}
