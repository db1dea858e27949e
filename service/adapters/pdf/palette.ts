import { BLACK, type Color } from "./pen.ts";

/** Colours of a face: lines, labels and title, the receipt's own data. */
export type Palette = { readonly line: Color; readonly label: Color; readonly value: Color };

const BROWN: Color = [0.42, 0.2, 0.1];
const RED: Color = [0.8, 0.04, 0.04];

export const PLAIN: Palette = { line: BROWN, label: BROWN, value: BLACK };
export const RED_LETTER: Palette = { line: RED, label: RED, value: RED };
