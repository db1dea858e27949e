import type { FieldProblem } from "./receipt.ts";

/** At most this many problems are told at once; one more then says how many were left out. */
export const MAX_PROBLEMS = 200;

/** A problem of the field at these steps: problem("field_required", ["items", 3, "itemName"], zh, en). */
export function problem(code: string, path: readonly (string | number)[], zh: string, en: string): FieldProblem {
  return { code, pointer: pointerOf(path), zh, en };
}

/** JSON Pointer (RFC 6901). [] is the whole document: "". */
export function pointerOf(path: readonly (string | number)[]): string {
  return path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** The first MAX_PROBLEMS, and one that tells of the rest. */
export function capProblems(problems: readonly FieldProblem[]): readonly FieldProblem[] {
  const left = problems.length - MAX_PROBLEMS;
  if (left <= 0) return problems;
  const more = problem(
    "too_many_problems",
    [],
    `另有 ${left} 处问题未列出，请先修正已列出的问题`,
    `${left} more problems are not listed: mend those listed first`,
  );
  return [...problems.slice(0, MAX_PROBLEMS), more];
}
