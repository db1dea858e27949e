import { mayAtDesk } from "../../domain/deskRoles.ts";
import { both, el } from "../shared/dom.ts";
import { words, yuan } from "../shared/words.ts";
import { yuanOf } from "../../domain/money.ts";
import { kindName, type Me, type Tally } from "./answers.ts";
import { get } from "./ask.ts";
import { hourChart } from "./hourChart.ts";
import { clockOf } from "./issueView.ts";
import { downloads } from "./download.ts";
import { failureText, grouped, heading, noteBox, showMain, table, textField } from "./parts.ts";

/** 今日: counts and sums of a day by hour, place and kind. */
export async function showDay(me: Me): Promise<void> {
  const today = new Date(clockOf(me)() + 8 * 3_600_000).toISOString().slice(0, 10);
  const date = textField(words("日期", "Day"), { type: "date", value: today, max: today });
  const note = noteBox();
  const result = el("div");
  const load = async (): Promise<void> => {
    try {
      const day = await get("day", `days/${date.control.value}`);
      note.tell(undefined);
      result.replaceChildren(...dayParts(me, day.date, day.tallies));
    } catch (error) {
      note.tell(failureText(error));
    }
  };
  date.control.addEventListener("change", () => void load());
  showMain(heading(words("一天的开票", "The day")), el("div", { class: "narrow" }, date.box), note.box, result);
  await load();
}

const COLUMNS = [
  { head: words("开票张数", "Issued"), isMoney: true },
  { head: words("开票金额", "Amount issued"), isMoney: true },
  { head: words("红票张数", "Red"), isMoney: true },
  { head: words("冲红金额", "Amount reversed"), isMoney: true },
  { head: words("作废", "Void"), isMoney: true },
] as const;

function dayParts(me: Me, date: string, tallies: readonly Tally[]): readonly Element[] {
  const whole = sumOf(tallies);
  if (tallies.length === 0) {
    const none = words(
      "这一天没有开票：可换一天，或去开票",
      "Nothing was issued on this day: choose another, or issue",
    );
    const to = mayAtDesk(me.account.role, "issue") ? "issue" : "receipts";
    const go = to === "issue" ? words("开票", "Issue") : words("查票", "Search");
    return [
      el("p", { class: "note" }, both(none)),
      el("p", { class: "buttons" }, el("a", { class: "button", href: `/unit/${to}` }, both(go))),
    ];
  }
  const byPlace = groups(tallies, (each) => `${each.placeCode}　${kindName(me, each.kind)}`);
  const byHour = groups(tallies, (each) => hourText(each.hour));
  const rows = (of: ReturnType<typeof groups>) => [...of].map(([name, some]) => [name, ...cellsOf(sumOf(some))]);
  const total = ["合计 Total", ...cellsOf(whole)];
  const chart = Array.from({ length: 24 }, (_, hour) => sumOf(tallies.filter((each) => each.hour === hour)));
  return [
    el(
      "p",
      { class: "big", "data-sum": "day" },
      `${grouped(whole.issuedCount)} 张　${yuan(whole.issuedFen - whole.reversedFen)}`,
    ),
    el("p", { class: "soft" }, both(words("净额 = 开票金额 − 冲红金额", "Net: issued less reversed"))),
    hourChart(chart.map(({ issuedCount }) => issuedCount)),
    el("h2", {}, both(words("明细", "In figures"))),
    table(words("按小时", "By hour"), [{ head: words("时段", "Hour") }, ...COLUMNS], rows(byHour), total),
    table(
      words("按开票点和票种", "By place and kind"),
      [{ head: words("开票点 票种", "Place, kind") }, ...COLUMNS],
      rows(byPlace),
      total,
    ),
    downloads(`开票汇总_${date}`, [
      ["日期", "开票点", "票种", "小时", "开票张数", "开票金额", "红票张数", "冲红金额", "作废"],
      ...tallies.map((each) => [
        date,
        each.placeCode,
        kindName(me, each.kind),
        hourText(each.hour),
        ...plainCells(each),
      ]),
    ]),
  ];
}

type Sums = Omit<Tally, "placeCode" | "kind" | "hour">;

const sumOf = (tallies: readonly Tally[]): Sums => {
  const of = (name: keyof Sums): number => tallies.reduce((sum, each) => sum + each[name], 0);
  return {
    issuedCount: of("issuedCount"),
    issuedFen: of("issuedFen"),
    reversedCount: of("reversedCount"),
    reversedFen: of("reversedFen"),
    voidCount: of("voidCount"),
  };
};

const cellsOf = (sums: Sums): readonly string[] => [
  grouped(sums.issuedCount),
  yuan(sums.issuedFen),
  grouped(sums.reversedCount),
  yuan(sums.reversedFen),
  grouped(sums.voidCount),
];

const plainCells = (sums: Sums): readonly string[] => [
  String(sums.issuedCount),
  yuanOf(sums.issuedFen),
  String(sums.reversedCount),
  yuanOf(sums.reversedFen),
  String(sums.voidCount),
];

const hourText = (hour: number): string => `${String(hour).padStart(2, "0")}:00`;

function groups(tallies: readonly Tally[], nameOf: (each: Tally) => string): ReadonlyMap<string, readonly Tally[]> {
  const found = new Map<string, Tally[]>();
  for (const each of tallies.toSorted((a, b) => a.hour - b.hour)) {
    const name = nameOf(each);
    found.set(name, [...(found.get(name) ?? []), each]);
  }
  return found;
}
