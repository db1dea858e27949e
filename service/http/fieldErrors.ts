import type { z } from "zod";
import type { FieldProblem } from "../domain/receipt.ts";
import type { Text } from "./problem.ts";

/** More wrong fields than this are not listed: the first ones tell enough. */
const MAX_ERRORS = 100;

type Issue = z.core.$ZodIssue;
type Found = Text & { readonly code: string };

/**
 * The problems of a body that its schema refuses, each with the JSON Pointer of its field. No value is repeated in
 * them: it may be a person's. Codes are those of the domain where it finds the same.
 * @param prefix pointer of the checked value in the body, "" or "/receipts/3"
 */
export function fieldErrors(error: z.ZodError, value: unknown, prefix = ""): readonly FieldProblem[] {
  return error.issues
    .flatMap((issue) => problemsOf(issue, value))
    .slice(0, MAX_ERRORS)
    .map(({ path, code, zh, en }) => ({ pointer: prefix + pointerOf(path), code, zh, en }));
}

function problemsOf(issue: Issue, value: unknown): readonly (Found & { readonly path: readonly PropertyKey[] })[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: [...issue.path, key], ...unknownField }));
  }
  if (valueAt(value, issue.path) === undefined) return [{ path: issue.path, ...required }];
  return [{ path: issue.path, ...found(issue) }];
}

const unknownField: Found = {
  code: "unknown_field",
  zh: "没有这个字段，请删去或核对拼写",
  en: "there is no such field: remove it or check its spelling",
};
const required: Found = { code: "field_required", zh: "必填", en: "this field is required" };

const invalid: Found = { code: "invalid", zh: "值无效", en: "the value is not valid" };
const empty: Found = { code: "field_required", zh: "不能为空", en: "must not be empty" };

function found(issue: Issue): Found {
  switch (issue.code) {
    case "invalid_type":
      return wrongType(issue.expected);
    case "invalid_value": {
      const choices = issue.values.join(", ");
      return { code: "field_not_a_choice", zh: `只能取：${choices}`, en: `must be one of: ${choices}` };
    }
    case "too_big":
      return tooBig(issue.origin, String(issue.maximum));
    case "too_small":
      return tooSmall(issue.origin, String(issue.minimum));
    case "invalid_format":
      return {
        code: "field_malformed",
        zh: `格式不对，应符合 ${formatOf(issue)}`,
        en: `must match ${formatOf(issue)}`,
      };
    case "invalid_union":
      return unionFault(issue.errors);
    case "invalid_key":
      return { code: "unknown_field", zh: "字段名不合规则", en: "a field can't have this name" };
    case "custom":
      return textFault(issue.params ?? {});
    case "unrecognized_keys":
    case "invalid_element":
    case "not_multiple_of":
      return invalid;
  }
}

function wrongType(expected: string): Found {
  const [zh, en] = typeNames.get(expected) ?? [expected, expected];
  return { code: "wrong_type", zh: `类型不对，应为${zh}`, en: `must be ${en}` };
}

const typeNames: ReadonlyMap<string, readonly [string, string]> = new Map([
  ["string", ["文本", "text"]],
  ["number", ["整数（分）", "a whole number (fen)"]],
  ["int", ["整数（分），不能有小数", "a whole number (fen), without decimals"]],
  ["array", ["数组", "an array"]],
  ["object", ["对象", "an object"]],
  ["record", ["对象", "an object"]],
]);

function tooBig(origin: string, maximum: string): Found {
  if (origin === "array") return { code: "too_many_rows", zh: `最多 ${maximum} 项`, en: `at most ${maximum} entries` };
  if (origin === "object")
    return { code: "too_many_rows", zh: `最多 ${maximum} 个字段`, en: `at most ${maximum} fields` };
  if (origin === "string")
    return { code: "field_too_long", zh: `最多 ${maximum} 个字符`, en: `at most ${maximum} characters` };
  return { code: "amount_out_of_range", zh: `不能大于 ${maximum}`, en: `must be at most ${maximum}` };
}

function tooSmall(origin: string, minimum: string): Found {
  if (origin === "array") return { code: "too_few_rows", zh: `至少 ${minimum} 项`, en: `at least ${minimum} entries` };
  if (origin === "string") return empty;
  return { code: "amount_out_of_range", zh: `不能小于 ${minimum}`, en: `must be at least ${minimum}` };
}

function formatOf(issue: z.core.$ZodIssueInvalidStringFormat): string {
  return issue.pattern ?? issue.format;
}

/** Of the branches, the one for the type that was sent says what is wrong; if none is for it, its type is. */
function unionFault(branches: readonly (readonly Issue[])[]): Found {
  const fitting = branches
    .map(([first]) => first)
    .find((issue) => issue !== undefined && issue.code !== "invalid_type");
  return fitting === undefined
    ? { code: "wrong_type", zh: "应为文本，或整数（金额，分）", en: "must be text, or a whole number (amount in fen)" }
    : found(fitting);
}

function textFault(params: Readonly<Record<string, unknown>>): Found {
  switch (params["reason"]) {
    case "empty":
      return empty;
    case "too_long": {
      const most = String(params["maxLength"]);
      return { code: "field_too_long", zh: `最多 ${most} 个字符`, en: `at most ${most} characters` };
    }
    case "control_character":
      return {
        code: "field_bad_characters",
        zh: "不能含换行、制表符等控制字符",
        en: "must not hold line breaks or other control characters",
      };
    case "not_unicode":
      return {
        code: "field_bad_characters",
        zh: "含有残缺的字符编码",
        en: "holds half of a character (a lone surrogate)",
      };
    default:
      return invalid;
  }
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined),
    value,
  );
}

/** RFC 6901. */
function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
