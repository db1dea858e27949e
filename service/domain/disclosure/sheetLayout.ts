import type { Sheet, SheetRow } from "./sheet.ts";

/** A4 in points. */
export const SHEET_WIDTH = 595.28;
export const SHEET_HEIGHT = 841.89;

/** What is drawn, in points from the page's top left corner; a text's y is its baseline's. */
export type SheetMark =
  | {
      readonly kind: "text";
      readonly text: string;
      readonly x: number;
      readonly y: number;
      readonly size: number;
      readonly isSoft: boolean;
    }
  | { readonly kind: "line"; readonly x: number; readonly y: number; readonly width: number }
  | { readonly kind: "code"; readonly text: string; readonly x: number; readonly y: number; readonly size: number };

export type SheetPage = readonly SheetMark[];

/** The width of a text in points. */
export type Measure = (text: string, size: number) => number;

const MM = 72 / 25.4;
const LEFT = 18 * MM;
const WIDTH = SHEET_WIDTH - 2 * LEFT;
const TOP = 18 * MM;
const BOTTOM = SHEET_HEIGHT - 16 * MM;
const SIZE = 9;
const LEADING = 1.45;
const LABEL_WIDTH = 62 * MM;
/** Nearly half a millimetre for each of the 117 modules of a code of version 25, and four millimetres of white between codes. */
const CODE_SIZE = 54 * MM;
const CODE_STEP = 58 * MM;
const CODE_ROW = 64 * MM;
const CODES_A_ROW = 3;

/** Lays a sheet out on as many pages as it takes. The words on the page prove nothing: that is the file's and the codes' part. */
export function layOutSheet(sheet: Sheet, measure: Measure): readonly SheetPage[] {
  const desk = openDesk(measure);
  desk.write("财政电子票据部分披露凭单", 17, false);
  desk.write("Fiscal e-receipt, chosen fields only", SIZE, true);
  desk.space(4);
  desk.write(
    "本页不是票据原件，文字只供阅读；真伪和当前状态（冲红、换开、入账）以查验结果为准。" +
      " Not the receipt; these words prove nothing. Whether it is genuine, and its present status, is told by verifying it.",
    SIZE,
    false,
  );
  desk.space(4);
  for (const row of sheet.facts) desk.row(row);
  desk.heading(`披露的其他字段 Shown besides（${String(sheet.shown.length)}）`);
  if (sheet.shown.length === 0) desk.write("无 None", SIZE, true);
  for (const row of sheet.shown) desk.row(row);
  desk.heading(
    `未披露的字段 Withheld（${String(sheet.withheld.length)}；共 ${String(sheet.withheldCount)} 个值 values）`,
  );
  if (sheet.withheld.length === 0) desk.write("无 None", SIZE, true);
  else desk.write(sheet.withheld.map(withheldText).join("；"), SIZE - 1, true);
  desk.heading("怎样查验 How to verify");
  for (const line of howToVerify(sheet)) desk.write(line, SIZE, false);
  desk.codes(sheet.codes);
  const pages = desk.pages();
  const receipt = sheet.facts.slice(0, 2).flatMap(({ lines }) => lines);
  return pages.map((page, index) => [...page, pageFoot(receipt.join(" "), index + 1, pages.length, measure)]);
}

/** In the bottom margin, so that somebody who is handed a print sees what it belongs to and whether a page is missing. */
function pageFoot(receipt: string, number: number, count: number, measure: Measure): SheetMark {
  const [at, of] = [String(number), String(count)];
  const text = `${receipt}　第 ${at} 页，共 ${of} 页 Page ${at} of ${of}`;
  const x = LEFT + WIDTH - measure(text, SIZE - 1);
  return { kind: "text", text, x, y: SHEET_HEIGHT - 9 * MM, size: SIZE - 1, isSoft: true };
}

const withheldText = ({ words, note, lines }: SheetRow): string =>
  `${words.zh} ${note}${lines.length === 0 ? "" : `（${lines.join("；")}）`}`;

function howToVerify({ codes, verifyUrl }: Sheet): readonly string[] {
  const page = verifyUrl === undefined ? "链票查验页（任何一份）" : verifyUrl;
  const inEnglish = verifyUrl ?? "any Lianpiao verifier page";
  const count = String(codes.length);
  const byFile = `本文件查验处 Verify this file at：${page}，把本 PDF 放进去即可，文件不上传。 Drop this PDF at ${inEnglish}; nothing is uploaded.`;
  const byCodes =
    codes.length === 0
      ? "内容较多，二维码放不下：请转交本 PDF 文件，不要只交打印件。 Too much for QR codes: hand over this file, not a print of it."
      : `只有打印件时：在同一页面扫描下面全部 ${count} 个二维码，次序不限。 From a print: scan all ${count} codes there, in any order.`;
  return [byFile, byCodes];
}

type Desk = {
  write(text: string, size: number, isSoft: boolean): void;
  row(row: SheetRow): void;
  heading(text: string): void;
  space(points: number): void;
  codes(texts: readonly string[]): void;
  pages(): readonly SheetPage[];
};

function openDesk(measure: Measure): Desk {
  const pages: SheetMark[][] = [[]];
  let y = TOP;
  const add = (mark: SheetMark): void => void pages.at(-1)?.push(mark);
  const turn = (height: number): void => {
    if (y + height <= BOTTOM) return;
    pages.push([]);
    y = TOP;
  };
  const lineAt = (text: string, x: number, size: number, isSoft: boolean): void =>
    add({ kind: "text", text, x, y: y + size, size, isSoft });
  const write: Desk["write"] = (text, size, isSoft) => {
    for (const line of wrap(text, WIDTH, size, measure)) {
      turn(size * LEADING);
      lineAt(line, LEFT, size, isSoft);
      y += size * LEADING;
    }
  };
  return {
    write,
    row({ words, note, lines }) {
      const label = wrap(`${words.zh} ${words.en}`, LABEL_WIDTH - 8, SIZE, measure);
      const values = lines.flatMap((line) => wrap(line, WIDTH - LABEL_WIDTH, SIZE, measure));
      const noteLines = note === "" ? [] : wrap(note, LABEL_WIDTH - 8, SIZE - 2, measure);
      const count = Math.max(label.length + noteLines.length, values.length);
      for (let index = 0; index < count; index += 1) {
        turn(SIZE * LEADING);
        const [own, value] = [label[index], values[index]];
        const noted = noteLines[index - label.length];
        if (own !== undefined) lineAt(own, LEFT, SIZE, true);
        else if (noted !== undefined) lineAt(noted, LEFT, SIZE - 2, true);
        if (value !== undefined) lineAt(value, LEFT + LABEL_WIDTH, SIZE, false);
        y += SIZE * LEADING;
      }
    },
    heading(text) {
      turn(SIZE * LEADING * 3);
      y += 7;
      add({ kind: "line", x: LEFT, y, width: WIDTH });
      y += 5;
      write(text, SIZE + 1.5, false);
      y += 2;
    },
    space: (points) => void (y += points),
    codes(texts) {
      y += 6;
      texts.forEach((text, index) => {
        const column = index % CODES_A_ROW;
        if (column === 0) turn(CODE_ROW);
        const x = LEFT + column * CODE_STEP;
        lineAt(`${String(index + 1)} / ${String(texts.length)}`, x, SIZE - 1, true);
        add({ kind: "code", text, x, y: y + SIZE + 4, size: CODE_SIZE });
        if (column === CODES_A_ROW - 1 || index === texts.length - 1) y += CODE_ROW;
      });
    },
    pages: () => pages,
  };
}

/** What never begins a line: it may stand out of it a little. */
const CLOSING = new Set("，。、；：？！）");

/** Breaks between any two characters but within words and numbers that fit a line. */
function wrap(text: string, width: number, size: number, measure: Measure): readonly string[] {
  const lines: string[] = [];
  let line = "";
  let used = 0;
  for (const word of text.match(/[\u0021-\u007e]+|\s+|./gsu) ?? []) {
    const pieces = measure(word, size) <= width ? [word] : [...word];
    for (const piece of pieces) {
      const advance = measure(piece, size);
      if (used + advance > width && line !== "" && !CLOSING.has(piece)) {
        lines.push(line.trimEnd());
        line = "";
        used = 0;
        if (piece.trim() === "") continue;
      }
      line += piece;
      used += advance;
    }
  }
  return [...lines, line.trimEnd()].filter((each, index) => each !== "" || index === 0);
}
