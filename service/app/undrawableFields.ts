import { flatten, leavesOf, type JsonValue } from "../core/canonical.ts";
import type { FieldProblem, IssueInput } from "../domain/receipt.ts";
import type { Renderer } from "./ports.ts";

/** A problem for each field with a character that no font can draw: it is refused before a number is taken. */
export function undrawableFields(renderer: Renderer, input: IssueInput): readonly FieldProblem[] {
  const { totalAmount: _, ...texts } = input;
  return undrawableTexts(renderer, texts);
}

/** The same for any texts that are to be drawn. */
export function undrawableTexts(renderer: Renderer, texts: JsonValue): readonly FieldProblem[] {
  const values = leavesOf(texts).map(({ value }) => value);
  if (renderer.missingCharacters(values.filter((value) => typeof value === "string")).length === 0) return [];
  return flatten(texts).flatMap(({ path, value }) => {
    const missing = typeof value === "string" ? renderer.missingCharacters([value]) : [];
    return missing.length === 0 ? [] : [undrawable(path, missing)];
  });
}

function undrawable(pointer: string, missing: readonly string[]): FieldProblem {
  const named = missing.map((character) => `${character} (U+${codePointText(character)})`).join(", ");
  return {
    code: "character_not_drawable",
    pointer,
    zh: `字库中没有这些字：${named}；请改用可用的字，或联系我们补字`,
    en: `no font has these characters: ${named}; use others, or ask us to add them`,
  };
}

function codePointText(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}
