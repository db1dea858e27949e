import type { Text } from "../../core/reportTexts.ts";
import { parseReceiptCode } from "../../domain/code.ts";
import { yearsOpen } from "../../domain/numberRules.ts";
import { both, el, type Child } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import { get, post } from "./ask.ts";
import type { NumberPage } from "./booksView.ts";
import { downloads } from "./download.ts";
import { clockOf, newBusNo } from "./issueView.ts";
import type { ApplicationView } from "./numberAnswers.ts";
import { allRows } from "./pagedList.ts";
import { button, noteBox, selectField, table, textField } from "./parts.ts";
import { countOf, formCard, tried } from "./tried.ts";

const STATES: Readonly<Record<ApplicationView["state"], Text>> = {
  new: words("草稿", "draft"),
  saved: words("草稿", "draft"),
  submitted: words("待审核", "with the bureau"),
  passed: words("已通过", "passed"),
  returned: words("已退回", "sent back"),
};

/** 申领: applications with the bureau's word on each, and a form for the next. */
export async function applicationsPart(page: NumberPage): Promise<HTMLElement> {
  const all = (await allApplications()).toReversed();
  const note = noteBox();
  const form = el("div");
  const showNew = (): void => form.replaceChildren(applicationForm(page, undefined, showNew));
  const edit = (application: ApplicationView): void => {
    form.replaceChildren(applicationForm(page, application, showNew));
    form.querySelector("select")?.focus();
  };
  if (page.mayChange) showNew();
  return el(
    "section",
    {},
    el("h2", {}, both(words("申领票号", "Apply for numbers"))),
    note.box,
    applicationsTable(page, all, (application) => actions(page, application, edit, note)),
    downloads("申领单", [HEADS, ...all.map((each) => cellsOf(page, each))]),
    form,
  );
}

const allApplications = (): Promise<readonly ApplicationView[]> =>
  allRows(async (cursor) => {
    const from = cursor === "" ? "" : `&cursor=${cursor}`;
    const { applications: rows, nextCursor } = await get("applications", `numbers/applications?limit=500${from}`);
    return { rows, nextCursor };
  });

const HEADS = ["申领单号", "票种", "票据代码", "数量", "申请人", "时间", "状态", "号码范围", "审核意见"];

/** Without what is done with it. */
function cellsOf(page: NumberPage, each: ApplicationView): readonly string[] {
  const { range, review, state } = each;
  const isGranting = state === "passed" && each.grantedAt === undefined;
  return [
    each.applicationNo,
    page.nameOf(each.kind),
    each.eInvoiceCode,
    String(each.count),
    each.source === "low_water" ? `${each.author}（自动）` : each.author,
    dayTime(each.createdAt),
    isGranting ? "已通过，正在发放" : STATES[state].zh,
    range === undefined ? "" : `${range.first}～${range.last}`,
    review === undefined ? "" : `${review.reviewer}：${review.opinion}`,
  ];
}

export const dayTime = (rfc3339: string): string => rfc3339.slice(0, 16).replace("T", " ");

function applicationsTable(
  page: NumberPage,
  all: readonly ApplicationView[],
  actionsOf: (application: ApplicationView) => Child,
): HTMLElement {
  if (all.length === 0) return el("p", { class: "note" }, both(words("还没有申领单", "No applications yet")));
  return table(
    words("申领单，新的在前", "Applications, newest first"),
    [
      { head: words("申领单号", "No.") },
      { head: words("票种", "Kind") },
      { head: words("代码", "Code") },
      { head: words("数量", "Count"), isMoney: true },
      { head: words("申请人", "By") },
      { head: words("时间", "Time") },
      { head: words("状态", "State") },
      { head: words("号码范围", "Range") },
      { head: words("审核意见", "Opinion") },
      ...(page.mayChange ? [{ head: words("操作", "Do") }] : []),
    ],
    all.map((each) => [...cellsOf(page, each), ...(page.mayChange ? [actionsOf(each)] : [])]),
  );
}

function actions(
  page: NumberPage,
  application: ApplicationView,
  edit: (application: ApplicationView) => void,
  note: ReturnType<typeof noteBox>,
): Child {
  const { applicationNo, state } = application;
  if (state === "submitted" || state === "passed") return "";
  const submit = (): Promise<void> =>
    tried(async () => {
      await post("application", `numbers/applications/${applicationNo}/submit`, {});
      await page.done(SUBMITTED);
    }, note);
  return el(
    "span",
    { class: "buttons" },
    button(words("修改", "Edit"), () => edit(application), {
      class: "plain",
      "aria-label": `修改 Edit ${applicationNo}`,
    }),
    button(words("提交", "Submit"), () => void submit(), {
      class: "plain",
      "aria-label": `提交 Submit ${applicationNo}`,
    }),
  );
}

const SUBMITTED = words("已提交，等财政部门审核", "Submitted: the bureau reviews it");
const SAVED = words("已存为草稿，尚未提交", "Kept as a draft, not submitted");

/** @param given one that was not submitted, or was sent back; undefined: a new one */
function applicationForm(page: NumberPage, given: ApplicationView | undefined, showNew: () => void): HTMLElement {
  const { me } = page;
  const nowMs = clockOf(me)();
  const kind = selectField(
    words("票种", "Kind"),
    me.kinds.map((each) => [each.id, each.eInvoiceName.zh] as const),
    true,
  );
  const years = yearsOpen(nowMs).map((each) => [String(each), String(each)] as const);
  const year = selectField(words("年度", "Year"), years, true);
  const count = textField(words("申领数量", "How many"), { inputmode: "numeric", maxlength: "12" }, true);
  const contact = textField(words("联系人", "Contact"), { maxlength: "50" });
  const phone = textField(words("联系电话", "Phone"), { inputmode: "tel", maxlength: "30" });
  const address = textField(words("地址", "Address"), { maxlength: "200" });
  const memo = textField(words("备注", "Memo"), { maxlength: "200" });
  const note = noteBox();
  if (given !== undefined) {
    kind.control.value = given.kind;
    year.control.value = String(parseReceiptCode(given.eInvoiceCode).year);
    count.control.value = String(given.count);
    for (const [field, name] of [
      [contact, "contact"],
      [phone, "phone"],
      [address, "address"],
      [memo, "memo"],
    ] as const)
      field.control.value = given[name];
  }
  // One number for one form: sent twice, it is applied for once.
  const applicationNo = given?.applicationNo ?? newBusNo(nowMs);
  const content = () => ({
    kind: kind.control.value,
    year: Number(year.control.value),
    count: countOf(count.control.value),
    contact: contact.control.value.trim(),
    phone: phone.control.value.trim(),
    address: address.control.value.trim(),
    memo: memo.control.value.trim(),
  });
  const send = (isSubmitted: boolean): Promise<void> =>
    tried(
      async () => {
        if (given === undefined) {
          await post("application", "numbers/applications", { applicationNo, ...content(), isSubmitted });
        } else {
          await post("application", `numbers/applications/${applicationNo}/save`, content());
          if (isSubmitted) await post("application", `numbers/applications/${applicationNo}/submit`, {});
        }
        await page.done(isSubmitted ? SUBMITTED : SAVED);
      },
      note,
      { ...{ "/kind": kind, "/year": year, "/count": count, "/contact": contact }, "/phone": phone },
    );
  const draft = button(words("存为草稿", "Keep as a draft"), () => void send(false), { class: "plain" });
  const drop = button(words("不改了", "Leave it"), showNew, { class: "plain" });
  const boxes = [kind, year, count, contact, phone, address, memo].map(({ box }) => box);
  return formCard(
    given === undefined
      ? words("新的申领", "New application")
      : words(`修改 ${applicationNo}`, "Change the application"),
    boxes,
    note,
    {
      label: words("提交申领", "Submit"),
      run: () => send(true),
      more: given === undefined ? [draft] : [draft, drop],
    },
  );
}
