import { invariant } from "../../core/errors.ts";
import { RESERVED_CONTENTS_BYTES } from "../../core/pdfSignature.ts";
import { addObject, pageParts, putObject, type PdfBuilder, type PdfObjectRef } from "./pdfObjects.ts";

/**
 * A finished document but for its signature: only the bytes from holeStart to holeEnd (the hexadecimal with its <>)
 * are unsigned.
 */
export type UnsignedPdf = { readonly bytes: Uint8Array; readonly holeStart: number; readonly holeEnd: number };

const OFFSET = "**********";
const RANGE_KEY = "/ByteRange [0 ";
const CONTENTS_KEY = "/Contents ";

/**
 * Puts the document's one signature field on its present page, with a placeholder of the form that core/pdfSignature
 * reads: plain approval signature, PAdES (ETSI EN 319 142-1, 6.3). The widget has an empty look: the seal is drawn by
 * the page.
 */
export function putSignatureField(
  doc: PdfBuilder,
  rectangle: readonly number[],
  date: Date,
  signer: string,
): PdfObjectRef {
  const signature = putObject(doc, {
    Type: "Sig",
    Filter: "Adobe.PPKLite",
    SubFilter: "ETSI.CAdES.detached",
    ByteRange: [0, OFFSET, OFFSET, OFFSET],
    Contents: new Uint8Array(RESERVED_CONTENTS_BYTES),
    M: date,
    Name: new String(signer),
  });
  const [left = 0, bottom = 0, right = 0, top = 0] = rectangle;
  const look = { Type: "XObject", Subtype: "Form", BBox: [0, 0, right - left, top - bottom], Resources: {} };
  const widget = putObject(doc, {
    Type: "Annot",
    Subtype: "Widget",
    FT: "Sig",
    T: new String("Signature1"),
    V: signature,
    F: 132,
    Rect: rectangle,
    P: doc.page.dictionary,
    AP: { N: putObject(doc, look, new Uint8Array()) },
  });
  pageParts(doc).annotations.push(widget);
  // pdfkit ends the form itself and wants to find its own record of fonts.
  doc._acroform = { fonts: {}, defaultFont: "none" };
  doc._root.data["AcroForm"] = addObject(doc, { SigFlags: 3, Fields: [widget], DR: { Font: {} } });
  return signature;
}

/**
 * Writes the ranges over the placeholder, in place. The signature's dictionary begins at its own offset: no text
 * before it misleads.
 */
export function fillByteRange(bytes: Uint8Array, signatureOffset: number): UnsignedPdf {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rangeAt = file.indexOf(RANGE_KEY, signatureOffset, "latin1") + RANGE_KEY.length;
  const holeStart = file.indexOf(`${CONTENTS_KEY}<`, rangeAt, "latin1") + CONTENTS_KEY.length;
  const holeEnd = holeStart + 2 + 2 * RESERVED_CONTENTS_BYTES;
  invariant(file.toString("latin1", holeEnd - 1, holeEnd) === ">", "the placeholder ends where its room ends");
  const numbers = [holeStart, holeEnd, file.length - holeEnd];
  // Each asterisked name is as wide as the number that takes its place, and one more for its slash.
  const text = numbers.map((n) => String(n).padEnd(OFFSET.length + 1)).join(" ");
  file.write(text, rangeAt, "latin1");
  return { bytes, holeStart, holeEnd };
}

/** The document with the CMS in its room, in place. The room is sized for it: see RESERVED_CONTENTS_BYTES. */
export function placeSignature({ bytes, holeStart, holeEnd }: UnsignedPdf, cms: Uint8Array): Uint8Array {
  invariant(cms.length * 2 <= holeEnd - holeStart - 2, "the signature fits the room reserved for it");
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  file.write(Buffer.from(cms).toString("hex"), holeStart + 1, "latin1");
  return bytes;
}
