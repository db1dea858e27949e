import { isCreditCode } from "./creditCode.ts";
import { MAIN_FIELDS } from "./fieldSpecs.ts";
import type { Kind } from "./kind.ts";
import { MAX_PAY_MENT_VOUCHERS } from "./limits.ts";
import type { FieldProblem, IssueInput, IssuingUnit } from "./receipt.ts";
import { problem } from "./problem.ts";
import { textProblems } from "./textRules.ts";

/**
 * The fields that every kind has, and whether the unit may issue this kind. Problems: kind_mismatch,
 * kind_not_authorised, field_required, field_too_long, field_bad_characters, anonymous_payer_named, too_many_rows. Warnings:
 * credit_code_invalid, checker_is_issuer.
 */
export function checkMain(
  kind: Kind,
  unit: IssuingUnit,
  input: IssueInput,
): { readonly problems: readonly FieldProblem[]; readonly warnings: readonly FieldProblem[] } {
  const required: readonly string[] = kind.requiredFields;
  const texts = MAIN_FIELDS.flatMap((field) => {
    const isRequired = field.name === "busNo" || required.includes(field.name);
    return textProblems({ ...field, isRequired }, [field.name], input[field.name]);
  });
  return {
    problems: [
      ...kindProblems(kind, unit, input),
      ...texts,
      ...anonymousProblems(kind, input),
      ...voucherProblems(input),
    ],
    warnings: warningsOf(input),
  };
}

function kindProblems(kind: Kind, unit: IssuingUnit, input: IssueInput): readonly FieldProblem[] {
  if (input.kind !== kind.id) {
    const zh = `票据种类应为“${kind.id}”`;
    return [problem("kind_mismatch", ["kind"], zh, `the kind is expected to be "${kind.id}"`)];
  }
  if (unit.kinds.includes(kind.id)) return [];
  const zh = `本单位未获准开具“${kind.eInvoiceName.zh}”，请改用已获准的票据种类或向财政部门申请`;
  const en = `the unit may not issue "${kind.id}" receipts: use a kind it may issue or apply to the bureau`;
  return [problem("kind_not_authorised", ["kind"], zh, en)];
}

/** Nothing that tells who an anonymous payer is may stand beside the name. */
function anonymousProblems(kind: Kind, input: IssueInput): readonly FieldProblem[] {
  if (kind.anonymousPayerName === "" || input.payerPartyName !== kind.anonymousPayerName) return [];
  const zh = `“${kind.anonymousPayerName}”为匿名，此项须留空；如愿具名，请改填真实名称`;
  const en = `"${kind.anonymousPayerName}" is anonymous: leave this empty, or give the real name`;
  return (["payerPartyCode", "payerAcct", "payerOpBk"] as const)
    .filter((name) => input[name] !== "")
    .map((name) => problem("anonymous_payer_named", [name], zh, en));
}

function voucherProblems(input: IssueInput): readonly FieldProblem[] {
  const count = input.payMentVouchers?.length ?? 0;
  if (count <= MAX_PAY_MENT_VOUCHERS) return [];
  const zh = `预交金凭证最多 ${MAX_PAY_MENT_VOUCHERS} 张，收到 ${count} 张`;
  return [
    problem(
      "too_many_rows",
      ["payMentVouchers"],
      zh,
      `at most ${MAX_PAY_MENT_VOUCHERS} deposit vouchers, got ${count}`,
    ),
  ];
}

function warningsOf(input: IssueInput): readonly FieldProblem[] {
  const warnings: FieldProblem[] = [];
  if (input.payerPartyType === "2" && input.payerPartyCode !== "" && !isCreditCode(input.payerPartyCode)) {
    const zh = "交款人统一社会信用代码校验位不正确，请核对";
    const en = "the payer's unified social credit code fails its check digit: check it";
    warnings.push(problem("credit_code_invalid", ["payerPartyCode"], zh, en));
  }
  if (input.checker !== "" && input.checker === input.handlingPerson) {
    const zh = "复核人与开票人相同，通常应为不同人员";
    const en = "checker and handling person are the same: they should be two people";
    warnings.push(problem("checker_is_issuer", ["checker"], zh, en));
  }
  return warnings;
}
