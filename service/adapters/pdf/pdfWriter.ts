import { readFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { AppError } from "../../core/errors.ts";
import type { Kind } from "../../domain/kind.ts";
import type { ReceiptData } from "../../domain/receipt.ts";
import { isRedLetter } from "../../domain/receiptAssembly.ts";
import { attachFiles, type PdfAttachment } from "./attachments.ts";
import { openDocumentFonts, staticEncoder, type StaticFont } from "./documentFonts.ts";
import { drawFaceData } from "./faceData.ts";
import { faceGeometryOf, PAGE_HEIGHT, PAGE_WIDTH, QR, UNIT_SEAL, type FaceGeometry } from "./faceGeometry.ts";
import { faceRowsOf } from "./faceRows.ts";
import { drawFrame, faceFont } from "./frame.ts";
import type { FontBook } from "./fontBook.ts";
import { drawListPage, drawPageNumber, listPagesOf } from "./listPages.ts";
import { PLAIN, RED_LETTER, type Palette } from "./palette.ts";
import { fixed, openPen } from "./pen.ts";
import {
  finishPdf,
  openPdfBuilder,
  pageParts,
  showOnPage,
  putObject,
  type PageParts,
  type PdfBuilder,
  type PdfObjectRef,
} from "./pdfObjects.ts";
import { qrPath } from "./qrPath.ts";
import { sampleWatermark, unitSeal } from "./seals.ts";
import { fillByteRange, putSignatureField, type UnsignedPdf } from "./signatureField.ts";

export type PdfJob = {
  readonly data: ReceiptData;
  /** The kind as it was when the receipt was issued; absent: the one of PdfWriterOptions.kinds that code and name tell. */
  readonly kind?: Kind;
  readonly qrText: string;
  readonly issuedAtMs: number;
  readonly attachments: readonly PdfAttachment[];
};

export type PdfWriterOptions = {
  readonly book: FontBook;
  readonly kinds: readonly Kind[];
  /** Every page carries 测试样票，不作报销凭证. */
  readonly isSample: boolean;
};

/**
 * Draws receipts. Faces and seals are drawn once and kept. The same job always gives the same bytes: whatever dates or
 * identifies the document comes from the job.
 */
export type PdfWriter = {
  /** Throws kind_unknown, character_not_drawable, qr_text_too_long: trying again gives the same. */
  write(job: PdfJob): UnsignedPdf;
};

/** Frames are deflated content. */
type FaceAssets = {
  readonly geometry: FaceGeometry;
  readonly font: StaticFont;
  readonly frames: Map<Palette, Uint8Array>;
};

const PRODUCER = "Lianpiao";
const MAX_SEALS = 2000;
const PACKED = { Filter: "FlateDecode" };
const FORM = { Type: "XObject", Subtype: "Form", ...PACKED };
const WHOLE_PAGE = [0, 0, PAGE_WIDTH, PAGE_HEIGHT];
const PDFA_PART = `
        <rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
            <pdfaid:part>3</pdfaid:part>
            <pdfaid:conformance>B</pdfaid:conformance>
        </rdf:Description>
        `;

export function openPdfWriter(options: PdfWriterOptions): PdfWriter {
  const faces = new Map<string, FaceAssets>();
  const seals = new Map<string, Uint8Array>();
  const watermark = options.isSample
    ? packOperators(sampleWatermark(options.book, PAGE_WIDTH, PAGE_HEIGHT))
    : undefined;
  const profile = deflateSync(readFileSync(new URL("./data/sRGB_IEC61966_2_1.icc", import.meta.resolve("pdfkit"))));
  return {
    write: (job) => {
      const kind = job.kind ?? kindOf(options.kinds, job.data);
      const palette = isRedLetter(job.data) ? RED_LETTER : PLAIN;
      const assets = kept(faces, `${kind.id} ${kind.specimenVersion}`, () => makeAssets(options.book, kind));
      const frame = kept(assets.frames, palette, () => packFrame(options, assets, palette));
      if (seals.size > MAX_SEALS) seals.clear();
      const { invoicingPartyName } = job.data;
      const seal = kept(seals, invoicingPartyName, () => packOperators(unitSeal(options.book, invoicingPartyName)));
      return assemble(options, job, { kind, palette, assets, frame, seal, watermark, profile });
    },
  };
}

type Parts = {
  readonly kind: Kind;
  readonly palette: Palette;
  readonly assets: FaceAssets;
  readonly frame: Uint8Array;
  readonly seal: Uint8Array;
  /** undefined: the receipt is no sample. */
  readonly watermark: Uint8Array | undefined;
  readonly profile: Uint8Array;
};

function assemble({ book, isSample }: PdfWriterOptions, job: PdfJob, parts: Parts): UnsignedPdf {
  const { data } = job;
  const { kind, palette, assets } = parts;
  const date = new Date(job.issuedAtMs);
  const doc = openPdfBuilder(infoOf(data, date), [PAGE_WIDTH, PAGE_HEIGHT]);
  const fonts = openDocumentFonts(book, assets.font);
  const face = openPen(book, fonts, PAGE_HEIGHT);
  const rows = faceRowsOf(book, assets.geometry, data.items, kind.face.maxRows);
  const continued = drawFaceData(book, face, assets.geometry, palette, data, rows);
  face.raw(qrPath(job.qrText, QR.x, PAGE_HEIGHT - QR.y, QR.size));
  const lists = listPagesOf(book, kind, data, rows.isListed, continued);
  const pageCount = 1 + lists.length;
  const payerLabel = kind.face.payerLabel.zh;
  if (pageCount > 1) drawPageNumber(face, palette, 1, pageCount);

  const watermark = putWatermark(doc, parts);
  const pages: PageParts[] = [];
  const placeSeal = `q 1 0 0 1 ${fixed(UNIT_SEAL.x)} ${fixed(PAGE_HEIGHT - UNIT_SEAL.y)} cm /Seal Do Q`;
  pages.push(addPage(doc, `/Frame Do ${placeSeal}\n${face.content()}`, watermark));
  const signature = putSignatureField(doc, sealRectangle(), date, data.invoicingPartyName);
  for (const [index, list] of lists.entries()) {
    const pen = openPen(book, fonts, PAGE_HEIGHT);
    drawListPage(book, pen, palette, data, list, { payerLabel, pageNumber: index + 2, pageCount, isSample });
    pages.push(addPage(doc, pen.content(), watermark));
  }
  const fontRefs = fonts.put(doc);
  for (const page of pages) Object.assign(page.fonts, fontRefs);
  putForms(doc, parts, pages[0], fontRefs);
  attachFiles(doc, job.attachments, date);
  doc._root.data["OutputIntents"] = [putOutputIntent(doc, parts.profile)];
  doc.appendXML(PDFA_PART);
  return fillByteRange(finishPdf(doc), signature.offset);
}

/** pdfkit turns the page upside down; the content here is in PDF's own coordinates. The watermark lies below it. */
function addPage(doc: PdfBuilder, content: string, watermark: PdfObjectRef | undefined): PageParts {
  doc.addPage();
  const below = watermark === undefined ? "" : "/Watermark Do\n";
  showOnPage(doc, `q 1 0 0 -1 0 ${PAGE_HEIGHT} cm\n${below}${content}\nQ\n`);
  const parts = pageParts(doc);
  if (watermark !== undefined) parts.xobjects["Watermark"] = watermark;
  return parts;
}

/** One for all pages: its outlines are longer than a page of the list. */
function putWatermark(doc: PdfBuilder, { watermark }: Parts): PdfObjectRef | undefined {
  if (watermark === undefined) return undefined;
  return putObject(doc, { ...FORM, BBox: WHOLE_PAGE, Resources: {} }, watermark);
}

function putForms(doc: PdfBuilder, parts: Parts, page: PageParts | undefined, fonts: object): void {
  if (page === undefined) return;
  const half = UNIT_SEAL.size / 2;
  page.xobjects["Frame"] = putObject(doc, { ...FORM, BBox: WHOLE_PAGE, Resources: { Font: fonts } }, parts.frame);
  page.xobjects["Seal"] = putObject(doc, { ...FORM, BBox: [-half, -half, half, half], Resources: {} }, parts.seal);
}

function putOutputIntent(doc: PdfBuilder, profile: Uint8Array): PdfObjectRef {
  const name = new String("sRGB IEC61966-2.1");
  return putObject(doc, {
    Type: "OutputIntent",
    S: "GTS_PDFA1",
    Info: name,
    OutputConditionIdentifier: name,
    DestOutputProfile: putObject(doc, { N: 3, ...PACKED }, profile),
  });
}

/** The title goes into XML as it is: what XML would read as markup stands there in its full-width form. */
function infoOf(data: ReceiptData, date: Date): PDFKit.DocumentInfo {
  const name = data.eInvoiceName.replaceAll("&", "＆").replaceAll("<", "＜").replaceAll(">", "＞");
  return {
    Title: `${name} ${data.eInvoiceCode} ${data.eInvoiceNumber}`,
    Producer: PRODUCER,
    Creator: PRODUCER,
    CreationDate: date,
  };
}

function sealRectangle(): readonly number[] {
  const half = UNIT_SEAL.size / 2;
  const y = PAGE_HEIGHT - UNIT_SEAL.y;
  return [UNIT_SEAL.x - half, y - half, UNIT_SEAL.x + half, y + half];
}

/** By class and kind in the code; of two kinds that share them, the one that the receipt's name tells. */
function kindOf(kinds: readonly Kind[], data: ReceiptData): Kind {
  const code = data.eInvoiceCode.slice(2, 6);
  const found = kinds.filter(({ classCode, kindCode }) => classCode + kindCode === code);
  const kind = found.find(({ eInvoiceName }) => data.eInvoiceName.endsWith(eInvoiceName.zh)) ?? found[0];
  if (kind !== undefined) return kind;
  throw new AppError(
    "kind_unknown",
    `票据代码 ${data.eInvoiceCode} 没有对应的票样 / No face for the code ${data.eInvoiceCode}`,
    {
      details: { eInvoiceCode: data.eInvoiceCode },
    },
  );
}

function makeAssets(book: FontBook, kind: Kind): FaceAssets {
  const geometry = faceGeometryOf(kind);
  return { geometry, font: faceFont(book, geometry, kind.eInvoiceName.zh), frames: new Map() };
}

function packFrame({ book, isSample }: PdfWriterOptions, { geometry, font }: FaceAssets, palette: Palette): Uint8Array {
  const pen = openPen(book, staticEncoder(font), PAGE_HEIGHT);
  drawFrame(book, pen, geometry, palette, isSample);
  return packOperators(pen.content());
}

function packOperators(operators: string): Uint8Array {
  return deflateSync(Buffer.from(operators, "latin1"));
}

function kept<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const before = map.get(key);
  if (before !== undefined) return before;
  const made = make();
  map.set(key, made);
  return made;
}
