import { looksLikeDisclosure } from "./disclosureFile.ts";
import { AppError } from "./errors.ts";
import { readAttachment } from "./pdfAttachments.ts";
import { openPdf } from "./pdfFile.ts";

/** What the disclosure is called inside a PDF that carries it. */
export const DISCLOSURE_FILE_NAME = "disclosure.json";

/**
 * The disclosure file that bytes are, or that a PDF made of one carries; undefined for a receipt and for all else. Nothing else of
 * such a PDF counts: its pages are for reading, and are signed by nobody.
 * @param bytes untrusted
 */
export function disclosureIn(bytes: Uint8Array): Uint8Array | undefined {
  if (looksLikeDisclosure(bytes)) return bytes;
  try {
    const file = openPdf(bytes);
    return file.signatureCount === 0 ? readAttachment(file, DISCLOSURE_FILE_NAME) : undefined;
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
