import { concatBytes, latin1, latin1Bytes } from "../../service/core/bytes.ts";
import { RESERVED_CONTENTS_BYTES } from "../../service/core/pdfSignature.ts";

/** A PDF of ours taken apart: `objects[0]` is number 1, from "1 0 obj" to "endobj\n". */
export type PdfParts = {
  readonly header: Uint8Array;
  readonly objects: readonly Uint8Array[];
  /** "<</Size … /Root …>>" */
  readonly trailer: string;
};

export function takeApart(pdf: Uint8Array): PdfParts {
  const tableAt = Number(/startxref\n(\d+)\n%%EOF\s*$/.exec(latin1(pdf.subarray(-60)))?.[1]);
  const tail = latin1(pdf.subarray(tableAt));
  const offsets = [...tail.matchAll(/^(\d{10}) 00000 n $/gm)].map(([, offset]) => Number(offset));
  const sorted = [...offsets, tableAt].sort((a, b) => a - b);
  const objects = offsets.map((offset) => pdf.subarray(offset, sorted[sorted.indexOf(offset) + 1]));
  const trailer = /trailer\n([\s\S]*?)\s*startxref/.exec(tail)?.[1] ?? "";
  return { header: pdf.subarray(0, sorted[0]), objects, trailer };
}

/** Puts the parts together again, with a table that fits them. */
export function putTogether({ header, objects, trailer }: PdfParts): Uint8Array {
  let length = header.length;
  const entries = objects.map((object) => {
    const entry = `${tenDigits(length)} 00000 n \n`;
    length += object.length;
    return entry;
  });
  const count = String(objects.length + 1);
  const sized = trailer.replace(/\/Size \d+/, `/Size ${count}`);
  const table = `xref\n0 ${count}\n0000000000 65535 f \n${entries.join("")}trailer\n${sized}\nstartxref\n${String(length)}\n%%EOF\n`;
  return concatBytes(header, ...objects, latin1Bytes(table));
}

/** The whole object, as it stands in a file. */
export const objectOf = (id: number, body: string): Uint8Array => latin1Bytes(`${String(id)} 0 obj\n${body}\nendobj\n`);

/** Number of the first object whose text matches. */
export function findObject({ objects }: PdfParts, pattern: RegExp): number {
  const index = objects.findIndex((object) => pattern.test(latin1(object)));
  if (index < 0) throw new Error(`the document has no object like ${String(pattern)}`);
  return index + 1;
}

export function textOf({ objects }: PdfParts, id: number): string {
  return latin1(objects[id - 1] ?? new Uint8Array());
}

/** One object edited as text; the table is made anew. */
export function editObject(parts: PdfParts, id: number, edit: (text: string) => string): PdfParts {
  const edited = edit(textOf(parts, id));
  if (edited === textOf(parts, id)) throw new Error(`object ${String(id)} was to change`);
  return { ...parts, objects: parts.objects.map((object, index) => (index === id - 1 ? latin1Bytes(edited) : object)) };
}

export function addObject(parts: PdfParts, body: string): { readonly parts: PdfParts; readonly id: number } {
  const id = parts.objects.length + 1;
  return { id, parts: { ...parts, objects: [...parts.objects, objectOf(id, body)] } };
}

/** Makes the signature a placeholder again, to be signed anew. */
export function emptySignature(parts: PdfParts): PdfParts {
  const zeros = "0".repeat(2 * RESERVED_CONTENTS_BYTES);
  return editObject(parts, findObject(parts, SIGNATURE), (text) =>
    text
      .replace(/\/ByteRange\s*\[[^\]]*\]/, "/ByteRange [0 ********** ********** **********]")
      .replace(/\/Contents\s*<[0-9a-f]*>/, () => `/Contents <${zeros}>`),
  );
}

export const SIGNATURE = /\/ByteRange\s*\[/;

/** How an incremental update ends: whole, without its table, or without table and trailer. */
export type UpdateForm = "whole" | "no_table" | "bare";

/** Appends an incremental update (ISO 32000-1, 7.5.6): nothing that was signed changes. */
export function update(pdf: Uint8Array, bodies: ReadonlyMap<number, string>, form: UpdateForm = "whole"): Uint8Array {
  const { objects, trailer } = takeApart(pdf);
  const previous = /startxref\n(\d+)\n%%EOF\s*$/.exec(latin1(pdf.subarray(-60)))?.[1] ?? "0";
  const parts: Uint8Array[] = [pdf];
  let length = pdf.length;
  let sections = "";
  for (const [id, body] of bodies) {
    const object = objectOf(id, body);
    sections += `${String(id)} 1\n${tenDigits(length)} 00000 n \n`;
    parts.push(object);
    length += object.length;
  }
  const size = String(Math.max(objects.length, ...bodies.keys()) + 1);
  const dict = trailer.replace(/\/Size \d+/, `/Size ${size} /Prev ${previous}`);
  const end = `startxref\n${String(form === "whole" ? length : Number(previous))}\n%%EOF\n`;
  const table = form === "whole" ? `xref\n${sections}` : "";
  if (form !== "bare") parts.push(latin1Bytes(`${table}trailer\n${dict}\n${end}`));
  return concatBytes(...parts);
}

/** An update whose table leads to places in the signed bytes: no object is appended at all. */
export function redirect(pdf: Uint8Array, places: ReadonlyMap<number, number>): Uint8Array {
  const { objects, trailer } = takeApart(pdf);
  const previous = /startxref\n(\d+)\n%%EOF\s*$/.exec(latin1(pdf.subarray(-60)))?.[1] ?? "0";
  const sections = [...places].map(([id, offset]) => `${String(id)} 1\n${tenDigits(offset)} 00000 n \n`).join("");
  const dict = trailer.replace(/\/Size \d+/, `/Size ${String(objects.length + 1)} /Prev ${previous}`);
  const table = `xref\n${sections}trailer\n${dict}\nstartxref\n${String(pdf.length)}\n%%EOF\n`;
  return concatBytes(pdf, latin1Bytes(table));
}

const tenDigits = (value: number): string => String(value).padStart(10, "0");
