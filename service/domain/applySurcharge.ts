import type { Kind, SurchargeRule } from "./kind.ts";
import { trySumFen, yuanOf } from "./money.ts";
import type { FieldProblem, IssueInput, ReceiptItem } from "./receipt.ts";
import { problem } from "./problem.ts";
import { lateSurcharge, type LateSurcharge } from "./surcharge.ts";

type Applied = { readonly input: IssueInput; readonly problems: readonly FieldProblem[] };

/**
 * The input with the late surcharge (加处罚款) as its own item row, and fine and surcharge in mainExt. A row or field that
 * the caller sent is checked instead: surcharge_mismatch, fine_mismatch. Anything less than fine and surcharge is
 * partial_payment_refused. Expects a checked mainExt (dates exist, in order) and amounts that A14 has passed. Kinds
 * without a surcharge are left as they are.
 */
export function applySurcharge(kind: Kind, input: IssueInput, holidays: readonly string[]): Applied {
  const rule = kind.surcharge;
  if (rule === null) return { input, problems: [] };
  const fineFen = trySumFen(input.items.filter((item) => isFine(rule, item)).map((item) => item.itemAmount));
  if (fineFen === undefined || fineFen < 0) return { input, problems: [] };
  const late = lateSurcharge(
    {
      fineFen,
      receivedDate: textOf(input, rule.receivedDateField),
      paidDate: textOf(input, rule.paidDateField),
      suspendedDays: Number(textOf(input, rule.suspendedDaysField) || "0"),
      holidays,
    },
    rule,
  );
  const isRowGiven = input.items.some((item) => isSurchargeRow(rule, item));
  const isRowAdded = !isRowGiven && late.surchargeFen > 0;
  const whole: IssueInput = {
    ...input,
    items: isRowAdded ? [...input.items, surchargeRow(rule, late)] : input.items,
    mainExt: { ...input.mainExt, [rule.fineField]: fineFen, [rule.surchargeField]: late.surchargeFen },
  };
  const problems = [
    ...fineProblems(rule, input, fineFen),
    ...givenRowProblems(rule, input, late),
    ...givenFieldProblems(rule, input, late),
    ...paymentProblems(input, whole, late),
  ];
  return { input: whole, problems };
}

function isSurchargeRow(rule: SurchargeRule, item: ReceiptItem): boolean {
  return item.itemCode === rule.itemCode || item.itemName === rule.itemName.zh;
}

function isFine(rule: SurchargeRule, item: ReceiptItem): boolean {
  return !isSurchargeRow(rule, item) && !rule.exemptItemCodes.includes(item.itemCode);
}

function surchargeRow(rule: SurchargeRule, late: LateSurcharge): ReceiptItem {
  return {
    itemCode: rule.itemCode,
    itemName: rule.itemName.zh,
    itemQuantity: "1",
    itemUnit: "项",
    itemStd: yuanOf(late.surchargeFen),
    itemAmount: late.surchargeFen,
    itemRemark: late.isCapped ? `逾期${late.daysLate}天，以罚款数额为限` : `逾期${late.daysLate}天`,
  };
}

/** The decision's fine, if given, must be what the items charge; more means that a part was left out. */
function fineProblems(rule: SurchargeRule, input: IssueInput, fineFen: number): readonly FieldProblem[] {
  const given = moneyOf(input, rule.fineField);
  if (given === 0 || given === fineFen) return [];
  const path = ["mainExt", rule.fineField];
  if (given > fineFen) return [partial(path, fineFen, given)];
  const zh = `处罚金额 ${yuanOf(given)} 元与罚款项目之和 ${yuanOf(fineFen)} 元不一致，请更正`;
  return [
    problem(
      "fine_mismatch",
      path,
      zh,
      `the fine is ${yuanOf(given)} yuan, the items charge ${yuanOf(fineFen)}: correct one`,
    ),
  ];
}

function givenRowProblems(rule: SurchargeRule, input: IssueInput, late: LateSurcharge): readonly FieldProblem[] {
  const index = input.items.findIndex((item) => isSurchargeRow(rule, item));
  if (index < 0) return [];
  const given = trySumFen(input.items.filter((item) => isSurchargeRow(rule, item)).map((item) => item.itemAmount));
  return given === late.surchargeFen ? [] : [mismatch(["items", index, "itemAmount"], late, given ?? 0)];
}

function givenFieldProblems(rule: SurchargeRule, input: IssueInput, late: LateSurcharge): readonly FieldProblem[] {
  const given = moneyOf(input, rule.surchargeField);
  return given === 0 || given === late.surchargeFen ? [] : [mismatch(["mainExt", rule.surchargeField], late, given)];
}

/** 有滞纳金不允许部分缴费: what was paid must be the whole. */
function paymentProblems(input: IssueInput, whole: IssueInput, late: LateSurcharge): readonly FieldProblem[] {
  if (late.surchargeFen === 0) return [];
  const dueFen = trySumFen(whole.items.map((item) => item.itemAmount)) ?? 0;
  const channelsFen = trySumFen(input.payChannels.map((channel) => channel.payChannelValue)) ?? 0;
  const problems: FieldProblem[] = [];
  if (input.totalAmount !== undefined && input.totalAmount < dueFen)
    problems.push(partial(["totalAmount"], input.totalAmount, dueFen));
  if (input.payChannels.length > 0 && channelsFen < dueFen)
    problems.push(partial(["payChannels"], channelsFen, dueFen));
  return problems;
}

function mismatch(path: readonly (string | number)[], late: LateSurcharge, givenFen: number): FieldProblem {
  return problem(
    "surcharge_mismatch",
    path,
    `加处罚款应为 ${yuanOf(late.surchargeFen)} 元（逾期 ${late.daysLate} 天），收到 ${yuanOf(givenFen)} 元，请更正或省略由系统计算`,
    `${yuanOf(late.surchargeFen)} yuan are due for ${late.daysLate} days, got ${yuanOf(givenFen)}: correct or omit it`,
  );
}

function partial(path: readonly (string | number)[], givenFen: number, dueFen: number): FieldProblem {
  return problem(
    "partial_payment_refused",
    path,
    `罚款及加处罚款必须一次全额缴纳：应缴 ${yuanOf(dueFen)} 元，收到 ${yuanOf(givenFen)} 元`,
    `fine and surcharge are paid whole or not at all: ${yuanOf(dueFen)} yuan are due, got ${yuanOf(givenFen)}`,
  );
}

function textOf(input: IssueInput, name: string): string {
  const value = input.mainExt[name];
  return typeof value === "string" ? value : "";
}

function moneyOf(input: IssueInput, name: string): number {
  const value = input.mainExt[name];
  return typeof value === "number" ? value : 0;
}
