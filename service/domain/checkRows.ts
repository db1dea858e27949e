import { AUX_ITEM_FIELDS, ITEM_FIELDS, OTHER_INFO_FIELDS, type FieldSpec } from "./fieldSpecs.ts";
import { ROUNDING_CODE, type Kind, type RowsSpec } from "./kind.ts";
import { MAX_AUX_ITEMS, MAX_ITEMS, MAX_OTHER_INFO, MAX_PAY_CHANNELS } from "./limits.ts";
import { yuanOf } from "./money.ts";
import { problem } from "./problem.ts";
import type { FieldProblem, IssueInput } from "./receipt.ts";
import { isFineText, malformed, required, textProblems } from "./textRules.ts";

const ROWS = {
  items: { zh: "收费项目", en: "items" },
  auxItems: { zh: "明细清单", en: "list lines" },
  otherInfo: { zh: "其他信息", en: "other information" },
  payChannels: { zh: "交费渠道", en: "pay channels" },
} as const;
type RowsName = keyof typeof ROWS;

/** 数量 and 标准: at most 10 digits before and 4 after the point. */
const QUANTITY = /^-?(0|[1-9]\d{0,9})(\.\d{1,4})?$/;

/**
 * Items, list lines, other information and pay channels: counts, texts, decimals, signs. Problems: too_few_rows,
 * too_many_rows, field_required, field_too_long, field_bad_characters, field_malformed, amount_negative,
 * rounding_too_large, pay_channel_unknown. Whether amounts are whole fen within bounds is A14's.
 */
export function checkRows(kind: Kind, input: IssueInput): readonly FieldProblem[] {
  return [
    ...checkItems(kind, input.items),
    ...checkAuxItems(kind, input.auxItems),
    ...checkOtherInfo(input.otherInfo),
    ...checkPayChannels(kind, input.payChannels),
  ];
}

function checkItems(kind: Kind, items: IssueInput["items"]): readonly FieldProblem[] {
  const spec = kind.items;
  const maxCount = Math.min(spec.maxCount, MAX_ITEMS);
  const problems = [...countProblems("items", items.length, spec.minCount, maxCount)];
  for (const [index, row] of items.slice(0, maxCount).entries()) {
    const path = ["items", index];
    problems.push(...rowTexts(ITEM_FIELDS, row, spec, path));
    problems.push(...decimalProblems("itemQuantity", "数量", "Quantity", row.itemQuantity, spec, path));
    problems.push(...decimalProblems("itemStd", "标准", "Unit price", row.itemStd, spec, path));
    problems.push(...signProblems(kind, row.itemCode, row.itemAmount, spec.isNegativeAllowed, [...path, "itemAmount"]));
  }
  return problems;
}

function checkAuxItems(kind: Kind, auxItems: IssueInput["auxItems"]): readonly FieldProblem[] {
  const spec = kind.auxItems;
  const maxCount = Math.min(spec.maxCount, MAX_AUX_ITEMS);
  const problems = [...countProblems("auxItems", auxItems.length, spec.minCount, maxCount)];
  for (const [index, row] of auxItems.slice(0, maxCount).entries()) {
    const path = ["auxItems", index];
    problems.push(...rowTexts(AUX_ITEM_FIELDS, row, spec, path));
    problems.push(...decimalProblems("auxItemQuantity", "数量", "Quantity", row.auxItemQuantity, spec, path));
    problems.push(...decimalProblems("auxItemStd", "单价", "Unit price", row.auxItemStd, spec, path));
    problems.push(
      ...signProblems(kind, row.auxItemCode, row.auxItemAmount, spec.isNegativeAllowed, [...path, "auxItemAmount"]),
    );
  }
  return problems;
}

function checkOtherInfo(otherInfo: IssueInput["otherInfo"]): readonly FieldProblem[] {
  const rows = otherInfo
    .slice(0, MAX_OTHER_INFO)
    .flatMap((row, index) =>
      OTHER_INFO_FIELDS.flatMap((field) =>
        textProblems(
          { ...field, isRequired: field.name === "infoName" },
          ["otherInfo", index, field.name],
          row[field.name],
        ),
      ),
    );
  return [...countProblems("otherInfo", otherInfo.length, 0, MAX_OTHER_INFO), ...rows];
}

function checkPayChannels(kind: Kind, channels: IssueInput["payChannels"]): readonly FieldProblem[] {
  const minCount = kind.payChannels.isRequired ? 1 : 0;
  const rows = channels.slice(0, MAX_PAY_CHANNELS).flatMap((row, index) => {
    const isKnown = row.payChannelCode === ROUNDING_CODE || kind.payChannels.codes.includes(row.payChannelCode);
    const signs = signProblems(kind, row.payChannelCode, row.payChannelValue, false, [
      "payChannels",
      index,
      "payChannelValue",
    ]);
    return isKnown ? signs : [unknownChannel(kind, index), ...signs];
  });
  return [...countProblems("payChannels", channels.length, minCount, MAX_PAY_CHANNELS), ...rows];
}

function countProblems(name: RowsName, count: number, minCount: number, maxCount: number): readonly FieldProblem[] {
  const { zh, en } = ROWS[name];
  if (count < minCount) {
    const expected = `至少需要 ${minCount} 行${zh}，收到 ${count} 行，请补充`;
    return [problem("too_few_rows", [name], expected, `at least ${minCount} ${en} are needed, got ${count}: add them`)];
  }
  if (count <= maxCount) return [];
  const expected = `${zh}最多 ${maxCount} 行，收到 ${count} 行，请合并或拆分票据`;
  return [
    problem(
      "too_many_rows",
      [name],
      expected,
      `at most ${maxCount} ${en}, got ${count}: merge them or split the receipt`,
    ),
  ];
}

function rowTexts<Name extends string>(
  fields: readonly FieldSpec<Name>[],
  row: Readonly<Record<Name, string>>,
  spec: RowsSpec<string>,
  path: readonly (string | number)[],
): readonly FieldProblem[] {
  return fields.flatMap((field) => {
    const isRequired = spec.requiredFields.includes(field.name);
    const value = row[field.name];
    if (isFineText(value, { maxLength: field.maxLength, isRequired })) return [];
    return textProblems({ ...field, isRequired }, [...path, field.name], value);
  });
}

function decimalProblems(
  name: string,
  zh: string,
  en: string,
  value: string,
  spec: RowsSpec<string>,
  rowPath: readonly (string | number)[],
): readonly FieldProblem[] {
  const path = [...rowPath, name];
  if (value === "") return spec.requiredFields.includes(name) ? [required({ zh, en }, path)] : [];
  if (isRowDecimal(value, spec.isNegativeAllowed)) return [];
  return [
    malformed(
      { zh, en },
      path,
      "最多 10 位整数、4 位小数的数字，如 12.5",
      'a number such as "12.5", at most 10 and 4 digits',
    ),
  ];
}

/** Whether a quantity or unit price is well-formed. */
export function isRowDecimal(value: string, isNegativeAllowed: boolean): boolean {
  return QUANTITY.test(value) && (isNegativeAllowed || !value.startsWith("-"));
}

function signProblems(
  kind: Kind,
  code: string,
  amountFen: number,
  isNegativeAllowed: boolean,
  path: readonly (string | number)[],
): readonly FieldProblem[] {
  if (code === ROUNDING_CODE) {
    const max = kind.amounts.maxRoundingFen;
    if (!(Math.abs(amountFen) > max)) return [];
    const zh = `货币误差（${ROUNDING_CODE}）不得超过 ±${yuanOf(max)} 元，请核对`;
    return [problem("rounding_too_large", path, zh, `a rounding row may be at most +-${yuanOf(max)} yuan: check it`)];
  }
  if (isNegativeAllowed || !(amountFen < 0)) return [];
  return [
    problem(
      "amount_negative",
      path,
      "金额不能为负数，退费请冲红原票据",
      "an amount may not be negative: to refund, reverse the receipt",
    ),
  ];
}

function unknownChannel(kind: Kind, index: number): FieldProblem {
  const codes = [...kind.payChannels.codes, ROUNDING_CODE];
  return problem(
    "pay_channel_unknown",
    ["payChannels", index, "payChannelCode"],
    `交费渠道编码不在允许范围内，应为：${codes.join("、")}`,
    `the pay channel code is not known, expected one of: ${codes.join(", ")}`,
  );
}
