import { AppError } from "../../core/errors.ts";
import type { Text } from "../../core/reportTexts.ts";
import { parseDate } from "../../domain/fiscalTime.ts";
import { yuanOf } from "../../domain/money.ts";
import type { Difference, DifferenceKind, Reconciliation, TheirRow } from "../../domain/reconcile.ts";
import type { Table } from "../check/readCsv.ts";
import { both, el } from "../shared/dom.ts";
import { words, yuan } from "../shared/words.ts";
import type { Me } from "./answers.ts";
import { post } from "./ask.ts";
import { fenOf } from "./compute.ts";
import { downloads } from "./download.ts";
import { tableOf } from "./importView.ts";
import { clockOf } from "./issueView.ts";
import { button, failureText, fieldOf, heading, noteBox, showMain, table, textField } from "./parts.ts";

/** What each difference means, and what to do. */
const MEANINGS: Readonly<Record<DifferenceKind, Text>> = {
  missing_here: words("文件里有，这里没开：请核对后补开", "in the file, not issued here: issue it"),
  missing_there: words("这里已开，文件里没有：请在本单位系统补记", "issued here, not in the file: enter it there"),
  amount_differs: words(
    "金额不一致：错在票上时冲红重开",
    "the amounts differ: if the receipt is wrong, reverse and reissue",
  ),
  number_differs: words("票据号码不一致：请改正文件", "the numbers differ: correct the file"),
  other_day: words("不是这一天开的：请到开票那天对账", "issued on another day: reconcile that day"),
  reversed: words("已冲红：请在文件里冲销", "reversed: cancel it in the file"),
  void: words("票号已作废：请重新开票", "the number is void: issue anew"),
  duplicated: words("文件里重复：请删去多余的行", "twice in the file: remove one"),
  unreadable: words("这一行读不出流水号或金额", "this row has no serial number or amount"),
};

/** Of the file, its head among them. */
const MAX_LINES = 20_001;

const COLUMNS: Readonly<Record<"busNo" | "code" | "number" | "amount" | "date", readonly string[]>> = {
  busNo: ["业务流水号", "流水号", "busno"],
  code: ["票据代码", "代码", "code"],
  number: ["票据号码", "号码", "number"],
  amount: ["金额", "总金额", "amount"],
  date: ["日期", "开票日期", "date"],
};

/** 对账: a day here against the file of the unit's own system. */
export function showReconcile(me: Me): void {
  const today = new Date(clockOf(me)() + 8 * 3_600_000).toISOString().slice(0, 10);
  const date = textField(words("日期", "Day"), { type: "date", value: today, max: today }, true);
  const file = fieldOf(
    words("本单位系统导出的 XLSX 或 CSV", "XLSX or CSV of the unit's own system"),
    el("input", { type: "file", accept: ".xlsx,.csv,.txt,.tsv" }),
    true,
  );
  const note = noteBox();
  const result = el("div");
  const run = async (): Promise<void> => {
    result.replaceChildren();
    const picked = file.control.files?.[0];
    if (picked === undefined) {
      note.tell(words("请先选择文件", "Choose a file first"));
      return;
    }
    try {
      const rows = rowsOf(await tableOf(picked, MAX_LINES), date.control.value);
      if (rows === undefined) {
        note.tell(
          words(
            "第一行须有列名：业务流水号（或票据代码、票据号码）和金额",
            "The first line must name the columns: busNo, or code and number, and amount",
          ),
        );
        return;
      }
      note.tell(undefined);
      const answer = await post("reconciliation", `days/${date.control.value}/reconciliation`, { rows });
      result.replaceChildren(...resultParts(date.control.value, answer));
      result.querySelector("h2")?.focus();
    } catch (error) {
      const isFile = error instanceof AppError && error.code !== "no_answer";
      note.tell(
        isFile
          ? words(
              "文件打不开或超过 20,000 行：请另存为 XLSX 或 CSV",
              "The file cannot be opened or has more than 20,000 rows: save it as XLSX or CSV",
            )
          : failureText(error),
      );
    }
  };
  const how = words(
    "选一天和本单位系统这一天的清单：第一行写列名“业务流水号”和“金额”（没有流水号可用“票据代码”“票据号码”），可有“日期”。",
    "Choose a day and that day's list of the unit's own system: its first line names 业务流水号 and 金额 (or 票据代码 and 票据号码), perhaps 日期.",
  );
  showMain(
    heading(words("对账", "Reconcile")),
    el(
      "div",
      { class: "card" },
      el("p", {}, both(how)),
      el("div", { class: "grid" }, date.box, file.box),
      note.box,
      button(words("对账", "Compare"), () => void run()),
    ),
    result,
  );
}

/** The rows of the day; rows that name no day count as of it. undefined: no column that is needed. */
function rowsOf([head = [], ...rows]: Table, day: string): readonly TheirRow[] | undefined {
  const names = head.map((name) => name.trim().toLowerCase());
  const at = (of: keyof typeof COLUMNS): number => names.findIndex((name) => COLUMNS[of].includes(name));
  if (at("amount") < 0 || (at("busNo") < 0 && at("number") < 0)) return undefined;
  const isFilled = (row: TheirRow): boolean => row.busNo + row.number !== "" || row.amountFen !== null;
  const read = rows.map((row, index): TheirRow => {
    const cell = (of: keyof typeof COLUMNS): string => row[at(of)]?.trim() ?? "";
    const date =
      parseDate(cell("date").slice(0, 10).replaceAll("/", "-"))?.replace(/^(\d{4})(\d\d)(\d\d)$/, "$1-$2-$3") ?? "";
    const amountFen = fenOf(cell("amount")) ?? null;
    return { line: index + 2, busNo: cell("busNo"), code: cell("code"), number: cell("number"), amountFen, date };
  });
  return read.filter((row) => isFilled(row) && (row.date === "" || row.date === day));
}

function resultParts(day: string, answer: Reconciliation): readonly HTMLElement[] {
  const { agreedCount, differences, ourCount, ourFen, theirCount, theirFen } = answer;
  const isEven = differences.length === 0;
  const headline = isEven
    ? words(`账已对平：${agreedCount} 张一致`, `Even: ${agreedCount} agree`)
    : words(
        `${agreedCount} 张一致，${differences.length} 处不一致`,
        `${agreedCount} agree, ${differences.length} differ`,
      );
  const rows = differences.map(cellsOf);
  return [
    el("h2", { tabindex: "-1", class: `note ${isEven ? "good" : "bad"}`, "data-sum": "reconcile" }, both(headline)),
    table(
      words("合计", "Sums"),
      [
        { head: words("来源", "From") },
        { head: words("张数", "Count"), isMoney: true },
        { head: words("净额", "Net"), isMoney: true },
      ],
      [
        ["开票台 The desk", String(ourCount), yuan(ourFen)],
        ["文件 The file", String(theirCount), yuan(theirFen)],
        ["差额 Difference", String(ourCount - theirCount), yuan(ourFen - theirFen)],
      ],
    ),
    ...(isEven
      ? []
      : [
          table(
            words("不一致", "Differences"),
            [
              { head: words("说明", "What it is") },
              { head: words("文件行", "Line") },
              { head: words("业务流水号", "busNo") },
              { head: words("票据", "Receipt") },
              { head: words("这里", "Here"), isMoney: true },
              { head: words("文件", "File"), isMoney: true },
            ],
            differences.map((each, index) => [
              el("span", {}, both(MEANINGS[each.kind])),
              ...(rows[index] ?? []).slice(1),
            ]),
            ["合计 Total", "", "", "", sumOf(differences, "ours"), sumOf(differences, "theirs")],
          ),
        ]),
    downloads(`对账_${day}`, [["说明", "文件行", "业务流水号", "票据", "这里金额", "文件金额"], ...rows]),
  ];
}

const sumOf = (differences: readonly Difference[], side: "ours" | "theirs"): string =>
  yuanOf(differences.reduce((sum, each) => sum + (each[side]?.amountFen ?? 0), 0));

function cellsOf({ kind, ours, theirs }: Difference): readonly string[] {
  const place =
    ours === undefined ? `${theirs?.code ?? ""} ${theirs?.number ?? ""}`.trim() : `${ours.code} ${ours.number}`;
  return [
    MEANINGS[kind].zh,
    theirs === undefined ? "" : String(theirs.line),
    ours?.busNo ?? theirs?.busNo ?? "",
    place,
    ours === undefined ? "" : yuanOf(ours.amountFen),
    theirs?.amountFen === undefined || theirs.amountFen === null ? "" : yuanOf(theirs.amountFen),
  ];
}
