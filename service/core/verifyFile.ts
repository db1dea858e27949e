import { disclosureIn } from "./disclosurePdf.ts";
import { verifyPdf, type VerifyOptions } from "./verify.ts";
import { verifyDisclosure, type DisclosureReport } from "./verifyDisclosure.ts";

/** `shown` and `withheld` are there for a disclosure alone. */
export type FileReport = {
  readonly kind: "receipt" | "disclosure";
  readonly report: DisclosureReport;
};

/**
 * Verifies a receipt's PDF, a disclosure file, or the PDF of a disclosure, whichever it is. Never throws for what file or node say.
 * @param bytes untrusted
 */
export async function verifyFile(bytes: Uint8Array, options: VerifyOptions): Promise<FileReport> {
  const disclosure = disclosureIn(bytes);
  return disclosure === undefined
    ? { kind: "receipt", report: await verifyPdf(bytes, options) }
    : { kind: "disclosure", report: await verifyDisclosure(disclosure, options) };
}
