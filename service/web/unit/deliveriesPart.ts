import type { Text } from "../../core/reportTexts.ts";
import { both, el, type Child } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import { dayTime } from "./applicationsPart.ts";
import type { DeliveryList, Detail } from "./answers.ts";
import { get, post } from "./ask.ts";
import { button, failureText, noteBox, table, textField } from "./parts.ts";
import { formCard, tried } from "./tried.ts";

const CHANNELS: Readonly<Record<DeliveryList["deliveries"][number]["channel"], Text>> = {
  email: words("邮件", "e-mail"),
  sms: words("短信", "SMS"),
};
const STATES: Readonly<Record<DeliveryList["deliveries"][number]["state"], Text>> = {
  held: words("欠缴，暂不发送", "held in arrears"),
  waiting: words("待发送", "waiting"),
  sent: words("已发送", "sent"),
  failed: words("发送失败，请核对联系方式", "failed: check the contact"),
  cancelled: words("已取消", "cancelled"),
};

/** 送达: what was sent to the payer and how it fared; other contacts, and an end to links that went to a wrong one. */
export function deliveriesPart({ code, number }: Detail): HTMLElement {
  const path = `receipts/${code}/${number}`;
  const list = el("div");
  const note = noteBox();
  const show = (deliveries: DeliveryList): void => list.replaceChildren(...listOf(deliveries));
  const load = async (): Promise<void> => {
    try {
      show(await get("deliveries", `${path}/deliveries`));
    } catch (error) {
      note.tell(failureText(error));
    }
  };
  const email = textField(words("邮箱", "E-mail"), { inputmode: "email", maxlength: "254" });
  const phone = textField(words("手机", "Mobile"), { inputmode: "tel", maxlength: "20" });
  const reason = textField(words("更正原因", "Why"), { maxlength: "200" }, true);
  const correct = async (): Promise<void> => {
    const isNone = email.control.value.trim() + phone.control.value.trim() === "";
    email.tell(isNone ? words("请填写邮箱或手机", "Give an e-mail address or a mobile") : undefined);
    if (isNone) email.control.focus();
    else await send();
  };
  const send = (): Promise<void> =>
    tried(
      async () => {
        const given = { email: email.control.value.trim(), phone: phone.control.value.trim() };
        const contacts = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ""));
        show(await post("deliveries", `${path}/contact`, { ...contacts, reason: reason.control.value.trim() }));
        note.tell(
          words("已更正，旧链接已停用，正发往新的联系方式", "Corrected: old links are off, the new contact is sent to"),
          "good",
        );
      },
      note,
      { "/email": email, "/phone": phone, "/reason": reason },
    );
  const revoke = (): Promise<void> =>
    tried(async () => {
      const { revoked } = await post("revoked", `${path}/revoke-links`, {});
      note.tell(words(`已停用 ${revoked} 个取票链接`, `${revoked} links were switched off`), "good");
    }, note);
  void load();
  const off = button(words("停用取票链接", "Switch links off"), () => void revoke(), { class: "plain" });
  const title = words("所填即今后全部联系方式", "All contacts from now on");
  const form = formCard(title, [email.box, phone.box, reason.box], note, {
    ...{ label: words("更正并发送", "Correct and send"), run: correct, more: [off] },
  });
  return el(
    "section",
    { "data-part": "deliveries" },
    el("h2", {}, both(words("送达", "Deliveries"))),
    list,
    el(
      "details",
      {},
      el("summary", {}, both(words("更正联系方式、停用链接", "Correct the contacts, end links"))),
      form,
    ),
  );
}

function listOf({ deliveries, contactChanges }: DeliveryList): readonly HTMLElement[] {
  if (deliveries.length + contactChanges.length === 0) {
    return [
      el(
        "p",
        { class: "note" },
        both(words("没有发送过；开票时没有留联系方式", "Nothing was sent: no contact was given")),
      ),
    ];
  }
  const rows = deliveries.map((each): readonly Child[] => [
    el("span", {}, both(CHANNELS[each.channel])),
    el("span", {}, both(STATES[each.state])),
    each.sentAt === undefined ? "" : dayTime(each.sentAt),
    each.reason ?? "",
  ]);
  return [
    table(
      words("发送记录", "What was sent"),
      [
        { head: words("方式", "By") },
        { head: words("状态", "State") },
        { head: words("时间", "When") },
        { head: words("说明", "Note") },
      ],
      rows,
    ),
    ...contactChanges.map((each) =>
      el(
        "p",
        { class: "soft" },
        `${dayTime(each.at)}　${each.kind === "corrected" ? "更正联系方式" : "补发"}　${each.reason}`,
      ),
    ),
  ];
}
