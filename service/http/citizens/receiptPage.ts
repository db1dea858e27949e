import type { Receipt } from "../../app/storePorts.ts";
import { numberText } from "../../domain/number.ts";
import { codeTextOf } from "../../domain/code.ts";
import { yuanGrouped } from "../../domain/money.ts";
import type { Reply } from "../call.ts";
import { escapeHtml } from "../pages/html.ts";
import { bilingual, citizenPage, notice } from "./citizenPage.ts";

/** What the page needs beside the receipt. */
export type ReceiptPageContext = {
  /** Where its files are and its forms go: "/r/TOKEN" or "/my/receipts/CODE/NUMBER". */
  readonly base: string;
  /** Where anyone checks it. */
  readonly verifyUrl: string;
  /** What the last form did; "" if none was sent. */
  readonly said: string;
  /** True on a payer's own pages, where links can be switched off. */
  readonly isPayer: boolean;
};

/** One receipt as its holder sees it. */
export function receiptPage(receipt: Receipt, context: ReceiptPageContext): Reply {
  const { data } = receipt;
  const isDrawn = receipt.state === "rendered";
  const body = `${context.isPayer ? `<nav><a href="/my">${bilingual("← 我的票据", "My receipts")}</a></nav>` : ""}
${sentences.get(context.said) ?? ""}
<h1>${escapeHtml(data.eInvoiceName)}</h1>
<p>${escapeHtml(data.invoicingPartyName)}</p>
<p class="sum">¥ ${yuanGrouped(data.totalAmount)}</p>
<p>${stateOf(receipt)}</p>
${lifeOf(receipt)}
${isDrawn ? actions(context) : ""}
<dl>${facts(receipt).map(fact).join("")}</dl>
${isDrawn ? face(context) : ""}
${items(receipt)}
<p class="onpaper">本页为打印件，不是票据原件；入账须保存电子文件。查验：${escapeHtml(context.verifyUrl)}<br>
<span lang="en">A print is not the receipt: keep the file. Check it at the address above.</span></p>
${isDrawn ? sendOn(context) : ""}
${context.isPayer ? switchOff(context) : ""}`;
  return citizenPage(`${data.eInvoiceName} · 链票`, body);
}

const sentences: ReadonlyMap<string, string> = new Map([
  ["sent", notice("已排队发送，一般一分钟内送到。", "It is on its way, as a rule within a minute.")],
  [
    "malformed",
    notice(
      "没有发送：请填写一个邮箱地址或手机号。",
      "Nothing was sent: enter an e-mail address or a phone number.",
      "alert",
    ),
  ],
  [
    "too_many",
    notice("没有发送：转发次数过多，请明天再试。", "Nothing was sent: sent on too often, try again tomorrow.", "alert"),
  ],
  [
    "too_many_pictures",
    notice(
      "获取图片过于频繁，请一小时后再试；可下载 PDF。",
      "Too many pictures: try again in an hour, or take the PDF.",
      "alert",
    ),
  ],
  ["no_channel", notice("没有发送：本系统未开通这种发送方式。", "Nothing was sent: we can't send this way.", "alert")],
  ["revoked", notice("此前发出的链接已全部停用。", "All links that were sent are switched off.")],
]);

function stateOf(receipt: Receipt): string {
  if (receipt.anchoring !== undefined) {
    const { batchNo } = receipt.anchoring;
    return `<span class="state">${bilingual(`已上链，批次 ${batchNo}`, `anchored, batch ${batchNo}`)}</span>`;
  }
  const [zh, en] =
    receipt.state === "rendered" ? ["已开具，等待上链", "issued, not anchored yet"] : ["正在生成文件", "being drawn"];
  return `<span class="state">${bilingual(zh, en)}</span>`;
}

/** What became of it, before anything else is read. */
function lifeOf({ reversedBy, reverses, paper }: Receipt): string {
  const name = ({ code, number }: { readonly code: number; readonly number: number }): string =>
    `${codeTextOf(code)} ${numberText(number)}`;
  if (reversedBy !== undefined) {
    const red = name(reversedBy);
    return notice(
      `已冲红：红字票据 ${red}。本票不能再用于报销、入账。`,
      `Reversed by the red-letter receipt ${red}: it can't be reimbursed or booked any more.`,
      "alert",
    );
  }
  if (paper !== undefined) {
    const name = escapeHtml(`${paper.paperCode} ${paper.paperNumber}`);
    return notice(
      `已换开纸质票据 ${name}，以纸质为准；电子票据不能再用于报销、入账。`,
      `Exchanged to the paper receipt ${name}: the paper counts, not this file.`,
      "alert",
    );
  }
  if (reverses === undefined) return "";
  const blue = name(reverses);
  return notice(`红字票据，冲销原票 ${blue}。`, `A red-letter receipt: it reverses ${blue}.`);
}

function actions({ base, verifyUrl }: ReceiptPageContext): string {
  return `<p class="actions">
<a class="button main" href="${base}/pdf" download>${bilingual("下载 PDF", "Download")}</a>
<a class="button" href="${base}/png">${bilingual("图片", "Picture")}</a>
<a class="button" href="${base}/xml" download>${bilingual("下载 XML", "Download")}</a>
<a class="button" href="${escapeHtml(verifyUrl)}">${bilingual("查验", "Check it")}</a>
<button type="button" data-print hidden>${bilingual("打印", "Print")}</button>
</p>
<p class="screen"><small>图片可长按保存或转发，仅供查看；报销、入账须用 PDF 文件。<br>
<span lang="en">A picture is saved by a long press and is to look at: for reimbursement use the PDF.</span></small></p>`;
}

type Fact = readonly [zh: string, en: string, value: string];

function facts({ code, number, data }: Receipt): readonly Fact[] {
  const date = `${data.issueDate.slice(0, 4)}-${data.issueDate.slice(4, 6)}-${data.issueDate.slice(6)}`;
  return [
    ["票据代码", "Code", codeTextOf(code)],
    ["票据号码", "Number", numberText(number)],
    ["校验码", "Check code", data.randomNumber],
    ["开票日期", "Date", `${date} ${data.issueTime}`],
    ["交款人", "Payer", data.payerPartyName],
    ["开票单位", "Issued by", data.invoicingPartyName],
    ["单位代码", "Unit's code", data.invoicingPartyCode],
  ];
}

const fact = ([zh, en, value]: Fact): string =>
  `<div><dt>${bilingual(zh, en)}</dt><dd>${escapeHtml(value === "" ? "—" : value)}</dd></div>`;

/** A phone shows no PDF inside a page: there the file is opened by itself. */
function face({ base }: ReceiptPageContext): string {
  const open = `<a href="${base}/pdf?inline=1">${bilingual("在新页面打开票面", "Open the face by itself")}</a>`;
  return `<h2 class="screen">${bilingual("票面", "Face")}</h2>
<object class="face" data="${base}/pdf?inline=1#navpanes=0&amp;view=FitH" type="application/pdf" aria-label="票面 PDF">
<p>${open}</p></object>
<p class="screen">${open}</p>`;
}

function items({ data }: Receipt): string {
  const rows = data.items.map(
    ({ itemName, itemQuantity, itemUnit, itemAmount }) =>
      `<tr><td>${escapeHtml(itemName)}</td><td>${escapeHtml(`${itemQuantity} ${itemUnit}`.trim())}</td>` +
      `<td class="money">${yuanGrouped(itemAmount)}</td></tr>`,
  );
  return `<h2>${bilingual("项目", "Items")}</h2>
<div class="scroll" tabindex="0" role="region" aria-label="项目 Items"><table>
<thead><tr><th scope="col">${bilingual("项目名称", "Item")}</th><th scope="col">${bilingual("数量", "Quantity")}</th>
<th scope="col" class="money">${bilingual("金额（元）", "CNY")}</th></tr></thead>
<tbody>${rows.join("")}</tbody></table></div>`;
}

function sendOn({ base }: ReceiptPageContext): string {
  return `<h2 class="screen">${bilingual("转发给他人", "Send it on")}</h2>
<form method="post" action="${base}/send" class="fields">
<label>${bilingual("邮箱地址或手机号", "E-mail address or phone number")}
<input name="to" required maxlength="254" autocomplete="off" inputmode="email"></label>
<p><small>对方会收到票据和一个新链接，能看到全部内容。<br>
<span lang="en">They get the receipt and a link of their own, and see all of it.</span></small></p>
<div><button>${bilingual("发送", "Send")}</button></div>
</form>`;
}

function switchOff({ base }: ReceiptPageContext): string {
  return `<details><summary>${bilingual("停用已发出的链接", "Switch off the links that were sent")}</summary>
<p>短信、邮件里的链接将立即失效，已下载的文件不受影响。<br>
<span class="en" lang="en">Links in messages stop working at once; files that were downloaded stay as they are.</span></p>
<form method="post" action="${base}/revoke"><button>${bilingual("停用链接", "Switch off")}</button></form></details>`;
}
