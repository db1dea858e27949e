import { AppError } from "../core/errors.ts";
import { AUX_ITEM_FIELDS, ITEM_FIELDS, MAIN_FIELDS } from "./fieldSpecs.ts";
import { FIXED_RULES, RULE_IDS, type ExtFieldType, type Kind, type RuleId } from "./kind.ts";
import { MAX_AMOUNT_FEN, MAX_AUX_ITEMS, MAX_ITEMS } from "./limits.ts";
import { capProblems, problem } from "./problem.ts";
import type { FieldProblem } from "./receipt.ts";
import { integer, list, nullable, object, oneOf, text, truth, type Shape } from "./shape.ts";

const NAME = /^[a-z][A-Za-z0-9]*$/;
const WORDS = /^\S(.*\S)?$/u;
const TWO_DIGITS = /^\d{2}$/;
const BILINGUAL = { zh: text(100, WORDS), en: text(100, WORDS) };
const ITEM_NAMES = [...ITEM_FIELDS.map(({ name }) => name), "itemQuantity", "itemStd"];
const AUX_NAMES = [...AUX_ITEM_FIELDS.map(({ name }) => name), "auxItemQuantity", "auxItemStd"];
const ON_BREACH = ["refuse", "warn", "off"] as const;
const EXT_TYPES: readonly ExtFieldType[] = ["text", "date", "dateTime", "money", "choice", "integer"];

/** The money fields of mainExt that a rule reads. */
const RULE_FIELDS: Partial<Readonly<Record<RuleId, readonly string[]>>> = {
  A6: ["fundPayAmount", "otherPayAmount", "accountPayAmount", "ownPayAmount"],
  A7: ["selfpaymentAmount", "selfpaymentCost", "accountPayAmount", "ownPayAmount"],
  A8: ["prepayAmount", "rechargeAmount", "refundAmount", "ownPayAmount"],
  A9: ["rechargeAmount", "refundAmount"],
  A10: ["prepayAmount"],
};

const KIND: Shape = object({
  id: text(40, NAME),
  eInvoiceName: object(BILINGUAL),
  classCode: text(2, TWO_DIGITS),
  kindCode: text(2, TWO_DIGITS),
  isConfirmed: truth,
  specimenVersion: text(2, /^(?!00)\d{2}$/),
  face: object({
    layout: oneOf(["medical", "nontax"]),
    payerLabel: object({ zh: text(8, WORDS), en: text(40, WORDS) }),
    note: nullable(object(BILINGUAL)),
    columnSets: oneOf([1, 2]),
    minRows: integer(1, 40),
    maxRows: integer(1, 40),
    columns: list(column([...ITEM_NAMES, "itemAmount", "itemQuantityUnit"]), 1, 10),
    auxColumns: list(column([...AUX_NAMES, "auxItemAmount"]), 1, 12),
  }),
  mainExt: list(
    object({
      ...BILINGUAL,
      name: text(40, NAME),
      type: oneOf(EXT_TYPES),
      maxLength: integer(0, 500),
      charset: oneOf(["any", "digits", "alphanumeric"]),
      choices: list(object({ ...BILINGUAL, value: text(60, WORDS) }), 0, 100),
      isRequired: truth,
      isOnFace: truth,
      isPersonal: truth,
    }),
    0,
    60,
  ),
  dateOrders: list(object({ earlier: text(40), later: text(40) }), 0, 20),
  conditions: list(
    object({
      field: text(40),
      value: text(60),
      extFields: list(text(40), 0, 60),
      itemFields: list(oneOf([...ITEM_NAMES]), 0, ITEM_NAMES.length),
    }),
    0,
    20,
  ),
  anonymousPayerName: text(40, /^(\S(.*\S)?)?$/u),
  requiredFields: list(oneOf(MAIN_FIELDS.map(({ name }) => name)), 0, MAIN_FIELDS.length),
  items: rows(ITEM_NAMES, 1, MAX_ITEMS),
  auxItems: rows(AUX_NAMES, 0, MAX_AUX_ITEMS),
  payChannels: object({ isRequired: truth, codes: list(text(10, /^[0-9A-Za-z]+$/), 0, 40) }),
  amounts: object({
    minTotalFen: integer(0, MAX_AMOUNT_FEN),
    maxTotalFen: integer(0, MAX_AMOUNT_FEN),
    maxRoundingFen: integer(0, 10_000),
  }),
  rules: list(object({ rule: oneOf(RULE_IDS), onBreach: oneOf(ON_BREACH) }), 0, RULE_IDS.length),
  surcharge: nullable(
    object({
      dailyRate: text(8, /^0\.\d{1,4}$/),
      cap: oneOf(["fine"]),
      freeDays: integer(0, 366),
      itemCode: text(50, WORDS),
      itemName: object(BILINGUAL),
      exemptItemCodes: list(text(50, WORDS), 0, 100),
      receivedDateField: text(40),
      paidDateField: text(40),
      suspendedDaysField: text(40),
      fineField: text(40),
      surchargeField: text(40),
    }),
  ),
});

/**
 * The value, once it is known to be a kind. Throws kind_invalid with `details.problems` (FieldProblem[]: all of them).
 */
export function assertKind(value: unknown): Kind {
  if (!isKind(value)) {
    throw new AppError("kind_invalid", "the data is no kind of receipt: see the problems", {
      details: { problems: kindProblems(value) },
    });
  }
  return value;
}

/** All that is wrong with a kind given as data, each by JSON Pointer; [] if it is one. */
export function kindProblems(value: unknown): readonly FieldProblem[] {
  return capProblems(hasShape(value) ? meaningProblems(value) : KIND(value, []));
}

function isKind(value: unknown): value is Kind {
  return hasShape(value) && meaningProblems(value).length === 0;
}

function hasShape(value: unknown): value is Kind {
  return KIND(value, []).length === 0;
}

function column(fields: readonly string[]): Shape {
  return object({
    ...BILINGUAL,
    field: oneOf(fields),
    share: integer(1, 100),
    align: oneOf(["left", "center", "right"]),
  });
}

function rows(fields: readonly string[], minCount: number, maxCount: number): Shape {
  return object({
    minCount: integer(minCount, maxCount),
    maxCount: integer(minCount, maxCount),
    requiredFields: list(oneOf(fields), 0, fields.length),
    isStdChecked: truth,
    isNegativeAllowed: truth,
  });
}

/** What the shape cannot say: names that must be unique or known, bounds in order, rules that hold always. */
function meaningProblems(kind: Kind): readonly FieldProblem[] {
  return [
    ...boundsProblems(kind),
    ...extProblems(kind),
    ...duplicates(kind.rules.map(({ rule }) => rule)).map((index) => repeated(["rules", index, "rule"])),
    ...FIXED_RULES.filter((rule) => !kind.rules.some((one) => one.rule === rule && one.onBreach === "refuse")).map(
      (rule) =>
        problem(
          "rule_must_hold",
          ["rules"],
          `规则 ${rule} 必须存在且为 refuse`,
          `rule ${rule} must be there and refuse`,
        ),
    ),
    ...kind.rules.flatMap(({ rule }, index) =>
      (RULE_FIELDS[rule] ?? [])
        .filter((name) => !hasField(kind, name, "money"))
        .map((name) => fieldMissing(["rules", index, "rule"], name, "money")),
    ),
    ...referenceProblems(kind),
    ...conditionProblems(kind),
  ];
}

function boundsProblems(kind: Kind): readonly FieldProblem[] {
  const bounds: readonly (readonly [path: readonly string[], min: number, max: number])[] = [
    [["face", "maxRows"], kind.face.minRows, kind.face.maxRows],
    [["items", "maxCount"], kind.items.minCount, kind.items.maxCount],
    [["auxItems", "maxCount"], kind.auxItems.minCount, kind.auxItems.maxCount],
    [["amounts", "maxTotalFen"], kind.amounts.minTotalFen, kind.amounts.maxTotalFen],
  ];
  return bounds
    .filter(([, min, max]) => min > max)
    .map(([path, min]) => problem("bounds_out_of_order", path, `不得小于 ${min}`, `may not be less than ${min}`));
}

function extProblems(kind: Kind): readonly FieldProblem[] {
  const reserved = ["relatedInvoiceCode", "relatedInvoiceNumber"];
  return [
    ...duplicates(kind.mainExt.map(({ name }) => name)).map((index) => repeated(["mainExt", index, "name"])),
    ...kind.mainExt.flatMap((field, index) => {
      const path = ["mainExt", index];
      const problems: FieldProblem[] = [];
      if (reserved.includes(field.name)) {
        problems.push(problem("field_reserved", [...path, "name"], "该名称由系统保留", "the name is the system's own"));
      }
      if ((field.type === "choice") !== field.choices.length > 0) {
        problems.push(
          problem(
            "choices_misplaced",
            [...path, "choices"],
            "choice 类型必须且只有它可以有选项",
            "a choice, and nothing else, has choices",
          ),
        );
      }
      if ((field.type === "text" || field.type === "integer") && field.maxLength === 0) {
        problems.push(
          problem(
            "length_missing",
            [...path, "maxLength"],
            "文本和整数须有最大长度",
            "a text or integer needs a length",
          ),
        );
      }
      if (field.type === "integer" && field.maxLength > 15) {
        problems.push(
          problem("length_too_great", [...path, "maxLength"], "整数最多 15 位", "an integer has at most 15 digits"),
        );
      }
      return problems;
    }),
  ];
}

/** dateOrders and surcharge name fields of mainExt: these must be there, and of the right type. */
function referenceProblems(kind: Kind): readonly FieldProblem[] {
  const orders = kind.dateOrders.flatMap((order, index) =>
    (["earlier", "later"] as const)
      .filter((end) => !hasField(kind, order[end], "date") && !hasField(kind, order[end], "dateTime"))
      .map((end) => fieldMissing(["dateOrders", index, end], order[end], "date")),
  );
  const rule = kind.surcharge;
  if (rule === null) return orders;
  const names: readonly (readonly [property: string, name: string, type: ExtFieldType, isRequired: boolean])[] = [
    ["receivedDateField", rule.receivedDateField, "date", true],
    ["paidDateField", rule.paidDateField, "date", true],
    ["suspendedDaysField", rule.suspendedDaysField, "integer", false],
    ["fineField", rule.fineField, "money", false],
    ["surchargeField", rule.surchargeField, "money", false],
  ];
  const isOrdered = kind.dateOrders.some(
    (one) => one.earlier === rule.receivedDateField && one.later === rule.paidDateField,
  );
  return [
    ...orders,
    ...names
      .filter(([, name, type, isRequired]) => !hasField(kind, name, type, isRequired))
      .map(([property, name, type]) => fieldMissing(["surcharge", property], name, type)),
    ...(isOrdered
      ? []
      : [
          problem(
            "date_order_missing",
            ["dateOrders"],
            "须规定缴款不早于送达",
            "payment may not precede receipt: say so",
          ),
        ]),
  ];
}

/** A condition names a choice with that value, and fields that are there. */
function conditionProblems(kind: Kind): readonly FieldProblem[] {
  return kind.conditions.flatMap(({ field, value, extFields }, index) => {
    const path = ["conditions", index];
    const choices = kind.mainExt.find(({ name }) => name === field)?.choices ?? [];
    const unknown = extFields.flatMap((name, at) =>
      kind.mainExt.some((one) => one.name === name)
        ? []
        : [
            problem(
              "field_missing",
              [...path, "extFields", at],
              `mainExt 没有字段“${name}”`,
              `no "${name}" in mainExt`,
            ),
          ],
    );
    if (choices.some((choice) => choice.value === value)) return unknown;
    const zh = `mainExt 的选项字段“${field}”没有取值“${value}”`;
    return [problem("choice_missing", [...path, "value"], zh, `no choice "${field}" with "${value}"`), ...unknown];
  });
}

function hasField(kind: Kind, name: string, type: ExtFieldType, isRequired = false): boolean {
  return kind.mainExt.some((field) => field.name === name && field.type === type && (field.isRequired || !isRequired));
}

function fieldMissing(path: readonly (string | number)[], name: string, type: ExtFieldType): FieldProblem {
  const en = `mainExt must have "${name}" of type ${type} (required, if a surcharge's date)`;
  return problem("field_missing", path, `mainExt 须有类型为 ${type} 的字段“${name}”（加处罚款的日期须为必填）`, en);
}

/** The places at which a value stands again. */
function duplicates(values: readonly string[]): readonly number[] {
  return values.flatMap((value, index) => (values.indexOf(value) < index ? [index] : []));
}

function repeated(path: readonly (string | number)[]): FieldProblem {
  return problem("name_repeated", path, "与前面的重复", "repeats an earlier one");
}
