import { concatBytes, latin1Bytes } from "../../service/core/bytes.ts";
import type { JsonValue } from "../../service/core/canonical.ts";
import { RESERVED_CONTENTS_BYTES } from "../../service/core/pdfSignature.ts";
import { encodeReceiptFile } from "../../service/core/receiptFile.ts";

/** Bodies of the objects of a small receipt PDF, number 1 first. */
export type SampleObjects = (string | Uint8Array)[];

export type SamplePdfOptions = { readonly reservedBytes?: number; readonly attachment?: Uint8Array };

/** Where in `sampleObjects` each thing stands. */
export const CATALOG = 0;
export const FIELD = 3;
export const SIGNATURE = 4;
export const SPECIFICATION = 5;
export const ATTACHMENT = 6;

export function sampleObjects(data: JsonValue, secret: Uint8Array, options: SamplePdfOptions = {}): SampleObjects {
  const attachment = options.attachment ?? encodeReceiptFile(data, secret);
  const zeros = "0".repeat(2 * (options.reservedBytes ?? RESERVED_CONTENTS_BYTES));
  return [
    "<</Type /Catalog\n/Pages 2 0 R\n/AcroForm <</SigFlags 3 /Fields [4 0 R]>>\n" +
      "/Names <</EmbeddedFiles <</Names [(receipt.json) 6 0 R]>>>>\n/AF [6 0 R]>>",
    "<</Type /Pages /Kids [3 0 R] /Count 1>>",
    "<</Type /Page /Parent 2 0 R /MediaBox [0 0 200.5 -100] /Annots [4 0 R]>>",
    "<</Type /Annot /Subtype /Widget /FT /Sig /T (Sig\\(1\\)) /Rect [0 0 0 0] /F 132 /P 3 0 R /V 5 0 R>>",
    "<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M (D:20260306101112Z)\n" +
      `/ByteRange [0 ********** ********** **********] /Contents <${zeros}>>>`,
    "<</Type /Filespec /AFRelationship /Data /F (receipt.json) /UF (receipt.json) /EF <</F 7 0 R>>>>",
    concatBytes(
      latin1Bytes(`<</Type /EmbeddedFile /Subtype /application#2Fjson /Length ${attachment.length}>>\nstream\n`),
      attachment,
      latin1Bytes("\nendstream"),
    ),
  ];
}

/** Writes objects with a classic cross-reference table, as pdfkit does. */
export function pdfOf(objects: SampleObjects, trailer = ""): Uint8Array {
  const parts = [latin1Bytes("%PDF-1.7\n%\xff\xff\xff\xff\n")];
  let length = parts[0]?.length ?? 0;
  const offsets: number[] = [];
  objects.forEach((body, index) => {
    const bytes = typeof body === "string" ? latin1Bytes(body) : body;
    const part = concatBytes(latin1Bytes(`${index + 1} 0 obj\n`), bytes, latin1Bytes("\nendobj\n"));
    offsets.push(length);
    parts.push(part);
    length += part.length;
  });
  const entries = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const count = objects.length + 1;
  parts.push(
    latin1Bytes(
      `xref\n0 ${count}\n0000000000 65535 f \n${entries}` +
        `trailer\n<</Size ${count} /Root 1 0 R${trailer}>>\nstartxref\n${length}\n%%EOF\n`,
    ),
  );
  return concatBytes(...parts);
}

export function samplePdf(data: JsonValue, secret: Uint8Array, options: SamplePdfOptions = {}): Uint8Array {
  return pdfOf(sampleObjects(data, secret, options));
}
