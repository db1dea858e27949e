import { both, el } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import type { Me } from "./answers.ts";
import { get } from "./ask.ts";
import { downloads } from "./download.ts";
import { heading, showMain, table } from "./parts.ts";

/** 号段: what is left of each code, and the books. */
export async function showBooks(me: Me): Promise<void> {
  const { books, stock } = await get("books", "books");
  const nameOf = (id: string): string => me.kinds.find((kind) => kind.id === id)?.eInvoiceName.zh ?? id;
  const low = stock.filter(({ isLow }) => isLow);
  const warning = words(
    `票据代码 ${low.map(({ eInvoiceCode }) => eInvoiceCode).join("、")} 的票号快用完了，请申领`,
    "Numbers are running out: ask the bureau for a new book",
  );
  const rows = books.map((book) => [
    nameOf(book.kind),
    book.eInvoiceCode,
    book.first,
    book.last,
    book.next ?? "已用完 used up",
    String(book.left),
    String(book.anchored),
  ]);
  showMain(
    heading(words("号段与结余", "Books and stock")),
    low.length === 0 ? undefined : el("p", { class: "note warn", role: "alert" }, both(warning)),
    table(
      words("结余", "Left"),
      [
        { head: words("票种", "Kind") },
        { head: words("票据代码", "Code") },
        { head: words("剩余张数", "Left"), isMoney: true },
      ],
      stock.map((each) => [nameOf(each.kind), each.eInvoiceCode, each.left.toLocaleString("en-US")]),
    ),
    table(
      words("号段", "Books"),
      [
        { head: words("票种", "Kind") },
        { head: words("票据代码", "Code") },
        { head: words("起始号", "First") },
        { head: words("终止号", "Last") },
        { head: words("下一号", "Next") },
        { head: words("剩余", "Left"), isMoney: true },
        { head: words("已上链", "Anchored"), isMoney: true },
      ],
      rows,
    ),
    downloads("号段", [["票种", "票据代码", "起始号", "终止号", "下一号", "剩余", "已上链"], ...rows]),
  );
}
