import type { Kind } from "./kind.ts";
import { sumFen, yuanOf } from "./money.ts";
import type { FieldProblem, IssueInput } from "./receipt.ts";
import { problem } from "./problem.ts";

/** A6: pool + others + personal account + cash = total. */
export function checkA6(_kind: Kind, input: IssueInput): readonly FieldProblem[] {
  const paid = amounts(input, "fundPayAmount", "otherPayAmount", "accountPayAmount", "ownPayAmount");
  const total = input.totalAmount ?? sumFen(input.items.map((item) => item.itemAmount));
  if (paid === total) return [];
  return [
    problem(
      "a6_medical_split",
      ["mainExt", "ownPayAmount"],
      `统筹、其他、个人账户、个人现金支付之和 ${yuanOf(paid)} 元与总金额 ${yuanOf(total)} 元不一致，请更正`,
      `pool, others, account and cash add up to ${yuanOf(paid)} yuan, the total is ${yuanOf(total)}: correct them`,
    ),
  ];
}

/** A7: borne inside + outside the catalogue = personal account + cash. Not so everywhere. */
export function checkA7(_kind: Kind, input: IssueInput): readonly FieldProblem[] {
  const borne = amounts(input, "selfpaymentAmount", "selfpaymentCost");
  const paid = amounts(input, "accountPayAmount", "ownPayAmount");
  if (borne === paid) return [];
  return [
    problem(
      "a7_self_paid",
      ["mainExt", "selfpaymentAmount"],
      `个人自付与自费之和 ${yuanOf(borne)} 元与个人账户、现金支付之和 ${yuanOf(paid)} 元不一致，请核对`,
      `self-borne amounts add up to ${yuanOf(borne)} yuan, account and cash to ${yuanOf(paid)}: check them`,
    ),
  ];
}

/** A8: prepaid + paid in addition - paid back = cash. Some regions count account top-ups as paid in addition. */
export function checkA8(_kind: Kind, input: IssueInput): readonly FieldProblem[] {
  const settled = amounts(input, "prepayAmount", "rechargeAmount") - amounts(input, "refundAmount");
  const cash = amounts(input, "ownPayAmount");
  if (settled === cash) return [];
  return [
    problem(
      "a8_prepayment",
      ["mainExt", "prepayAmount"],
      `预缴 + 补缴 − 退费为 ${yuanOf(settled)} 元，个人现金支付为 ${yuanOf(cash)} 元，请核对`,
      `prepaid + additional - paid back is ${yuanOf(settled)} yuan, cash is ${yuanOf(cash)}: check them`,
    ),
  ];
}

/** A9: not both paid in addition and paid back. */
export function checkA9(_kind: Kind, input: IssueInput): readonly FieldProblem[] {
  const [recharge, refund] = [amounts(input, "rechargeAmount"), amounts(input, "refundAmount")];
  if (recharge <= 0 || refund <= 0) return [];
  return [
    problem(
      "a9_recharge_and_refund",
      ["mainExt", "refundAmount"],
      `补缴 ${yuanOf(recharge)} 元与退费 ${yuanOf(refund)} 元同时大于零，请核对后只保留差额`,
      `${yuanOf(recharge)} yuan paid in addition and ${yuanOf(refund)} paid back: check, and keep the difference alone`,
    ),
  ];
}

/** A10: the deposit vouchers, if any are given, add up to what was prepaid. */
export function checkA10(_kind: Kind, input: IssueInput): readonly FieldProblem[] {
  const vouchers = input.payMentVouchers ?? [];
  if (vouchers.length === 0) return [];
  const sum = sumFen(vouchers.map((voucher) => voucher.voucherFen));
  const prepaid = amounts(input, "prepayAmount");
  if (sum === prepaid) return [];
  return [
    problem(
      "a10_vouchers",
      ["payMentVouchers"],
      `预交金凭证金额之和 ${yuanOf(sum)} 元与预缴金额 ${yuanOf(prepaid)} 元不一致，请核对`,
      `the deposit vouchers add up to ${yuanOf(sum)} yuan, ${yuanOf(prepaid)} was prepaid: check them`,
    ),
  ];
}

/** The sum of these money fields of mainExt; a field that is not there is 0. */
function amounts(input: IssueInput, ...names: readonly string[]): number {
  const given = names.map((name) => (Object.hasOwn(input.mainExt, name) ? input.mainExt[name] : 0));
  return sumFen(given.map((value) => (typeof value === "number" ? value : 0)));
}
