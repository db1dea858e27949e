import { beijingTime, words } from "../shared/words.ts";
import { repeatsIn } from "./bulkRepeats.ts";
import type { Entry, Outcome } from "./bulkRun.ts";
import { writeXlsx } from "./writeXlsx.ts";

const FINANCE_COLUMNS = [
  "Result",
  "IsExchangePaper",
  "RelatedInvoiceCode",
  "RelatedInvoiceNumber",
  "IsReversal",
  "ReversalInvoiceCode",
  "ReversalInvoiceNumber",
  "IsAccounted",
  "AccDate",
  "AccAmount",
] as const;

const HEAD: readonly (readonly [title: string, width: number])[] = [
  ["序号", 6],
  ["来源", 26],
  ["行", 6],
  ["票据代码", 11],
  ["票据号码", 13],
  ["校验码", 9],
  ["金额（元）", 12],
  ["开票日期", 12],
  ["收款单位", 26],
  ["结论", 22],
  ["说明", 40],
  ["与此序号重复", 8],
  ...FINANCE_COLUMNS.map((name) => [name, 14] as const),
  ["此前查验一致次数", 10],
  ["查验时间", 26],
  ["节点", 32],
  ["链", 10],
  ["合约", 46],
  ["读自区块", 10],
  ["批次", 8],
  ["核对范围", 40],
];

const SCOPE = {
  row: words("代码、号码、金额、单位、状态已与链上核对；校验码、日期由开票系统核对", ""),
  document: words("文件签名、全部数据、状态已与链上核对", ""),
} as const;

/** The table that serves as evidence of the checks: one line for each entry, those that were not checked, too. */
export function evidenceRows(
  entries: readonly Entry[],
  outcomes: ReadonlyMap<number, Outcome>,
): readonly (readonly string[])[] {
  const repeats = repeatsIn(outcomes);
  const lines = entries.map((entry, index) => lineOf(entry, index, outcomes.get(index), repeats.get(index)));
  return [HEAD.map(([title]) => title), ...lines];
}

export function sourceOf(entry: Entry): string {
  return entry.kind === "row" ? entry.row.source : entry.doc.name;
}

function lineOf(
  entry: Entry,
  index: number,
  outcome: Outcome | undefined,
  first: number | undefined,
): readonly string[] {
  const place = [String(index + 1), sourceOf(entry), entry.kind === "row" ? String(entry.row.line) : ""];
  if (outcome === undefined) return [...place, ...new Array<string>(6).fill(""), "未查验"];
  const { cells, financeCheck } = outcome;
  const isRead = outcome.blockNumber !== undefined;
  return [
    ...place,
    ...[cells.eInvoiceCode, cells.eInvoiceNumber, cells.randomNumber, cells.totalAmount, cells.issueDate],
    ...[outcome.issuer, outcome.headline.zh, outcome.reason.zh],
    first === undefined ? "" : String(first + 1),
    ...FINANCE_COLUMNS.map((name) => said(financeCheck[name])),
    ...[numberText(outcome.checkedBefore), beijingTime(outcome.checkedAtMs)],
    ...[outcome.node, String(outcome.chainId), outcome.contract],
    ...[numberText(outcome.blockNumber), numberText(outcome.batchNo)],
    isRead ? SCOPE[entry.kind].zh : "",
  ];
}

const numberText = (value: number | undefined): string => (value === undefined ? "" : String(value));

function said(value: boolean | string | null): string {
  if (value === null) return "";
  return typeof value === "string" ? value : value ? "是" : "否";
}

export function evidenceXlsx(
  entries: readonly Entry[],
  outcomes: ReadonlyMap<number, Outcome>,
): Uint8Array<ArrayBuffer> {
  return writeXlsx(
    evidenceRows(entries, outcomes),
    HEAD.map(([, width]) => width),
  );
}

/** With the mark by which Excel knows UTF-8. */
export function evidenceCsv(entries: readonly Entry[], outcomes: ReadonlyMap<number, Outcome>): string {
  const lines = evidenceRows(entries, outcomes).map((cells) => cells.map(csvCell).join(","));
  return `\ufeff${lines.join("\r\n")}\r\n`;
}

/** A cell that a table program would take for a formula gets a mark before it: file names come from outside. */
function csvCell(text: string): string {
  const isNumber = /^-?\d+(?:\.\d+)?$/.test(text);
  const safe = /^[=+\-@\t\r]/.test(text) && !isNumber ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
