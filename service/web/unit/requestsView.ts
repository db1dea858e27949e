import { mayAtDesk } from "../../domain/deskRoles.ts";
import { trySumFen } from "../../domain/money.ts";
import { isReversalReason, REVERSAL_REASONS } from "../../domain/reversal.ts";
import { both, el } from "../shared/dom.ts";
import { beijingTime, words, yuan } from "../shared/words.ts";
import type { DeskRequest, Me } from "./answers.ts";
import { get, post } from "./ask.ts";
import { button, failureText, heading, noteBox, showMain, textField } from "./parts.ts";

const STATES = {
  asked: words("待复核", "waiting"),
  done: words("已冲红", "reversed"),
  refused: words("未同意", "not agreed"),
} as const;

/** 冲红申请: a reviewer decides here, a cashier sees what became of them. */
export async function showRequests(me: Me): Promise<void> {
  const { requests } = await get("requests", "requests");
  const none = words("没有冲红申请", "There are no requests");
  const list =
    requests.length === 0 ? [el("p", { class: "note" }, both(none))] : requests.map((each) => cardOf(me, each));
  showMain(heading(words("冲红申请", "Reversals")), ...list);
}

function cardOf(me: Me, request: DeskRequest): HTMLElement {
  const { code, number, terms, rest, state } = request;
  const reason = isReversalReason(terms.reasonCode) ? REVERSAL_REASONS[terms.reasonCode] : words("其他", "other");
  const restFen = rest === null ? undefined : trySumFen(rest.items.map((item) => item.itemAmount));
  const facts: readonly (readonly [zh: string, en: string, value: string])[] = [
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
