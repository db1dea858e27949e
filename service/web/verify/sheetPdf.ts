import encodeQR from "qr";
import { checkDisclosure } from "../../core/disclosure.ts";
import { codesOf } from "../../core/disclosureCodes.ts";
import { parseDisclosureFile } from "../../core/disclosureFile.ts";
import { packDisclosure } from "../../core/disclosurePack.ts";
import { DISCLOSURE_FILE_NAME } from "../../core/disclosurePdf.ts";
import { parseProof } from "../../core/proof.ts";
import { sheetOf } from "../../domain/disclosure/sheet.ts";
import {
  layOutSheet,
  SHEET_HEIGHT,
  SHEET_WIDTH,
  type SheetMark,
  type SheetPage,
} from "../../domain/disclosure/sheetLayout.ts";
import { streamDeflate } from "../shared/deflate.ts";
import { pagesPdf, type PdfPicture } from "../shared/pagesPdf.ts";

/** 200 dots an inch. */
const SCALE = 200 / 72;
const FONT = '"Noto Serif SC", "Noto Sans SC", "Songti SC", SimSun, "PingFang SC", "Microsoft YaHei", serif';
const [INK, SOFT] = ["#000", "#555"];
const QUIET = 1;

/** The same sheet as `npm run disclose -- --pdf` prints, drawn with the fonts of this device. Nothing leaves it. */
export async function sheetPdf(file: Uint8Array, verifyUrl: string | undefined): Promise<Uint8Array<ArrayBuffer>> {
  const { proof: bytes, disclosure } = parseDisclosureFile(file);
  const proof = parseProof(bytes);
  const codes = codesOf(await packDisclosure(file, streamDeflate));
  const sheet = sheetOf(checkDisclosure(disclosure, proof.dataDigest), proof, { codes, verifyUrl });
  const ruler = brush(1, 1);
  const pages = layOutSheet(sheet, (text, size) => {
    ruler.font = `${String(size)}px ${FONT}`;
    return ruler.measureText(text).width;
  });
  const title = `财政电子票据部分披露凭单 ${String(proof.code).padStart(8, "0")} ${String(proof.number).padStart(10, "0")}`;
  const attachment = { name: DISCLOSURE_FILE_NAME, mediaType: "application/json", bytes: file };
  return pagesPdf(title, pages.map(drawn), attachment);
}

function drawn(page: SheetPage): PdfPicture {
  const [pixelsAcross, pixelsDown] = [Math.ceil(SHEET_WIDTH * SCALE), Math.ceil(SHEET_HEIGHT * SCALE)];
  const pen = brush(pixelsAcross, pixelsDown);
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, pixelsAcross, pixelsDown);
  pen.scale(SCALE, SCALE);
  for (const mark of page) draw(pen, mark);
  const { data } = pen.getImageData(0, 0, pixelsAcross, pixelsDown);
  return {
    width: SHEET_WIDTH,
    height: SHEET_HEIGHT,
    grey: Uint8Array.from({ length: pixelsAcross * pixelsDown }, (_, i) => data[i * 4] ?? 255),
    pixelsAcross,
    pixelsDown,
    over: page.flatMap((mark) => (mark.kind === "code" ? [codeOperators(mark)] : [])).join("\n"),
    texts: page.flatMap((mark) => (mark.kind === "text" ? [mark] : [])),
  };
}

/** Codes are left to `over`: they must be sharp. */
function draw(pen: CanvasRenderingContext2D, mark: SheetMark): void {
  if (mark.kind === "text") {
    pen.font = `${String(mark.size)}px ${FONT}`;
    pen.fillStyle = mark.isSoft ? SOFT : INK;
    pen.fillText(mark.text, mark.x, mark.y);
  } else if (mark.kind === "line") {
    pen.fillStyle = SOFT;
    pen.fillRect(mark.x, mark.y, mark.width, 0.5);
  }
}

function codeOperators({ text, x, y, size }: Extract<SheetMark, { kind: "code" }>): string {
  const rows = encodeQR(text, "raw", { ecc: "low", border: QUIET }).slice(QUIET, -QUIET);
  const unit = size / rows.length;
  const parts = [`q 0 g ${String(unit)} 0 0 ${String(-unit)} ${String(x)} ${String(SHEET_HEIGHT - y)} cm`];
  rows.forEach((row, line) => {
    row.slice(QUIET, -QUIET).forEach((isDark, column) => {
      if (isDark) parts.push(`${String(column)} ${String(line)} 1 1 re`);
    });
  });
  return `${parts.join(" ")} f Q`;
}

function brush(width: number, height: number): CanvasRenderingContext2D {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  if (pen === null) throw new Error("this browser does not draw");
  return pen;
}
