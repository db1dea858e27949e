import type { Bilingual } from "./kind.ts";
import { problem } from "./problem.ts";
import type { FieldProblem } from "./receipt.ts";

/** One text field: its words for messages, its greatest length in characters (code points), whether it may be empty. */
export type TextSpec = Bilingual & { readonly maxLength: number; readonly isRequired: boolean };

type Path = readonly (string | number)[];

/**
 * Characters that a receipt may not carry: controls (and with them line breaks and tabs), marks that reorder or hide
 * text (bidirectional controls, zero-width characters, soft hyphen, BOM: what is read would not be what is signed),
 * line and paragraph separators, noncharacters, and halves of surrogate pairs, which no UTF-8 can hold.
 */
const FORBIDDEN = new RegExp(
  "[\\p{Cc}\\p{Cs}\\p{Noncharacter_Code_Point}" +
    "\\u00ad\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\u{e0000}-\\u{e007f}]",
  "u",
);

/** Whether `textProblems` has nothing to say of it: asked first where a path would be made for nothing. */
export function isFineText(value: string, { maxLength, isRequired }: Omit<TextSpec, keyof Bilingual>): boolean {
  if (value === "") return !isRequired;
  return value.length <= maxLength && !FORBIDDEN.test(value) && !(isRequired && value.trim() === "");
}

/** Problems of one text: field_required, field_too_long, field_bad_characters. The text itself is never told. */
export function textProblems(spec: TextSpec, path: Path, value: string): readonly FieldProblem[] {
  if (isFineText(value, spec)) return [];
  if (spec.isRequired && value.trim() === "") return [required(spec, path)];
  const problems: FieldProblem[] = [];
  // Code points never outnumber code units, so the exact count is needed for long texts alone.
  const length = value.length <= spec.maxLength ? value.length : characterCount(value);
  if (length > spec.maxLength) problems.push(tooLong(spec, path, length));
  if (FORBIDDEN.test(value)) problems.push(badCharacters(spec, path));
  return problems;
}

export function required(spec: Bilingual, path: Path): FieldProblem {
  return problem(
    "field_required",
    path,
    `“${spec.zh}”为必填项，收到的是空值，请填写`,
    `"${spec.en}" is required, got nothing: fill it in`,
  );
}

/** field_malformed: what was expected, in both languages. */
export function malformed(spec: Bilingual, path: Path, expectedZh: string, expectedEn: string): FieldProblem {
  return problem(
    "field_malformed",
    path,
    `“${spec.zh}”格式不正确，应为${expectedZh}`,
    `"${spec.en}" is malformed, expected ${expectedEn}`,
  );
}

function tooLong(spec: TextSpec, path: Path, length: number): FieldProblem {
  return problem(
    "field_too_long",
    path,
    `“${spec.zh}”过长：收到 ${length} 个字符，最多 ${spec.maxLength} 个，请缩短`,
    `"${spec.en}" is too long: got ${length} characters, at most ${spec.maxLength}, shorten it`,
  );
}

function badCharacters(spec: TextSpec, path: Path): FieldProblem {
  return problem(
    "field_bad_characters",
    path,
    `“${spec.zh}”含有控制字符、不可见字符或不完整的字符，请删除后重试`,
    `"${spec.en}" has control, invisible or broken characters: remove them`,
  );
}

/** Code points: what Array.from(value).length would be, without the array. */
export function characterCount(value: string): number {
  let count = 0;
  for (const _character of value) count += 1;
  return count;
}
