import { equalBytes } from "./bytes.ts";
import { dataDigestOf } from "./dataDigest.ts";
import { disclose } from "./disclosure.ts";
import { encodeDisclosureFile } from "./disclosureFile.ts";
import { pathsOfPreset, type DisclosurePreset } from "./disclosurePresets.ts";
import { AppError } from "./errors.ts";
import { readAttachment } from "./pdfAttachments.ts";
import { openPdf } from "./pdfFile.ts";
import { encodeProof } from "./proof.ts";
import { parseReceiptFile, RECEIPT_FILE_NAME } from "./receiptFile.ts";
import { readProof } from "./seal.ts";

/** What the holder shows: a preset's fields, and those at these JSON Pointers. */
export type DisclosureChoice = { readonly preset?: DisclosurePreset; readonly paths?: readonly string[] };

/**
 * Makes a disclosure file from a sealed receipt. The receipt itself is not verified; but that its data is what its proof
 * vouches for is checked, so the file that is made holds together.
 * @returns the file's bytes (docs/verify.md, Disclosure file)
 * @throws AppError not_sealed, data_differs, path_unknown; not_a_pdf, pdf_malformed, signature_missing,
 *   attachment_missing … if the PDF is no receipt of ours
 */
export function discloseReceipt(pdf: Uint8Array, { preset, paths = [] }: DisclosureChoice): Uint8Array {
  const file = openPdf(pdf);
  const { data, secret } = parseReceiptFile(readAttachment(file, RECEIPT_FILE_NAME));
  const proof = readProof(file);
  if (proof === undefined) {
    throw new AppError(
      "not_sealed",
      "票据未带存证凭据：尚未上链，或需要重新下载。 The receipt carries no proof: not anchored yet, or to be downloaded again.",
    );
  }
  if (!equalBytes(dataDigestOf(data, secret), proof.dataDigest)) {
    throw new AppError("data_differs", "the digest of the attached data is not the proof's");
  }
  const chosen = preset === undefined ? paths : [...pathsOfPreset(preset, data), ...paths];
  return encodeDisclosureFile({ proof: encodeProof(proof), disclosure: disclose(data, secret, chosen) });
}
