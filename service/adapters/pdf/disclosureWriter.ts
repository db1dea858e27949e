import { checkDisclosure } from "../../core/disclosure.ts";
import { DISCLOSURE_FILE_NAME } from "../../core/disclosurePdf.ts";
import { parseDisclosureFile } from "../../core/disclosureFile.ts";
import { parseProof } from "../../core/proof.ts";
import { sheetOf } from "../../domain/disclosure/sheet.ts";
import { layOutSheet, SHEET_HEIGHT, SHEET_WIDTH, type SheetPage } from "../../domain/disclosure/sheetLayout.ts";
import { attachFiles } from "./attachments.ts";
import { makeStaticFont, openDocumentFonts } from "./documentFonts.ts";
import type { FontBook } from "./fontBook.ts";
import { advanceOf, glyphsOf } from "./glyphText.ts";
import { BLACK, openPen, type Color, type Pen } from "./pen.ts";
import { finishPdf, openPdfBuilder, pageParts } from "./pdfObjects.ts";
import { qrPath } from "./qrPath.ts";

export type DisclosureJob = {
  /** The disclosure file, which is attached as it is. */
  readonly file: Uint8Array;
  /** As `codesOf` gave them. */
  readonly codes: readonly string[];
  readonly verifyUrl: string | undefined;
  readonly madeAtMs: number;
};

const SOFT: Color = [0.33, 0.35, 0.4];

/**
 * The PDF of a disclosure: pages to read, its QR codes, and the file as attachment. The same job gives the same bytes.
 * @throws AppError as `parseDisclosureFile` and `checkDisclosure`; character_not_drawable
 */
export function writeDisclosurePdf(book: FontBook, { file, codes, verifyUrl, madeAtMs }: DisclosureJob): Uint8Array {
  const { proof: bytes, disclosure } = parseDisclosureFile(file);
  const proof = parseProof(bytes);
  const sheet = sheetOf(checkDisclosure(disclosure, proof.dataDigest), proof, { codes, verifyUrl });
  const pages = layOutSheet(sheet, (text, size) => (advanceOf(glyphsOf(book, text)) * size) / 1000);
  const date = new Date(madeAtMs);
  const Title = `财政电子票据部分披露凭单 ${String(proof.code).padStart(8, "0")} ${String(proof.number).padStart(10, "0")}`;
  const doc = openPdfBuilder({ Title, Producer: "Lianpiao", Creator: "Lianpiao", CreationDate: date }, [
    SHEET_WIDTH,
    SHEET_HEIGHT,
  ]);
  const fonts = openDocumentFonts(book, makeStaticFont(book, "0123456789"));
  const parts = pages.map((page) => {
    const pen = openPen(book, fonts, SHEET_HEIGHT);
    drawPage(pen, page);
    doc.addPage();
    doc.addContent(`q 1 0 0 -1 0 ${String(SHEET_HEIGHT)} cm\n${pen.content()}\nQ`);
    return pageParts(doc);
  });
  const fontRefs = fonts.put(doc);
  for (const part of parts) Object.assign(part.fonts, fontRefs);
  const description = "部分披露文件 Disclosure file";
  const attachment = { name: DISCLOSURE_FILE_NAME, mediaType: "application/json", relationship: "Data" } as const;
  attachFiles(doc, [{ ...attachment, description, bytes: file }], date);
  return finishPdf(doc);
}

function drawPage(pen: Pen, page: SheetPage): void {
  for (const mark of page) {
    switch (mark.kind) {
      case "text":
        pen.text(mark.text, { x: mark.x, y: mark.y, size: mark.size, color: mark.isSoft ? SOFT : BLACK });
        break;
      case "line":
        pen.line(mark.x, mark.y, mark.x + mark.width, mark.y, 0.5, SOFT);
        break;
      case "code":
        pen.raw(qrPath(mark.text, mark.x, SHEET_HEIGHT - mark.y, mark.size, "low"));
    }
  }
}
