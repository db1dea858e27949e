import { equalBytes } from "./bytes.ts";
import { encodeSignedData, parseSignedData } from "./cms.ts";
import { AppError } from "./errors.ts";
import { openPdf, type PdfFile } from "./pdfFile.ts";
import { fillHole, locateSignature, readSignature } from "./pdfSignature.ts";
import { encodeProof, parseProof, type Proof } from "./proof.ts";

/**
 * Puts a receipt's proof into its PDF, as an unsigned attribute of the signature's CMS: no signed byte changes, and sealing
 * again gives the same file (docs/ledger.md, Document digest). A proof that is there already is replaced.
 * @returns a new PDF of the same length
 * @throws AppError proof_does_not_fit, proof_of_another_document, proof_malformed; not_a_pdf, pdf_malformed,
 *   signature_missing, signature_not_whole, contents_malformed, der_malformed, cms_malformed if the PDF is not a signed one of ours
 */
export function sealPdf(pdf: Uint8Array, proof: Proof): Uint8Array {
  const sealed = pdf.slice();
  sealInPlace(openPdf(sealed), proof);
  return sealed;
}

/** As `sealPdf`, into the file's own bytes; a refusal leaves them as they were. */
export function sealInPlace(file: PdfFile, proof: Proof): void {
  const parts = parseSignedData(readSignature(file));
  if (!equalBytes(parts.messageDigest, proof.documentDigest)) {
    throw new AppError("proof_of_another_document", "the proof's documentDigest is not that of this document");
  }
  const cms = encodeSignedData({ ...parts, proof: encodeProof(proof) });
  const location = locateSignature(file);
  const room = (location.holeEnd - location.holeStart - 2) / 2;
  if (cms.length > room) {
    throw new AppError(
      "proof_does_not_fit",
      `with its proof the signature takes ${cms.length} bytes, and the document reserves ${room}`,
      { details: { bytes: cms.length, room } },
    );
  }
  fillHole(file.bytes, location, cms);
}

/**
 * The proof that a PDF carries; undefined if it is not sealed.
 * @throws AppError proof_malformed, and as `sealPdf` if the PDF is not a signed one of ours
 */
export function readProof(pdf: Uint8Array | PdfFile): Proof | undefined {
  const { proof } = parseSignedData(readSignature(pdf));
  return proof === undefined ? undefined : parseProof(proof);
}
