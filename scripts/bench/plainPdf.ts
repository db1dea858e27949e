import fs from "node:fs";
import path from "node:path";
import PDFDocument from "pdfkit";
import encodeQR from "qr";
import { loadFontFiles } from "../../service/adapters/pdf/fontBook.ts";
import { capitalsOf } from "../../service/domain/capitals.ts";
import { yuanOf } from "../../service/domain/money.ts";
import type { ReceiptData } from "../../service/domain/receipt.ts";

/** Draws a receipt the way of pdfkit's own guide. */
export type PlainPdf = (data: ReceiptData) => Promise<Uint8Array>;

const PAGE: [width: number, height: number] = [595.28, 396.85];
const ROW_PT = 12;
const FIRST_ROW_PT = 90;
const LAST_ROW_PT = 370;

/**
 * pdfkit used plainly: the font registered by its path in each document, text boxes, a rectangle for each dark module of the
 * QR code. It draws the same data as ours, list rows included, and neither attaches nor signs anything: that favours it.
 */
export function openPlainPdf(folder: string): PlainPdf {
  const fontPath = path.join(folder, "font.ttf");
  fs.writeFileSync(fontPath, loadFontFiles()[0] ?? new Uint8Array());
  return (data) => {
    const doc = new PDFDocument({ size: PAGE, margin: 0 });
    doc.registerFont("song", fontPath);
    doc.font("song").fontSize(8);
    drawQr(doc, `https://example.gov.cn/${data.eInvoiceCode}/${data.eInvoiceNumber}/${data.randomNumber}`);
    drawRows(doc, rowsOf(data));
    return bytesOf(doc);
  };
}

function drawQr(doc: PDFKit.PDFDocument, text: string): void {
  const modules = encodeQR(text, "raw", { ecc: "medium", border: 1 });
  for (const [y, row] of modules.entries()) {
    for (const [x, isDark] of row.entries()) if (isDark) doc.rect(28 + x * 1.4, 14 + y * 1.4, 1.4, 1.4);
  }
  doc.fill("black");
}

function drawRows(doc: PDFKit.PDFDocument, rows: readonly (readonly string[])[]): void {
  let y = FIRST_ROW_PT;
  for (const row of rows) {
    if (y > LAST_ROW_PT) {
      doc.addPage();
      y = ROW_PT;
    }
    const width = 539 / row.length;
    for (const [x, text] of row.entries()) doc.text(text, 28 + x * width, y, { width, lineBreak: false });
    doc.moveTo(28, y).lineTo(567, y).stroke();
    y += ROW_PT;
  }
}

/** Titles and values of the face in pairs, then a row for each item and list row. */
function rowsOf(data: ReceiptData): readonly (readonly string[])[] {
  const { items, auxItems, mainExt } = data;
  const fields = Object.entries(mainExt).map(([name, value]) => [name, textOf(value)]);
  return [
    [data.eInvoiceName],
    ["票据代码", data.eInvoiceCode, "票据号码", data.eInvoiceNumber, "校验码", data.randomNumber],
    ["交款人", data.payerPartyName, "统一社会信用代码", data.payerPartyCode, "开票日期", data.issueDate],
    ...items.map((item) => Object.values(item).map(textOf)),
    ...auxItems.map((item) => Object.values(item).map(textOf)),
    ["金额合计（大写）", capitalsOf(data.totalAmount), "（小写）", yuanOf(data.totalAmount)],
    ...fields,
    ["收款单位", data.invoicingPartyName, "复核人", data.checker, "收款人", data.handlingPerson],
  ];
}

const textOf = (value: unknown): string =>
  typeof value === "number" ? yuanOf(value) : typeof value === "string" ? value : "";

function bytesOf(doc: PDFKit.PDFDocument): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    doc.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    doc.on("end", () => resolve(Buffer.concat(chunks))).on("error", reject);
    doc.end();
  });
}
