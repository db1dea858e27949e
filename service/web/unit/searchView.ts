import { yuanOf } from "../../domain/money.ts";
import { both, el } from "../shared/dom.ts";
import { beijingTime, words, yuan } from "../shared/words.ts";
import type { Me, Summary } from "./answers.ts";
import { get } from "./ask.ts";
import { fenOf } from "./compute.ts";
import { downloads } from "./download.ts";
import { NO_AMOUNT } from "./formField.ts";
import { STATUS_WORDS } from "./issuedPanel.ts";
import { button, failureText, heading, noteBox, say, selectField, showMain, table, textField } from "./parts.ts";

/** 查票: by number, busNo, payer, amount or days; newest first. */
export async function showSearch(me: Me): Promise<void> {
  const { form, query, note } = searchForm(me);
  const list = el("div", { class: "results" });
  const found: Summary[] = [];
  const search = async (cursor?: string): Promise<void> => {
    const asked = query();
    if (asked === undefined) return;
    if (cursor === undefined) found.splice(0);
    else asked.set("cursor", cursor);
    try {
      const { receipts, nextCursor } = await get("receipts", `receipts?${asked.toString()}`);
      note.tell(undefined);
      found.push(...receipts);
      const older = (): void => void search(nextCursor ?? undefined);
      list.replaceChildren(
        resultsTable(me, found),
        ...(nextCursor === null ? [] : [button(words("再看更早的", "Older ones"), older, { class: "plain" })]),
        ...(found.length === 0 ? [] : [downloads("票据清单", listRows(found))]),
      );
      say(words(`找到 ${found.length} 张`, `${found.length} found`));
    } catch (error) {
      note.tell(failureText(error));
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void search();
  });
  showMain(heading(words("查票", "Search")), form, list);
  form.querySelector("input")?.focus();
  await search();
}

/** `query`: undefined if what is typed is no amount. */
function searchForm(me: Me) {
  const number = textField(words("票据号码", "Number"), { inputmode: "numeric", maxlength: "10" });
  const busNo = textField(words("业务流水号", "busNo"), { maxlength: "50" });
  const payer = textField(words("交款人（姓名或名称的开头）", "Payer, as it begins"), { maxlength: "100" });
  const amount = textField(words("金额（元）", "Amount in yuan"), { inputmode: "decimal" });
  const kinds = me.kinds.map((each) => [each.id, each.eInvoiceName.zh] as const);
  const kind = selectField(words("票种", "Kind"), [["", "全部 All"], ...kinds]);
  const from = textField(words("从", "From"), { type: "date" });
  const to = textField(words("到", "To"), { type: "date" });
  const note = noteBox();
  const boxes = [number.box, busNo.box, payer.box, amount.box, kind.box, from.box, to.box];
  const hint = words("不填日期、号码和流水号时，查最近 31 天", "Without days, number or busNo: the last 31 days");
  const form = el(
    "form",
    { class: "card", role: "search" },
    el("div", { class: "grid" }, ...boxes),
    note.box,
    el("button", { type: "submit" }, both(words("查找", "Search"))),
    el("p", { class: "soft" }, both(hint)),
  );
  const query = (): URLSearchParams | undefined => {
    const fen = fenOf(amount.control.value);
    const isWrong = amount.control.value.trim() !== "" && fen === undefined;
    amount.tell(isWrong ? NO_AMOUNT : undefined);
    if (isWrong) return undefined;
    const given = {
      number: number.control.value.trim(),
      busNo: busNo.control.value.trim(),
      payer: payer.control.value.trim(),
      amountFen: fen === undefined ? "" : String(Math.abs(fen)),
      kind: kind.control.value,
      from: from.control.value,
      to: to.control.value,
    };
    return new URLSearchParams(Object.entries(given).filter(([, value]) => value !== ""));
  };
  return { form, query, note };
}

function listRows(receipts: readonly Summary[]): readonly (readonly string[])[] {
  const head = [
    "票据代码",
    "票据号码",
    "业务流水号",
    "开票时间",
    "交款人",
    "金额",
    "票种",
    "开票点",
    "收款人",
    "复核人",
    "状态",
  ];
  return [
    head,
    ...receipts.map((each) => [
      ...[
        each.code,
        each.number,
        each.busNo,
        beijingTime(each.issuedAtMs),
        each.payerPartyName,
        yuanOf(each.amountFen),
      ],
      ...[each.kind, each.placeCode, each.handlingPerson, each.checker, STATUS_WORDS[each.status].zh],
    ]),
  ];
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
