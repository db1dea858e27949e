import { createHash } from "node:crypto";
import type { PdfAttachment } from "../adapters/pdf/attachments.ts";
import type { PdfWriter } from "../adapters/pdf/pdfWriter.ts";
import { placeSignature } from "../adapters/pdf/signatureField.ts";
import type { DocumentSigner } from "../adapters/sign/keystore.ts";
import type { RenderJob, RenderOutcome } from "../app/ports.ts";
import { utf8 } from "../core/bytes.ts";
import { dataDigestOf } from "../core/dataDigest.ts";
import { AppError } from "../core/errors.ts";
import { encodeReceiptFile, RECEIPT_FILE_NAME } from "../core/receiptFile.ts";
import { eInvoiceXml } from "../domain/eInvoiceXml.ts";

/** Who signs. Throws secret_missing for a unit that the keystore does not know. */
export type Signers = { unitSigner(keyId: string): DocumentSigner; supervisionSigner(): DocumentSigner };

export const XML_NAME = "einvoice.xml";
export const UNIT_SIGNATURE_NAME = "einvoice.xml.unit.p7s";
export const SUPERVISION_SIGNATURE_NAME = "einvoice.xml.supervision.p7s";

const CMS_TYPE = "application/pkcs7-signature";

/**
 * Of the keystore: they pass once the key is there, so the number is kept. All other refusals follow from the receipt
 * alone.
 */
const PASSING_CODES = new Set(["secret_missing", "secret_not_opened", "keystore_malformed", "passphrase_wrong"]);

/**
 * One receipt from its data to the signed PDF. Nothing is thrown: what is not an AppError may pass with a new program.
 */
export function renderReceipt(writer: PdfWriter, signers: Signers, job: RenderJob): RenderOutcome {
  try {
    return rendered(writer, signers, job);
  } catch (error) {
    if (error instanceof AppError) {
      return { kind: "failed", isPermanent: !PASSING_CODES.has(error.code), code: error.code, message: error.message };
    }
    const message = error instanceof Error ? error.message : String(error);
    return { kind: "failed", isPermanent: false, code: "render_failed", message };
  }
}

/**
 * The XML is signed by the unit and then by the bureau's supervision identity; the PDF, with all of it inside, by the
 * unit.
 */
function rendered(writer: PdfWriter, signers: Signers, job: RenderJob): RenderOutcome {
  const unit = signers.unitSigner(job.unitKeyId);
  const dataDigest = dataDigestOf(job.data, job.secret);
  const xml = utf8(eInvoiceXml(job.data));
  const xmlDigest = digestOf(xml);
  const attachments: readonly PdfAttachment[] = [
    attachment(XML_NAME, "application/xml", "Source", "财政电子票据数据 EInvoice XML", xml),
    attachment(UNIT_SIGNATURE_NAME, CMS_TYPE, "Supplement", "开票单位对 XML 的签名", unit.signCms(xmlDigest)),
    attachment(
      ...([SUPERVISION_SIGNATURE_NAME, CMS_TYPE, "Supplement", "财政部门对 XML 的监制签名"] as const),
      signers.supervisionSigner().signCms(xmlDigest),
    ),
    attachment(
      ...([RECEIPT_FILE_NAME, "application/json", "Data", "票据数据与披露密钥"] as const),
      encodeReceiptFile(job.data, job.secret),
    ),
  ];
  const { data, kind, qrText, issuedAtMs } = job;
  const unsigned = writer.write({ data, qrText, issuedAtMs, attachments, ...(kind === undefined ? {} : { kind }) });
  const { bytes, holeStart, holeEnd } = unsigned;
  const documentDigest = digestOf(bytes.subarray(0, holeStart), bytes.subarray(holeEnd));
  return { kind: "rendered", pdf: placeSignature(unsigned, unit.signCms(documentDigest)), dataDigest, documentDigest };
}

function attachment(
  name: string,
  mediaType: string,
  relationship: PdfAttachment["relationship"],
  description: string,
  bytes: Uint8Array,
): PdfAttachment {
  return { name, mediaType, relationship, description, bytes };
}

/** A copy of its own: a small Buffer is a view into a pool that would be sent to the other thread whole. */
function digestOf(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}
