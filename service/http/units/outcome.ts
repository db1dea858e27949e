import type { IssueResult } from "../../app/issueReceipts.ts";
import type { Receipt } from "../../app/storePorts.ts";
import type { FieldProblem } from "../../domain/receipt.ts";
import { numberText } from "../../domain/number.ts";
import { HttpProblem } from "../problem.ts";

/** One request's outcome in terms of HTTP. */
export type Outcome =
  | { readonly kind: "receipt"; readonly status: 200 | 201; readonly receipt: Receipt }
  | { readonly kind: "problem"; readonly problem: HttpProblem };

/** @param prefix where the request stands in the body: "" or "/receipts/3" */
export function outcomeOf(result: IssueResult, prefix = ""): Outcome {
  switch (result.kind) {
    case "issued":
      return { kind: "receipt", status: 201, receipt: result.receipt };
    case "repeated":
      return { kind: "receipt", status: 200, receipt: result.receipt };
    case "refused":
      return { kind: "problem", problem: refused(placed(result.problems, prefix)) };
    case "conflict":
      return { kind: "problem", problem: conflict(result.receipt, result.differs, prefix) };
    case "no_numbers":
      return { kind: "problem", problem: noNumbers(result.code) };
    case "not_alone":
      return { kind: "problem", problem: notAlone() };
  }
}

function placed(problems: readonly FieldProblem[], prefix: string): readonly FieldProblem[] {
  return problems.map((problem) => ({ ...problem, pointer: prefix + problem.pointer }));
}

function refused(errors: readonly FieldProblem[]): HttpProblem {
  const detail = {
    zh: "未开票，也未占用票号；请按 errors 逐项改正后重新提交",
    en: "nothing was issued and no number was used: correct each of errors and send it again",
  };
  return new HttpProblem("refused_by_rule", detail, { errors });
}

function conflict(receipt: Receipt, differs: readonly string[], prefix: string): HttpProblem {
  const existing = {
    eInvoiceCode: String(receipt.code).padStart(8, "0"),
    eInvoiceNumber: numberText(receipt.number),
  };
  const name = `${existing.eInvoiceCode} ${existing.eInvoiceNumber}`;
  const detail = {
    zh: `该业务流水号已开出票据 ${name}，errors 列出内容不同的字段；若要更正请冲红后用新的流水号重开`,
    en: `this busNo was issued as ${name}; errors lists what differs. To correct it, reverse it and issue anew`,
  };
  const errors = differs.map((pointer) => ({
    code: "differs",
    pointer: prefix + pointer,
    zh: "与已开出的票据不同",
    en: "differs from what was issued",
  }));
  return new HttpProblem("bus_no_conflict", detail, { errors, members: { existing } });
}

function notAlone(): HttpProblem {
  return new HttpProblem("not_alone", {
    zh: "同一请求的另一部分被拒绝，因此这一部分也未办理",
    en: "another part of the request was refused, so this part was not done either",
  });
}

function noNumbers(code: number): HttpProblem {
  const text = String(code).padStart(8, "0");
  return new HttpProblem("no_numbers", {
    zh: `票据代码 ${text} 的票号已用完，请向财政部门申领新号段后重试（流水号不变）`,
    en: `no numbers of code ${text} are left: ask the bureau for a new book, then send the same request again`,
  });
}
