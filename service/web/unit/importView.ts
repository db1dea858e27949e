import { AppError } from "../../core/errors.ts";
import { yuanOf } from "../../domain/money.ts";
import type { FieldProblem, IssueInput } from "../../domain/receipt.ts";
import type { Kind } from "../../domain/kind.ts";
import { readCsvLines, type Table } from "../check/readCsv.ts";
import { readXlsxLines } from "../check/readXlsx.ts";
import { saveLink } from "../check/save.ts";
import { writeXlsx } from "../check/writeXlsx.ts";
import { both, el } from "../shared/dom.ts";
import { words, yuan } from "../shared/words.ts";
import type { ImportResult, Me } from "./answers.ts";
import { post } from "./ask.ts";
import { computed } from "./compute.ts";
import { downloads, XLSX_TYPE } from "./download.ts";
import { importColumns, readImport, type ImportReceipt } from "./importColumns.ts";
import { withBusNos } from "./importKeys.ts";
import { clockOf } from "./issueView.ts";
import { button, failureText, fieldOf, heading, noteBox, say, selectField, showMain, table } from "./parts.ts";

const STEP = 25;
/** Of one list, its head among them. */
const MAX_LINES = 2_001;
const MAX_BYTES = 16 * 1024 * 1024;

type Row = {
  readonly from: ImportReceipt;
  readonly input: IssueInput;
  readonly problems: readonly FieldProblem[];
  result?: ImportResult;
};

/** 导入: a list from a spreadsheet, looked through before anything is issued; the same file again goes on where it stopped. */
export function showImport(me: Me): void {
  const kind = selectField(
    words("票种", "Kind"),
    me.kinds.map((each) => [each.id, each.eInvoiceName.zh] as const),
    true,
  );
  const checker = selectField(
    words("复核人", "Reviewer"),
    me.checkers.map((each) => [each.accountId, each.displayName] as const),
    true,
  );
  const file = fieldOf(
    words("选择 XLSX 或 CSV", "Choose XLSX or CSV"),
    el("input", { type: "file", accept: ".xlsx,.csv,.txt,.tsv" }),
  );
  const note = noteBox();
  const work = el("div");
  const kindOf = (): Kind | undefined => me.kinds.find(({ id }) => id === kind.control.value);
  const template = el("p");
  const showTemplate = (): void => {
    const chosen = kindOf();
    if (chosen !== undefined) template.replaceChildren(templateLink(chosen));
  };
  const take = async (): Promise<void> => {
    const [chosen, picked] = [kindOf(), file.control.files?.[0]];
    work.replaceChildren();
    note.tell(undefined);
    if (chosen === undefined || picked === undefined) return;
    const receipts = await receiptsIn(chosen, picked);
    if (receipts === undefined || receipts.length === 0) {
      note.tell(
        words(
          "读不出内容：请用下载的模板，保留第一行列名，最多 2,000 行，另存为 XLSX 或 CSV",
          "Nothing to read: use the template, keep its first line, at most 2,000 rows, save as XLSX or CSV",
        ),
      );
      return;
    }
    showList(me, work, { rows: judged(me, chosen, receipts), checkerId: () => checker.control.value });
  };
  kind.control.addEventListener("change", () => {
    showTemplate();
    void take();
  });
  file.control.addEventListener("change", () => void take());
  showTemplate();
  const hint = words(
    "先下载模板填写。同一张票有多个项目时分行填，业务流水号相同。不填流水号的行按内容生成，重复导入同一文件不会重复开票。",
    "Fill in the template. A receipt of several items has several rows of one serial number. Rows without one get it from their content: the same file twice issues nothing twice.",
  );
  showMain(
    heading(words("导入开票", "Import")),
    el("p", {}, both(hint)),
    el("div", { class: "card" }, el("div", { class: "grid" }, kind.box, checker.box, file.box), template, note.box),
    work,
  );
}

function templateLink(kind: Kind): HTMLElement {
  const head = importColumns(kind).map(({ name, isRequired }) => (isRequired ? `${name}＊` : name));
  const name = `导入模板_${kind.id}`;
  return saveLink(words("下载模板", "Download the template"), `${name}.xlsx`, XLSX_TYPE, () =>
    writeXlsx(
      [head],
      head.map(() => 16),
      name,
    ),
  );
}

/** undefined: it is no such list. */
async function receiptsIn(kind: Kind, file: File): Promise<readonly ImportReceipt[] | undefined> {
  try {
    return readImport(kind, await tableOf(file, MAX_LINES));
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

/** @throws AppError table_too_large, table_too_long, and what the readers throw */
export async function tableOf(file: File, maxLines: number): Promise<Table> {
  if (file.size > MAX_BYTES) throw new AppError("table_too_large", "the table is too large");
  const bytes = new Uint8Array(await file.arrayBuffer());
  const table = /\.xlsx$/i.test(file.name) ? await readXlsxLines(bytes, maxLines) : readCsvLines(bytes);
  if (table.length > maxLines) throw new AppError("table_too_long", `the table has more than ${maxLines} lines`);
  return table;
}

function judged(me: Me, kind: Kind, receipts: readonly ImportReceipt[]): Row[] {
  const nowMs = clockOf(me)();
  const inputs = withBusNos(receipts.map(({ input }) => input));
  const named = {
    handlingPerson: me.account.displayName,
    checker: me.checkers[0]?.displayName ?? "",
    placeCode: me.account.placeCode,
  };
  return receipts.map((from, index) => {
    const input = inputs[index] ?? from.input;
    const { problems } = computed(kind, me.unit, { ...input, ...named }, nowMs);
    const known = new Set(from.malformed.map(({ pointer }) => pointer));
    return { from, input, problems: [...from.malformed, ...problems.filter(({ pointer }) => !known.has(pointer))] };
  });
}

type List = { readonly rows: readonly Row[]; readonly checkerId: () => string };

function showList(me: Me, place: HTMLElement, { rows, checkerId }: List): void {
  const good = rows.filter(({ problems }) => problems.length === 0);
  const totalFen = good.reduce((sum, row) => sum + row.input.items.reduce((all, item) => all + item.itemAmount, 0), 0);
  const bar = el("progress", { max: String(good.length), value: "0", "aria-label": "进度 Progress" });
  const counts = el("p", { "data-sum": "import" });
  const note = noteBox();
  const results = el("div");
  const running = { value: false };
  const isWanted = (): boolean => running.value && place.isConnected;
  const show = (): void => {
    const done = good.filter(({ result }) => result?.receipt !== undefined).length;
    const failed = good.filter(({ result }) => result !== undefined && result.receipt === undefined).length;
    bar.value = done + failed;
    counts.replaceChildren(
      both(
        words(
          `共 ${rows.length} 张，可开 ${good.length} 张（${yuan(totalFen)}），有误 ${rows.length - good.length} 张；已开 ${done}，未成 ${failed}`,
          `${rows.length} in all, ${good.length} can be issued, ${rows.length - good.length} wrong; ${done} issued, ${failed} failed`,
        ),
      ),
    );
    start.hidden = running.value || done + failed === good.length;
    stop.hidden = !running.value;
    results.replaceChildren(listTable(rows), downloads("导入结果", resultRows(rows)));
  };
  const run = async (): Promise<void> => {
    running.value = true;
    note.tell(undefined);
    show();
    try {
      while (isWanted()) {
        const batch = good.filter(({ result }) => result === undefined).slice(0, STEP);
        if (batch.length === 0) break;
        const answer = await post("imported", "import", {
          checkerId: checkerId(),
          receipts: batch.map(({ input }) => bodyOf(input)),
        });
        for (const [index, row] of batch.entries()) row.result = answer.results[index];
        show();
      }
    } catch (error) {
      note.tell(failureText(error));
    }
    running.value = false;
    show();
    say(words("导入已停下", "The import has come to a stop"));
  };
  const start = button(words("开始开票", "Issue them"), () => void run(), { class: "main-button" });
  const stop = button(words("暂停", "Pause"), () => (running.value = false), { class: "plain" });
  place.replaceChildren(
    el("div", { class: "card" }, counts, bar, note.box, el("p", { class: "buttons" }, start, stop)),
    results,
  );
  show();
  start.focus();
}

function bodyOf(input: IssueInput): object {
  const { handlingPerson: _person, checker: _checker, placeCode: _place, ...receipt } = input;
  return receipt;
}

/** Rows with problems first: they are what somebody has to do something about. */
function listTable(rows: readonly Row[]): HTMLElement {
  const wrong = (row: Row): number => (row.problems.length > 0 || isFailed(row) ? 0 : 1);
  return table(
    words("清单", "The list"),
    [
      { head: words("行", "Line") },
      { head: words("交款人", "Payer") },
      { head: words("金额", "Amount"), isMoney: true },
      { head: words("结果", "Result") },
    ],
    rows
      .toSorted((a, b) => wrong(a) - wrong(b))
      .map((row) => [row.from.lines.join(", "), row.input.payerPartyName, yuan(amountOf(row)), resultOf(row)]),
  );
}

const amountOf = ({ input }: Row): number => input.items.reduce((sum, item) => sum + item.itemAmount, 0);
const isFailed = ({ result }: Row): boolean => result !== undefined && result.receipt === undefined;

function resultOf(row: Row): HTMLElement {
  const { result } = row;
  if (result?.receipt !== undefined) {
    const { code, number } = result.receipt;
    return el("a", { href: `/unit/receipts/${code}/${number}` }, `${code} ${number}`);
  }
  const problems = problemsOf(row);
  if (problems.length === 0) return el("span", {}, both(words("待开票", "ready")));
  return el(
    "div",
    {},
    ...problems.map(([cell, zh, en]) =>
      el("p", { class: "field-problem" }, el("strong", {}, cell), " ", both(words(zh, en))),
    ),
  );
}

function problemsOf({ from, problems, result }: Row): readonly (readonly [cell: string, zh: string, en: string])[] {
  const found = [...problems, ...(result?.fields ?? [])];
  if (found.length > 0) return found.map(({ pointer, zh, en }) => [from.cellOf(pointer), zh, en]);
  return result?.detail2 === undefined ? [] : [[from.cellOf(""), result.detail2.zh, result.detail2.en]];
}

function resultRows(rows: readonly Row[]): readonly (readonly string[])[] {
  const head = ["行", "业务流水号", "交款人", "金额", "票据代码", "票据号码", "结果"];
  return [
    head,
    ...rows.map((row) => {
      const told = problemsOf(row).map(([cell, zh]) => `${cell} ${zh}`);
      const { code = "", number = "" } = row.result?.receipt ?? {};
      const state = told.length > 0 ? told.join("；") : code === "" ? "待开票" : "已开票";
      return [
        row.from.lines.join(" "),
        row.input.busNo,
        row.input.payerPartyName,
        yuanOf(amountOf(row)),
        code,
        number,
        state,
      ];
    }),
  ];
}
