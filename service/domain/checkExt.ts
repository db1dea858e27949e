import { dayOf, parseDate, parseDateTime } from "./fiscalTime.ts";
import type { ExtField, Kind } from "./kind.ts";
import { problem } from "./problem.ts";
import type { FieldProblem, ReceiptData } from "./receipt.ts";
import { malformed, required, textProblems } from "./textRules.ts";

type Value = string | number;
type Checked = { readonly value: Value; readonly problems: readonly FieldProblem[] };

export type CheckedExt = {
  /**
   * Every field of the kind and the two related ones, in order, in the form that the data has; valid only without
   * problems.
   */
  readonly mainExt: ReceiptData["mainExt"];
  readonly problems: readonly FieldProblem[];
};

const RELATED = ["relatedInvoiceCode", "relatedInvoiceNumber"] as const;

/**
 * The kind's own fields, checked and brought to the form of the data (see ExtField). Problems: field_required,
 * field_too_long, field_bad_characters, field_malformed, field_not_a_choice, amount_negative, field_reserved,
 * unknown_field, dates_out_of_order. Whether money is whole fen within bounds is A14's.
 */
export function checkExt(kind: Kind, mainExt: Readonly<Record<string, Value>>): CheckedExt {
  const problems: FieldProblem[] = [];
  const entries: [string, Value][] = [];
  for (const field of kind.mainExt) {
    const given = Object.hasOwn(mainExt, field.name) ? mainExt[field.name] : undefined;
    const checked = checkField(field, given);
    entries.push([field.name, checked.value]);
    problems.push(...checked.problems);
  }
  for (const name of RELATED) {
    if (Object.hasOwn(mainExt, name) && mainExt[name] !== "") problems.push(reserved(name));
    entries.push([name, ""]);
  }
  const known = new Map(entries);
  for (const name of Object.keys(mainExt)) {
    if (!known.has(name)) problems.push(unknownField(kind, name));
  }
  if (problems.length === 0) problems.push(...orderProblems(kind, known));
  return { mainExt: Object.fromEntries(entries), problems };
}

/** The names of date fields whose day lies after the day of issue. */
export function futureDates(
  kind: Kind,
  mainExt: Readonly<Record<string, Value>>,
  issueDate: string,
): readonly ExtField[] {
  return kind.mainExt.filter(
    (field) => (field.type === "date" || field.type === "dateTime") && dayText(mainExt[field.name]) > issueDate,
  );
}

function checkField(field: ExtField, given: Value | undefined): Checked {
  const path = ["mainExt", field.name];
  if (field.type === "money") return checkMoney(field, given);
  const text = textOf(field, given);
  if (text === undefined) return { value: "", problems: [malformed(field, path, ...expectedOf(field))] };
  if (text.trim() === "") {
    return { value: "", problems: field.isRequired ? [required(field, path)] : [] };
  }
  if (field.type === "text") return checkText(field, text);
  if (field.type === "choice") return checkChoice(field, text);
  const value =
    field.type === "date"
      ? parseDate(text)
      : field.type === "dateTime"
        ? parseDateTime(text)
        : integerText(field, text);
  return { value: value ?? "", problems: value === undefined ? [malformed(field, path, ...expectedOf(field))] : [] };
}

/** "" if absent; undefined if a number stands where only a text may. */
function textOf(field: ExtField, given: Value | undefined): string | undefined {
  if (given === undefined) return "";
  if (typeof given === "string") return given;
  return field.type === "integer" && Number.isSafeInteger(given) && given >= 0 ? String(given) : undefined;
}

function checkMoney(field: ExtField, given: Value | undefined): Checked {
  const path = ["mainExt", field.name];
  if (given === undefined || given === "")
    return { value: 0, problems: field.isRequired ? [required(field, path)] : [] };
  if (typeof given === "string") return { value: 0, problems: [malformed(field, path, ...expectedOf(field))] };
  const value = given === 0 ? 0 : given;
  if (!(value < 0)) return { value, problems: [] };
  const zh = `“${field.zh}”不能为负数，请改为零或正数`;
  return {
    value,
    problems: [problem("amount_negative", path, zh, `"${field.en}" may not be negative: give zero or more`)],
  };
}

function checkText(field: ExtField, text: string): Checked {
  const path = ["mainExt", field.name];
  const problems = [...textProblems(field, path, text)];
  const isOfCharset =
    field.charset === "any" || (field.charset === "digits" ? /^\d*$/.test(text) : /^[0-9A-Za-z]*$/.test(text));
  if (!isOfCharset) problems.push(malformed(field, path, ...expectedOf(field)));
  return { value: text, problems };
}

function checkChoice(field: ExtField, text: string): Checked {
  if (field.choices.some((choice) => choice.value === text)) return { value: text, problems: [] };
  const values = field.choices.map((choice) => choice.value);
  const zh = `“${field.zh}”的取值不在允许范围内，应为：${values.join("、")}`;
  const en = `"${field.en}" has a value that is not allowed, expected one of: ${values.join(", ")}`;
  return { value: "", problems: [problem("field_not_a_choice", ["mainExt", field.name], zh, en)] };
}

/** Digits without leading zeros, at most as many as the field takes. */
function integerText(field: ExtField, text: string): string | undefined {
  return /^(0|[1-9]\d*)$/.test(text) && text.length <= field.maxLength ? text : undefined;
}

function expectedOf(field: ExtField): readonly [zh: string, en: string] {
  if (field.type === "money") return ["以分为单位的整数", "a whole number of fen"];
  if (field.type === "date") return ["真实存在的日期，如 20250306", "a date that exists, such as 20250306"];
  if (field.type === "dateTime")
    return ["真实存在的时间，如 20250306102133", "a time that exists, such as 20250306102133"];
  if (field.type === "integer")
    return [`不超过 ${field.maxLength} 位的非负整数`, `a whole number of at most ${field.maxLength} digits`];
  if (field.charset === "digits") return ["数字串", "a text of digits"];
  if (field.charset === "alphanumeric") return ["由数字和英文字母组成的文本", "a text of digits and Latin letters"];
  return ["文本", "a text"];
}

function orderProblems(kind: Kind, values: ReadonlyMap<string, Value>): readonly FieldProblem[] {
  return kind.dateOrders.flatMap(({ earlier, later }) => {
    const from = dayText(values.get(earlier));
    const to = dayText(values.get(later));
    if (from === "" || to === "" || from <= to) return [];
    const [first, second] = [labelOf(kind, earlier), labelOf(kind, later)];
    const zh = `“${second.zh}”早于“${first.zh}”，请核对两个日期`;
    return [
      problem("dates_out_of_order", ["mainExt", later], zh, `"${second.en}" is before "${first.en}": check both dates`),
    ];
  });
}

/** yyyyMMdd of a date or time in the data's form; "" if it has none. */
function dayText(value: Value | undefined): string {
  const text = typeof value === "string" ? value.slice(0, 8) : "";
  return dayOf(text) === undefined ? "" : text;
}

function labelOf(kind: Kind, name: string): { readonly zh: string; readonly en: string } {
  return kind.mainExt.find((field) => field.name === name) ?? { zh: name, en: name };
}

function reserved(name: string): FieldProblem {
  return problem(
    "field_reserved",
    ["mainExt", name],
    "相关票据代码、号码由系统在冲红时填写，请勿提交",
    "the related receipt is set by the system on reversal: do not send it",
  );
}

function unknownField(kind: Kind, name: string): FieldProblem {
  return problem(
    "unknown_field",
    ["mainExt", name],
    `票据种类“${kind.eInvoiceName.zh}”没有此扩展字段，请删除或核对字段名`,
    `kind "${kind.id}" has no such field: remove it or check its name`,
  );
}
