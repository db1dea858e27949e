import type { Kind } from "../../domain/kind.ts";
import { problem } from "../../domain/problem.ts";
import type { FieldProblem } from "../../domain/receipt.ts";
import { faceGeometryOf, mm } from "./faceGeometry.ts";
import { missingCharacters, type FontBook } from "./fontBook.ts";

/** An item line lower than this has no room for its text. */
const MIN_LINE_HEIGHT = mm(3.6);

/** Why the face of a kind cannot be drawn: face_overfull, character_not_drawable. [] if it can. */
export function faceProblems(book: FontBook, kind: Kind): readonly FieldProblem[] {
  return [...roomProblems(kind), ...characterProblems(book, kind)];
}

function roomProblems(kind: Kind): readonly FieldProblem[] {
  if (faceGeometryOf(kind).lineHeight >= MIN_LINE_HEIGHT) return [];
  const zh = "票面放不下：请减少项目行数（maxRows）或票面字段（isOnFace）";
  const en = "too much for one page: fewer item rows (maxRows) or fewer fields on the face (isOnFace)";
  return [problem("face_overfull", ["face", "maxRows"], zh, en)];
}

function characterProblems(book: FontBook, kind: Kind): readonly FieldProblem[] {
  const { payerLabel, note, columns, auxColumns } = kind.face;
  const texts: readonly (readonly [path: readonly (string | number)[], text: string])[] = [
    [["eInvoiceName", "zh"], kind.eInvoiceName.zh],
    [["face", "payerLabel", "zh"], payerLabel.zh],
    [["face", "note", "zh"], note?.zh ?? ""],
    ...columns.map(({ zh }, index) => [["face", "columns", index, "zh"], zh] as const),
    ...auxColumns.map(({ zh }, index) => [["face", "auxColumns", index, "zh"], zh] as const),
    ...kind.mainExt.map(({ zh }, index) => [["mainExt", index, "zh"], zh] as const),
  ];
  return texts.flatMap(([path, text]) => {
    const missing = missingCharacters(book, [text]);
    if (missing.length === 0) return [];
    const shown = missing.join(" ");
    const en = `the fonts have no such characters: ${shown}`;
    return [problem("character_not_drawable", path, `字库没有这些字：${shown}，请换字`, en)];
  });
}
