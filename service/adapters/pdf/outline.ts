import type { FontBook } from "./fontBook.ts";
import type { TrueTypeFont } from "./trueType.ts";
import { fixed } from "./pen.ts";

/** a b c d e f of ISO 32000-1, 8.3.4: x' = a x + c y + e, y' = b x + d y + f. */
export type Matrix = readonly [number, number, number, number, number, number];

type Point = { readonly x: number; readonly y: number; readonly isOn: boolean };

const ON_CURVE = 0x01;
const SHORT_X = 0x02;
const SHORT_Y = 0x04;
const REPEAT = 0x08;
const SAME_X = 0x10;
const SAME_Y = 0x20;

/**
 * A character as path operators: a drawing, not a text, so that seals and watermarks leave the document's text alone.
 * The matrix maps an em of size 1 with its origin at the baseline's left end. Characters that no font has, and
 * composite glyphs, are left blank.
 */
export function outlineOf(book: FontBook, character: string, matrix: Matrix): string {
  const found = book.find(character.codePointAt(0) ?? 0);
  const font = found === undefined ? undefined : book.fonts[found.font];
  if (found === undefined || font === undefined) return "";
  return contoursOf(font, found.glyph)
    .map((points) => contourPath(points, matrix, font.unitsPerEm))
    .join(" ");
}

function contoursOf(font: TrueTypeFont, glyph: number): readonly (readonly Point[])[] {
  const bytes = font.outlineBytes(glyph);
  if (bytes.length < 10) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const contourCount = view.getInt16(0);
  if (contourCount <= 0) return [];
  const ends = Array.from({ length: contourCount }, (_, i) => view.getUint16(10 + 2 * i));
  const points = readPoints(view, 10 + 2 * contourCount, (ends.at(-1) ?? -1) + 1);
  return ends.map((end, i) => points.slice(i === 0 ? 0 : (ends[i - 1] ?? 0) + 1, end + 1));
}

/** OpenType 1.9, glyf, Simple Glyph Description. */
function readPoints(view: DataView, instructionsAt: number, count: number): readonly Point[] {
  let at = instructionsAt + 2 + view.getUint16(instructionsAt);
  const flags: number[] = [];
  while (flags.length < count) {
    const flag = view.getUint8(at++);
    const times = (flag & REPEAT) !== 0 ? 1 + view.getUint8(at++) : 1;
    for (let i = 0; i < times; i++) flags.push(flag);
  }
  const readAxis = (short: number, same: number): readonly number[] => {
    let value = 0;
    return flags.map((flag) => {
      if ((flag & short) !== 0) value += (flag & same) !== 0 ? view.getUint8(at++) : -view.getUint8(at++);
      else if ((flag & same) === 0) {
        value += view.getInt16(at);
        at += 2;
      }
      return value;
    });
  };
  const xs = readAxis(SHORT_X, SAME_X);
  const ys = readAxis(SHORT_Y, SAME_Y);
  return flags.map((flag, i) => ({ x: xs[i] ?? 0, y: ys[i] ?? 0, isOn: (flag & ON_CURVE) !== 0 }));
}

/** Quadratic curves, raised to the cubic ones that PDF has. */
function contourPath(points: readonly Point[], [a, b, c, d, e, f]: Matrix, unitsPerEm: number): string {
  const all = withOnPoints(points);
  const first = all[0];
  if (first === undefined) return "";
  const place = (x: number, y: number): string => {
    const [u, v] = [x / unitsPerEm, y / unitsPerEm];
    return `${fixed(a * u + c * v + e)} ${fixed(b * u + d * v + f)}`;
  };
  let path = `${place(first.x, first.y)} m`;
  let from = first;
  for (let i = 1; i <= all.length; i++) {
    const point = all[i % all.length] ?? first;
    if (point.isOn) {
      if (i < all.length) path += ` ${place(point.x, point.y)} l`;
      from = point;
      continue;
    }
    const to = all[(i + 1) % all.length] ?? first;
    const near = place(from.x + (2 / 3) * (point.x - from.x), from.y + (2 / 3) * (point.y - from.y));
    const far = place(to.x + (2 / 3) * (point.x - to.x), to.y + (2 / 3) * (point.y - to.y));
    path += ` ${near} ${far} ${place(to.x, to.y)} c`;
    from = to;
    i++;
  }
  return `${path} h`;
}

/** The contour beginning at an on-curve point, with the on-curve points that two control points in a row imply. */
function withOnPoints(points: readonly Point[]): readonly Point[] {
  const full: Point[] = [];
  for (const [i, point] of points.entries()) {
    const next = points[(i + 1) % points.length] ?? point;
    full.push(point);
    if (!point.isOn && !next.isOn) full.push({ x: (point.x + next.x) / 2, y: (point.y + next.y) / 2, isOn: true });
  }
  const start = full.findIndex((point) => point.isOn);
  return start <= 0 ? full : [...full.slice(start), ...full.slice(0, start)];
}
