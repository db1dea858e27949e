import { decodeQR } from "qr/decode.js";
import { pagesOf, runOn } from "./tools.ts";

/** As a cheap printer prints and a phone sees it. */
const DPI = 200;

/** Finds each code by itself, as a phone held over it would. */
export function codesOnPages(pdf: Uint8Array): readonly string[] {
  return pagesOf(pdf).flatMap((_, index) => {
    const page = String(index + 1);
    const pgm = runOn(pdf, "pdftoppm", "-r", String(DPI), "-gray", "-f", page, "-l", page, "-singlefile", "{}");
    const [, width = "0", height = "0"] = /^P5\s(\d+)\s(\d+)\s255\s/.exec(pgm.subarray(0, 40).toString("latin1")) ?? [];
    const [across, down] = [Number(width), Number(height)];
    const data = pgm.subarray(pgm.length - across * down);
    const step = Math.round((58 / 25.4) * DPI);
    const found: string[] = [];
    for (const top of rowsOf(data, across, down)) {
      for (let column = 0; column < 3; column += 1) {
        const left = Math.round((18 / 25.4) * DPI) + column * step - 12;
        const text = decoded(data, across, left, top - 12, step - 4);
        if (text !== undefined) found.push(text);
      }
    }
    return found;
  });
}

/** Where a run of rows begins whose first codes' left edge is dark for a finder pattern's height. */
function rowsOf(data: Uint8Array, across: number, down: number): readonly number[] {
  const left = Math.round((18 / 25.4) * DPI) + 1;
  const tops: number[] = [];
  for (let y = 0; y + 20 < down; y += 1) {
    const isDark = Array.from({ length: 20 }, (_, i) => data[(y + i) * across + left] ?? 255).every(
      (grey) => grey < 128,
    );
    if (isDark && y - (tops.at(-1) ?? -1_000) > 460) tops.push(y);
  }
  return tops;
}

function decoded(data: Uint8Array, across: number, left: number, top: number, size: number): string | undefined {
  const rgba = new Uint8ClampedArray(size * size * 4).fill(255);
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1)
      rgba.fill(data[(top + y) * across + left + x] ?? 255, (y * size + x) * 4, (y * size + x) * 4 + 3);
  }
  try {
    return decodeQR({ width: size, height: size, data: rgba });
  } catch {
    return undefined;
  }
}
