import type { DeskReceiptState } from "../../domain/deskLists.ts";
import { trySumFen, yuanOf } from "../../domain/money.ts";
import type { Text } from "../../core/reportTexts.ts";
import { both, el } from "../shared/dom.ts";
import { beijingTime, words, yuan } from "../shared/words.ts";
import { kindName, type Me, type Summary } from "./answers.ts";
import { get } from "./ask.ts";
import { fenOf } from "./compute.ts";
import { downloads } from "./download.ts";
import { NO_AMOUNT } from "./formField.ts";
import { STATUS_WORDS } from "./issuedPanel.ts";
import {
  button,
  failureText,
  grouped,
  heading,
  noteBox,
  say,
  selectField,
  showMain,
  table,
  textField,
} from "./parts.ts";

/** More are for the API: a page keeps them all in memory. */
const MOST_LISTED = 20_000;

const STATES: Readonly<Record<DeskReceiptState, Text>> = {
  waiting: words("未上链", "not on chain yet"),
  red: words("红票", "red-letter"),
  reversed: words("已冲红", "reversed"),
  paper: words("已换开纸质", "on paper"),
  held: words("欠缴未放行", "held in arrears"),
  void: words("作废票号", "void numbers"),
};

/** 查票: by number, busNo, payer, amount, kind, place, state or days; newest first. */
export async function showSearch(me: Me): Promise<void> {
  const { form, query, note } = searchForm(me);
  const list = el("div", { class: "results" });
  const found: Summary[] = [];
  const ask = async (cursor: string | undefined, isAll: boolean): Promise<string | null | undefined> => {
    const asked = query();
    if (asked === undefined) return undefined;
    if (cursor === undefined) found.splice(0);
    else asked.set("cursor", cursor);
    if (isAll) asked.set("all", "1");
    const { receipts, nextCursor, lookedTo } = await get("receipts", `receipts?${asked.toString()}`);
    found.push(...receipts);
    const more = nextCursor === null ? [] : moreButtons(lookedTo, nextCursor, search, listAll);
    const kept = found.length === 0 ? undefined : downloads("票据清单", listRows(me, found));
    list.replaceChildren(resultsTable(me, found, nextCursor === null), ...more, ...(kept === undefined ? [] : [kept]));
    say(words(`找到 ${found.length} 张`, `${found.length} found`));
    return nextCursor;
  };
  const guarded = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      note.tell(undefined);
      await work();
    } catch (error) {
      note.tell(failureText(error));
    }
  };
  const search = (cursor?: string): Promise<void> => guarded(() => ask(cursor, false));
  const listAll = (from: string): Promise<void> =>
    guarded(async () => {
      let cursor: string | null | undefined = from;
      while (typeof cursor === "string" && found.length < MOST_LISTED && list.isConnected) {
        cursor = await ask(cursor, true);
      }
    });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void search();
  });
  showMain(heading(words("查票", "Search")), form, list);
  form.querySelector("input")?.focus();
  await search();
}

/** How the list goes on. @param lookedTo the time down to which was looked through; null: the page is just full */
function moreButtons(
  lookedTo: number | null,
  cursor: string,
  search: (cursor: string) => Promise<void>,
  listAll: (cursor: string) => Promise<void>,
): readonly HTMLElement[] {
  const to = lookedTo === null ? "" : beijingTime(lookedTo).slice(0, 16);
  const cut = words(`已查到 ${to}，更早的还没有查`, `Looked through back to ${to}; older ones were not looked at yet`);
  return [
    ...(lookedTo === null ? [] : [el("p", { class: "note warn" }, both(cut))]),
    el(
      "p",
      { class: "buttons" },
      button(words("再看更早的", "Older ones"), () => void search(cursor), { class: "plain" }),
      button(words("全部列出", "List them all"), () => void listAll(cursor), { class: "plain" }),
    ),
  ];
}

/** `query`: undefined if what is typed is no amount. The address may say what to begin with: ?state=void */
function searchForm(me: Me) {
  const given = new URLSearchParams(location.search);
  const number = textField(words("票据号码", "Number"), { inputmode: "numeric", maxlength: "10" });
  const busNo = textField(words("业务流水号", "busNo"), { maxlength: "50" });
  const payer = textField(words("交款人（姓名或名称的开头）", "Payer, as it begins"), { maxlength: "100" });
  const amount = textField(words("金额（元）", "Amount in yuan"), { inputmode: "decimal" });
  const kinds = me.kinds.map((each) => [each.id, each.eInvoiceName.zh] as const);
  const kind = selectField(words("票种", "Kind"), [["", "全部 All"], ...kinds]);
  const states = Object.entries(STATES).map(([id, { zh, en }]) => [id, `${zh} ${en}`] as const);
  const state = selectField(words("状态", "State"), [["", "全部 All"], ...states]);
  const place = textField(words("开票点", "Place"), { maxlength: "50" });
  const from = textField(words("从", "From"), { type: "date" });
  const to = textField(words("到", "To"), { type: "date" });
  const note = noteBox();
  const fields = { number, busNo, payer, amountFen: amount, state, kind, placeCode: place, from, to };
  for (const [name, { control }] of Object.entries(fields)) control.value = given.get(name) ?? "";
  const hint = words("什么都不填，就从最新的列起", "With nothing filled in: all, newest first");
  const form = el(
    "form",
    { class: "card", role: "search" },
    el("div", { class: "grid tight" }, ...Object.values(fields).map(({ box }) => box)),
    note.box,
    el("p", { class: "buttons" }, el("button", { type: "submit" }, both(words("查找", "Search")))),
    el("p", { class: "soft" }, both(hint)),
  );
  const query = (): URLSearchParams | undefined => {
    const fen = fenOf(amount.control.value);
    const isWrong = amount.control.value.trim() !== "" && fen === undefined;
    amount.tell(isWrong ? NO_AMOUNT : undefined);
    if (isWrong) {
      amount.control.focus();
      return undefined;
    }
    const typed = Object.entries(fields).map(([name, { control }]): [string, string] => [name, control.value.trim()]);
    const amountFen = fen === undefined ? "" : String(Math.abs(fen));
    const values = { ...Object.fromEntries(typed), amountFen };
    return new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ""));
  };
  return { form, query, note };
}

/** Where it stands, and what became of it. */
export function standingOf(receipt: Summary): Text {
  const { status, paper, reversedBy } = receipt;
  const parts = [
    STATUS_WORDS[status],
    ...(reversedBy === undefined ? [] : [STATES.reversed]),
    ...(paper === undefined ? [] : [STATES.paper]),
  ];
  return words(parts.map(({ zh }) => zh).join("，"), parts.map(({ en }) => en).join(", "));
}

function listRows(me: Me, receipts: readonly Summary[]): readonly (readonly string[])[] {
  const head = ["票据代码", "票据号码", "业务流水号", "开票时间", "交款人", "金额"];
  return [
    [...head, "票种", "开票点", "收款人", "复核人", "状态", "作废原因"],
    ...receipts.map((each) => [
      ...[each.code, each.number, each.busNo, beijingTime(each.issuedAtMs).slice(0, 19), each.payerPartyName],
      ...[yuanOf(each.amountFen), `${kindName(me, each.kind)}${each.isRed ? "（红票）" : ""}`, each.placeCode],
      ...[each.handlingPerson, each.checker, standingOf(each).zh, each.voidReason ?? ""],
    ]),
  ];
}

/** @param isAll nothing comes after them */
export function resultsTable(me: Me, receipts: readonly Summary[], isAll: boolean): HTMLElement {
  if (receipts.length === 0) {
    const none = isAll
      ? words("没有符合的票据，请换个条件，或放宽日期", "Nothing fits: try other words, or more days")
      : words("查过的票据里没有符合的", "None of those looked through fits");
    return el("p", { class: "note" }, both(none));
  }
  const sum = trySumFen(receipts.map(({ status, amountFen }) => (status === "void" ? 0 : amountFen)));
  return table(
    words("票据，新的在前", "Receipts, newest first"),
    [
      { head: words("代码 号码", "Code, number") },
      { head: words("开票时间", "Issued") },
      { head: words("交款人", "Payer") },
      { head: words("金额", "Amount"), isMoney: true },
      { head: words("票种", "Kind") },
      { head: words("开票点", "Place") },
      { head: words("状态", "Status") },
    ],
    receipts.map((receipt) => [
      el("a", { href: `/unit/receipts/${receipt.code}/${receipt.number}` }, `${receipt.code} ${receipt.number}`),
      beijingTime(receipt.issuedAtMs).slice(0, 16),
      receipt.payerPartyName,
      yuan(receipt.amountFen),
      `${kindName(me, receipt.kind)}${receipt.isRed ? "（红票）" : ""}`,
      receipt.placeCode,
      el("span", {}, both(standingOf(receipt))),
    ]),
    [
      el("span", {}, both(words(`${isAll ? "合计" : "已列出"} ${grouped(receipts.length)} 张`, "in all"))),
      ...["", "", sum === undefined ? "—" : yuan(sum), "", "", ""],
    ],
  );
}
