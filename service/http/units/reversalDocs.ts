import type { ContentDoc, OperationDoc, ParameterDoc } from "../route.ts";
import { issueExamples } from "./examples.ts";
import { reissueInput, reversalInput } from "./reversalSchema.ts";
import { reissueView } from "./view.ts";

const problems = [
  "receipt_not_found",
  "invalid_fields",
  "refused_by_rule",
  "already_reversed",
  "receipt_is_red",
  "receipt_void",
  "receipt_destroyed",
  "receipt_on_paper",
  "receipt_in_use",
  "changed_elsewhere",
  "bus_no_conflict",
  "not_rendered",
  "no_numbers",
  "queue_full",
  "chain_unreachable",
] as const;

const located = { Location: { zh: "票据的路径", en: "the receipt's path" } } as const;

/** What /openapi.json says of reversals. */
export function reversalDocs(place: readonly ParameterDoc[], receiptContent: Readonly<Record<string, ContentDoc>>) {
  return {
    reverse: {
      operationId: "reverseReceipt",
      tag: "receipts",
      summary: { zh: "冲红", en: "Reverse a receipt by a red-letter receipt" },
      description: {
        zh:
          "整张冲红：红字票据另取当年的票号，金额为负，两票互相指向。重复提交返回同一张红字票据。" +
          "已入账、已换开的票据拒绝冲红；链上状态随红字票据同批更新。",
        en:
          "The whole receipt: the red-letter receipt has a number of its own from this year's book and negative amounts, " +
          "and each names the other. The same again gives the same red-letter receipt. Refused for what is entered or on " +
          "paper; the chain learns of it in the batch of the red-letter receipt.",
      },
      parameters: place,
      request: {
        schema: reversalInput,
        examples: {
          refund: { summary: { zh: "退费", en: "A refund" }, value: { reasonCode: "refund", reason: "取消检查项目" } },
        },
      },
      answers: [
        {
          status: 201,
          description: { zh: "已冲红，返回红字票据", en: "Reversed: the red-letter receipt" },
          headers: located,
          content: receiptContent,
        },
        {
          status: 200,
          description: { zh: "此前已冲红，返回同一张", en: "Reversed before: the same red-letter receipt" },
          headers: located,
          content: receiptContent,
        },
      ],
      problems,
    },
    ...reissueDocs(place),
  } as const satisfies Readonly<Record<string, OperationDoc>>;
}

function reissueDocs(place: readonly ParameterDoc[]) {
  return {
    reissue: {
      operationId: "reissueReceipt",
      tag: "receipts",
      summary: { zh: "部分退费：冲红并重开余额", en: "Reverse, and issue the rest, in one" },
      description: {
        zh: "两张票一并开出，或都不开。receipt 须与原票同种类，用新的业务流水号。",
        en: "Both receipts or neither. `receipt` is of the original's kind and has a new busNo.",
      },
      parameters: place,
      request: {
        schema: reissueInput,
        examples: {
          partialRefund: {
            summary: { zh: "部分退费", en: "A partial refund" },
            value: {
              reversal: { reasonCode: "refund", reason: "退部分费用" },
              receipt: Object.values(issueExamples)[0]?.value,
            },
          },
        },
      },
      answers: [
        {
          status: 201,
          description: { zh: "已冲红并重开", en: "Reversed and issued" },
          headers: located,
          content: { "application/json": { schema: reissueView } },
        },
        {
          status: 200,
          description: { zh: "此前已办理，返回相同结果", en: "Done before: the same receipts" },
          headers: located,
          content: { "application/json": { schema: reissueView } },
        },
      ],
      problems: [...problems, "not_alone"],
    },
  } as const satisfies Readonly<Record<string, OperationDoc>>;
}
