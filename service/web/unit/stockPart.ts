import { both, el } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import { get } from "./ask.ts";
import type { NumberPage } from "./booksView.ts";
import { downloads } from "./download.ts";
import { clockOf } from "./issueView.ts";
import type { StockLineView } from "./numberAnswers.ts";
import { allRows } from "./pagedList.ts";
import { grouped, noteBox, table, textField } from "./parts.ts";
import { tried } from "./tried.ts";

const DAY_MS = 86_400_000;
const COUNTS = ["opening", "granted", "returned", "blue", "red", "void", "closing", "difference"] as const;

/** 库存账 of a period, by code; the year so far unless another is asked for. */
export async function stockPart({ me }: NumberPage): Promise<HTMLElement> {
  const today = new Date(clockOf(me)() + 8 * 3_600_000).toISOString().slice(0, 10);
  const from = textField(words("从", "From"), { type: "date", value: `${today.slice(0, 4)}-01-01` });
  const to = textField(words("到（含）", "To, inclusive"), { type: "date", value: today });
  const note = noteBox();
  const result = el("div", { "data-part": "stock" });
  const load = (): Promise<void> =>
    tried(async () => {
      if (from.control.value === "" || to.control.value === "") return;
      const lines = await allLines(from.control.value, to.control.value);
      note.tell(undefined);
      result.replaceChildren(...linesOf(lines, `${from.control.value}_${to.control.value}`));
    }, note);
  for (const { control } of [from, to]) control.addEventListener("change", () => void load());
  await load();
  const identity = words(
    "期初 + 领入 − 退回 = 蓝票 + 红票 + 作废 + 期末",
    "opening + granted − returned = used + closing",
  );
  return el(
    "section",
    {},
    el("h2", {}, both(words("库存账", "Stock ledger"))),
    el("p", { class: "soft" }, both(identity)),
    el("div", { class: "grid" }, from.box, to.box),
    note.box,
    result,
  );
}

function allLines(from: string, to: string): Promise<readonly StockLineView[]> {
  const after = new Date(Date.parse(`${to}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
  const period = { from: `${from}T00:00:00+08:00`, before: `${after}T00:00:00+08:00` };
  return allRows(async (cursor) => {
    const query = new URLSearchParams(cursor === "" ? period : { ...period, cursor });
    const { lines: rows, nextCursor } = await get("stock", `numbers/stock?${query.toString()}`);
    return { rows, nextCursor };
  });
}

function linesOf(lines: readonly StockLineView[], period: string): readonly HTMLElement[] {
  const rows = lines.map((each) => [each.eInvoiceCode, ...COUNTS.map((name) => String(each[name]))]);
  const columns = [
    words("期初", "Opening"),
    words("领入", "Granted"),
    words("退回", "Returned"),
    words("蓝票", "Blue"),
    words("红票", "Red"),
    words("作废", "Void"),
    words("期末", "Closing"),
    words("差异", "Difference"),
  ];
  const of = (name: keyof Omit<StockLineView, "eInvoiceCode">): number =>
    lines.reduce((sum, line) => sum + line[name], 0);
  const total = ["合计 Total", ...COUNTS.map((name) => grouped(of(name)))];
  const shown = lines.map((each) => [each.eInvoiceCode, ...COUNTS.map((name) => grouped(each[name]))]);
  const differs = lines.some(({ difference }) => difference !== 0);
  const warning = words("有差异：号段与票据不符，请联系财政部门", "It does not add up: tell the bureau");
  return [
    ...(differs ? [el("p", { class: "note bad", role: "alert" }, both(warning))] : []),
    table(
      words("库存账，按票据代码", "Stock ledger by code"),
      [{ head: words("票据代码", "Code") }, ...columns.map((head) => ({ head, isMoney: true }))],
      shown,
      total,
    ),
    downloads(`库存账_${period}`, [["票据代码", ...columns.map(({ zh }) => zh)], ...rows]),
  ];
}
