import type { FontBook } from "./fontBook.ts";
import { advanceOf, glyphsOf } from "./glyphText.ts";
import { outlineOf, type Matrix } from "./outline.ts";
import { fixed, type Color } from "./pen.ts";

export const SEAL_RED: Color = [0.9, 0.22, 0.2];
const WATERMARK_GRAY: Color = [0.91, 0.91, 0.91];
const MILLIMETRE = 72 / 25.4;
const UNIT_SEAL_TEXT = "电子票据专用章";

export const UNIT_SEAL_SIZE = 23 * MILLIMETRE;
export const SAMPLE_TEXT = "测试样票，不作报销凭证";

/**
 * The unit's seal as operators around the origin: a circle, the unit's name along it, a star, and what the seal is
 * for. All of it is outlines. It is only a picture: what vouches for the receipt is the signature.
 */
export function unitSeal(book: FontBook, unitName: string): string {
  const radius = UNIT_SEAL_SIZE / 2;
  const parts = [
    `${rgb(SEAL_RED)} rg ${rgb(SEAL_RED)} RG 1.8 w ${ellipse(radius - 1, radius - 1)} S`,
    star(0.26 * radius),
    arcText(book, unitName, radius),
    straightText(book, UNIT_SEAL_TEXT, { x: 0, y: -0.66 * radius, size: 0.2 * radius, width: 1.25 * radius }),
  ];
  return parts.join("\n");
}

/**
 * Where the bureau's supervision seal (财政票据监制章) would be. It is not drawn: nobody may take a specimen for the real one.
 */
export function supervisionSealPlaceholder(book: FontBook): string {
  const [rx, ry] = [15 * MILLIMETRE, 10 * MILLIMETRE];
  return [
    `${rgb(SEAL_RED)} rg ${rgb(SEAL_RED)} RG 0.8 w [3 2] 0 d ${ellipse(rx, ry)} S 0.4 w ${ellipse(rx - 3, ry - 3)} S`,
    straightText(book, "示例", { x: 0, y: 13, size: 8, width: rx }),
    straightText(book, "监制章位置", { x: 0, y: -19, size: 7, width: 1.4 * rx }),
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
  const step = Math.min(0.42, (1.42 * Math.PI) / Math.max(1, glyphs.length));
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
