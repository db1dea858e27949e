import encodeQR from "qr";
import { AppError } from "../../core/errors.ts";
import { fixed } from "./pen.ts";

const BORDER = 1;

type Ecc = "low" | "medium";

/**
 * A QR code as filled rectangles, one for each run of dark modules in a row: sharp at any size. It takes the square
 * whose top left corner is (x, y), in PDF's coordinates (upwards); leave 4 modules of white around it. Error
 * correction M, or L ("low") where much has to go in.
 * Throws qr_text_too_long.
 */
export function qrPath(text: string, x: number, y: number, size: number, ecc: Ecc = "medium"): string {
  const rows = modulesOf(text, ecc);
  const unit = size / rows.length;
  const parts: string[] = [`q 0 g ${precise(unit)} 0 0 ${precise(-unit)} ${fixed(x)} ${fixed(y)} cm`];
  for (const [row, modules] of rows.entries()) {
    for (let start = 0; start < modules.length; start++) {
      if (modules[start] !== true) continue;
      let end = start + 1;
      while (modules[end] === true) end++;
      parts.push(`${start} ${row} ${end - start} 1 re`);
      start = end;
    }
  }
  return `${parts.join(" ")} f Q`;
}

/** To a hundred-thousandth: over all modules the error stays far below what a printer shows. */
function precise(value: number): string {
  return String(Math.round(value * 1e5) / 1e5);
}

/** The library insists on a border; it is cut off again. */
function modulesOf(text: string, ecc: Ecc): readonly (readonly boolean[])[] {
  try {
    const rows = encodeQR(text, "raw", { ecc, border: BORDER });
    return rows.slice(BORDER, -BORDER).map((row) => row.slice(BORDER, -BORDER));
  } catch (cause) {
    throw new AppError("qr_text_too_long", "二维码内容过长 / The QR code's text is too long", { cause });
  }
}
