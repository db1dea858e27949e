import type { Text } from "../../core/reportTexts.ts";
import { mayAtDesk } from "../../domain/deskRoles.ts";
import { capitalsOf } from "../../domain/capitals.ts";
import { both, el, type Child } from "../shared/dom.ts";
import { beijingTime, words, yuan } from "../shared/words.ts";
import type { Detail, Me } from "./answers.ts";
import { get, post } from "./ask.ts";
import { deliveriesPart } from "./deliveriesPart.ts";
import { STATUS_WORDS } from "./issuedPanel.ts";
import { button, failureText, heading, noteBox, say, showMain } from "./parts.ts";
import { paperForm } from "./paperForm.ts";
import { reversalForm } from "./reversalForm.ts";
import { sendForm } from "./sendForm.ts";
import { tried } from "./tried.ts";

/** One receipt of the unit: what it says, where it stands, its face. */
export async function showReceipt(me: Me, code: string, number: string): Promise<void> {
  try {
    const receipt = await get("receipt", `receipts/${code}/${number}`);
    showMain(...partsOf(me, receipt));
  } catch (error) {
    showMain(
      heading(words("票据", "Receipt")),
      el("p", { class: "note bad", role: "alert" }, both(failureText(error))),
    );
  }
  document.querySelector("h1")?.focus();
}

function partsOf(me: Me, receipt: Detail): readonly Child[] {
  const { data } = receipt;
  const pdf = `/unit/api/receipts/${receipt.code}/${receipt.number}/pdf`;
  const isThere = receipt.status === "rendered" || receipt.status === "anchored";
  const facts: readonly (readonly [zh: string, en: string, value: string])[] = [
    ["票据", "Receipt", `${receipt.code} ${receipt.number}`],
    ["名称", "Name", data.eInvoiceName],
    ["校验码", "Check code", receipt.randomNumber],
    ["业务流水号", "busNo", receipt.busNo],
    ["交款人", "Payer", data.payerPartyName],
    ["开票时间", "Issued", beijingTime(receipt.issuedAtMs)],
    ["开票点", "Place", data.placeCode],
    ["收款人 / 复核人", "By / reviewer", `${data.handlingPerson} / ${data.checker}`],
    ...(receipt.voidReason === undefined ? [] : ([["作废原因", "Void because", receipt.voidReason]] as const)),
  ];
  return [
    heading(receipt.isRed ? words("红票", "Red-letter receipt") : words("票据", "Receipt")),
    el("p", { class: "big" }, yuan(receipt.amountFen)),
    el("p", {}, capitalsOf(receipt.amountFen)),
    el(
      "p",
      { class: "status" },
      both(words("状态", "Status")),
      " ",
      el("strong", {}, both(STATUS_WORDS[receipt.status])),
    ),
    linked(receipt.reversedBy, words("已由红票冲红", "Reversed by the red-letter receipt")),
    linked(receipt.reverses, words("冲红的原票", "Reverses")),
    el(
      "dl",
      { class: "facts" },
      ...facts.map(([zh, en, value]) => el("div", {}, el("dt", {}, both(words(zh, en))), el("dd", {}, value))),
    ),
    isThere
      ? el(
          "p",
          { class: "buttons" },
          el("a", { class: "button", href: pdf }, both(words("下载 PDF", "Download the PDF"))),
          file(`${pdf.slice(0, -3)}xml`, words("XML 数据", "XML")),
          receipt.status === "anchored" ? file(`${pdf.slice(0, -3)}proof`, words("上链证明", "Proof")) : undefined,
          el(
            "a",
            { class: "button", href: receipt.verifyUrl.replace(/^https?:\/\/[^/]+/, "") },
            both(words("查验", "Check it")),
          ),
        )
      : undefined,
    receipt.isHeld ? heldNote(me, receipt) : undefined,
    isThere && mayAtDesk(me.account.role, "send") ? sendForm(receipt) : undefined,
    isThere && mayAtDesk(me.account.role, "send") ? deliveriesPart(receipt) : undefined,
    ...(isThere && mayAtDesk(me.account.role, "ask_reversal") ? reversalForm(me, receipt) : []),
    ...(isThere && mayAtDesk(me.account.role, "paper") ? paperForm(receipt, () => location.reload()) : []),
    isThere
      ? el("object", {
          class: "face",
          type: "application/pdf",
          data: `${pdf}?inline=1`,
          "aria-label": "票面 The receipt's face",
        })
      : undefined,
  ];
}

const file = (href: string, label: Text): HTMLElement => el("a", { class: "button", href }, both(label));

/** 欠缴: neither sent nor shown to the payer until somebody says that it is paid. */
function heldNote(me: Me, { code, number }: Detail): HTMLElement {
  const note = noteBox();
  const release = (): Promise<void> =>
    tried(async () => {
      await post("nothing", `receipts/${code}/${number}/release`, {});
      await showReceipt(me, code, number);
      say(words("已放行", "Released"));
    }, note);
  const text = words("欠缴：未发送，也不对交款人展示", "In arrears: neither sent nor shown to the payer");
  const paid = button(words("已缴清，放行", "Paid: release it"), () => void release(), { class: "plain" });
  return el(
    "div",
    { class: "note warn" },
    el("p", {}, both(text)),
    mayAtDesk(me.account.role, "send") ? paid : undefined,
    note.box,
  );
}

function linked(place: Detail["reversedBy"], label: Text): HTMLElement | undefined {
  if (place === undefined) return undefined;
  const link = el("a", { href: `/unit/receipts/${place.code}/${place.number}` }, `${place.code} ${place.number}`);
  return el("p", { class: "note warn" }, both(label), " ", link);
}
