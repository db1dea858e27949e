import type { Report } from "../../core/report.ts";
import type { Text } from "../../core/reportTexts.ts";
import { financeCheckOf, NO_MATCH as NO_FINANCE_CHECK, type FinanceCheck } from "../../domain/financeCheck.ts";
import { yuanOf } from "../../domain/money.ts";
import { nodeReader } from "../shared/askNode.ts";
import type { Place } from "../shared/place.ts";
import { dashedDate, words } from "../shared/words.ts";
import { checkAll } from "../verify/check.ts";
import type { Tone } from "../verify/conclude.ts";
import type { Doc } from "../verify/documents.ts";
import { parseAnswer, type CheckAnswer } from "./answer.ts";
import { ask, type Progress } from "./ask.ts";
import type { ListRow } from "./columns.ts";
import type { ElementName, Question } from "./elements.ts";
import type { Judged } from "./judge.ts";
import { judgeRow } from "./judgeRow.ts";

/** What is to be checked: a line of a list, or a document. */
export type Entry = { readonly kind: "row"; readonly row: ListRow } | { readonly kind: "document"; readonly doc: Doc };

/** What came of one entry, fit to be kept. */
export type Outcome = {
  readonly tone: Tone;
  readonly headline: Text;
  readonly reason: Text;
  readonly checkedAtMs: number;
  /** As the receipt has them, where it is proved; else as they were typed. */
  readonly cells: Readonly<Record<ElementName, string>>;
  readonly issuer: string;
  readonly financeCheck: FinanceCheck;
  readonly checkedBefore?: number;
  readonly node: string;
  readonly chainId: number;
  readonly contract: string;
  readonly blockNumber?: number;
  readonly batchNo?: number;
};

export type RunOptions = {
  readonly place: Place;
  readonly onOutcome: (index: number, outcome: Outcome) => void;
  readonly onProgress: Progress;
  readonly isStopped: () => boolean;
};

/** Rows of one request: a share of the work that a browser does in a second or two. */
const ROWS_AT_ONCE = 50;
/** Past this a request is cut in half instead. */
const MOST_BITS = 22;

/** Checks the entries of these indexes, rows first. Gives why it came to an end early; undefined: all are checked, or it was stopped. */
export async function runBulk(
  entries: readonly Entry[],
  indexes: readonly number[],
  options: RunOptions,
): Promise<Text | undefined> {
  const rows = indexes.flatMap((index) => {
    const entry = entries[index];
    return entry?.kind === "row" ? [{ index, row: entry.row }] : [];
  });
  for (const { index, row } of rows) {
    if (row.question === undefined) options.onOutcome(index, malformed(row, options.place));
  }
  const questions = rows.flatMap(({ index, row }) =>
    row.question === undefined ? [] : [{ index, row, question: row.question }],
  );
  const why = await runRows(questions, options);
  if (why !== undefined || options.isStopped()) return why;
  await runDocuments(entries, indexes, options);
  return undefined;
}

type Asking = { readonly index: number; readonly row: ListRow; readonly question: Question };

async function runRows(all: readonly Asking[], options: RunOptions): Promise<Text | undefined> {
  const reader = nodeReader(options.place.node);
  let size = ROWS_AT_ONCE;
  for (let from = 0; from < all.length && !options.isStopped();) {
    const part = all.slice(from, from + size);
    const checks = part.map(({ question }) => question.body);
    const asked = await ask("/v1/checks/batch", { checks }, options.onProgress, size > 1 ? MOST_BITS : 32);
    if (asked.kind === "too_hard") {
      size = Math.ceil(size / 2);
      continue;
    }
    if (asked.kind === "refused") return asked.why;
    const answers = answersIn(asked.body, part.length);
    if (answers === undefined)
      return words("服务器的回答读不懂，请稍后再试", "The server's answer makes no sense: try again");
    options.onProgress(words("正在与链上核对…", "Comparing with the chain…"));
    const judged = await Promise.all(
      part.map(({ question }, index) => judgeRow(answers[index]!, question, options.place, reader)),
    );
    part.forEach(({ index, row }, at) => options.onOutcome(index, ofRow(row, judged[at]!, options.place)));
    from += part.length;
  }
  return undefined;
}

async function runDocuments(entries: readonly Entry[], indexes: readonly number[], options: RunOptions): Promise<void> {
  const documents = indexes.flatMap((index) => {
    const entry = entries[index];
    return entry?.kind === "document" ? [{ index, doc: entry.doc }] : [];
  });
  let at = 0;
  for await (const { conclusion, report } of checkAll(
    documents.map(({ doc }) => doc),
    options.place,
  )) {
    const index = documents[at]?.index;
    if (index !== undefined) options.onOutcome(index, ofDocument(conclusion, report, options.place));
    at += 1;
    if (options.isStopped()) return;
  }
}

function answersIn(body: unknown, count: number): readonly CheckAnswer[] | undefined {
  if (typeof body !== "object" || body === null || !("results" in body) || !Array.isArray(body.results))
    return undefined;
  const answers = body.results.map(parseAnswer).filter((answer) => answer !== undefined);
  return answers.length === count ? answers : undefined;
}

function ofRow(row: ListRow, { conclusion, report, match }: Judged, place: Place): Outcome {
  return {
    ...common(conclusion, report, place),
    cells: row.cells,
    issuer: match?.face.invoicingPartyName ?? "",
    financeCheck: match?.financeCheck ?? NO_FINANCE_CHECK,
    ...(match === undefined ? {} : { checkedBefore: match.checkedBefore }),
  };
}

function ofDocument(conclusion: Judged["conclusion"], report: Report | undefined, place: Place): Outcome {
  const data = report?.verdict === "valid" ? report.data : undefined;
  const text = (name: string): string => {
    const value = data?.[name];
    return typeof value === "string" ? value : "";
  };
  const total = data?.["totalAmount"];
  const ext = data?.["mainExt"];
  const mainExt = Object.fromEntries(Object.entries(ext ?? {}));
  return {
    ...common(conclusion, report, place),
    cells: {
      ...{ eInvoiceCode: text("eInvoiceCode"), eInvoiceNumber: text("eInvoiceNumber") },
      ...{ randomNumber: text("randomNumber"), issueDate: dashedDate(text("issueDate")) },
      totalAmount: typeof total === "number" ? yuanOf(total) : "",
    },
    issuer: text("invoicingPartyName"),
    financeCheck: data === undefined ? NO_FINANCE_CHECK : financeCheckOf(mainExt, report?.status),
  };
}

function common(
  { tone, headline, reasons }: Judged["conclusion"],
  report: Report | undefined,
  { node, chainId, contract }: Place,
): Omit<Outcome, "cells" | "issuer" | "financeCheck"> {
  const { chain, proof, verdict } = report ?? {};
  return {
    ...{ tone, headline, node, chainId, contract },
    reason: words(reasons.map(({ zh }) => zh).join("；"), reasons.map(({ en }) => en).join("; ")),
    checkedAtMs: Date.now(),
    ...(chain === undefined ? {} : { blockNumber: chain.blockNumber }),
    ...(proof === undefined || verdict !== "valid" ? {} : { batchNo: proof.batch }),
  };
}

function malformed(row: ListRow, place: Place): Outcome {
  const headline = words("内容不完整，未查验", "Not complete: not checked");
  const reasons = row.problem === undefined ? [] : [row.problem];
  return {
    ...common({ tone: "unsure", headline, reasons, advice: [] }, undefined, place),
    ...{ cells: row.cells, issuer: "", financeCheck: NO_FINANCE_CHECK },
  };
}
