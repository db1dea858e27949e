import { concatBytes, latin1Bytes, utf8 } from "../../core/bytes.ts";
import { zlibDeflated } from "./deflate.ts";

/** A page that was drawn on a canvas, and what of it is drawn sharp at any size or can be searched. */
export type PdfPicture = {
  /** Points. */
  readonly width: number;
  readonly height: number;
  /** One byte of grey for each pixel, row by row. */
  readonly grey: Uint8Array;
  readonly pixelsAcross: number;
  readonly pixelsDown: number;
  /** Filled rectangles over the picture, as operators in PDF's own coordinates. */
  readonly over: string;
  /** Laid over the picture unseen, so that it can be searched and read aloud. From the top left corner, y of the baseline. */
  readonly texts: readonly { readonly text: string; readonly x: number; readonly y: number; readonly size: number }[];
};

export type PdfFileInside = { readonly name: string; readonly mediaType: string; readonly bytes: Uint8Array };

/**
 * A PDF of drawn pages with one file attached, in the strict form that core reads (docs/verify.md, The file). No font goes in: what
 * is seen is what the browser drew, and the unseen text needs no shapes.
 * @param title and the attachment's name; the name in ASCII
 */
export async function pagesPdf(
  title: string,
  pages: readonly PdfPicture[],
  attachment: PdfFileInside,
): Promise<Uint8Array<ArrayBuffer>> {
  const { name, mediaType, bytes } = attachment;
  const first = FIXED_OBJECTS + 1;
  const kids = pages.map((_, index) => `${String(first + index * PAGE_OBJECTS)} 0 R`).join(" ");
  const file = `/Names [(${name}) 4 0 R]`;
  const objects: Uint8Array[] = [
    latin1Bytes(
      `<< /Type /Catalog /Pages 2 0 R /Lang (zh-CN) /Names << /EmbeddedFiles << ${file} >> >> /AF [4 0 R] ` +
        "/ViewerPreferences << /DisplayDocTitle true >> >>",
    ),
    latin1Bytes(`<< /Type /Pages /Count ${String(pages.length)} /Kids [${kids}] >>`),
    latin1Bytes(`<< /Title <${utf16Hex(`\ufeff${title}`)}> /Producer (Lianpiao) >>`),
    latin1Bytes(`<< /Type /Filespec /F (${name}) /UF (${name}) /AFRelationship /Data /EF << /F 5 0 R /UF 5 0 R >> >>`),
    stream(`/Type /EmbeddedFile /Subtype /${mediaType.replace("/", "#2F")}`, bytes),
    latin1Bytes(
      "<< /Type /Font /Subtype /Type0 /BaseFont /Unseen /Encoding /Identity-H /DescendantFonts [7 0 R] /ToUnicode 9 0 R >>",
    ),
    latin1Bytes(
      "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Unseen /DW 1000 /FontDescriptor 8 0 R " +
        "/CIDToGIDMap /Identity /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
    ),
    latin1Bytes(
      "<< /Type /FontDescriptor /FontName /Unseen /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 " +
        "/Ascent 880 /Descent -120 /CapHeight 880 /StemV 80 >>",
    ),
    stream("", latin1Bytes(TO_UNICODE)),
  ];
  for (const [index, page] of pages.entries()) objects.push(...(await pageObjects(page, first + index * PAGE_OBJECTS)));
  return assemble(objects);
}

const FIXED_OBJECTS = 9;
const PAGE_OBJECTS = 3;
/** Each code of the unseen text is the UTF-16 unit that it stands for. */
const TO_UNICODE = `/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
1 beginbfrange
<0000> <FFFF> <0000>
endbfrange
endcmap
CMapName currentdict /CMap defineresource pop
end
end`;

async function pageObjects(page: PdfPicture, id: number): Promise<readonly Uint8Array[]> {
  const { width, height, grey, pixelsAcross, pixelsDown, over, texts } = page;
  const box = `${String(width)} ${String(height)}`;
  const unseen = texts.map(
    ({ text, x, y, size }) =>
      `/T ${String(size)} Tf 1 0 0 1 ${fixed(x)} ${fixed(height - y)} Tm <${utf16Hex(text)}> Tj`,
  );
  const content = `q ${String(width)} 0 0 ${String(height)} 0 0 cm /Im Do Q\n${over}\nBT 3 Tr ${unseen.join("\n")} ET`;
  const resources = `/Font << /T 6 0 R >> /XObject << /Im ${String(id + 2)} 0 R >>`;
  const image = `/Type /XObject /Subtype /Image /Width ${String(pixelsAcross)} /Height ${String(pixelsDown)}`;
  return [
    latin1Bytes(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${box}] /Contents ${String(id + 1)} 0 R /Resources << ${resources} >> >>`,
    ),
    stream("/Filter /FlateDecode", await zlibDeflated(utf8(content))),
    stream(`${image} /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode`, await zlibDeflated(grey)),
  ];
}

function assemble(objects: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [latin1Bytes("%PDF-1.7\n%\xff\xff\xff\xff\n")];
  let at = parts[0]?.length ?? 0;
  const entries: string[] = [];
  objects.forEach((object, index) => {
    entries.push(`${String(at).padStart(10, "0")} 00000 n \n`);
    const whole = [latin1Bytes(`${String(index + 1)} 0 obj\n`), object, latin1Bytes("\nendobj\n")];
    parts.push(...whole);
    at += whole.reduce((sum, { length }) => sum + length, 0);
  });
  const size = String(objects.length + 1);
  parts.push(
    latin1Bytes(
      `xref\n0 ${size}\n0000000000 65535 f \n${entries.join("")}trailer\n<< /Size ${size} /Root 1 0 R /Info 3 0 R >>\n` +
        `startxref\n${String(at)}\n%%EOF\n`,
    ),
  );
  return new Uint8Array(concatBytes(...parts));
}

function stream(head: string, bytes: Uint8Array): Uint8Array {
  return concatBytes(
    latin1Bytes(`<< ${head} /Length ${String(bytes.length)} >>\nstream\n`),
    bytes,
    latin1Bytes("\nendstream"),
  );
}

function utf16Hex(text: string): string {
  return Array.from({ length: text.length }, (_, i) => text.charCodeAt(i).toString(16).padStart(4, "0")).join("");
}

const fixed = (value: number): string => String(Math.round(value * 100) / 100);
