import type { PayerFacet } from "../../app/payerPorts.ts";
import type { Receipt } from "../../app/storePorts.ts";
import { codeTextOf } from "../../domain/code.ts";
import { yuanGrouped } from "../../domain/money.ts";
import { numberText } from "../../domain/number.ts";
import type { Reply } from "../call.ts";
import { escapeHtml } from "../pages/html.ts";
import { bilingual, citizenPage, notice } from "./citizenPage.ts";

const TITLE = "我的票据 · 链票";
const HEADING = `<h1>${bilingual("我的票据", "My receipts")}</h1>`;

/** Who has come without a session says where codes may be sent. */
export function askPage(said: string): Reply {
  return citizenPage(
    TITLE,
    `${HEADING}${sentences.get(said) ?? ""}
<p>请填写开票时留给单位的邮箱或手机号，我们把一次性验证码发到那里。不需要注册账号。<br>
<span class="en" lang="en">Enter the e-mail address or phone number that you left with the unit: a one-time code is sent there.
No account is needed.</span></p>
<form method="post" action="/my/code" class="fields">
<label>${bilingual("邮箱地址或手机号", "E-mail address or phone number")}
<input name="contact" required maxlength="254" autocomplete="email" inputmode="email"></label>
<div><button class="main">${bilingual("发送验证码", "Send me a code")}</button></div>
</form>
<h2>${bilingual("没有留邮箱或手机号？", "You left neither?")}</h2>
<p>可用票据上的二维码或要素<a href="/check">查验</a>，或联系开票单位。<br>
<span class="en" lang="en">Check the receipt by its QR code or what is printed on it, or turn to the unit.</span></p>`,
  );
}

/** The same for every contact: it tells nobody who is a payer. */
export function codePage(loginId: string, said: string): Reply {
  return citizenPage(
    TITLE,
    `${HEADING}${sentences.get(said) ?? ""}
<p>如果有票据留了这个邮箱或手机号，验证码已经发出，10 分钟内有效，可以试 5 次。<br>
<span class="en" lang="en">If a receipt was issued to this contact, a code is on its way. It is valid for 10 minutes and 5 tries.</span></p>
<form method="post" action="/my/enter" class="fields">
<input type="hidden" name="login" value="${escapeHtml(loginId)}">
<label>${bilingual("6 位验证码", "6-digit code")}
<input name="code" required pattern="[0-9]{6}" maxlength="6" inputmode="numeric" autocomplete="one-time-code"></label>
<div><button class="main">${bilingual("查看我的票据", "Show my receipts")}</button></div>
</form>
<p><a href="/my">${bilingual("重新填写邮箱或手机号", "Enter another contact")}</a></p>`,
  );
}

const sentences: ReadonlyMap<string, string> = new Map([
  ["malformed", notice("请填写一个邮箱地址或手机号。", "Enter an e-mail address or a phone number.", "alert")],
  ["too_many", notice("请求过于频繁，请一小时后再试。", "Asked too often: try again in an hour.", "alert")],
  [
    "refused",
    notice(
      "验证码不对或已失效。试满 5 次后请重新获取。",
      "The code is wrong or no longer valid. After 5 tries ask for a new one.",
      "alert",
    ),
  ],
  ["left", notice("已退出。", "You have left.")],
  [
    "forgotten",
    notice(
      "您的邮箱或手机号已删除，今后不能再用它查询；票据本身不受影响。",
      "Your contact is deleted and finds nothing any more; the receipts stay as they are.",
    ),
  ],
]);

export type ReceiptListContext = {
  readonly facets: readonly PayerFacet[];
  readonly chosen: { readonly unit: string; readonly year: string; readonly kind: string };
  readonly kindName: (kind: string) => string;
  /** Address of the next page; undefined on the last. */
  readonly next: string | undefined;
};

/** The payer's receipts, newest first, with what they can be narrowed by. */
export function listPage(receipts: readonly Receipt[], context: ReceiptListContext): Reply {
  const { facets, chosen, kindName, next } = context;
  const units = optionsOf(facets, (facet) => [String(facet.unitId), facet.unitName]);
  const years = optionsOf(facets, (facet) => [String(facet.year), String(facet.year)]);
  const kinds = optionsOf(facets, (facet) => [facet.kind, kindName(facet.kind)]);
  return citizenPage(
    TITLE,
    `${HEADING}
<form method="get" action="/my" class="filters">
${select("unit", "单位", "Unit", units, chosen.unit)}
${select("year", "年份", "Year", years, chosen.year)}
${select("kind", "种类", "Kind", kinds, chosen.kind)}
<div><button>${bilingual("筛选", "Filter")}</button></div>
</form>
${receipts.length === 0 ? NOTHING : `<ul class="receipts">${receipts.map(row).join("")}</ul>`}
${next === undefined ? "" : `<p><a class="button" href="${escapeHtml(next)}">${bilingual("更早的票据", "Earlier receipts")}</a></p>`}
<div class="actions"><form method="post" action="/my/leave"><button>${bilingual("退出", "Leave")}</button></form></div>
<details><summary>${bilingual("删除我的联系方式", "Delete my contact")}</summary>
<p>删除后不能再用它查询票据，尚未发出的通知也不再发送。票据本身不受影响。<br>
<span class="en" lang="en">It finds nothing any more, and what was not sent yet is not sent. The receipts stay as they are.</span></p>
<form method="post" action="/my/forget"><button>${bilingual("确认删除", "Delete it")}</button></form></details>`,
  );
}

const NOTHING = `<p>${bilingual("没有符合条件的票据。", "There are no such receipts.")}</p>`;

type Option = readonly [value: string, name: string];

function optionsOf(facets: readonly PayerFacet[], of: (facet: PayerFacet) => Option): readonly Option[] {
  return [...new Map(facets.map(of))];
}

function select(name: string, zh: string, en: string, options: readonly Option[], chosen: string): string {
  const choices = options.map(
    ([value, text]) =>
      `<option value="${escapeHtml(value)}"${value === chosen ? " selected" : ""}>${escapeHtml(text)}</option>`,
  );
  return `<label>${bilingual(zh, en)}<select name="${name}"><option value="">全部 All</option>${choices.join("")}</select></label>`;
}

function lifeOf({ reversedBy, reverses, paper }: Pick<Receipt, "reversedBy" | "reverses" | "paper">): string {
  if (reversedBy !== undefined) return REVERSED;
  if (paper !== undefined) return ON_PAPER;
  return reverses === undefined ? "" : RED;
}

const ON_PAPER = `<strong class="state">${bilingual("已换开", "on paper")}</strong> `;
const REVERSED = `<strong class="state">${bilingual("已冲红", "reversed")}</strong> `;
const RED = `<strong class="state">${bilingual("红字票据", "red-letter")}</strong> `;

function row({ code, number, data, reversedBy, reverses, paper }: Receipt): string {
  const date = `${data.issueDate.slice(0, 4)}-${data.issueDate.slice(4, 6)}-${data.issueDate.slice(6)}`;
  const [codeText, numbers] = [codeTextOf(code), numberText(number)];
  const life = lifeOf({ reversedBy, reverses, paper });
  return `<li><a href="/my/receipts/${codeText}/${numbers}">
<span>${escapeHtml(data.invoicingPartyName)}<br><small>${escapeHtml(data.eInvoiceName)} · <span class="whole">${date}</span> · ${codeText} ${numbers}</small></span>
${life}<span class="amount">¥ ${yuanGrouped(data.totalAmount)}</span></a></li>`;
}
