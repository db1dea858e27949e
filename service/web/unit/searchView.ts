import { both, el } from "../shared/dom.ts";
import { beijingTime, words, yuan } from "../shared/words.ts";
import type { Me, Summary } from "./answers.ts";
import { get } from "./ask.ts";
import { fenOf } from "./compute.ts";
import { STATUS_WORDS } from "./issuedPanel.ts";
import { button, failureText, heading, noteBox, say, selectField, showMain, table, textField } from "./parts.ts";

/** 查票: by number, busNo, payer, amount or days; newest first. */
export async function showSearch(me: Me): Promise<void> {
  const number = textField(words("票据号码", "Number"), { inputmode: "numeric", maxlength: "10" });
  const busNo = textField(words("业务流水号", "busNo"), { maxlength: "50" });
  const payer = textField(words("交款人（姓名或名称的开头）", "Payer, as it begins"), { maxlength: "100" });
  const amount = textField(words("金额（元）", "Amount in yuan"), { inputmode: "decimal" });
  const kind = selectField(words("票种", "Kind"), [
    ["", "全部 All"],
    ...me.kinds.map((each) => [each.id, each.eInvoiceName.zh] as const),
  ]);
  const from = textField(words("从", "From"), { type: "date" });
  const to = textField(words("到", "To"), { type: "date" });
  const note = noteBox();
  const list = el("div", { class: "results" });
  const boxes = [number.box, busNo.box, payer.box, amount.box, kind.box, from.box, to.box];
  const form = el(
    "form",
    { class: "card", role: "search" },
    el("div", { class: "grid" }, ...boxes),
    note.box,
    el("button", { type: "submit" }, both(words("查找", "Search"))),
    el(
      "p",
      { class: "soft" },
      both(words("不填日期、号码和流水号时，查最近 31 天", "Without days, number or busNo: the last 31 days")),
    ),
  );
  const query = (): URLSearchParams | undefined => {
    const fen = fenOf(amount.control.value);
    const isAmountGiven = amount.control.value.trim() !== "";
    amount.tell(
      isAmountGiven && fen === undefined ? words("请填写金额，如 12.50", "Give an amount such as 12.50") : undefined,
    );
    if (isAmountGiven && fen === undefined) return undefined;
    const given = {
      number: number.control.value.trim(),
      busNo: busNo.control.value.trim(),
      payer: payer.control.value.trim(),
      amountFen: isAmountGiven ? String(Math.abs(fen ?? 0)) : "",
      kind: kind.control.value,
      from: from.control.value,
      to: to.control.value,
    };
    return new URLSearchParams(Object.entries(given).filter(([, value]) => value !== ""));
  };
  const search = async (cursor?: string): Promise<void> => {
    const asked = query();
    if (asked === undefined) return;
    if (cursor !== undefined) asked.set("cursor", cursor);
    try {
      const { receipts, nextCursor } = await get("receipts", `receipts?${asked.toString()}`);
      note.tell(undefined);
      if (cursor === undefined) list.replaceChildren();
      list.querySelector("[data-more]")?.remove();
      list.append(resultsTable(me, receipts));
      if (nextCursor !== null)
        list.append(
          button(words("再看更早的", "Older ones"), () => void search(nextCursor), { "data-more": "", class: "plain" }),
        );
      say(words(`找到 ${receipts.length} 张`, `${receipts.length} found`));
    } catch (error) {
      note.tell(failureText(error));
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void search();
  });
  showMain(heading(words("查票", "Search")), form, list);
  number.control.focus();
  await search();
}

export function resultsTable(me: Me, receipts: readonly Summary[]): HTMLElement {
  if (receipts.length === 0) {
    return el("p", { class: "note" }, both(words("没有符合的票据，请换个条件", "Nothing fits: try other words")));
  }
  const name = (id: string): string => me.kinds.find((kind) => kind.id === id)?.eInvoiceName.zh ?? id;
  return table(
    words("票据，新的在前", "Receipts, newest first"),
    [
      { head: words("代码 号码", "Code, number") },
      { head: words("开票时间", "Issued") },
      { head: words("交款人", "Payer") },
      { head: words("金额", "Amount"), isMoney: true },
      { head: words("票种", "Kind") },
      { head: words("状态", "Status") },
    ],
    receipts.map((receipt) => [
      el("a", { href: `/unit/receipts/${receipt.code}/${receipt.number}` }, `${receipt.code} ${receipt.number}`),
      beijingTime(receipt.issuedAtMs).slice(0, 16),
      receipt.payerPartyName,
      yuan(receipt.amountFen),
      `${name(receipt.kind)}${receipt.isRed ? "（红票）" : ""}`,
      el("span", {}, both(STATUS_WORDS[receipt.status])),
    ]),
  );
}
