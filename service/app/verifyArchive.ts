import { equalBytes, hexOf } from "../core/bytes.ts";
import { parseCertificate, rootDigestOf, verifyChain } from "../core/certificate.ts";
import { encodeSignedAttributes, parseSignedData } from "../core/cms.ts";
import { isSignedBy, verifyP256 } from "../core/ecdsa.ts";
import { AppError } from "../core/errors.ts";
import type { LedgerReader } from "../core/ledgerCall.ts";
import { askLedger, type TrustedContract } from "../core/ledgerJudges.ts";
import { openPdf } from "../core/pdfFile.ts";
import { readAttachment } from "../core/pdfAttachments.ts";
import { encodeProof } from "../core/proof.ts";
import type { DeclarationClaim } from "../core/segment.ts";
import { verifyPdf } from "../core/verify.ts";
import type { ChainCache } from "../core/verifyDocument.ts";
import {
  archiveEndings,
  archiveName,
  INDEX_FILE,
  INDEX_TITLE_LINE,
  MANIFEST_FILE,
  parseIndexLine,
  parseManifest,
  SIGNATURE_FILE,
  type ArchiveEntry,
  type ArchiveManifest,
} from "../domain/archiveIndex.ts";
import type { ArchiveReading } from "./archivePorts.ts";
import { checkDeclarations, type RunSums } from "./archiveSums.ts";
import type { Hash } from "./ports.ts";

export type VerifyArchiveDeps = {
  readonly files: ArchiveReading;
  readonly reader: LedgerReader;
  readonly trustedContract: TrustedContract;
  readonly hash: Hash;
  /** All that was declared of a book, in order, read from the chain. */
  readonly declarations: (bookId: number) => Promise<readonly DeclarationClaim[]>;
  readonly onProgress: (done: number, total: number) => void;
};

/** wrong: what is not as the manifest, the index, or the chain has it. untold: what could not be told. */
export type ArchiveReport = {
  readonly manifest: ArchiveManifest | undefined;
  readonly receiptCount: number;
  /** Receipts that became something else since the export: no fault. */
  readonly changedCount: number;
  /** Declarations on chain that the receipts' sums were compared with. */
  readonly declarationCount: number;
  readonly wrong: readonly string[];
  readonly untold: readonly string[];
};

type Tally = {
  receiptCount: number;
  voidCount: number;
  changedCount: number;
  declarationCount: number;
  issuedFen: number;
  reversedFen: number;
  readonly wrong: string[];
  readonly untold: string[];
};

/** Receipts looked at at a time. */
const PAGE = 20;
/** More of a kind are not listed. */
const MAX_LISTED = 1000;

/**
 * Checks an archive as a whole with any node alone: its signature, that the files are those of the index and no others, that each
 * receipt proves itself against the chain, that no number is missing, and that the sums are those that the unit has declared.
 * @throws AppError archive_malformed if there is no manifest to go by
 */
export async function verifyArchive(deps: VerifyArchiveDeps): Promise<ArchiveReport> {
  const bytes = await deps.files.read(MANIFEST_FILE);
  const manifest = bytes === undefined ? undefined : parseManifest(new TextDecoder().decode(bytes));
  if (bytes === undefined || manifest === undefined) {
    const message = `没有 ${MANIFEST_FILE}，或不是归档清单；导出是否已完成？ There is no manifest: was the export finished?`;
    throw new AppError("archive_malformed", message);
  }
  const counts = { receiptCount: 0, voidCount: 0, changedCount: 0, declarationCount: 0, issuedFen: 0, reversedFen: 0 };
  const tally: Tally = { ...counts, wrong: [], untold: [] };
  await checkSignature(deps, manifest, bytes, tally);
  const digest = await deps.files.digest(INDEX_FILE);
  if (digest === undefined || hexOf(digest).slice(2) !== manifest.indexSha256)
    say(tally.wrong, `${INDEX_FILE}: digest`);
  const { chainId, contract } = manifest;
  const { trustedContract } = deps;
  if (chainId !== trustedContract.chainId || contract !== trustedContract.address.toLowerCase()) {
    say(tally.wrong, `${MANIFEST_FILE}: another contract, ${contract} on chain ${chainId}`);
  }
  await checkEntries(deps, manifest, tally);
  await checkNoOthers(deps, manifest, tally);
  return { manifest, ...tally };
}

function say(list: string[], text: string): void {
  if (list.length < MAX_LISTED) list.push(text);
}

/** The unit's own certificate, of a root that the contract knows, over the manifest's bytes. */
async function checkSignature(
  deps: VerifyArchiveDeps,
  manifest: ArchiveManifest,
  bytes: Uint8Array,
  tally: Tally,
): Promise<void> {
  try {
    const cms = parseSignedData((await deps.files.read(SIGNATURE_FILE)) ?? new Uint8Array());
    const [leaf, root] = [parseCertificate(cms.certificate.slice()), parseCertificate(cms.root.slice())];
    await verifyChain(leaf, root);
    const signed = encodeSignedAttributes(cms.messageDigest, cms.certificate);
    const isSigned = await isSignedBy(verifyP256, leaf.publicKey, signed, cms.signature);
    if (!isSigned || !equalBytes(cms.messageDigest, deps.hash([bytes])))
      say(tally.wrong, `${SIGNATURE_FILE}: signature`);
    if (leaf.creditCode !== manifest.unit.creditCode)
      say(tally.wrong, `${SIGNATURE_FILE}: signed by ${leaf.creditCode}`);
    const question = { batch: 0, bookId: 0, rootDigest: rootDigestOf(root), leaf: new Uint8Array(32) };
    const answer = await askLedger(deps.reader, deps.trustedContract, question);
    if (answer.kind === "untold") say(tally.untold, `${SIGNATURE_FILE}: ${answer.reason}`);
    else if (answer.evidence.root.addedAtS === 0)
      say(tally.wrong, `${SIGNATURE_FILE}: the contract knows no such root`);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    say(tally.wrong, `${SIGNATURE_FILE}: ${error.code}`);
  }
}

async function checkEntries(deps: VerifyArchiveDeps, manifest: ArchiveManifest, tally: Tally): Promise<void> {
  const runs = manifest.runs.map((run): RunSums => ({ run, next: run.from, sums: [] }));
  const total = runs.reduce((sum, { run }) => sum + run.through - run.from + 1, 0);
  const chainCache: ChainCache = new Map();
  let page: ArchiveEntry[] = [];
  let done = 0;
  const flush = async (): Promise<void> => {
    await Promise.all(page.map((entry) => checkReceipt(deps, entry, tally, chainCache)));
    done += page.length;
    page = [];
    deps.onProgress(done, total);
  };
  let isFirst = true;
  for await (const line of deps.files.lines(INDEX_FILE)) {
    if (isFirst) {
      isFirst = false;
      if (`${line}\n` !== INDEX_TITLE_LINE) say(tally.wrong, `${INDEX_FILE}: titles`);
      continue;
    }
    const entry = parseIndexLine(line);
    if (entry === undefined) say(tally.wrong, `${INDEX_FILE}: no entry: ${line.slice(0, 80)}`);
    else {
      count(tally, runs, entry);
      page.push(entry);
    }
    if (page.length === PAGE) await flush();
  }
  await flush();
  for (const { run, next } of runs) {
    if (next <= run.through) say(tally.wrong, `${run.eInvoiceCode}: numbers ${next} to ${run.through} are missing`);
  }
  for (const field of ["receiptCount", "voidCount", "issuedFen", "reversedFen"] as const) {
    if (tally[field] !== manifest[field])
      say(tally.wrong, `${field} ${tally[field]}, the manifest says ${manifest[field]}`);
  }
  for (const sums of runs) await compareDeclared(deps, sums, tally);
}

/** Numbers follow each other within their book, none twice and none left out. */
function count(tally: Tally, runs: readonly RunSums[], entry: ArchiveEntry): void {
  const { bookId, eInvoiceCode, number, issuedFen, reversedFen, digests } = entry;
  const sums = runs.find(({ run }) => run.bookId === bookId && run.eInvoiceCode === eInvoiceCode);
  const isVoid = digests === undefined;
  if (isVoid !== (entry.state === "void") || (isVoid && issuedFen + reversedFen > 0)) {
    say(tally.wrong, `${eInvoiceCode} ${number}: a void number has neither files nor amounts`);
  }
  if (sums?.next !== number) say(tally.wrong, `${eInvoiceCode} ${number}: expected ${sums?.next ?? "no such book"}`);
  if (sums !== undefined) {
    sums.next = number + 1;
    sums.sums.push({ issuedFen, reversedFen, voidCount: isVoid ? 1 : 0 });
  }
  tally[isVoid ? "voidCount" : "receiptCount"] += 1;
  tally.issuedFen += issuedFen;
  tally.reversedFen += reversedFen;
}

async function compareDeclared(deps: VerifyArchiveDeps, sums: RunSums, tally: Tally): Promise<void> {
  const { bookId } = sums.run;
  try {
    const question = { batch: 0, bookId, rootDigest: new Uint8Array(32), leaf: new Uint8Array(32) };
    const answer = await askLedger(deps.reader, deps.trustedContract, question);
    if (answer.kind === "untold") throw new AppError(answer.reason, "the book could not be read");
    const { wrong, comparedCount } = checkDeclarations(
      sums,
      answer.evidence.book.first,
      await deps.declarations(bookId),
    );
    for (const each of wrong) say(tally.wrong, each);
    tally.declarationCount += comparedCount;
  } catch (error) {
    say(tally.untold, `book ${bookId}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function checkReceipt(
  deps: VerifyArchiveDeps,
  entry: ArchiveEntry,
  tally: Tally,
  chainCache: ChainCache,
): Promise<void> {
  const { digests } = entry;
  if (digests === undefined) return;
  for (const ending of archiveEndings) {
    const name = archiveName(entry, ending);
    const digest = await deps.files.digest(name);
    if (digest === undefined) say(tally.wrong, `${name}: missing`);
    else if (hexOf(digest).slice(2) !== digests[ending]) say(tally.wrong, `${name}: digest`);
  }
  const name = archiveName(entry, "pdf");
  const pdf = await deps.files.read(name);
  if (pdf === undefined) return;
  const { reader, trustedContract, hash } = deps;
  const { verdict, proof, checks, state } = await verifyPdf(pdf, { reader, trustedContract, hash, chainCache });
  const notPassed = checks.filter(({ outcome }) => outcome === "fail" || outcome === "unknown").map(({ id }) => id);
  if (verdict === "undetermined") say(tally.untold, `${name}: ${notPassed.join(", ")}`);
  if (verdict === "invalid" || proof === undefined) {
    say(tally.wrong, `${name}: ${notPassed.join(", ")}`);
    return;
  }
  const isItsOwn =
    proof.header.bookId === entry.bookId && proof.code === Number(entry.eInvoiceCode) && proof.number === entry.number;
  const isSum = proof.issuedFen === entry.issuedFen && proof.reversedFen === entry.reversedFen;
  if (!isItsOwn || !isSum) say(tally.wrong, `${name}: another number or amount than in ${INDEX_FILE}`);
  await checkBeside(deps, entry, pdf, encodeProof(proof), tally);
  if ((state === "reversed") !== (entry.state === "reversed")) tally.changedCount += 1;
}

/** XML and proof are the document's own. */
async function checkBeside(
  { files }: VerifyArchiveDeps,
  entry: ArchiveEntry,
  pdf: Uint8Array,
  proof: Uint8Array,
  tally: Tally,
): Promise<void> {
  const own = { xml: readAttachment(openPdf(pdf), "einvoice.xml"), proof };
  for (const ending of ["xml", "proof"] as const) {
    const bytes = await files.read(archiveName(entry, ending));
    if (bytes !== undefined && !equalBytes(bytes, own[ending])) {
      say(tally.wrong, `${archiveName(entry, ending)}: not that of the document`);
    }
  }
}

/** Every file is known by its name's form and its number; so as many as there must be, and each there, leaves no other. */
async function checkNoOthers({ files }: VerifyArchiveDeps, manifest: ArchiveManifest, tally: Tally): Promise<void> {
  const own = new Set([MANIFEST_FILE, INDEX_FILE, SIGNATURE_FILE]);
  const expected = /^receipts\/(\d{8})\/(\d{6})\/\1_\2\d{4}\.(pdf|xml|proof|check\.json)$/;
  let fileCount = 0;
  for await (const name of files.names()) {
    if (own.has(name)) continue;
    fileCount += 1;
    const number = Number(/_(\d{10})\./.exec(name)?.[1]);
    const isOwn = manifest.runs.some(
      ({ eInvoiceCode, from, through }) => name.includes(`/${eInvoiceCode}_`) && from <= number && number <= through,
    );
    if (!expected.test(name) || !isOwn) say(tally.wrong, `${name}: not in the index`);
  }
  if (fileCount !== manifest.fileCount || fileCount !== tally.receiptCount * archiveEndings.length) {
    say(tally.wrong, `${fileCount} files, the index has ${tally.receiptCount * archiveEndings.length}`);
  }
}
