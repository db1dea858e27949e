import { DESK_PAPER_STATES, type DeskPaperState } from "../../domain/deskLists.ts";
import type { Text } from "../../core/reportTexts.ts";
import { both, el } from "../shared/dom.ts";
import { beijingTime, words } from "../shared/words.ts";
import type { ExchangeView, PaperState } from "./answers.ts";
import { get } from "./ask.ts";
import { downloads } from "./download.ts";
import { pagedList } from "./pagedList.ts";
import { selectField, table } from "./parts.ts";

const STATES: Readonly<Record<PaperState, Text>> = {
  requested: words("正在换开，勿交出纸质", "being exchanged: do not hand it out"),
  given: words("已换开", "given"),
  returning: words("正在收回", "being taken back"),
  returned: words("已收回作废", "taken back, void"),
  replaced: words("已损坏换新", "damaged, replaced"),
  refused: words("未换成，号码仍可用", "refused: the blank is free"),
};

const GROUPS: Readonly<Record<DeskPaperState, Text>> = {
  standing: words("现在是纸质", "on paper now"),
  over: words("已收回或换新", "taken back or replaced"),
  refused: words("未换成", "refused"),
};

/** 换开记录: which receipts are or were on paper, newest first. */
export function exchangesPart(): { readonly element: HTMLElement; readonly reload: () => Promise<void> } {
  const options = DESK_PAPER_STATES.map((id) => [id, `${GROUPS[id].zh} ${GROUPS[id].en}`] as const);
  const state = selectField(words("状态", "State"), [["", "全部 All"], ...options]);
  const list = pagedList<ExchangeView>(
    async (cursor) => {
      const given = { state: state.control.value, cursor: String(cursor ?? "") };
      const asked = new URLSearchParams(Object.entries(given).filter(([, value]) => value !== ""));
      const { exchanges, nextCursor } = await get("exchanges", `paper?${asked.toString()}`);
      return { rows: exchanges, next: nextCursor };
    },
    (exchanges) =>
      exchanges.length === 0
        ? [
            el(
              "p",
              { class: "note" },
              both(words("没有这种换开记录；换开在票据页上办理", "None. Exchange on a receipt's page")),
            ),
          ]
        : [
            tableOf(exchanges),
            downloads("换开记录", [
              ["纸质代码", "纸质号码", "票据代码", "票据号码", "换开时间", "开票点", "经办人", "状态", "原因"],
              ...exchanges.map((each) => [
                ...[each.paperCode, each.paperNumber, each.code, each.number, timeOf(each), each.placeCode],
                ...[each.operator, STATES[each.state].zh, each.reason],
              ]),
            ]),
          ],
  );
  state.control.addEventListener("change", () => void list.reload());
  const element = el(
    "section",
    {},
    el("h2", {}, both(words("换开记录", "Exchanges to paper"))),
    el("div", { class: "narrow" }, state.box),
    list.element,
  );
  return { element, reload: list.reload };
}

const timeOf = ({ requestedAtMs }: ExchangeView): string => beijingTime(requestedAtMs).slice(0, 16);

function tableOf(exchanges: readonly ExchangeView[]): HTMLElement {
  return table(
    words("换开记录，新的在前", "Exchanges, newest first"),
    [
      { head: words("纸质票据", "Paper") },
      { head: words("电子票据", "Receipt") },
      { head: words("换开时间", "When") },
      { head: words("开票点 经办人", "Place, by") },
      { head: words("状态", "State") },
      { head: words("原因", "Why") },
    ],
    exchanges.map((each) => [
      `${each.paperCode} ${each.paperNumber}`,
      el("a", { href: `/unit/receipts/${each.code}/${each.number}` }, `${each.code} ${each.number}`),
      timeOf(each),
      `${each.placeCode} ${each.operator}`,
      el("span", {}, both(STATES[each.state])),
      each.reason,
    ]),
  );
}
