/**
 * Draws the first page of a sample of each built-in kind, and some in red: the pictures of docs/kinds.md. Needs pdftoppm (poppler-utils).
 *   npm run faces -- [DIRECTORY]
 */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { loadFontFiles, openFontBook } from "../service/adapters/pdf/fontBook.ts";
import { openPdfWriter } from "../service/adapters/pdf/pdfWriter.ts";
import { builtinKinds } from "../service/domain/kinds/builtin.ts";
import { qrText } from "../service/domain/qrText.ts";
import type { ReceiptData } from "../service/domain/receipt.ts";
import { redSampleOf, sampleReceipt } from "./sampleReceipt.ts";

const AT_MS = Date.UTC(2026, 2, 6, 2, 21, 33);
const RED = ["donation", "nontax"];
const DPI = 96;
const QR_PLACE = { origin: "https://czpj.example.gov.cn", template: "601", appId: "lianpiao" };

const directory = process.argv[2] ?? path.resolve(import.meta.dirname, "../docs/faces");
const writer = openPdfWriter({ book: openFontBook(loadFontFiles()), kinds: builtinKinds, isSample: true });
for (const kind of builtinKinds) {
  const blue = sampleReceipt(kind, 0, AT_MS);
  draw(kind.id, blue);
  if (RED.includes(kind.id)) draw(`${kind.id}-red`, redSampleOf(blue, AT_MS));
}

function draw(name: string, data: ReceiptData): void {
  const mac = new Uint8Array(32);
  const { bytes } = writer.write({ data, qrText: qrText(QR_PLACE, data, mac), issuedAtMs: AT_MS, attachments: [] });
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lianpiao-face-"));
  try {
    const pdf = path.join(folder, "face.pdf");
    fs.writeFileSync(pdf, bytes);
    const target = path.join(directory, name);
    execFileSync("pdftoppm", ["-png", "-r", String(DPI), "-f", "1", "-l", "1", "-singlefile", pdf, target]);
    console.log(`${target}.png`);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
