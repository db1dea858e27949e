import { mayAtDesk } from "../../domain/deskRoles.ts";
import { both, el } from "../shared/dom.ts";
import { beijingTime, words } from "../shared/words.ts";
import { kindName, type BlankView, type Me, type Summary } from "./answers.ts";
import { get } from "./ask.ts";
import { downloads } from "./download.ts";
import { pagedList } from "./pagedList.ts";
import { heading, showMain, table } from "./parts.ts";

/**
 * 作废: numbers that became no receipt, and blanks that were spoilt, each with its reason. An issued e-receipt is never void: it is
 * reversed (docs/domain.md 3.6). Voiding a number is the service's own act, marking a blank a cashier's.
 */
export async function showVoids(me: Me): Promise<void> {
  const numbers = numberList(me);
  const blanks = blankList();
  const act = (href: string, zh: string, en: string): HTMLElement =>
    el("a", { class: "button", href }, both(words(zh, en)));
  const { role } = me.account;
  showMain(
    heading(words("作废", "Void")),
    el("div", { class: "card" }, ...rules().map((text) => el("p", {}, both(text)))),
    el(
      "p",
      { class: "buttons" },
      mayAtDesk(role, "ask_reversal")
        ? act("/unit/receipts", "找到票据去冲红", "Find a receipt and reverse it")
        : act("/unit/requests", "冲红申请", "Requests to reverse"),
      act("/unit/paper", mayAtDesk(role, "paper") ? "作废空白纸质" : "纸质票据", "Paper"),
      mayAtDesk(role, "numbers") ? act("/unit/books", "退回未用票号", "Return unused numbers") : undefined,
    ),
    el("h2", {}, both(words("作废的电子票号", "Void numbers of e-receipts"))),
    numbers.element,
    el("h2", {}, both(words("作废的空白纸质票据", "Spoilt blanks"))),
    blanks.element,
  );
  await Promise.all([numbers.reload(), blanks.reload()]);
}

const rules = () => [
  words(
    "已开出的电子票据不能作废，只能冲红：另开一张负数的红票，原票号仍在账上。",
    "An issued e-receipt is never made void: it is reversed by a red-letter receipt, and its number stays accounted for.",
  ),
  words(
    "电子票号作废由系统自动登记：号码已取用，但票据做不出来时，号码作废并上链，请用新的业务流水号重开。无需人工操作。",
    "A number becomes void by itself, if it was taken but no receipt can be made of it; it is anchored as void: issue anew with another busNo. Nobody has to do anything.",
  ),
  words(
    "没有用过的票号不作废，退回财政部门；损坏的空白纸质由开票员登记作废；已换开的纸质在票据页收回作废。",
    "Unused numbers are returned to the bureau, not voided. Cashiers mark spoilt blanks; paper that was given is taken back on its receipt's page.",
  ),
];

function numberList(me: Me) {
  const cells = (each: Summary): readonly string[] => [
    ...[each.code, each.number, kindName(me, each.kind), beijingTime(each.issuedAtMs).slice(0, 16)],
    ...[each.placeCode, each.busNo, each.voidReason ?? ""],
  ];
  return pagedList<Summary>(
    async (cursor) => {
      const place = cursor === undefined ? "" : `&cursor=${cursor}`;
      const { receipts, nextCursor } = await get("receipts", `receipts?state=void${place}`);
      return { rows: receipts, next: nextCursor };
    },
    (receipts) =>
      receipts.length === 0
        ? [el("p", { class: "note" }, both(words("没有作废的电子票号", "No number is void")))]
        : [
            table(
              words("作废的电子票号，新的在前", "Void numbers, newest first"),
              [
                { head: words("票据代码", "Code") },
                { head: words("号码", "Number") },
                { head: words("票种", "Kind") },
                { head: words("取号时间", "Taken") },
                { head: words("开票点", "Place") },
                { head: words("业务流水号", "busNo") },
                { head: words("作废原因", "Why") },
              ],
              receipts.map(cells),
            ),
            downloads("作废票号", [
              ["票据代码", "票据号码", "票种", "取号时间", "开票点", "业务流水号", "作废原因"],
              ...receipts.map(cells),
            ]),
          ],
  );
}

function blankList() {
  const cells = ({ paperCode, paperNumber, reason, spoiltAtMs }: BlankView): readonly string[] => [
    ...[paperCode, paperNumber, beijingTime(spoiltAtMs).slice(0, 16), reason],
  ];
  return pagedList<BlankView>(
    async (cursor) => {
      const place = cursor === undefined ? "" : `?cursor=${cursor}`;
      const { blanks, nextCursor } = await get("blanks", `paper-books/spoilt${place}`);
      return { rows: blanks, next: nextCursor };
    },
    (blanks) =>
      blanks.length === 0
        ? [el("p", { class: "note" }, both(words("没有作废的空白", "No blank was spoilt")))]
        : [
            table(
              words("作废的空白，新的在前", "Spoilt blanks, newest first"),
              [
                { head: words("纸质票据代码", "Paper code") },
                { head: words("号码", "Number") },
                { head: words("作废时间", "When") },
                { head: words("作废原因", "Why") },
              ],
              blanks.map(cells),
            ),
            downloads("作废空白", [["纸质票据代码", "号码", "作废时间", "作废原因"], ...blanks.map(cells)]),
          ],
  );
}
