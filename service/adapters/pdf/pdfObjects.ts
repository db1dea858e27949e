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
  /** Tells that the object has been written from its `offset` on. */
  _refEnd: (ref: PdfObjectRef) => void;
  _acroform?: { readonly fonts: object; readonly defaultFont: string };
};

/** An object of the file: its dictionary, and where it begins once it has been written. */
export type PdfObjectRef = PDFKit.PDFKitReference & {
  readonly id: number;
  readonly data: Record<string, unknown>;
  offset: number;
};

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f", "(": "\\(", ")": "\\)", "\\": "\\\\" },
};

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

/**
 * A finished object, with a stream if there are bytes, which are stored as they are: `Filter` in `data` says how they are packed.
 * Written here and not by pdfkit, which would copy each stream.
 */
export function putObject(doc: PdfBuilder, data: Record<string, unknown>, stream?: Uint8Array): PdfObjectRef {
  const ref = addObject(doc, data);
  ref.offset = doc._offset;
  const whole = stream === undefined ? data : { ...data, Length: stream.length };
  doc._write(`${ref.id} 0 obj\n${syntaxOf(whole)}${stream === undefined ? "\nendobj" : "\nstream"}`);
  if (stream !== undefined) {
    doc._write(stream);
    doc._write("\nendstream\nendobj");
  }
  doc._refEnd(ref);
  return ref;
}

/**
 * A value in PDF's syntax, from what stands for it in pdfkit's dictionaries: a text is a name, a String a text, a Date, bytes,
 * numbers, references, arrays and records are themselves.
 */
function syntaxOf(value: unknown): string {
  if (typeof value === "string") return `/${value}`;
  if (typeof value === "number") return String(Math.round(value * 1e6) / 1e6);
  if (value instanceof String) return textOf(value.valueOf());
  if (value instanceof Uint8Array) return `<${Buffer.from(value).toString("hex")}>`;
  if (value instanceof Date) return `(D:${value.toISOString().slice(0, 19).replace(/[-:T]/g, "")}Z)`;
  if (Array.isArray(value)) return `[${value.map(syntaxOf).join(" ")}]`;
  invariant(isRecord(value), "nothing else stands in a dictionary of ours");
  if (isObject(value)) return `${value.id} 0 R`;
  return `<<\n${Object.entries(value)
    .map(([key, entry]) => `/${key} ${syntaxOf(entry)}\n`)
    .join("")}>>`;
}

/** UTF-16 with its mark unless it is ASCII (ISO 32000-1, 7.9.2.2). */
function textOf(text: string): string {
  const isAscii = /^[\x00-\x7f]*$/.test(text);
  const bytes = isAscii ? text : Buffer.from(`\ufeff${text}`, "utf16le").swap16().toString("latin1");
  return `(${bytes.replace(/[\n\r\t\b\f()\\]/g, (char) => ESCAPES[char] ?? char)})`;
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

/** Lets the present page show this, each character a byte, to which nothing may be added after. pdfkit would pack it slowly. */
export function showOnPage(doc: PdfBuilder, operators: string): void {
  const content: unknown = doc.page.content;
  invariant(isContent(content), "pdfkit keeps a page's content until the page ends");
  content.buffer = [packQuickly(Buffer.concat([...content.buffer, Buffer.from(operators, "latin1")]))];
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

function isObject(value: object): value is PdfObjectRef {
  return "id" in value && "data" in value;
}
