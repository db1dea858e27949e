import { dataDigestOf } from "../core/dataDigest.ts";
import { equalBytes } from "../core/bytes.ts";
import { AppError } from "../core/errors.ts";
import { readAttachment } from "../core/pdfAttachments.ts";
import { parseReceiptFile, RECEIPT_FILE_NAME } from "../core/receiptFile.ts";
import { documentDigestOf } from "../core/pdfSignature.ts";
import type { Kind } from "../domain/kind.ts";
import { qrSignedText, qrText } from "../domain/qrText.ts";
import { receiptTopic, renderedTopic, type Deps } from "./deps.ts";
import { documentName } from "./documentName.ts";
import { findKindVersion } from "./findKindVersion.ts";
import type { RenderJob, RenderOutcome } from "./ports.ts";
import type { ClaimedReceipt } from "./storePorts.ts";

/** What is drawn in one go: enough to keep the threads busy, few enough that a crash repeats little. */
const CLAIM_COUNT = 40;
/** Past this a claim is taken over, of a program that has died or is slow: then its document, or the first one, is adopted. */
const CLAIM_MS = 15_000;

/**
 * Draws and signs receipts that wait, stores their documents, and marks them rendered. Running it again after a crash is
 * harmless: a document that was stored is adopted, never drawn a second time.
 * @returns how many receipts were taken up; 0: none waits
 */
export async function renderReceipts(deps: Deps): Promise<number> {
  const receipts = await deps.store.claimForRender(deps.settings.holder, CLAIM_COUNT, CLAIM_MS);
  if (receipts.length === 0) return 0;
  const stored = await Promise.all(receipts.map((receipt) => storedFor(deps, receipt)));
  const fresh = receipts.filter((_, index) => stored[index] === undefined);
  const keyIds = new Map((await deps.store.units()).map((unit) => [unit.unitId, unit.keyId]));
  const kinds = await kindsOf(deps, fresh);
  const known = fresh.filter((receipt) => kinds.has(faceOf(receipt)));
  const rendered = await deps.renderer.render(known.map((receipt) => jobOf(deps, receipt, keyIds, kinds)));
  const outcomes = fresh.map((receipt) => rendered[known.indexOf(receipt)] ?? KIND_MISSING);
  deps.failpoint("signed");
  await Promise.all([
    ...receipts.map(async (receipt, index) => {
      const document = stored[index];
      if (document !== undefined) await adopt(deps, receipt, document);
    }),
    ...fresh.map((receipt, index) => settle(deps, receipt, outcomes[index])),
  ]);
  await clearMended(deps, receipts);
  deps.bell.ring(renderedTopic);
  return receipts.length;
}

/** At its first claim a receipt has no document; had it one all the same, storing another would find it. */
async function storedFor(deps: Deps, receipt: ClaimedReceipt): Promise<Uint8Array | undefined> {
  return receipt.isAgain ? deps.blobs.get(nameOf(receipt)) : undefined;
}

/** A receipt that was an alarm and now has its document is one no more. */
async function clearMended(deps: Deps, receipts: readonly ClaimedReceipt[]): Promise<void> {
  const subjects = new Set(receipts.map(subjectOf));
  for (const { kind, subject } of await deps.store.openAlarms()) {
    if (!(kind === "document_not_adopted" || kind === "render_failed") || !subjects.has(subject)) continue;
    const receipt = receipts.find((each) => subjectOf(each) === subject);
    const current = receipt && (await deps.store.receipt(receipt.code, receipt.number));
    if (current?.state !== "issued") await deps.store.clearAlarm(kind, subject, deps.clock.nowMs());
  }
}

const subjectOf = ({ code, number }: ClaimedReceipt): string => `receipt ${code} ${number}`;

const nameOf = (receipt: ClaimedReceipt): string => documentName(receipt.code, receipt.number);

/** Never the receipt's fault, so its number is kept. */
const KIND_MISSING: RenderOutcome = {
  kind: "failed",
  isPermanent: false,
  code: "kind_version_missing",
  message: "the register has no such version of the kind",
};

/** The kind and version that the receipt was issued under. */
const faceOf = ({ kind, data }: ClaimedReceipt): string => `${kind} ${data.eInvoiceSpecimenCode.slice(8)}`;

async function kindsOf(deps: Deps, receipts: readonly ClaimedReceipt[]): Promise<ReadonlyMap<string, Kind>> {
  const kinds = new Map<string, Kind>();
  for (const [face, receipt] of new Map(receipts.map((each) => [faceOf(each), each]))) {
    const kind = await findKindVersion(deps, receipt);
    if (kind !== undefined) kinds.set(face, kind);
  }
  return kinds;
}

function jobOf(
  deps: Deps,
  receipt: ClaimedReceipt,
  keyIds: ReadonlyMap<number, string>,
  kinds: ReadonlyMap<string, Kind>,
): RenderJob {
  const { data, secret, issuedAtMs } = receipt;
  const { qrPlace, qrMac } = deps.settings;
  const kind = kinds.get(faceOf(receipt));
  return {
    data,
    ...(kind === undefined ? {} : { kind }),
    secret,
    issuedAtMs,
    unitKeyId: keyIds.get(receipt.unitId) ?? "",
    qrText: qrText(qrPlace, data, qrMac(qrSignedText(qrPlace, data))),
  };
}

async function settle(deps: Deps, receipt: ClaimedReceipt, outcome: RenderOutcome | undefined): Promise<void> {
  if (outcome?.kind === "rendered") {
    const { isNew } = await deps.blobs.put(nameOf(receipt), outcome.pdf);
    deps.failpoint("pdf_stored");
    if (isNew) {
      await mark(deps, receipt, outcome.pdf, outcome);
      return;
    }
    // Another program has drawn it at the same time, and its document came first.
    const first = await deps.blobs.get(nameOf(receipt));
    if (first !== undefined) await adopt(deps, receipt, first);
    return;
  }
  const { code, number } = receipt;
  const reason = outcome === undefined ? "no outcome" : `${outcome.code}: ${outcome.message}`;
  deps.log.error("render_failed", { code, number, reason });
  const isPermanent = outcome?.isPermanent === true;
  if (isPermanent) await deps.store.markVoid(code, number, reason);
  // Until it is drawn, the numbers after it can't be anchored.
  const alarm = isPermanent ? "number_voided" : "render_failed";
  await deps.store.raiseAlarm(alarm, subjectOf(receipt), reason, deps.clock.nowMs());
}

/** Takes a stored document for the receipt's own, once its data are seen to be the receipt's. */
async function adopt(deps: Deps, receipt: ClaimedReceipt, pdf: Uint8Array): Promise<void> {
  const { code, number } = receipt;
  try {
    const dataDigest = dataDigestOf(receipt.data, receipt.secret);
    const attached = parseReceiptFile(readAttachment(pdf, RECEIPT_FILE_NAME));
    if (!equalBytes(dataDigestOf(attached.data, attached.secret), dataDigest)) {
      throw new AppError("document_of_another", "the stored document holds other data");
    }
    await mark(deps, receipt, pdf, { dataDigest, documentDigest: documentDigestOf(pdf, deps.hash) });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    deps.log.error("document_not_adopted", { code, number, reason: error.code });
    const details = `${documentName(code, number)}: ${error.code}`;
    await deps.store.raiseAlarm("document_not_adopted", subjectOf(receipt), details, deps.clock.nowMs());
  }
}

async function mark(
  deps: Deps,
  receipt: ClaimedReceipt,
  pdf: Uint8Array,
  digests: { readonly dataDigest: Uint8Array; readonly documentDigest: Uint8Array },
): Promise<void> {
  const { code, number } = receipt;
  const { dataDigest, documentDigest } = digests;
  const renderedAtMs = deps.clock.nowMs();
  const documentSha256 = deps.hash([pdf]);
  await deps.store.markRendered({ code, number, dataDigest, documentDigest, documentSha256, renderedAtMs });
  deps.bell.ring(receiptTopic(code, number));
}
