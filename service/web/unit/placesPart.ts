import { both, el } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import { post } from "./ask.ts";
import type { NumberPage } from "./booksView.ts";
import { downloads } from "./download.ts";
import type { PlaceView } from "./numberAnswers.ts";
import { button, noteBox, table, textField } from "./parts.ts";
import { formCard, tried } from "./tried.ts";

/** 开票点: where the unit issues; a book can be one place's own. */
export function placesPart(page: NumberPage, places: readonly PlaceView[]): HTMLElement {
  const note = noteBox();
  const list =
    places.length === 0
      ? el("p", { class: "note" }, both(words("没有登记开票点，号段由全单位共用", "None: all places share the books")))
      : table(
          words("开票点", "Issuing places"),
          [
            { head: words("编码", "Code") },
            { head: words("名称", "Name") },
            { head: words("状态", "State") },
            ...(page.mayChange ? [{ head: words("操作", "Do") }] : []),
          ],
          places.map((place) => [
            place.placeCode,
            place.name,
            place.isOpen ? "使用中 open" : "已停用 closed",
            ...(page.mayChange ? [switchButton(page, place, note)] : []),
          ]),
        );
  return el(
    "section",
    {},
    el("h2", {}, both(words("开票点", "Issuing places"))),
    note.box,
    list,
    downloads("开票点", [
      ["编码", "名称", "状态"],
      ...places.map(({ placeCode, name, isOpen }) => [placeCode, name, isOpen ? "使用中" : "已停用"]),
    ]),
    page.mayChange ? placeForm(page) : undefined,
  );
}

/** Closing gives its books back to all places. */
function switchButton(page: NumberPage, place: PlaceView, note: ReturnType<typeof noteBox>): HTMLElement {
  const label = place.isOpen ? words("停用", "Close") : words("启用", "Open");
  const change = (): Promise<void> =>
    tried(async () => {
      await post("nothing", "numbers/places", { ...place, isOpen: !place.isOpen });
      await page.done(words("开票点已改", "The place was changed"));
    }, note);
  return button(label, () => void change(), {
    class: "plain",
    "aria-label": `${label.zh} ${label.en} ${place.placeCode}`,
  });
}

function placeForm(page: NumberPage): HTMLElement {
  const placeCode = textField(words("编码", "Code"), { maxlength: "50" }, true);
  const name = textField(words("名称", "Name"), { maxlength: "50" }, true);
  const note = noteBox();
  const run = (): Promise<void> =>
    tried(
      async () => {
        const place = { placeCode: placeCode.control.value.trim(), name: name.control.value.trim(), isOpen: true };
        await post("nothing", "numbers/places", place);
        await page.done(words("开票点已保存", "The place was saved"));
      },
      note,
      { "/placeCode": placeCode, "/name": name },
    );
  return formCard(words("新增开票点或改名", "Add or rename a place"), [placeCode.box, name.box], note, {
    label: words("保存开票点", "Save the place"),
    run,
  });
}
