import { applySurcharge } from "./applySurcharge.ts";
import { INPUT_CHECKS, totalOf } from "./arithmetic.ts";
import type { ItemCatalogue } from "./catalogue.ts";
import { checkA13 } from "./checkCatalogue.ts";
import { checkConditions } from "./checkConditions.ts";
import { checkExt, futureDates } from "./checkExt.ts";
import { checkMain } from "./checkMain.ts";
import { checkRows } from "./checkRows.ts";
import { maskPersonCode } from "./creditCode.ts";
import { issueDateOf } from "./fiscalTime.ts";
import { FIXED_RULES, type Kind, type KindRule, type OnBreach, type RuleId } from "./kind.ts";
import { sumFen, yuanOf } from "./money.ts";
import type { FieldProblem, IssueDecision, IssueInput, IssuingUnit, ReceiptAuxItem, ReceiptItem } from "./receipt.ts";
import { capProblems, problem } from "./problem.ts";
import { issueCodeOf, type ReceiptDraft } from "./receiptAssembly.ts";
import { regionName } from "./region.ts";

export type IssueQuestion = {
  /** The kind that input.kind names. */
  readonly kind: Kind;
  readonly unit: IssuingUnit;
  readonly input: IssueInput;
  readonly issuedAtMs: number;
  /** The items that the unit may charge; undefined: A13 is not checked. */
  readonly catalogue?: ItemCatalogue;
  /** Public holidays (yyyyMMdd), for the end of a penalty's free days. */
  readonly holidays?: readonly string[];
};

/**
 * Rules that read mainExt, and those that a late surcharge enters into: with a broken field there they would blame
 * another.
 */
const EXT_RULES: readonly RuleId[] = ["A6", "A7", "A8", "A9", "A10"];
const SURCHARGE_RULES: readonly RuleId[] = ["A1", "A5"];

/**
 * Whether this receipt may be issued, by every fiscal rule; pure. Refused: all problems at once (at most MAX_PROBLEMS),
 * each by JSON Pointer into the input, without personal data. Accepted: the draft, whose mainExt has every field of the
 * kind, and what is odd as warnings. A rule is a refusal, a warning or off as the kind says, unless the unit's
 * ruleOverrides say otherwise (never for FIXED_RULES). Throws only time_out_of_range or code_malformed, for an
 * issuedAtMs or unit.region that no receipt can have.
 */
export function decideIssue(question: IssueQuestion): IssueDecision {
  const { kind, unit, input, issuedAtMs } = question;
  const eInvoiceCode = issueCodeOf(kind, unit, issuedAtMs);
  const issueDate = issueDateOf(issuedAtMs);
  const main = checkMain(kind, unit, input);
  const ext = checkExt(kind, input.mainExt);
  const future = futureProblems(kind, ext.mainExt, issueDate);
  const conditions = ext.problems.length === 0 ? checkConditions(kind, { ...input, mainExt: ext.mainExt }) : [];
  const fields = [...main.problems, ...ext.problems, ...future.problems, ...checkRows(kind, input), ...conditions];
  const isExtSound = ext.problems.length === 0 && future.problems.length === 0;
  const counted = arithmetic(question, { ...input, mainExt: ext.mainExt }, issueDate, isExtSound);
  const problems = [...fields, ...counted.problems];
  if (problems.length > 0) return { kind: "refused", problems: capProblems(problems) };
  return {
    kind: "accepted",
    draft: draftOf(question, counted.input, eInvoiceCode),
    warnings: capProblems([...main.warnings, ...future.warnings, ...counted.warnings]),
  };
}

type Counted = {
  readonly input: IssueInput;
  readonly problems: readonly FieldProblem[];
  readonly warnings: readonly FieldProblem[];
};

/** A14 first: on amounts that are no fen nothing else can be said. */
function arithmetic(question: IssueQuestion, input: IssueInput, issueDate: string, isExtSound: boolean): Counted {
  const { kind, unit, catalogue } = question;
  const notFen = INPUT_CHECKS.A14(kind, { ...input, mainExt: question.input.mainExt });
  if (notFen.length > 0) return { input, problems: notFen, warnings: [] };
  const applied = isExtSound ? applySurcharge(kind, input, question.holidays ?? []) : { input, problems: [] };
  const problems = [...applied.problems];
  const warnings: FieldProblem[] = [];
  const told = new Set(applied.problems.map((found) => found.pointer));
  const unsure = isExtSound ? [] : [...EXT_RULES, ...(kind.surcharge === null ? [] : SURCHARGE_RULES)];
  for (const rule of kind.rules.filter((one) => !unsure.includes(one.rule))) {
    const found = breaches(rule.rule, kind, applied.input, catalogue, issueDate).filter(
      (one) => !told.has(one.pointer),
    );
    const onBreach = onBreachOf(rule, unit);
    if (onBreach === "refuse") problems.push(...found);
    if (onBreach === "warn") warnings.push(...found);
  }
  problems.push(...boundProblems(kind, applied.input));
  return { input: applied.input, problems, warnings };
}

function breaches(
  rule: RuleId,
  kind: Kind,
  input: IssueInput,
  catalogue: ItemCatalogue | undefined,
  issueDate: string,
): readonly FieldProblem[] {
  if (rule === "A11" || rule === "A14" || rule === "R1") return [];
  if (rule === "A13") return catalogue === undefined ? [] : checkA13(kind, input, catalogue, issueDate);
  return INPUT_CHECKS[rule](kind, input);
}

/** What a breach of the kind's rule means for this unit. */
export function onBreachOf({ rule, onBreach }: KindRule, unit: IssuingUnit): OnBreach {
  if (FIXED_RULES.includes(rule)) return "refuse";
  return (Object.hasOwn(unit.ruleOverrides, rule) ? unit.ruleOverrides[rule] : undefined) ?? onBreach;
}

function boundProblems(kind: Kind, input: IssueInput): readonly FieldProblem[] {
  const { minTotalFen, maxTotalFen } = kind.amounts;
  const total = totalOf(input);
  if (total >= minTotalFen && total <= maxTotalFen) return [];
  const range = `${yuanOf(minTotalFen)}～${yuanOf(maxTotalFen)}`;
  const zh = `总金额 ${yuanOf(total)} 元超出该票据种类的范围（${range} 元），请核对`;
  return [
    problem(
      "total_out_of_bounds",
      ["totalAmount"],
      zh,
      `the total is ${yuanOf(total)} yuan, the kind allows ${range}: check it`,
    ),
  ];
}

/** A day of payment to come is refused where a surcharge hangs on it; any other day to come is only odd. */
function futureProblems(
  kind: Kind,
  mainExt: IssueInput["mainExt"],
  issueDate: string,
): { readonly problems: readonly FieldProblem[]; readonly warnings: readonly FieldProblem[] } {
  const fields = futureDates(kind, mainExt, issueDate);
  const found = fields.map((field) => {
    const zh = `“${field.zh}”晚于开票日期，请核对`;
    return problem("date_in_future", ["mainExt", field.name], zh, `"${field.en}" is after the day of issue: check it`);
  });
  const isRefused = fields.some((field) => field.name === kind.surcharge?.paidDateField);
  return isRefused ? { problems: found, warnings: [] } : { problems: [], warnings: found };
}

function draftOf({ kind, unit }: IssueQuestion, input: IssueInput, eInvoiceCode: string): ReceiptDraft {
  return {
    eInvoiceName: regionName(unit.region) + kind.eInvoiceName.zh,
    eInvoiceSpecimenCode: eInvoiceCode + kind.specimenVersion,
    supervisorAreaCode: unit.supervisorAreaCode,
    totalAmount: sumFen([totalOf(input)]),
    invoicingPartyCode: unit.creditCode,
    invoicingPartyName: unit.name,
    recName: unit.recName,
    recAcct: unit.recAcct,
    recOpBk: unit.recOpBk,
    payerPartyType: input.payerPartyType,
    payerPartyCode: input.payerPartyType === "1" ? maskPersonCode(input.payerPartyCode) : input.payerPartyCode,
    payerPartyName: input.payerPartyName,
    payerAcct: input.payerAcct,
    payerOpBk: input.payerOpBk,
    payMode: input.payMode,
    bizCode: input.busNo,
    placeCode: input.placeCode,
    currencyType: "CNY",
    remark: input.remark,
    handlingPerson: input.handlingPerson,
    checker: input.checker,
    supervisorRemark: "",
    mainExt: input.mainExt,
    items: input.items.map(itemOf),
    auxItems: input.auxItems.map(auxItemOf),
    otherInfo: input.otherInfo.map(({ infoName, infoValue }) => ({ infoName, infoValue })),
    payChannels: input.payChannels.map((row) => ({
      payChannelCode: row.payChannelCode,
      payChannelValue: sumFen([row.payChannelValue]),
    })),
  };
}

/** Known fields alone, -0 as 0. */
function itemOf(row: ReceiptItem): ReceiptItem {
  return {
    itemCode: row.itemCode,
    itemName: row.itemName,
    itemQuantity: row.itemQuantity,
    itemUnit: row.itemUnit,
    itemStd: row.itemStd,
    itemAmount: sumFen([row.itemAmount]),
    itemRemark: row.itemRemark,
  };
}

function auxItemOf(row: ReceiptAuxItem): ReceiptAuxItem {
  return {
    auxItemRelatedCode: row.auxItemRelatedCode,
    auxItemRelatedName: row.auxItemRelatedName,
    auxItemCode: row.auxItemCode,
    auxItemName: row.auxItemName,
    auxItemSpecification: row.auxItemSpecification,
    auxItemQuantity: row.auxItemQuantity,
    auxItemUnit: row.auxItemUnit,
    auxItemStd: row.auxItemStd,
    auxItemAmount: sumFen([row.auxItemAmount]),
    auxItemRemark: row.auxItemRemark,
  };
}
