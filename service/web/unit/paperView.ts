import type { Text } from "../../core/reportTexts.ts";
import { mayAtDesk } from "../../domain/deskRoles.ts";
import { both, el } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import type { Me, PaperBookView } from "./answers.ts";
import { get, post } from "./ask.ts";
import { downloads } from "./download.ts";
import { exchangesPart } from "./exchangesPart.ts";
import { focusHeading, grouped, heading, noteBox, say, selectField, showMain, table, textField } from "./parts.ts";
import { formCard, tried } from "./tried.ts";

const HEADS = ["纸质票据代码", "开票点", "起始号", "终止号", "已换开", "已作废", "剩余"];

/** 纸质票据: the stock of paper, and blanks that were spoilt. */
export async function showPaper(me: Me, told?: Text): Promise<void> {
  const { books } = await get("paperBooks", "paper-books");
  const rows = books.map(({ paperCode, placeCode, first, last, given, spoilt, left }) => [
    ...[paperCode, placeCode === "" ? "全单位" : placeCode, first, last],
    ...[given, spoilt, left].map(String),
  ]);
  const totals = (["given", "spoilt", "left"] as const).map((name) =>
    grouped(books.reduce((sum, book) => sum + book[name], 0)),
  );
  const none = words("没有纸质票据，请向财政部门申领", "No paper: ask the bureau for a book");
  const list =
    rows.length === 0
      ? el("p", { class: "note" }, both(none))
      : table(
          words("纸质票据库存", "Stock of paper"),
          [
            { head: words("纸质票据代码", "Paper code") },
            { head: words("开票点", "Place") },
            { head: words("起始号", "First") },
            { head: words("终止号", "Last") },
            { head: words("已换开", "Given"), isMoney: true },
            { head: words("已作废", "Spoilt"), isMoney: true },
            { head: words("剩余", "Left"), isMoney: true },
          ],
          rows,
          ["合计 Total", "", "", "", ...totals],
        );
  const exchanges = exchangesPart();
  const note = noteBox();
  note.tell(told, "good");
  const hasForm = mayAtDesk(me.account.role, "paper") && books.length > 0;
  showMain(
    heading(words("纸质票据", "Paper")),
    note.box,
    el("h2", {}, both(words("库存", "Stock"))),
    list,
    downloads("纸质票据库存", [HEADS, ...rows]),
    hasForm ? spoilForm(me, books) : undefined,
    exchanges.element,
    el("p", { class: "buttons" }, el("a", { class: "button", href: "/unit/voids" }, both(words("作废记录", "Voids")))),
  );
  await exchanges.reload();
  if (told !== undefined) {
    say(told);
    focusHeading();
  }
}

function spoilForm(me: Me, books: readonly PaperBookView[]): HTMLElement {
  const codes = [...new Set(books.map(({ paperCode }) => paperCode))].map((each) => [each, each] as const);
  const paperCode = selectField(words("纸质票据代码", "Paper code"), codes, true);
  const number = { inputmode: "numeric", maxlength: "12" };
  const first = textField(words("起始号", "First"), number, true);
  const last = textField(words("终止号，只有一张则不填", "Last; empty: only one"), number);
  const reason = textField(words("作废原因", "Why"), { maxlength: "200" }, true);
  const note = noteBox();
  const run = (): Promise<void> =>
    tried(
      async () => {
        const from = first.control.value.trim();
        const { spoilt } = await post("spoilt", "paper-books/spoil", {
          paperCode: paperCode.control.value,
          first: from,
          last: last.control.value.trim() || from,
          reason: reason.control.value.trim(),
        });
        await showPaper(me, words(`已作废 ${spoilt} 张空白纸质票据`, `${spoilt} marked as spoilt`));
      },
      note,
      { "/paperCode": paperCode, "/first": first, "/last": last, "/reason": reason },
    );
  return formCard(
    words("作废空白纸质票据（卡纸、污损）", "Mark blanks as spoilt: jammed, stained"),
    [paperCode.box, first.box, last.box, reason.box],
    note,
    { label: words("作废空白", "Mark as spoilt"), run },
  );
}
