import { problem } from "./problem.ts";
import type { FieldProblem } from "./receipt.ts";

/**
 * A small checker of JSON values: what is wrong with one, by path. For data that outsiders hand in without a schema
 * library at hand.
 */
export type Shape = (value: unknown, path: readonly (string | number)[]) => readonly FieldProblem[];

/** A text of at most `maxLength` characters; of the pattern, if one is given. */
export function text(maxLength: number, pattern?: RegExp): Shape {
  return (value, path) => {
    const isText = typeof value === "string" && value.length <= maxLength && value.isWellFormed();
    return isText && (pattern === undefined || pattern.test(value))
      ? []
      : [mismatch(path, `text(${maxLength})`, pattern?.source)];
  };
}

export function integer(min: number, max: number): Shape {
  return (value, path) =>
    typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max
      ? []
      : [mismatch(path, `integer ${min}..${max}`)];
}

export const truth: Shape = (value, path) => (typeof value === "boolean" ? [] : [mismatch(path, "true | false")]);

/** One of these literals. */
export function oneOf(literals: readonly (string | number)[]): Shape {
  return (value, path) => (literals.some((literal) => literal === value) ? [] : [mismatch(path, literals.join(" | "))]);
}

export function list(of: Shape, minCount: number, maxCount: number): Shape {
  return (value, path) => {
    if (!Array.isArray(value) || value.length < minCount || value.length > maxCount) {
      return [mismatch(path, `[ ] ${minCount}..${maxCount}`)];
    }
    return value.flatMap((entry: unknown, index) => of(entry, [...path, index]));
  };
}

export function nullable(of: Shape): Shape {
  return (value, path) => (value === null ? [] : of(value, path));
}

/** An object with exactly these properties: none may be missing, no other may be there. */
export function object(properties: Readonly<Record<string, Shape>>): Shape {
  return (value, path) => {
    if (!isRecord(value)) return [mismatch(path, "{ }")];
    const unknown = Object.keys(value)
      .filter((name) => !Object.hasOwn(properties, name))
      .map((name) => problem("unknown_field", [...path, name], "未知的属性，请删除", "unknown property: remove it"));
    const known = Object.entries(properties).flatMap(([name, shape]) =>
      shape(Object.hasOwn(value, name) ? value[name] : undefined, [...path, name]),
    );
    return [...known, ...unknown];
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mismatch(path: readonly (string | number)[], expected: string, pattern?: string): FieldProblem {
  const whole = pattern === undefined ? expected : `${expected} /${pattern}/`;
  return problem("field_malformed", path, `取值不正确，应为 ${whole}`, `wrong value, expected ${whole}`);
}
