import { readFileSync } from "node:fs";
import { PDFiumLibrary } from "@hyzyla/pdfium";
import { encodePng, type Raster } from "./png.ts";

/** Draws the first page of a receipt's PDF as a PNG. */
export type DrawPicture = (pdf: Uint8Array) => Promise<Uint8Array>;

/** Pixels a point: a face of 210 mm is 1,964 pixels wide, and the QR code of 23 mm is read from it by any phone. */
const SCALE = 3.3;
/** A face is 210 x 140 mm. Nothing larger is drawn. */
const MAX_PIXELS = 12_000_000;

/**
 * Opens the renderer: PDFium, Chromium's own, as WebAssembly, so that whatever it does stays inside its own memory.
 * Above the face stands a strip that says that a picture is not the receipt.
 */
export async function openPictures(): Promise<DrawPicture> {
  const library = await PDFiumLibrary.init();
  const notice = await rasterOf(library, readFileSync(new URL("./notice.pdf", import.meta.url)));
  return async (pdf) => encodePng(stacked(notice, await rasterOf(library, pdf)));
}

async function rasterOf(library: PDFiumLibrary, pdf: Uint8Array): Promise<Raster> {
  const document = await library.loadDocument(pdf);
  try {
    const page = document.getPage(0);
    const { originalWidth, originalHeight } = page.getOriginalSize();
    if (originalWidth * originalHeight * SCALE * SCALE > MAX_PIXELS) throw new Error("the page is too large to draw");
    const options = { scale: SCALE, render: "bitmap", renderFormFields: true } as const;
    const { width, height, data } = await page.render(options);
    return { width, height, rgb: rgbOf(data) };
  } finally {
    document.destroy();
  }
}

/** Of four bytes a pixel: red, green, blue, and an opaque alpha. */
function rgbOf(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) rgb.set(rgba.subarray(from, from + 3), to);
  return rgb;
}

/** One above the other, white where one is narrower. */
function stacked(upper: Raster, lower: Raster): Raster {
  const width = Math.max(upper.width, lower.width);
  const height = upper.height + lower.height;
  const rgb = new Uint8Array(width * height * 3).fill(0xff);
  let top = 0;
  for (const part of [upper, lower]) {
    const length = part.width * 3;
    for (let y = 0; y < part.height; y += 1) {
      rgb.set(part.rgb.subarray(y * length, (y + 1) * length), (top + y) * width * 3);
    }
    top += part.height;
  }
  return { width, height, rgb };
}
