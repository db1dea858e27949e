import { ROUNDING_CODE, type Kind, type RuleId } from "./kind.ts";
import { isRowDecimal } from "./checkRows.ts";
import { MAX_AMOUNT_FEN } from "./limits.ts";
import { checkA10, checkA6, checkA7, checkA8, checkA9 } from "./medicalArithmetic.ts";
import { isFen, multiplyRoundHalfUp, negateFen, sumFen, trySumFen, yuanOf } from "./money.ts";
import type { FieldProblem, IssueInput, ReceiptData } from "./receipt.ts";
import { problem } from "./problem.ts";

/** How far quantity times unit price may be from the amount. docs/domain.md 2.6, A2. */
const A2_TOLERANCE_FEN = 1;

type Check = (kind: Kind, input: IssueInput) => readonly FieldProblem[];
type Row = {
  readonly code: string;
  readonly quantity: string;
  readonly std: string;
  readonly amountFen: number;
  readonly path: readonly (string | number)[];
};
/** What A11 compares: all that is money in a receipt's data or draft. */
type Amounts = Pick<ReceiptData, "totalAmount" | "items" | "auxItems" | "payChannels" | "mainExt">;

/**
 * The rules that need kind and input alone. All but A14 expect what A14 has passed (they throw amount_out_of_range
 * otherwise), and mainExt as checkExt gives it. A11 and R1 are of reversals (checkA11, decideReversal), A13 needs the catalogue (checkA13).
 */
export const INPUT_CHECKS: Readonly<Record<Exclude<RuleId, "A11" | "A13" | "R1">, Check>> = {
  A1: checkA1,
  A2: checkA2,
  A3: checkA3,
  A4: checkA4,
  A5: checkA5,
  A6: checkA6,
  A7: checkA7,
  A8: checkA8,
  A9: checkA9,
  A10: checkA10,
  A12: checkA12,
  A14: checkA14,
};

/** What the receipt comes to: the total given, or the sum of the items. Throws amount_out_of_range. */
export function totalOf(input: Pick<IssueInput, "totalAmount" | "items">): number {
  return input.totalAmount ?? sumFen(input.items.map((item) => item.itemAmount));
}

/** A1: the items' amounts add up to the total. */
export function checkA1(_kind: Kind, input: IssueInput): readonly FieldProblem[] {
  const sum = sumFen(input.items.map((item) => item.itemAmount));
  const total = totalOf(input);
  if (sum === total) return [];
  return [
    problem(
      "a1_items_total",
      ["totalAmount"],
      `总金额 ${yuanOf(total)} 元与项目金额之和 ${yuanOf(sum)} 元不一致，请更正其一`,
      `the total is ${yuanOf(total)} yuan but the items add up to ${yuanOf(sum)}: correct one of them`,
    ),
  ];
}

/**
 * A2: quantity times unit price, rounded half up to the fen, is the amount within 0.01 yuan, in rows that have both;
 * not rounding rows.
 */
export function checkA2(kind: Kind, input: IssueInput): readonly FieldProblem[] {
  return [
    ...(kind.items.isStdChecked ? input.items.map(itemRow) : []),
    ...(kind.auxItems.isStdChecked ? input.auxItems.map(auxRow) : []),
  ].flatMap((row) => (row.code === ROUNDING_CODE ? [] : rowProduct(row)));
}

/** A3: the list's lines, if there is a list, add up to the total. */
export function checkA3(_kind: Kind, input: IssueInput): readonly FieldProblem[] {
  if (input.auxItems.length === 0) return [];
  const sum = sumFen(input.auxItems.map((row) => row.auxItemAmount));
  const total = totalOf(input);
  if (sum === total) return [];
  const missing = yuanOf(total - sum);
  return [
    problem(
      "a3_list_total",
      ["auxItems"],
      `明细金额之和 ${yuanOf(sum)} 元与总金额 ${yuanOf(total)} 元相差 ${missing} 元，请更正或增加货币误差行（${ROUNDING_CODE}）`,
      `the list is ${yuanOf(sum)} yuan, the total ${yuanOf(total)}: correct it or add ${ROUNDING_CODE} with ${missing}`,
    ),
  ];
}

/**
 * A4: an item's list lines add up to its amount. Lines belong to the items of the same code, or of the same name if
 * they give no code. Each item may be off by as much as the list's rounding rows (货币误差) take up.
 */
export function checkA4(_kind: Kind, input: IssueInput): readonly FieldProblem[] {
  if (input.auxItems.length === 0) return [];
  const groups = new Map<string, { readonly index: number; itemsFen: number; linesFen: number }>();
  const keyByName = new Map<string, string>();
  for (const [index, item] of input.items.entries()) {
    if (item.itemCode === ROUNDING_CODE) continue;
    const key = item.itemCode === "" ? `name ${item.itemName}` : `code ${item.itemCode}`;
    const group = groups.get(key) ?? { index, itemsFen: 0, linesFen: 0 };
    group.itemsFen = sumFen([group.itemsFen, item.itemAmount]);
    groups.set(key, group);
    if (!keyByName.has(item.itemName)) keyByName.set(item.itemName, key);
  }
  const problems: FieldProblem[] = [];
  let slackFen = 0;
  for (const [index, line] of input.auxItems.entries()) {
    if (line.auxItemCode === ROUNDING_CODE) {
      slackFen = sumFen([slackFen, Math.abs(line.auxItemAmount)]);
      continue;
    }
    const { auxItemRelatedCode: code, auxItemRelatedName: name } = line;
    const group = groups.get(code === "" ? (keyByName.get(name) ?? "") : `code ${code}`);
    if (group === undefined) problems.push(unrelatedLine(index));
    else group.linesFen = sumFen([group.linesFen, line.auxItemAmount]);
  }
  for (const { index, itemsFen, linesFen } of groups.values()) {
    if (Math.abs(itemsFen - linesFen) > slackFen) problems.push(linesMismatch(index, itemsFen, linesFen));
  }
  return problems;
}

/** A5: the pay channels, if any are given, add up to the total. */
export function checkA5(_kind: Kind, input: IssueInput): readonly FieldProblem[] {
  if (input.payChannels.length === 0) return [];
  const sum = sumFen(input.payChannels.map((channel) => channel.payChannelValue));
  const total = totalOf(input);
  if (sum === total) return [];
  return [
    problem(
      "a5_channels_total",
      ["payChannels"],
      `交费渠道金额之和 ${yuanOf(sum)} 元与总金额 ${yuanOf(total)} 元不一致，请更正或增加货币误差渠道（${ROUNDING_CODE}）`,
      `the pay channels are ${yuanOf(sum)} yuan, the total ${yuanOf(total)}: correct them or add ${ROUNDING_CODE}`,
    ),
  ];
}

/** A11: each amount of the red-letter receipt is the negative of the blue one's, row by row. */
export function checkA11(blue: Amounts, red: Amounts): readonly FieldProblem[] {
  const before = amountsByPointer(blue);
  const after = amountsByPointer(red);
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].flatMap((name) => {
    const [was, is] = [before.get(name), after.get(name)];
    if (was !== undefined && is !== undefined && is === negateFen(was)) return [];
    const zh = "红票金额应为原票据对应金额的相反数";
    return [
      problem(
        "a11_reversal",
        name.split("/").slice(1),
        zh,
        "a red-letter amount must be the negative of the original's",
      ),
    ];
  });
}

/** A12: no item row of amount 0. */
export function checkA12(_kind: Kind, input: IssueInput): readonly FieldProblem[] {
  return input.items.flatMap((item, index) => {
    if (item.itemAmount !== 0) return [];
    const zh = "项目金额为零，请删除该行；确需开具零金额票据的单位，请联系财政部门开通";
    const en = "the item's amount is 0: remove the row; zero-fee receipts are an option that the bureau grants";
    return [problem("a12_zero_row", ["items", index, "itemAmount"], zh, en)];
  });
}

/** A14: every amount is whole fen of at most MAX_AMOUNT_FEN either way, and so is every sum of rows. */
export function checkA14(kind: Kind, input: IssueInput): readonly FieldProblem[] {
  const lists: readonly { readonly name: string; readonly field: string; readonly amounts: readonly number[] }[] = [
    { name: "items", field: "itemAmount", amounts: input.items.map((row) => row.itemAmount) },
    { name: "auxItems", field: "auxItemAmount", amounts: input.auxItems.map((row) => row.auxItemAmount) },
    { name: "payChannels", field: "payChannelValue", amounts: input.payChannels.map((row) => row.payChannelValue) },
    {
      name: "payMentVouchers",
      field: "voucherFen",
      amounts: (input.payMentVouchers ?? []).map((row) => row.voucherFen),
    },
  ];
  const problems = lists.flatMap(({ name, field, amounts }) => {
    const rows = amounts.flatMap((amount, index) => amountProblems(amount, [name, index, field]));
    return rows.length > 0 ? rows : amountProblems(trySumFen(amounts) ?? Infinity, [name]);
  });
  for (const { name, type } of kind.mainExt) {
    const value = Object.hasOwn(input.mainExt, name) ? input.mainExt[name] : undefined;
    if (type === "money" && typeof value === "number") problems.push(...amountProblems(value, ["mainExt", name]));
  }
  if (input.totalAmount !== undefined) problems.push(...amountProblems(input.totalAmount, ["totalAmount"]));
  return problems;
}

function amountProblems(amount: number, path: readonly (string | number)[]): readonly FieldProblem[] {
  if (Number.isFinite(amount) && !Number.isInteger(amount)) {
    return [
      problem(
        "a14_not_whole_fen",
        path,
        "金额应为以分为单位的整数，如 236.21 元写作 23621",
        "an amount is a whole number of fen",
      ),
    ];
  }
  if (isFen(amount) && Math.abs(amount) <= MAX_AMOUNT_FEN) return [];
  const max = yuanOf(MAX_AMOUNT_FEN);
  return [
    problem(
      "a14_amount_too_large",
      path,
      `金额超出范围，最多 ${max} 元`,
      `the amount is out of range, at most ${max} yuan`,
    ),
  ];
}

function rowProduct({ quantity, std, amountFen, path }: Row): readonly FieldProblem[] {
  if (!isRowDecimal(quantity, true) || !isRowDecimal(std, true)) return [];
  const product = multiplyRoundHalfUp(quantity, std);
  if (Math.abs(product - amountFen) <= A2_TOLERANCE_FEN) return [];
  return [
    problem(
      "a2_row_product",
      path,
      `数量 × 标准为 ${yuanOf(product)} 元，该行金额为 ${yuanOf(amountFen)} 元，请更正数量、标准或金额`,
      `quantity times price is ${yuanOf(product)} yuan, the amount ${yuanOf(amountFen)}: correct one of the three`,
    ),
  ];
}

function itemRow(row: IssueInput["items"][number], index: number): Row {
  return {
    code: row.itemCode,
    quantity: row.itemQuantity,
    std: row.itemStd,
    amountFen: row.itemAmount,
    path: ["items", index, "itemAmount"],
  };
}

function auxRow(row: IssueInput["auxItems"][number], index: number): Row {
  return {
    code: row.auxItemCode,
    quantity: row.auxItemQuantity,
    std: row.auxItemStd,
    amountFen: row.auxItemAmount,
    path: ["auxItems", index, "auxItemAmount"],
  };
}

function unrelatedLine(index: number): FieldProblem {
  const zh = "该明细行没有对应的收费项目，请填写已有项目的编码";
  const en = "the list line belongs to no item: give the code of one of the items";
  return problem("a4_line_unrelated", ["auxItems", index, "auxItemRelatedCode"], zh, en);
}

function linesMismatch(index: number, itemsFen: number, linesFen: number): FieldProblem {
  return problem(
    "a4_item_lines",
    ["items", index, "itemAmount"],
    `该项目金额 ${yuanOf(itemsFen)} 元与其明细之和 ${yuanOf(linesFen)} 元不一致，请更正`,
    `the item comes to ${yuanOf(itemsFen)} yuan, its list lines to ${yuanOf(linesFen)}: correct one of them`,
  );
}

function amountsByPointer(data: Amounts): ReadonlyMap<string, number> {
  const entries: [string, number][] = [["/totalAmount", data.totalAmount]];
  for (const [index, row] of data.items.entries()) entries.push([`/items/${index}/itemAmount`, row.itemAmount]);
  for (const [index, row] of data.auxItems.entries())
    entries.push([`/auxItems/${index}/auxItemAmount`, row.auxItemAmount]);
  for (const [index, row] of data.payChannels.entries())
    entries.push([`/payChannels/${index}/payChannelValue`, row.payChannelValue]);
  for (const [name, value] of Object.entries(data.mainExt)) {
    if (typeof value === "number") entries.push([`/mainExt/${name}`, value]);
  }
  return new Map(entries);
}
