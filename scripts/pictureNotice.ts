/**
 * Makes service/adapters/picture/notice.pdf, the strip that every picture of a receipt carries: outlines of the vendored
 * fonts, so that drawing a picture needs none. Needed only to change its words:
 *   node scripts/pictureNotice.ts
 */
import { writeFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { loadFontFiles, openFontBook, type FontBook } from "../service/adapters/pdf/fontBook.ts";
import { advanceOf, glyphsOf } from "../service/adapters/pdf/glyphText.ts";
import { outlineOf } from "../service/adapters/pdf/outline.ts";

const ZH = "图片仅供查看，不是票据原件，不作报销凭证；原件是带数字签名的 PDF 文件";
const EN = "A picture to look at, not the receipt, and no voucher: the original is the signed PDF file";
/** As wide as a face. */
const WIDTH = (210 * 72) / 25.4;
const HEIGHT = 36;

/** The strip's bytes: the same for the same fonts. */
export function noticePdf(book: FontBook): Uint8Array {
  const lines = [line(book, ZH, 13, 18), line(book, EN, 8.5, 6)];
  const content = deflateSync(`1 0.95 0.93 rg 0 0 ${WIDTH} ${HEIGHT} re f 0.7 0.05 0.05 rg ${lines.join(" ")}`);
  const objects = [
    Buffer.from("<< /Type /Catalog /Pages 2 0 R >>"),
    Buffer.from("<< /Type /Pages /Kids [3 0 R] /Count 1 >>"),
    Buffer.from(`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${WIDTH} ${HEIGHT}] /Contents 4 0 R /Resources << >> >>`),
    Buffer.concat([
      Buffer.from(`<< /Filter /FlateDecode /Length ${content.length} >>\nstream\n`),
      content,
      Buffer.from("\nendstream"),
    ]),
  ];
  const parts: Buffer[] = [Buffer.from("%PDF-1.7\n")];
  const offsets: number[] = [];
  let length = parts[0]?.length ?? 0;
  for (const [index, object] of objects.entries()) {
    const part = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), object, Buffer.from("\nendobj\n")]);
    offsets.push(length);
    parts.push(part);
    length += part.length;
  }
  const entries = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const count = objects.length + 1;
  parts.push(Buffer.from(`xref\n0 ${count}\n0000000000 65535 f \n${entries}`));
  parts.push(Buffer.from(`trailer\n<< /Size ${count} /Root 1 0 R >>\nstartxref\n${length}\n%%EOF\n`));
  return Buffer.concat(parts);
}

/** In the middle of the strip. */
function line(book: FontBook, text: string, size: number, y: number): string {
  const glyphs = glyphsOf(book, text);
  let x = (WIDTH - (advanceOf(glyphs) * size) / 1000) / 2;
  const paths = glyphs.map((glyph) => {
    const path = outlineOf(book, String.fromCodePoint(glyph.codePoint), [size, 0, 0, size, x, y]);
    x += (glyph.advance * size) / 1000;
    return path;
  });
  return `${paths.join(" ")} f`;
}

if (process.argv[1] === import.meta.filename) {
  const file = new URL("../service/adapters/picture/notice.pdf", import.meta.url);
  writeFileSync(file, noticePdf(openFontBook(loadFontFiles())));
}
