import { both, el } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import { post } from "./ask.ts";
import type { NumberPage } from "./booksView.ts";
import { downloads } from "./download.ts";
import type { LowWaterView } from "./numberAnswers.ts";
import { noteBox, selectField, table, textField } from "./parts.ts";
import { countOf, formCard, tried } from "./tried.ts";

/** 预警线: below which the desk warns, or applies by itself. */
export function marksPart(page: NumberPage, marks: readonly LowWaterView[]): HTMLElement {
  const list =
    marks.length === 0
      ? el("p", { class: "note" }, both(words("还没有预警线", "No marks yet")))
      : table(
          words("库存预警线", "Low-water marks"),
          [
            { head: words("票种", "Kind") },
            { head: words("低于", "Below"), isMoney: true },
            { head: words("自动申领", "Applies by itself") },
            { head: words("申领数量", "For how many"), isMoney: true },
          ],
          marks.map((mark) => [
            page.nameOf(mark.kind),
            mark.threshold === 0 ? "不预警" : String(mark.threshold),
            mark.isAuto ? "是 yes" : "否 no",
            String(mark.pushNumber),
          ]),
        );
  const rows = marks.map((mark) => [
    page.nameOf(mark.kind),
    String(mark.threshold),
    mark.isAuto ? "是" : "否",
    String(mark.pushNumber),
  ]);
  return el(
    "section",
    {},
    el("h2", {}, both(words("库存预警线", "Low-water marks"))),
    list,
    downloads("库存预警线", [["票种", "低于", "自动申领", "申领数量"], ...rows]),
    page.mayChange ? markForm(page, marks) : undefined,
  );
}

function markForm(page: NumberPage, marks: readonly LowWaterView[]): HTMLElement {
  const kinds = page.me.kinds.map((each) => [each.id, each.eInvoiceName.zh] as const);
  const kind = selectField(words("票种", "Kind"), kinds, true);
  const threshold = textField(
    words("低于此数即预警，0 不预警", "Warn below; 0: never"),
    { inputmode: "numeric" },
    true,
  );
  const pushNumber = textField(words("自动申领的数量", "Apply for so many"), { inputmode: "numeric" }, true);
  const auto = selectField(words("低于预警线时", "When below"), [
    ["no", "只提醒 warn only"],
    ["yes", "自动申领 apply by itself"],
  ]);
  const contact = textField(words("联系人", "Contact"), { maxlength: "50" });
  const phone = textField(words("联系电话", "Phone"), { inputmode: "tel", maxlength: "30" });
  const note = noteBox();
  const show = (): void => {
    const mark = marks.find((each) => each.kind === kind.control.value);
    threshold.control.value = String(mark?.threshold ?? "");
    pushNumber.control.value = String(mark?.pushNumber ?? "");
    auto.control.value = mark?.isAuto === true ? "yes" : "no";
    contact.control.value = mark?.contact ?? "";
    phone.control.value = mark?.phone ?? "";
  };
  kind.control.addEventListener("change", show);
  show();
  const run = (): Promise<void> =>
    tried(
      async () => {
        await post("nothing", "numbers/low-water", {
          kind: kind.control.value,
          threshold: countOf(threshold.control.value),
          pushNumber: countOf(pushNumber.control.value),
          isAuto: auto.control.value === "yes",
          contact: contact.control.value.trim(),
          phone: phone.control.value.trim(),
          address: marks.find((each) => each.kind === kind.control.value)?.address ?? "",
        });
        await page.done(words("预警线已保存", "The mark was saved"));
      },
      note,
      {
        ...{ "/kind": kind, "/threshold": threshold, "/pushNumber": pushNumber, "/phone": phone },
        "/contact": contact,
      },
    );
  const boxes = [kind, threshold, auto, pushNumber, contact, phone].map(({ box }) => box);
  return formCard(words("设预警线", "Set a mark"), boxes, note, { label: words("保存预警线", "Save the mark"), run });
}
