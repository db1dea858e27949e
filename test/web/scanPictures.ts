import { writeFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { openPictures } from "../../service/adapters/picture/drawPicture.ts";
import { encodePng } from "../../service/adapters/picture/png.ts";
import { readPng, type Pixels } from "../support/readPng.ts";

/** A receipt's face as a PNG and as pixels. */
export async function pictureOf(pdf: Uint8Array): Promise<{ readonly png: Uint8Array; readonly pixels: Pixels }> {
  const png = await (await openPictures())(pdf);
  return { png, pixels: readPng(png) };
}

/** Part of a picture, turned by some degrees and scaled into a frame, on grey: what a hand-held camera sees. */
export function frameOf(picture: Pixels, part: { x: number; y: number; side: number }, degrees: number): Pixels {
  const [width, height] = [640, 480];
  const data = new Uint8Array(width * height * 4).fill(0xff);
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const scale = part.side / height;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [dx, dy] = [(x - width / 2) * scale, (y - height / 2) * scale];
      const [fromX, fromY] = [part.x + dx * cos - dy * sin, part.y + dx * sin + dy * cos].map(Math.round) as [
        number,
        number,
      ];
      const isInside = fromX >= 0 && fromX < picture.width && fromY >= 0 && fromY < picture.height;
      for (let c = 0; c < 3; c++) {
        const value = isInside ? picture.data[(fromY * picture.width + fromX) * 4 + c]! : 0xc0;
        // Dim, as indoors.
        data[(y * width + x) * 4 + c] = 24 + value * 0.7;
      }
    }
  }
  return { width, height, data };
}

export function pngOf({ width, height, data }: Pixels): Uint8Array {
  return encodePng({ width, height, rgb: data.filter((_, at) => at % 4 !== 3) });
}

/** A film that Chromium's false camera plays: YUV4MPEG2, one frame, which it repeats. */
export function writeFilm(file: string, { width, height, data }: Pixels): void {
  const luma = Buffer.alloc(width * height);
  for (let at = 0; at < luma.length; at++) {
    luma[at] = 0.299 * data[at * 4]! + 0.587 * data[at * 4 + 1]! + 0.114 * data[at * 4 + 2]!;
  }
  const chroma = Buffer.alloc((width * height) / 2, 128);
  const head = Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`);
  const frame = Buffer.concat([Buffer.from("FRAME\n"), luma, chroma]);
  writeFileSync(file, Buffer.concat([head, frame, frame]));
}

/** A page in a browser that has its own reader: it says what it was shown last. */
export async function withOwnReader(page: Page, text: string): Promise<void> {
  await page.addInitScript(`window.BarcodeDetector = class {
    static getSupportedFormats() { return Promise.resolve(["ean_13", "qr_code"]); }
    detect(canvas) { window.detected = [canvas.width, canvas.height]; return Promise.resolve([{ rawValue: ${JSON.stringify(text)} }]); }
  }`);
}
