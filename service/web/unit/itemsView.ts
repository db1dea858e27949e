import type { Text } from "../../core/reportTexts.ts";
import { both, el } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import { kindName, type Item, type Me } from "./answers.ts";
import { post } from "./ask.ts";
import { downloads } from "./download.ts";
import {
  button,
  failureText,
  focusHeading,
  heading,
  noteBox,
  say,
  selectField,
  showMain,
  table,
  textField,
} from "./parts.ts";
import { formCard, tried } from "./tried.ts";

/** 收费项目: what the form fills in by its code. */
export function showItems(me: Me, items: readonly Item[] = me.items, told?: Text): void {
  const note = noteBox();
  note.tell(told, "good");
  const remove = async ({ kind, itemCode }: Item): Promise<void> => {
    try {
      showItems(me, (await post("items", "items/remove", { kind, itemCode })).items, words("已删除", "Removed"));
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
      kindName(me, item.kind),
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
    ...[kindName(me, kind), itemCode, itemName, itemUnit, itemStd],
  ]);
  const kept = downloads("收费项目", [["票种", "编码", "名称", "单位", "标准（元）"], ...rows]);
  const none = words(
    "还没有收费项目：建好后开票时填编码即可带出",
    "None yet: the form fills in what is kept here, by its code",
  );
  const shown = items.length === 0 ? el("p", { class: "note" }, both(none)) : list;
  showMain(heading(words("收费项目", "Items")), note.box, shown, kept, newForm(me));
  if (told === undefined) return;
  say(told);
  focusHeading();
}

function newForm(me: Me): HTMLElement {
  const kind = selectField(
    words("票种", "Kind"),
    me.kinds.map((each) => [each.id, each.eInvoiceName.zh] as const),
    true,
  );
  const itemCode = textField(words("编码", "Code"), { maxlength: "50" }, true);
  const itemName = textField(words("名称", "Name"), { maxlength: "100" }, true);
  const itemUnit = textField(words("单位", "Unit"), { maxlength: "20" });
  const itemStd = textField(words("标准（元，不固定则不填）", "Unit price, if fixed"), { inputmode: "decimal" });
  const own = noteBox();
  const run = (): Promise<void> =>
    tried(
      async () => {
        const saved = await post("items", "items", {
          kind: kind.control.value,
          itemCode: itemCode.control.value.trim(),
          itemName: itemName.control.value.trim(),
          itemUnit: itemUnit.control.value.trim(),
          itemStd: itemStd.control.value.trim(),
        });
        showItems(me, saved.items, words("已保存", "Saved"));
      },
      own,
      {
        ...{ "/kind": kind, "/itemCode": itemCode, "/itemName": itemName },
        ...{ "/itemUnit": itemUnit, "/itemStd": itemStd },
      },
    );
  const boxes = [kind.box, itemCode.box, itemName.box, itemUnit.box, itemStd.box];
  return formCard(words("新增或修改", "Add or change"), boxes, own, { label: words("保存", "Save"), run }, "h2");
}
