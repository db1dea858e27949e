import { deflateSync } from "node:zlib";
import PDFDocument from "pdfkit";
import { invariant } from "../../core/errors.ts";

/**
 * pdfkit's document, with the few parts that its types do not show and that a signature, a form and an output intent
 * need.
 */
export type PdfBuilder = PDFKit.PDFDocument & {
  readonly _root: { readonly data: Record<string, unknown> };
  /** How many bytes have been written. */
  _offset: number;
  /** A text is a line, each character a byte. */
  _write: (data: string | Uint8Array) => void;
  _acroform?: { readonly fonts: object; readonly defaultFont: string };
};

/** An object of the file: its dictionary, and where it begins once it has been written. */
export type PdfObjectRef = PDFKit.PDFKitReference & { readonly data: Record<string, unknown>; readonly offset: number };

/** A builder without a first page or font; everything random or of this moment is fixed by `info`. */
export function openPdfBuilder(info: PDFKit.DocumentInfo, size: readonly [number, number]): PdfBuilder {
  const doc = new PDFDocument({
    autoFirstPage: false,
    // A page's resources are written when all pages have been drawn: only then is it known which fonts there are.
    bufferPages: true,
    pdfVersion: "1.7",
    lang: "zh-CN",
    displayTitle: true,
    size: [...size],
    margin: 0,
    // None: pdfkit would parse the metrics of its default font for every document.
    font: "",
    info,
  });
  invariant(isBuilder(doc), "pdfkit keeps its catalog in _root");
  keepWritten(doc);
  return doc;
}

/** Of the documents that are being written. Lines that follow one another are one text. */
const written = new WeakMap<PdfBuilder, (string | Uint8Array)[]>();

/** pdfkit would make a chunk of a stream of each of a document's hundreds of lines: here they are kept, and joined at the end. */
function keepWritten(doc: PdfBuilder): void {
  const header: unknown = doc.read();
  invariant(header instanceof Uint8Array, "pdfkit writes the header at once");
  const parts: (string | Uint8Array)[] = [header];
  written.set(doc, parts);
  doc._write = (data) => {
    doc._offset += data.length + (typeof data === "string" ? 1 : 0);
    const last = parts.length - 1;
    const before = parts[last];
    if (typeof data !== "string") parts.push(data);
    else if (typeof before === "string") parts[last] = `${before}${data}\n`;
    else parts.push(`${data}\n`);
  };
}

export function addObject(doc: PdfBuilder, data: Record<string, unknown>): PdfObjectRef {
  const ref = doc.ref(data);
  invariant(isObject(ref), "pdfkit's references carry their data");
  return ref;
}

/** A finished object, with a stream if there are bytes. `Filter` in `data` says how the bytes are packed already. */
export function putObject(doc: PdfBuilder, data: Record<string, unknown>, stream?: Uint8Array): PdfObjectRef {
  const ref = addObject(doc, data);
  ref.end(stream);
  return ref;
}

/** A stream stored as it is: pdfkit would otherwise deflate it. */
export function putRawStream(doc: PdfBuilder, data: Record<string, unknown>, stream: Uint8Array): PdfObjectRef {
  const isCompressing = doc.compress;
  doc.compress = false;
  const ref = putObject(doc, data, stream);
  doc.compress = isCompressing;
  return ref;
}

/** What the present page's content refers to by name, and its annotations. */
export type PageParts = {
  readonly fonts: Record<string, unknown>;
  readonly xobjects: Record<string, unknown>;
  readonly annotations: unknown[];
};

/** The parts of the present page, to be filled until the document ends. */
export function pageParts(doc: PdfBuilder): PageParts {
  const parts: { readonly [Part in keyof PageParts]: unknown } = doc.page;
  const { fonts, xobjects, annotations } = parts;
  invariant(
    isRecord(fonts) && isRecord(xobjects) && Array.isArray(annotations),
    "pdfkit makes a page's parts when asked",
  );
  return { fonts, xobjects, annotations };
}

/**
 * For what is one document's own: to search longer for what repeats would make a file half a hundredth smaller, in three times the
 * time.
 */
export const packQuickly = (bytes: Uint8Array): Uint8Array => deflateSync(bytes, { level: 1, memLevel: 9 });

/** Packs what the present page shows, to which nothing may be added after. pdfkit would do it slowly. */
export function packPage(doc: PdfBuilder): void {
  const content: unknown = doc.page.content;
  invariant(isContent(content), "pdfkit keeps a page's content until the page ends");
  content.buffer = [packQuickly(Buffer.concat(content.buffer))];
  content.compress = false;
  content.data["Filter"] = "FlateDecode";
}

/** Ends the document and gives its bytes, in memory of their own. */
export function finishPdf(doc: PdfBuilder): Uint8Array {
  doc.end();
  const bytes = Buffer.allocUnsafeSlow(doc._offset);
  let at = 0;
  for (const part of written.get(doc) ?? []) {
    if (typeof part === "string") bytes.write(part, at, "latin1");
    else bytes.set(part, at);
    at += part.length;
  }
  invariant(at === bytes.length, "pdfkit has written everything when end returns");
  return bytes;
}

function isBuilder(doc: PDFKit.PDFDocument): doc is PdfBuilder {
  return "_root" in doc && "_offset" in doc;
}

type PageContent = { buffer: readonly Uint8Array[]; compress: boolean; readonly data: Record<string, unknown> };

function isContent(value: unknown): value is PageContent {
  return isRecord(value) && Array.isArray(value["buffer"]) && "compress" in value && isRecord(value["data"]);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isObject(ref: PDFKit.PDFKitReference): ref is PdfObjectRef {
  return "data" in ref;
}
