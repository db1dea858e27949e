import type { Text } from "../../core/reportTexts.ts";
import { both, el, type Child } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import type { Detail } from "./answers.ts";
import { post } from "./ask.ts";
import { button, failureText, noteBox, textField } from "./parts.ts";

const STATES: Readonly<Record<NonNullable<Detail["paper"]>["state"], Text>> = {
  requested: words("正在换开：链上确认前请勿交出纸质票据", "being exchanged: do not hand the paper out yet"),
  given: words("已换开纸质", "exchanged to paper"),
  returning: words("正在收回", "being taken back"),
};

/** 换开: the number of the blank in hand, or the paper back. */
export function paperForm(receipt: Detail, reload: () => void): readonly Child[] {
  if (receipt.isRed || receipt.reversedBy !== undefined) return [];
  const { paper } = receipt;
  const path = `receipts/${receipt.code}/${receipt.number}/paper`;
  const note = noteBox();
  const send = async (to: string, body: object): Promise<void> => {
    try {
      await post("exchange", to, body);
      reload();
    } catch (error) {
      note.tell(failureText(error));
    }
  };
  const number = textField(words("手中空白纸质票据的号码", "Number on the blank in hand"), {
    inputmode: "numeric",
    maxlength: "20",
  });
  const reason = textField(words("收回原因", "Why it comes back"), { maxlength: "80" }, true);
  const exchange = (): void => {
    const typed = number.control.value.trim();
    void send(path, typed === "" ? {} : { paperNumber: typed });
  };
  const damage = textField(
    words("损坏情况（纸质已交回）", "What is wrong with it; it was handed back"),
    { maxlength: "80" },
    true,
  );
  const replace = (): void => {
    const typed = number.control.value.trim();
    const blank = typed === "" ? {} : { paperNumber: typed };
    void send(`${path}/replacement`, { ...blank, reason: damage.control.value.trim() });
  };
  const parts =
    paper === undefined
      ? [number.box, button(words("换开纸质", "Exchange to paper"), exchange, { class: "plain" })]
      : [
          el("p", { class: "note warn" }, both(STATES[paper.state]), ` ${paper.code} ${paper.number}`),
          ...(paper.state === "given"
            ? [
                reason.box,
                button(
                  words("收回并作废纸质", "Take the paper back"),
                  () => void send(`${path}/return`, { reason: reason.control.value.trim() }),
                  { class: "plain" },
                ),
                damage.box,
                number.box,
                button(words("重新换开", "Give other paper"), replace, { class: "plain" }),
              ]
            : []),
        ];
  return [el("section", { class: "card" }, el("h2", {}, both(words("纸质票据", "Paper"))), ...parts, note.box)];
}
