import type { Text } from "../../core/reportTexts.ts";
import { both, el } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import type { BookList } from "./answers.ts";
import { dayTime } from "./applicationsPart.ts";
import { get, post } from "./ask.ts";
import type { NumberPage } from "./booksView.ts";
import { downloads } from "./download.ts";
import { clockOf, newBusNo } from "./issueView.ts";
import type { ReturnView } from "./numberAnswers.ts";
import { allRows } from "./pagedList.ts";
import { noteBox, selectField, table, textField } from "./parts.ts";
import { formCard, tried } from "./tried.ts";

const STATES: Readonly<Record<ReturnView["state"], Text>> = {
  submitted: words("待审核", "with the bureau"),
  passed: words("已通过", "passed"),
  returned: words("未同意，可继续使用", "not agreed: goes on being used"),
};
const HEADS = ["退票单号", "票据代码", "起始号", "终止号", "张数", "原因", "申请人", "时间", "状态", "审核意见"];

/** 退票: unused ends of books on their way back to the bureau. */
export async function returnsPart(page: NumberPage, books: BookList["books"]): Promise<HTMLElement> {
  const rows = (await allReturns()).toReversed().map(cellsOf);
  const list =
    rows.length === 0
      ? el("p", { class: "note" }, both(words("没有退过票号", "No numbers were returned")))
      : table(
          words("退票单，新的在前", "Returns, newest first"),
          [
            { head: words("退票单号", "No.") },
            { head: words("代码", "Code") },
            { head: words("起始号", "First") },
            { head: words("终止号", "Last") },
            { head: words("张数", "Count"), isMoney: true },
            { head: words("原因", "Why") },
            { head: words("申请人", "By") },
            { head: words("时间", "Time") },
            { head: words("状态", "State") },
            { head: words("审核意见", "Opinion") },
          ],
          rows,
        );
  return el(
    "section",
    {},
    el("h2", {}, both(words("退回未用票号", "Return unused numbers"))),
    list,
    downloads("退票单", [HEADS, ...rows]),
    page.mayChange ? returnForm(page, books) : undefined,
  );
}

const allReturns = (): Promise<readonly ReturnView[]> =>
  allRows(async (cursor) => {
    const from = cursor === "" ? "" : `&cursor=${cursor}`;
    const { returns: rows, nextCursor } = await get("returns", `numbers/returns?limit=500${from}`);
    return { rows, nextCursor };
  });

function cellsOf(each: ReturnView): readonly string[] {
  const { review } = each;
  return [
    ...[each.returnNo, each.eInvoiceCode, each.first, each.last, String(each.count), each.reason, each.author],
    dayTime(each.createdAt),
    each.doneAt === undefined ? STATES[each.state].zh : "已退回财政",
    review === undefined ? "" : `${review.reviewer}：${review.opinion}`,
  ];
}

function returnForm(page: NumberPage, books: BookList["books"]): HTMLElement {
  const some = books.filter(({ left }) => left > 0);
  const options = some.map(
    (book) =>
      [String(book.bookId), `${book.eInvoiceCode}　${book.next ?? ""}～${book.last}（${book.left} 张）`] as const,
  );
  const book = selectField(words("号段的未用部分", "Unused part of a book"), options, true);
  const first = textField(words("从此号起退，不填则全部退", "From this number; empty: all"), {
    ...{ inputmode: "numeric", maxlength: "10" },
  });
  const reason = textField(words("退票原因", "Why"), { maxlength: "200" }, true);
  const note = noteBox();
  const returnNo = newBusNo(clockOf(page.me)());
  const run = (): Promise<void> =>
    tried(
      async () => {
        const from = first.control.value.trim();
        await post("nothing", "numbers/returns", {
          ...{ returnNo, bookId: Number(book.control.value), reason: reason.control.value.trim() },
          ...(from === "" ? {} : { first: from.padStart(10, "0") }),
        });
        await page.done(words("已提交退票，这些票号不再使用", "Handed in: these numbers are used no more"));
      },
      note,
      { "/bookId": book, "/first": first, "/reason": reason },
    );
  return formCard(words("退票", "Return"), [book.box, first.box, reason.box], note, {
    label: words("提交退票", "Return them"),
    run,
  });
}
