import type { GlyphEncoder } from "./documentFonts.ts";
import type { FontBook, FoundGlyph } from "./fontBook.ts";
import { advanceOf, glyphsOf, tabularMargins } from "./glyphText.ts";

/** Red, green, blue from 0 to 1. */
export type Color = readonly [number, number, number];

export type TextPlace = {
  /** Of the left, the middle or the right end, as `align` says. Points from the page's left edge. */
  readonly x: number;
  /** Of the baseline, points from the page's top edge. */
  readonly y: number;
  readonly size: number;
  readonly align?: "left" | "center" | "right";
  /** All digits equally wide. */
  readonly isTabular?: boolean;
  readonly color?: Color;
};

/**
 * Writes a page's content, measured in points from the top left corner. Nothing is drawn before `content` is put on a
 * page.
 */
export type Pen = {
  text(text: string, place: TextPlace): void;
  line(x1: number, y1: number, x2: number, y2: number, width: number, color: Color): void;
  rectangle(x: number, y: number, width: number, height: number, lineWidth: number, color: Color): void;
  /** Operators as they are, in PDF's own coordinates (from the bottom left corner). */
  raw(operators: string): void;
  content(): string;
};

export function openPen(book: FontBook, encoder: GlyphEncoder, pageHeight: number): Pen {
  const operators: string[] = [];
  // What the graphics state holds already is not said again; `raw` leaves it as it was.
  let fill: Color | undefined;
  let stroke: { readonly width: number; readonly color: Color } | undefined;
  const shower = openShower(encoder);
  const useFill = (color: Color): void => {
    if (color !== fill) operators.push(`${operandsOf(color)} rg`);
    fill = color;
  };
  const useStroke = (width: number, color: Color): void => {
    if (width !== stroke?.width) operators.push(`${fixed(width)} w`);
    if (color !== stroke?.color) operators.push(`${operandsOf(color)} RG`);
    stroke = { width, color };
  };
  return {
    text: (text, place) => {
      const glyphs = glyphsOf(book, text);
      if (glyphs.length === 0) return;
      useFill(place.color ?? BLACK);
      const isTabular = place.isTabular ?? false;
      const width = (advanceOf(glyphs, { isTabular }) * place.size) / 1000;
      const left = place.x - (place.align === "right" ? width : place.align === "center" ? width / 2 : 0);
      const shown = shower(glyphs, place.size, isTabular);
      operators.push(`BT ${fixed(left)} ${fixed(pageHeight - place.y)} Td ${shown} ET`);
    },
    line: (x1, y1, x2, y2, width, color) => {
      const [from, to] = [`${fixed(x1)} ${fixed(pageHeight - y1)}`, `${fixed(x2)} ${fixed(pageHeight - y2)}`];
      useStroke(width, color);
      operators.push(`${from} m ${to} l S`);
    },
    rectangle: (x, y, width, height, lineWidth, color) => {
      const box = [x, pageHeight - y - height, width, height].map(fixed).join(" ");
      useStroke(lineWidth, color);
      operators.push(`${box} re S`);
    },
    raw: (text) => {
      operators.push(`q ${text} Q`);
    },
    content: () => operators.join("\n"),
  };
}

export const BLACK: Color = [0, 0, 0];

/** A number as content streams take it, to a hundredth. */
export function fixed(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function operandsOf(color: Color): string {
  return color.map(fixed).join(" ");
}

/** One string per run of one font; tabular digits are moved into the middle of their width (ISO 32000-1, 9.4.3, TJ). */
function openShower(
  encoder: GlyphEncoder,
): (glyphs: readonly FoundGlyph[], size: number, isTabular: boolean) => string {
  let font = "";
  let fontSize = 0;
  return (glyphs, size, isTabular) => {
    let shown = "";
    let hex = "";
    let pending = 0;
    for (const glyph of glyphs) {
      const { resource, code } = encoder.encode(glyph);
      if (resource !== font || size !== fontSize) {
        if (hex !== "") shown += `${closed(hex)} `;
        shown += `/${resource} ${fixed(size)} Tf `;
        hex = "";
        font = resource;
        fontSize = size;
      }
      if (isTabular) {
        const [before, after] = tabularMargins(glyph);
        if (pending + before !== 0) hex += `>${-pending - before}<`;
        pending = after;
      }
      hex += code;
    }
    return shown + closed(hex);
  };
}

function closed(hex: string): string {
  return hex.includes(">") ? `[<${hex}>] TJ` : `<${hex}> Tj`;
}
