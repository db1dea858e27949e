import { both, el } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import type { Answers, Summary } from "./answers.ts";
import { post } from "./ask.ts";
import { failureText, noteBox, textField } from "./parts.ts";

const TOLD = {
  queued: words("已安排发送", "On its way"),
  too_many: words("这张票据或这个地址今天发送次数过多，请明天再试", "Sent too often today: try again tomorrow"),
  no_channel: words("本系统没有配置这种发送方式", "Nothing is set up to send this way"),
} as const satisfies Readonly<Record<Answers["sent"]["result"], unknown>>;

/** Sends a receipt to an e-mail address or a mobile. */
export function sendForm({ code, number }: Pick<Summary, "code" | "number">): HTMLElement {
  const to = textField(words("发送到邮箱或手机", "Send to an e-mail address or mobile"), { maxlength: "254" });
  const note = noteBox();
  const form = el(
    "form",
    { class: "send" },
    to.box,
    el("button", { type: "submit", class: "plain" }, both(words("发送", "Send"))),
    note.box,
  );
  const send = async (): Promise<void> => {
    try {
      const { result } = await post("sent", `receipts/${code}/${number}/send`, { to: to.control.value.trim() });
      note.tell(TOLD[result], result === "queued" ? "good" : "bad");
    } catch (error) {
      note.tell(failureText(error));
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send();
  });
  return form;
}
