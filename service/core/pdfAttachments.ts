import { AppError } from "./errors.ts";
import { arrayOf, dictOf, isName, openPdf, resolve, type PdfFile } from "./pdfFile.ts";
import type { PdfValue } from "./pdfValue.ts";

/**
 * Reads one attachment of a PDF of ours through catalog, /Names, /EmbeddedFiles, file specification and /EF. It must be
 * stored without a filter, so that what is signed is what is read.
 * @param pdf its bytes, or the file as `openPdf` gave it
 * @param name in ASCII
 * @throws AppError not_a_pdf, pdf_malformed, attachment_missing, attachment_malformed (its name stands twice, it is
 *   filtered, its names or its streams differ)
 */
export function readAttachment(pdf: Uint8Array | PdfFile, name: string): Uint8Array {
  const file = pdf instanceof Uint8Array ? openPdf(pdf) : pdf;
  const names = file.catalog.get("Names");
  const embedded = names === undefined ? undefined : dictOf(file, names).get("EmbeddedFiles");
  if (embedded === undefined) throw missing(name);
  const tree = dictOf(file, embedded);
  if (tree.has("Kids")) throw malformed(name, "the names are spread over a tree");
  const pairs = arrayOf(file, tree.get("Names"));
  const places = pairs.flatMap((item, index) => (index % 2 === 0 && isText(item, name) ? [index] : []));
  if (places.length > 1) throw malformed(name, "its name stands twice");
  if (places[0] === undefined) throw missing(name);
  return readFile(file, pairs[places[0] + 1], name);
}

function readFile(file: PdfFile, value: PdfValue | undefined, name: string): Uint8Array {
  const specification = dictOf(file, value);
  if (!isText(specification.get("F"), name) || !isText(specification.get("UF"), name)) {
    throw malformed(name, "its file specification bears another name");
  }
  const streams = dictOf(file, specification.get("EF"));
  const [plain, unicode] = [streams.get("F"), streams.get("UF")];
  const isOne = plain?.kind === "reference" && (unicode === undefined || refersTo(unicode, plain.id));
  if (!isOne || [...streams.keys()].some((key) => key !== "F" && key !== "UF")) {
    throw malformed(name, "it leads to more than one stream");
  }
  const { value: head, stream } = resolve(file, plain);
  if (head.kind !== "dict" || stream === undefined || head.entries.has("Filter") || head.entries.has("F")) {
    throw malformed(name, "it is not stored as it is");
  }
  if (!isName(head.entries.get("Type"), "EmbeddedFile")) throw malformed(name, "its stream is no embedded file");
  return stream;
}

function refersTo(value: PdfValue, id: number): boolean {
  return value.kind === "reference" && value.id === id;
}

function isText(value: PdfValue | undefined, text: string): boolean {
  return value?.kind === "string" && value.value === text;
}

function missing(name: string): AppError {
  return new AppError("attachment_missing", `the document has no attachment ${name}`, { details: { name } });
}

function malformed(name: string, why: string): AppError {
  return new AppError("attachment_malformed", `the attachment ${name} cannot be used: ${why}`, { details: { name } });
}
