import { both, el } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import type { Item, Me } from "./answers.ts";
import { post } from "./ask.ts";
import { downloads } from "./download.ts";
import { button, failureText, heading, noteBox, selectField, showMain, table, textField } from "./parts.ts";

/** 收费项目: what the form fills in by its code. */
export function showItems(me: Me, items: readonly Item[] = me.items): void {
  const note = noteBox();
  const nameOf = (id: string): string => me.kinds.find((kind) => kind.id === id)?.eInvoiceName.zh ?? id;
  const remove = async ({ kind, itemCode }: Item): Promise<void> => {
    try {
      showItems(me, (await post("items", "items/remove", { kind, itemCode })).items);
    } catch (error) {
      note.tell(failureText(error));
    }
  };
  const list = table(
    words("收费项目", "Items"),
    [
      { head: words("票种", "Kind") },
      { head: words("编码", "Code") },
      { head: words("名称", "Name") },
      { head: words("单位", "Unit") },
      { head: words("标准（元）", "Unit price"), isMoney: true },
      { head: words("操作", "Do") },
    ],
    items.map((item) => [
      nameOf(item.kind),
      item.itemCode,
      item.itemName,
      item.itemUnit,
      item.itemStd,
      button(words("删除", "Remove"), () => void remove(item), {
        class: "plain",
        "aria-label": `删除 Remove ${item.itemCode}`,
      }),
    ]),
  );
  const rows = items.map(({ kind, itemCode, itemName, itemUnit, itemStd }) => [
    ...[nameOf(kind), itemCode, itemName, itemUnit, itemStd],
  ]);
  const kept = downloads("收费项目", [["票种", "编码", "名称", "单位", "标准（元）"], ...rows]);
  showMain(heading(words("收费项目", "Items")), note.box, list, kept, newForm(me, note));
}

function newForm(me: Me, note: ReturnType<typeof noteBox>): HTMLElement {
  const kind = selectField(
    words("票种", "Kind"),
    me.kinds.map((each) => [each.id, each.eInvoiceName.zh] as const),
    true,
  );
  const itemCode = textField(words("编码", "Code"), { maxlength: "50" }, true);
  const itemName = textField(words("名称", "Name"), { maxlength: "100" }, true);
  const itemUnit = textField(words("单位", "Unit"), { maxlength: "20" });
  const itemStd = textField(words("标准（元，不固定则不填）", "Unit price, if fixed"), { inputmode: "decimal" });
  const form = el(
    "form",
    { class: "card" },
    el("h2", {}, both(words("新增或修改", "Add or change"))),
    el("div", { class: "grid" }, kind.box, itemCode.box, itemName.box, itemUnit.box, itemStd.box),
    el("button", { type: "submit" }, both(words("保存", "Save"))),
  );
  const send = async (): Promise<void> => {
    try {
      const saved = await post("items", "items", {
        kind: kind.control.value,
        itemCode: itemCode.control.value.trim(),
        itemName: itemName.control.value.trim(),
        itemUnit: itemUnit.control.value.trim(),
        itemStd: itemStd.control.value.trim(),
      });
      showItems(me, saved.items);
      say("已保存");
    } catch (error) {
      note.tell(failureText(error));
    }
  };
  const say = (text: string): void => {
    const told = noteBox();
    told.tell({ zh: text, en: "Saved" }, "good");
    document.querySelector("h1")?.after(told.box);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send();
  });
  return form;
}
