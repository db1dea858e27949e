import { putObject, type PdfBuilder } from "./pdfObjects.ts";

/** A file inside the PDF. The name is ASCII; `relationship` as ISO 32000-2, 7.11.3 (AFRelationship). */
export type PdfAttachment = {
  readonly name: string;
  readonly mediaType: string;
  readonly relationship: "Source" | "Data" | "Alternative" | "Supplement" | "Unspecified";
  readonly description: string;
  readonly bytes: Uint8Array;
};

/**
 * Embeds the files as associated files of the document, each stored as it is, so that any reader finds it without
 * unpacking.
 */
export function attachFiles(doc: PdfBuilder, attachments: readonly PdfAttachment[], date: Date): void {
  const specifications = attachments.map(({ name, mediaType, relationship, description, bytes }) => {
    const params = { Size: bytes.length, CreationDate: date, ModDate: date };
    const subtype = mediaType.replaceAll("/", "#2F");
    const stream = putObject(doc, { Type: "EmbeddedFile", Subtype: subtype, Params: params }, bytes);
    const specification = putObject(doc, {
      Type: "Filespec",
      F: new String(name),
      UF: new String(name),
      Desc: new String(description),
      AFRelationship: relationship,
      EF: { F: stream, UF: stream },
    });
    doc.addNamedEmbeddedFile(name, specification);
    return specification;
  });
  doc._root.data["AF"] = specifications;
}
