import { onBreachOf } from "./decideIssue.ts";
import { MAX_LENGTHS } from "./limits.ts";
import type { Bilingual, Kind } from "./kind.ts";
import type { FieldProblem, IssueInput, IssuingUnit, ReceiptData } from "./receipt.ts";
import { redDraftOf, type ReceiptDraft } from "./receiptAssembly.ts";
import { negateFen } from "./money.ts";
import { characterCount } from "./textRules.ts";

/** 冲红原因, as in use (docs/domain.md 3.6). The code is kept and told, the Chinese words stand on the red-letter receipt. */
export const REVERSAL_REASONS = {
  refund: { zh: "退费", en: "refund" },
  registration_cancelled: { zh: "退号", en: "registration cancelled" },
  settlement_cancelled: { zh: "结帐作废", en: "settlement cancelled" },
  deposit_refund: { zh: "退预交", en: "deposit paid back" },
  card_refund: { zh: "退卡", en: "card given back" },
  wrong_content: { zh: "开票有误", en: "issued with an error" },
  decision_changed: { zh: "处罚决定撤销或变更", en: "decision withdrawn or changed" },
  other: { zh: "其他", en: "other" },
} as const satisfies Readonly<Record<string, Bilingual>>;
export type ReversalReason = keyof typeof REVERSAL_REASONS;

export function isReversalReason(text: string): text is ReversalReason {
  return Object.hasOwn(REVERSAL_REASONS, text);
}

/** What a unit sends to reverse a receipt, after parsing. "" or undefined: not given. */
export type ReversalRequest = {
  readonly reasonCode: ReversalReason;
  /** More of the reason in the unit's words; must be given for `other`. */
  readonly reason: string;
  /** 文书编号: what the reversal rests on; of a penalty, the decision that withdraws or changes it. */
  readonly documentNo: string;
  /** The red-letter receipt's own serial number; undefined: "R", code and number of the original. */
  readonly busNo?: string;
  readonly placeCode?: string;
  readonly handlingPerson?: string;
  readonly checker?: string;
};

/** Longer than that and the remark would have no room for the rest. */
export const MAX_REASON = 80;
export const MAX_DOCUMENT_NO = 50;

export type ReversalDecision =
  | { readonly kind: "refused"; readonly problems: readonly FieldProblem[] }
  | { readonly kind: "accepted"; readonly busNo: string; readonly draft: ReceiptDraft; readonly input: ReversalInput };

/** The red-letter receipt's own request, as it is stored: the original's with every amount negated. */
export type ReversalInput = Omit<IssueInput, "delivery">;

/** Decides on the request alone; whether the receipt's state allows it is interlockOf's. */
export function decideReversal(
  blue: { readonly data: ReceiptData; readonly input: IssueInput },
  request: ReversalRequest,
  terms: { readonly kind: Kind; readonly unit: IssuingUnit },
): ReversalDecision {
  const problems = problemsOf(request, isDocumentRequired(terms));
  if (problems.length > 0) return { kind: "refused", problems };
  const { eInvoiceCode, eInvoiceNumber } = blue.data;
  const busNo = request.busNo ?? `R${eInvoiceCode}${eInvoiceNumber}`;
  const draft = redDraftOf(blue.data, reasonText(request), { ...byOf(request), busNo });
  return { kind: "accepted", busNo, draft, input: redInputOf(blue.input, request, busNo) };
}

/** 退费：…（文书编号…） */
export function reasonText({ reasonCode, reason, documentNo }: ReversalRequest): string {
  const words = [REVERSAL_REASONS[reasonCode].zh, reason].filter((text) => text !== "").join("，");
  return documentNo === "" ? words : `${words}；文书编号${documentNo}`;
}

function byOf({
  placeCode,
  handlingPerson,
  checker,
}: ReversalRequest): Partial<Record<"placeCode" | "handlingPerson" | "checker", string>> {
  return {
    ...(placeCode === undefined ? {} : { placeCode }),
    ...(handlingPerson === undefined ? {} : { handlingPerson }),
    ...(checker === undefined ? {} : { checker }),
  };
}

function isDocumentRequired({ kind, unit }: { readonly kind: Kind; readonly unit: IssuingUnit }): boolean {
  const rule = kind.rules.find((one) => one.rule === "R1");
  return rule !== undefined && onBreachOf(rule, unit) === "refuse";
}

function problemsOf(request: ReversalRequest, isDocumentRequired: boolean): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (request.reasonCode === "other" && request.reason.trim() === "") {
    problems.push({
      code: "field_required",
      pointer: "/reason",
      zh: "原因为“其他”时请写明具体原因",
      en: "the reason code is other: say in words why",
    });
  }
  for (const [field, maximum] of [
    ["reason", MAX_REASON],
    ["documentNo", MAX_DOCUMENT_NO],
  ] as const) {
    if (characterCount(request[field]) <= maximum) continue;
    problems.push({
      code: "field_too_long",
      pointer: `/${field}`,
      zh: `最多 ${maximum} 个字符`,
      en: `at most ${maximum} characters`,
    });
  }
  if (isDocumentRequired && request.documentNo.trim() === "") {
    problems.push({
      code: "field_required",
      pointer: "/documentNo",
      zh: "冲红本票种须填写撤销或变更决定的文书编号",
      en: "this kind is reversed only with the number of the decision that withdraws or changes it",
    });
  }
  return problems;
}

/** Never sent by anybody: it differs in its amounts from every request to issue. */
function redInputOf(blue: IssueInput, request: ReversalRequest, busNo: string): ReversalInput {
  const { delivery: _, totalAmount, ...rest } = blue;
  return {
    ...rest,
    ...byOf(request),
    busNo,
    ...(totalAmount === undefined ? {} : { totalAmount: negateFen(totalAmount) }),
    remark: [...reasonText(request)].slice(0, MAX_LENGTHS.remark).join(""),
    items: blue.items.map((item) => ({ ...item, itemAmount: negateFen(item.itemAmount) })),
  };
}
