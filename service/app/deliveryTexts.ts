import { escapeHtml } from "../domain/htmlText.ts";
import { yuanOf } from "../domain/money.ts";
import { isRedLetter } from "../domain/receiptAssembly.ts";
import type { ReceiptData } from "../domain/receipt.ts";
import type { DeliveryPurpose, MailMessage } from "./deliveryPorts.ts";

export type MailText = Pick<MailMessage, "subject" | "text" | "html">;

type Row = readonly [zh: string, en: string, value: string];

/** The e-mail that brings a receipt: unit, amount, code, number and the link. The payer is not named. */
export function receiptMail(data: ReceiptData, link: string, purpose: DeliveryPurpose): MailText {
  const unit = data.invoicingPartyName;
  const amount = `${yuanOf(data.totalAmount)} 元`;
  const rows: readonly Row[] = [
    ["开票单位", "Issued by", unit],
    ["票据名称", "Receipt", data.eInvoiceName],
    ["金额", "Amount (CNY)", amount],
    ["票据代码", "Code", data.eInvoiceCode],
    ["票据号码", "Number", data.eInvoiceNumber],
    ["开票日期", "Date", `${data.issueDate.slice(0, 4)}-${data.issueDate.slice(4, 6)}-${data.issueDate.slice(6)}`],
  ];
  const [zh, en] =
    purpose === "forward"
      ? [
          "持票人请本系统把这张财政电子票据转发给您。",
          "The holder of this fiscal e-receipt asked us to send it to you.",
        ]
      : isRedLetter(data)
        ? [
            `${unit}已将您的票据 ${relatedOf(data)} 冲红，红字票据如下；原票不能再用于报销、入账。`,
            "Your receipt was reversed by this red-letter receipt and can't be reimbursed or booked any more.",
          ]
        : [`${unit}为您开具了财政电子票据。`, "A fiscal e-receipt was issued to you."];
  const keep = [
    "链接可查看、下载、转发和打印票据；持有链接的人都能打开，请勿公开。",
    "The link shows the receipt to whoever has it: keep it to yourself.",
  ] as const;
  const ignore = [
    "如果与您无关，请忽略并删除本邮件。本邮件由系统发出，请勿回复。",
    "If this is not meant for you, please delete it. Nobody reads replies.",
  ] as const;
  return {
    subject: `财政电子票据 ${amount} · ${unit}`,
    text: [
      `您好：\n\n${zh}\n${en}\n`,
      ...rows.map(([zhName, enName, value]) => `${zhName} ${enName}：${value}`),
      `\n查看票据 Open the receipt:\n${link}\n`,
      ...keep,
      "",
      ...ignore,
      "",
    ].join("\n"),
    html: htmlOf(
      `<p>您好：</p>${both([zh, en])}<table role="presentation" cellpadding="6">${rows.map(rowHtml).join("")}</table>` +
        `<p><a href="${escapeHtml(link)}"><b>查看票据 Open the receipt</b></a></p>${both(keep)}${both(ignore)}`,
    ),
  };
}

const relatedOf = ({ mainExt }: ReceiptData): string =>
  `${mainExt["relatedInvoiceCode"] ?? ""} ${mainExt["relatedInvoiceNumber"] ?? ""}`;

/** Kept short: 70 characters are one message. */
export function receiptSms(data: ReceiptData, link: string): string {
  if (isRedLetter(data)) {
    return `${data.invoicingPartyName}已将您的电子票据${relatedOf(data)}冲红，查看：${link} 请勿转给他人`;
  }
  return `${data.invoicingPartyName}为您开具电子票据${yuanOf(data.totalAmount)}元，查看：${link} 请勿转给他人`;
}

/** The e-mail with a one-time code. */
export function loginMail(code: string): MailText {
  const zh = `您正在查询自己的财政电子票据，验证码：${code}，10 分钟内有效。请勿告诉任何人。`;
  const en = `Your one-time code to see your receipts is ${code}. It is valid for 10 minutes. Tell it to nobody.`;
  const ignore = ["如果不是您本人操作，请忽略本邮件。", "If you did not ask for it, ignore this e-mail."] as const;
  return {
    subject: "财政电子票据查询验证码 · Your one-time code",
    text: [zh, en, "", ...ignore, ""].join("\n"),
    html: htmlOf(
      `${both([zh, en])}<p style="font-size:28px;letter-spacing:6px"><b>${escapeHtml(code)}</b></p>${both(ignore)}`,
    ),
  };
}

export function loginSms(code: string): string {
  return `电子票据查询验证码${code}，10分钟内有效，请勿告诉任何人。`;
}

const both = ([zh, en]: readonly [zh: string, en: string]): string =>
  `<p>${escapeHtml(zh)}<br><span lang="en" style="color:#5a6472">${escapeHtml(en)}</span></p>`;

const rowHtml = ([zh, en, value]: Row): string =>
  `<tr><td style="color:#5a6472">${zh} <span lang="en">${en}</span></td><td>${escapeHtml(value)}</td></tr>`;

function htmlOf(body: string): string {
  const style = "font:16px/1.6 'PingFang SC','Microsoft YaHei',sans-serif;color:#1d2129;max-width:40em";
  return `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><body style="${style}">${body}</body></html>`;
}
