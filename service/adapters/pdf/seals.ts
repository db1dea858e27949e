import { TITLE, UNIT_SEAL, mm } from "./faceGeometry.ts";
import type { FontBook } from "./fontBook.ts";
import { placeFooterText } from "./footer.ts";
import { advanceOf, glyphsOf } from "./glyphText.ts";
import { outlineOf, type Matrix } from "./outline.ts";
import { fixed, type Color } from "./pen.ts";
import { boxOf, type PlacedLine } from "./placeText.ts";

export const SEAL_RED: Color = [0.9, 0.22, 0.2];
const WATERMARK_GRAY: Color = [0.91, 0.91, 0.91];
/** White before and after the unit's name, points. */
const CUT = 1.2;
/** Radians: as far down either side as the unit's name on the face leaves room. */
const MAX_ARC = 1.08 * Math.PI;
const UNIT_SEAL_TEXT = "电子票据专用章";

export const SAMPLE_TEXT = "测试样票，不作报销凭证";

/**
 * The unit's seal as operators around the origin: a circle, the unit's name along it, a star, and what the seal is
 * for. It stands over the name that the face prints, and leaves that name's box free. All of it is outlines. It is only
 * a picture: what vouches for the receipt is the signature.
 */
export function unitSeal(book: FontBook, unitName: string): string {
  const radius = UNIT_SEAL.size / 2;
  const parts = [
    around(book, placeFooterText(book, 0, unitName).lines),
    `${rgb(SEAL_RED)} rg ${rgb(SEAL_RED)} RG 1.8 w ${ellipse(radius - 1, radius - 1)} S`,
    `q 1 0 0 1 0 ${fixed(0.08 * radius)} cm ${star(0.25 * radius)} Q`,
    arcText(book, unitName, radius),
    straightText(book, UNIT_SEAL_TEXT, { x: 0, y: -0.66 * radius, size: 0.2 * radius, width: 1.25 * radius }),
  ];
  return parts.join("\n");
}

/** Clips to the seal's square but for the box of a text on the face; in the seal's coordinates. */
function around(book: FontBook, lines: readonly PlacedLine[]): string {
  const boxes = lines.map((line) => boxOf(book, line));
  if (boxes.length === 0) return "";
  const [left, top] = [Math.min(...boxes.map((box) => box.left)), Math.min(...boxes.map((box) => box.top))];
  const [right, bottom] = [Math.max(...boxes.map((box) => box.right)), Math.max(...boxes.map((box) => box.bottom))];
  const cut = [left - UNIT_SEAL.x - CUT, UNIT_SEAL.y - bottom, right - left + 2 * CUT, bottom - top];
  const half = UNIT_SEAL.size / 2;
  return `${[-half, -half, 2 * half, 2 * half].map(fixed).join(" ")} re ${cut.map(fixed).join(" ")} re W* n`;
}

/**
 * Where the bureau's supervision seal (财政票据监制章) would be. It is not drawn: nobody may take a specimen for the real one.
 * What it is made of leaves the title's band free.
 */
export function supervisionSealPlaceholder(book: FontBook): string {
  const [rx, ry] = [mm(15), mm(9.6)];
  const band = TITLE.bandHeight / 2;
  const outside = [band, -ry - 1].map(
    (y) => `${fixed(-rx - 1)} ${fixed(y)} ${fixed(2 * rx + 2)} ${fixed(ry + 1 - band)} re`,
  );
  return [
    `${outside.join(" ")} W n`,
    `${rgb(SEAL_RED)} rg ${rgb(SEAL_RED)} RG 0.8 w [3 2] 0 d ${ellipse(rx, ry)} S 0.4 w ${ellipse(rx - 3, ry - 3)} S`,
    straightText(book, "示例", { x: 0, y: band + 2.5, size: 6.5, width: rx }),
    straightText(book, "监制章位置", { x: 0, y: -band - 7.5, size: 6.5, width: 1.4 * rx }),
  ].join("\n");
}

/** The words across a page of the size given, so light that they do not trouble the reader, as outlines. */
export function sampleWatermark(book: FontBook, pageWidth: number, pageHeight: number): string {
  const angle = Math.atan2(pageHeight, pageWidth) * 0.75;
  const turn: Matrix = [
    Math.cos(angle),
    Math.sin(angle),
    -Math.sin(angle),
    Math.cos(angle),
    pageWidth / 2,
    pageHeight / 2,
  ];
  const text = straightText(book, SAMPLE_TEXT, { x: 0, y: -14, size: 40, width: pageWidth * 0.9 });
  return `q ${rgb(WATERMARK_GRAY)} rg ${turn.map((n) => String(Math.round(n * 1e4) / 1e4)).join(" ")} cm ${text} Q`;
}

type Line = { readonly x: number; readonly y: number; readonly size: number; readonly width: number };

/** Centred on x, narrowed if it is wider than `width`. */
function straightText(book: FontBook, text: string, { x, y, size, width }: Line): string {
  const natural = (advanceOf(glyphsOf(book, text)) * size) / 1000;
  const squeeze = Math.min(1, width / natural);
  let left = x - (natural * squeeze) / 2;
  const paths = glyphsOf(book, text).map((glyph) => {
    const path = outlineOf(book, String.fromCodePoint(glyph.codePoint), [size * squeeze, 0, 0, size, left, y]);
    left += (glyph.advance * size * squeeze) / 1000;
    return path;
  });
  return `${paths.join(" ")} f`;
}

/**
 * The name on the upper arc, reading clockwise; a longer name takes more of the circle and then narrower characters.
 */
function arcText(book: FontBook, text: string, radius: number): string {
  const glyphs = glyphsOf(book, text);
  const height = radius * (glyphs.length <= 16 ? 0.27 : 0.2);
  const track = radius - 4.5 - height * 0.88;
  const step = Math.min(0.42, MAX_ARC / Math.max(1, glyphs.length));
  const width = Math.min(height, step * (track + height * 0.3) * 0.96);
  const paths = glyphs.map((glyph, index) => {
    const angle = (index - (glyphs.length - 1) / 2) * step;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const half = (glyph.advance * width) / 2000;
    const matrix: Matrix = [
      ...([width * cos, -width * sin, height * sin, height * cos] as const),
      track * sin - half * cos,
      track * cos + half * sin,
    ];
    return outlineOf(book, String.fromCodePoint(glyph.codePoint), matrix);
  });
  return `${paths.join(" ")} f`;
}

function star(radius: number): string {
  const points = Array.from({ length: 10 }, (_, i) => {
    const r = i % 2 === 0 ? radius : radius * 0.382;
    const angle = (i * Math.PI) / 5;
    return `${fixed(r * Math.sin(angle))} ${fixed(r * Math.cos(angle))}`;
  });
  return `${points[0] ?? ""} m ${points
    .slice(1)
    .map((point) => `${point} l`)
    .join(" ")} h f`;
}

/** Four Bézier arcs around the origin. */
function ellipse(rx: number, ry: number): string {
  const k = 0.5523;
  const curve = (...numbers: number[]): string => `${numbers.map(fixed).join(" ")} c`;
  return [
    `${fixed(rx)} 0 m`,
    curve(rx, k * ry, k * rx, ry, 0, ry),
    curve(-k * rx, ry, -rx, k * ry, -rx, 0),
    curve(-rx, -k * ry, -k * rx, -ry, 0, -ry),
    curve(k * rx, -ry, rx, -k * ry, rx, 0),
    "h",
  ].join(" ");
}

function rgb(color: Color): string {
  return color.map(fixed).join(" ");
}
