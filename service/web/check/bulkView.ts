import { both, el } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import type { Tone } from "../verify/conclude.ts";
import { icon, TONE_SIGNS } from "../verify/icon.ts";
import { repeatsIn } from "./bulkRepeats.ts";
import type { Entry, Outcome } from "./bulkRun.ts";
import { evidenceCsv, evidenceXlsx, sourceOf } from "./bulkTable.ts";
import { saveLink } from "./save.ts";

const TONES: readonly Tone[] = ["bad", "unsure", "notice", "good"];
const COUNTS = {
  good: words("有效", "valid"),
  notice: words("须留意", "to be noted"),
  bad: words("无效或不符", "not valid, or not found"),
  unsure: words("无法判断", "could not tell"),
} as const;

/** How many of each there are. */
export function countsView(entries: readonly Entry[], outcomes: ReadonlyMap<number, Outcome>): HTMLElement {
  const all = [...outcomes.values()];
  const counts = TONES.flatMap((tone) => {
    const count = all.filter((outcome) => outcome.tone === tone).length;
    return count === 0
      ? []
      : [el("li", { class: tone }, icon(TONE_SIGNS[tone], tone), `${String(count)} `, both(COUNTS[tone]))];
  });
  const repeated = repeatsIn(outcomes).size;
  if (repeated > 0) counts.push(el("li", { class: "notice" }, REPEAT_SIGN(), `${String(repeated)} `, both(REPEATED)));
  const left = entries.length - outcomes.size;
  const rest = left === 0 ? [] : [el("li", {}, `${String(left)} `, both(words("未查验", "not checked yet")))];
  return el("ul", { class: "counts" }, ...counts, ...rest);
}

const REPEATED = words("重复", "repeated");
const REPEAT_SIGN = (): SVGElement => icon(TONE_SIGNS.notice, "notice");

const HEAD = [
  words("结论", "Verdict"),
  words("票据", "Receipt"),
  words("金额", "Amount"),
  words("来源", "Source"),
] as const;

/** The rows, each with its verdict as it comes. Roles are named: on a phone each row is a card, and would be no row to a reader. */
export function rowsView(entries: readonly Entry[], outcomes: ReadonlyMap<number, Outcome>): HTMLElement {
  const title = words("逐张结果", "One by one");
  const repeats = repeatsIn(outcomes);
  const body = entries.map((entry, index) => {
    const first = repeats.get(index);
    return rowView(entry, outcomes.get(index), first === undefined ? undefined : entries[first]);
  });
  return el(
    "div",
    { class: "scroll tall", tabindex: "0", role: "group", "aria-label": title.zh },
    el(
      "table",
      { class: "bulk", role: "table" },
      el(
        "thead",
        { role: "rowgroup" },
        el("tr", { role: "row" }, ...HEAD.map((each) => el("th", { scope: "col", role: "columnheader" }, both(each)))),
      ),
      el("tbody", { role: "rowgroup" }, ...body),
    ),
  );
}

/** @param first the first entry with the same receipt, if it is not this one */
export function rowView(entry: Entry, outcome: Outcome | undefined, first?: Entry): HTMLElement {
  const cells = outcome?.cells ?? (entry.kind === "row" ? entry.row.cells : undefined);
  const verdict =
    outcome === undefined
      ? [el("span", { class: "soft" }, both(words("等待", "waiting")))]
      : [
          el("span", { class: "row-tone" }, icon(TONE_SIGNS[outcome.tone], outcome.tone), both(outcome.headline)),
          outcome.tone === "good" ? undefined : el("p", { class: "soft" }, both(outcome.reason)),
          first === undefined ? undefined : repeatNote(first),
        ];
  return el(
    "tr",
    outcome === undefined ? { role: "row" } : { role: "row", "data-tone": outcome.tone },
    el("td", { role: "cell" }, ...verdict),
    cell(1, "digits", `${cells?.eInvoiceCode ?? ""} ${cells?.eInvoiceNumber ?? ""}`.trim()),
    cell(2, "digits amount", cells?.totalAmount ?? ""),
    cell(3, "", placeOf(entry)),
  );
}

function repeatNote(first: Entry): HTMLElement {
  const where = placeOf(first);
  const text = words(`与 ${where} 是同一张票据，勿重复报销`, `The same receipt as ${where}: do not pay it twice`);
  return el("p", { class: "row-tone" }, REPEAT_SIGN(), both(text));
}

const placeOf = (entry: Entry): string =>
  entry.kind === "row" ? `${sourceOf(entry)} : ${String(entry.row.line)}` : sourceOf(entry);

/** With its column's name for where there is no head above it. */
function cell(column: 1 | 2 | 3, name: string, text: string): HTMLElement {
  const { zh, en } = HEAD[column];
  return el("td", { role: "cell", class: name, "data-label": `${zh} ${en}` }, text);
}

/** The table to keep as evidence. */
export function saveButtons(entries: readonly Entry[], outcomes: ReadonlyMap<number, Outcome>): HTMLElement {
  const day = (): string => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  const xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
  return el(
    "p",
    { class: "buttons" },
    saveLink(words("下载 XLSX", "Download XLSX"), `票据查验_${day()}.xlsx`, xlsx, () =>
      evidenceXlsx(entries, outcomes),
    ),
    saveLink(words("下载 CSV", "Download CSV"), `票据查验_${day()}.csv`, "text/csv", () =>
      evidenceCsv(entries, outcomes),
    ),
  );
}
