import { AppError } from "../core/errors.ts";
import { openOwnPdf } from "../core/pdfFile.ts";
import { sealInPlace } from "../core/seal.ts";
import type { Deps } from "./deps.ts";
import { documentName } from "./documentName.ts";
import type { ReceiptPlace } from "./storePorts.ts";
import { proofOf } from "./proveReceipt.ts";

/**
 * The receipt's document: sealed with its proof if it is anchored, else as it was signed; undefined while it is not drawn.
 * @throws AppError document_missing if the store has lost it
 */
export async function sealReceipt(
  deps: Pick<Deps, "blobs" | "ledger" | "segmentTrees">,
  receipt: ReceiptPlace,
): Promise<{ readonly pdf: Uint8Array; readonly isSealed: boolean } | undefined> {
  if (receipt.state !== "rendered") return undefined;
  const name = documentName(receipt.code, receipt.number);
  const pdf = await deps.blobs.get(name);
  if (pdf === undefined) throw new AppError("document_missing", `the document ${name} is missing`);
  const proof = await proofOf(deps, receipt);
  if (proof === undefined) return { pdf, isSealed: false };
  sealInPlace(openOwnPdf(pdf), proof);
  return { pdf, isSealed: true };
}
