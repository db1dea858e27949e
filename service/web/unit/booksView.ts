import type { Text } from "../../core/reportTexts.ts";
import { mayAtDesk } from "../../domain/deskRoles.ts";
import { both, el } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import { kindName, type BookList, type Me } from "./answers.ts";
import { get, post } from "./ask.ts";
import { applicationsPart } from "./applicationsPart.ts";
import { downloads } from "./download.ts";
import { marksPart } from "./marksPart.ts";
import type { PlaceView } from "./numberAnswers.ts";
import { focusHeading, grouped, heading, noteBox, say, showMain, table } from "./parts.ts";
import { placesPart } from "./placesPart.ts";
import { returnsPart } from "./returnsPart.ts";
import { stockPart } from "./stockPart.ts";
import { tried } from "./tried.ts";

/** What the parts of this page are given. */
export type NumberPage = {
  readonly me: Me;
  /** Whether this account applies and returns; else it only looks. */
  readonly mayChange: boolean;
  readonly nameOf: (kindId: string) => string;
  /** The page anew, with what was done. */
  readonly done: (text: Text) => Promise<void>;
};

/** 号段与申领: what is left, applications, returns, marks, places, and the stock ledger. */
export async function showBooks(me: Me, told?: Text): Promise<void> {
  const page: NumberPage = {
    me,
    mayChange: mayAtDesk(me.account.role, "numbers"),
    nameOf: (id) => kindName(me, id),
    done: (text) => showBooks(me, text),
  };
  const [list, { places }, { marks }] = await Promise.all([
    get("books", "books"),
    get("places", "numbers/places"),
    get("lowWater", "numbers/low-water"),
  ]);
  const parts = [
    booksPart(page, list, places),
    await applicationsPart(page),
    await returnsPart(page, list.books),
    await stockPart(page),
    marksPart(page, marks),
    placesPart(page, places),
  ];
  const note = noteBox();
  note.tell(told, "good");
  showMain(heading(words("号段与申领", "Numbers")), note.box, lowWarning(list), ...parts);
  if (told !== undefined) {
    say(told);
    focusHeading();
  }
}

function lowWarning({ stock }: BookList): HTMLElement | undefined {
  const low = stock.filter(({ isLow }) => isLow);
  if (low.length === 0) return undefined;
  const codes = low.map(({ eInvoiceCode }) => eInvoiceCode).join("、");
  const text = words(`票据代码 ${codes} 的票号快用完了，请申领`, "Numbers are running out: apply for more");
  return el("p", { class: "note warn", role: "alert" }, both(text));
}

function booksPart(page: NumberPage, { books, stock }: BookList, places: readonly PlaceView[]): HTMLElement {
  const note = noteBox();
  const plain = books.map((book) => [
    page.nameOf(book.kind),
    book.eInvoiceCode,
    book.first,
    book.last,
    book.next ?? "已用完 used up",
    String(book.left),
    String(book.anchored),
    book.placeCode ?? "全单位",
  ]);
  const rows = books.map((book, index) => [
    ...(plain[index] ?? []).slice(0, 5),
    ...[grouped(book.left), grouped(book.anchored)],
    page.mayChange ? placeControl(page, book, places, note) : (plain[index]?.[7] ?? ""),
  ]);
  const totals = (["left", "anchored"] as const).map((name) =>
    grouped(books.reduce((sum, book) => sum + book[name], 0)),
  );
  return el(
    "section",
    {},
    el("h2", {}, both(words("结余", "Left"))),
    table(
      words("各票据代码剩余", "Left of each code"),
      [
        { head: words("票种", "Kind") },
        { head: words("票据代码", "Code") },
        { head: words("剩余张数", "Left"), isMoney: true },
      ],
      stock.map((each) => [page.nameOf(each.kind), each.eInvoiceCode, grouped(each.left)]),
    ),
    note.box,
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
        { head: words("开票点", "Place") },
      ],
      rows,
      ["合计 Total", "", "", "", "", ...totals, ""],
    ),
    downloads("号段", [["票种", "票据代码", "起始号", "终止号", "下一号", "剩余", "已上链", "开票点"], ...plain]),
  );
}

/** Which place's own the book is. */
function placeControl(
  page: NumberPage,
  { bookId, placeCode = "", first, last }: BookList["books"][number],
  places: readonly PlaceView[],
  note: ReturnType<typeof noteBox>,
): HTMLElement {
  const open = places.filter((place) => place.isOpen || place.placeCode === placeCode);
  const known = open.some((place) => place.placeCode === placeCode) || placeCode === "";
  const select = el(
    "select",
    { "aria-label": `号段 ${first}～${last} 归开票点 Its place` },
    el("option", { value: "" }, "全单位 all places"),
    ...open.map((place) => el("option", { value: place.placeCode }, `${place.placeCode} ${place.name}`)),
    known ? undefined : el("option", { value: placeCode }, placeCode),
  );
  select.value = placeCode;
  select.addEventListener("change", () => {
    void tried(async () => {
      const wanted = { placeCode: select.value === "" ? null : select.value };
      await post("books", `numbers/books/${bookId}/place`, wanted);
      await page.done(words("号段的开票点已改", "The book's place was changed"));
    }, note);
  });
  return select;
}
