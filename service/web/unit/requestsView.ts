import { mayAtDesk } from "../../domain/deskRoles.ts";
import { trySumFen } from "../../domain/money.ts";
import { isReversalReason, REVERSAL_REASONS } from "../../domain/reversal.ts";
import { both, el } from "../shared/dom.ts";
import { beijingTime, words, yuan } from "../shared/words.ts";
import type { DeskRequest, Me } from "./answers.ts";
import { get, post } from "./ask.ts";
import { pagedList } from "./pagedList.ts";
import { button, failureText, focusHeading, heading, noteBox, selectField, showMain, textField } from "./parts.ts";

const STATES = {
  asked: words("待复核", "waiting"),
  done: words("已冲红", "reversed"),
  refused: words("未同意", "not agreed"),
} as const;

/** 冲红申请: a reviewer decides here, a cashier sees what became of them. */
export async function showRequests(me: Me): Promise<void> {
  const { role } = me.account;
  const options = Object.entries(STATES).map(([id, { zh, en }]) => [id, `${zh} ${en}`] as const);
  const state = selectField(words("状态", "State"), [...options, ["", "全部 All"]]);
  // A reviewer comes for what waits, others for what became of theirs.
  state.control.value = mayAtDesk(role, "decide_reversal") ? "asked" : "";
  const list = pagedList<DeskRequest>(
    async (cursor) => {
      const given = { state: state.control.value, cursor: String(cursor ?? "") };
      const asked = new URLSearchParams(Object.entries(given).filter(([, value]) => value !== ""));
      const { requests, nextCursor } = await get("requests", `requests?${asked.toString()}`);
      return { rows: requests, next: nextCursor };
    },
    (requests) => (requests.length === 0 ? noneOf(me) : requests.map((each) => cardOf(me, each))),
  );
  state.control.addEventListener("change", () => void list.reload());
  showMain(heading(words("冲红申请", "Reversals")), el("div", { class: "narrow" }, state.box), list.element);
  await list.reload();
}

/** What to do where there are none. */
function noneOf(me: Me): readonly HTMLElement[] {
  const asks = mayAtDesk(me.account.role, "ask_reversal");
  const none = words("没有这种申请", "There are no such requests");
  const how = words("要冲红时，在票据页上申请", "To reverse a receipt, ask for it on its page");
  return [
    el("p", { class: "note" }, both(none), " ", asks ? both(how) : ""),
    ...(asks
      ? [
          el(
            "p",
            { class: "buttons" },
            el("a", { class: "button", href: "/unit/receipts" }, both(words("查票", "Search"))),
          ),
        ]
      : []),
  ];
}

function cardOf(me: Me, request: DeskRequest): HTMLElement {
  const { code, number, terms, rest, state } = request;
  const reason = isReversalReason(terms.reasonCode) ? REVERSAL_REASONS[terms.reasonCode] : words("其他", "other");
  const restFen = rest === null ? undefined : trySumFen(rest.items.map((item) => item.itemAmount));
  const facts: readonly (readonly [zh: string, en: string, value: string])[] = [
    ["交款人", "Payer", request.payerPartyName],
    ["原票金额", "Amount", yuan(request.amountFen)],
    ["原因", "Why", [reason.zh, terms.reason, terms.documentNo].filter((text) => text !== "").join("，")],
    ["申请人", "Asked by", `${request.askedByName}，${beijingTime(request.askedAtMs).slice(0, 16)}`],
    ...(restFen === undefined ? [] : ([["重开", "Issued anew", yuan(restFen)]] as const)),
    ...(request.decidedByName === ""
      ? []
      : ([["复核人", "Reviewer", `${request.decidedByName} ${request.note}`]] as const)),
  ];
  const card = el(
    "section",
    { class: "card" },
    el(
      "h2",
      {},
      el("a", { href: `/unit/receipts/${code}/${number}` }, `${code} ${number}`),
      " ",
      el("span", { "data-state": state }, both(STATES[state])),
    ),
    el(
      "dl",
      { class: "facts" },
      ...facts.map(([zh, en, value]) => el("div", {}, el("dt", {}, both(words(zh, en))), el("dd", {}, value))),
    ),
  );
  if (state === "asked" && mayAtDesk(me.account.role, "decide_reversal")) card.append(...decision(me, request, card));
  return card;
}

function decision(me: Me, request: DeskRequest, card: HTMLElement): readonly HTMLElement[] {
  const said = textField(words("意见", "Note"), { maxlength: "200" });
  const note = noteBox();
  const send = async (isAgreed: boolean): Promise<void> => {
    try {
      const { red, rest } = await post("decided", `requests/${request.requestId}`, {
        isAgreed,
        note: said.control.value.trim(),
      });
      const done =
        red === undefined
          ? words("已退回", "Not agreed")
          : words(`已冲红，红票 ${red.number}${rest === undefined ? "" : `，新票 ${rest.number}`}`, "Reversed");
      await showRequests(me);
      const told = noteBox();
      told.tell(done, "good");
      document.querySelector("h1")?.after(told.box);
      focusHeading();
    } catch (error) {
      note.tell(failureText(error));
    }
  };
  card.dataset["open"] = "";
  return [
    said.box,
    note.box,
    el(
      "p",
      { class: "buttons" },
      button(words("同意冲红", "Agree"), () => void send(true)),
      button(words("不同意", "Do not agree"), () => void send(false), { class: "plain" }),
    ),
  ];
}
