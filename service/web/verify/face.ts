import type { JsonValue } from "../../core/canonical.ts";
import type { Report } from "../../core/report.ts";
import type { Text } from "../../core/reportTexts.ts";
import { both, el } from "../shared/dom.ts";
import { dashedDate, words, yuan } from "../shared/words.ts";

type Fields = ReadonlyMap<string, JsonValue>;

const MAX_ROWS = 200;

/** The receipt's face beside the verdict. Of a document that is not proved nothing is shown as if it were. */
export function faceView(report: Report, pdf: Uint8Array<ArrayBuffer>, name: string): HTMLElement {
  const title = el("h3", {}, both(words("票面", "Face of the receipt")));
  const { data, verdict } = report;
  if (verdict === "valid" && data !== undefined) {
    return el("section", { class: "face" }, title, ...documentFrame(pdf, name), summary(data));
  }
  if (verdict === "undetermined" && data !== undefined) {
    return el("section", { class: "face" }, title, unconfirmed(data));
  }
  const why = words("文件不可信，不显示其内容。", "The file is not to be trusted, so its contents are not shown.");
  return el("section", { class: "face" }, title, el("p", { class: "withheld" }, both(why)));
}

function unconfirmed(data: NonNullable<Report["data"]>): HTMLElement {
  const warning = words("以下内容未经证实，不得作为凭据", "What follows is not confirmed: it proves nothing");
  return el(
    "details",
    { class: "unconfirmed" },
    el("summary", {}, both(words("查看文件自称的内容（未经证实）", "What the file claims (not confirmed)"))),
    el("p", { class: "warning" }, both(warning)),
    summary(data),
  );
}

const HEAD: readonly (readonly [field: string, label: Text])[] = [
  ["eInvoiceCode", words("票据代码", "Code")],
  ["eInvoiceNumber", words("票据号码", "Number")],
  ["randomNumber", words("校验码", "Check code")],
  ["issueDate", words("开票日期", "Date")],
  ["payerPartyName", words("交款人", "Payer")],
  ["invoicingPartyName", words("收款单位", "Issuing unit")],
  ["invoicingPartyCode", words("单位统一社会信用代码", "Credit code")],
];

const INSURANCE: readonly (readonly [field: string, label: Text])[] = [
  ["fundPayAmount", words("医保统筹基金支付", "Insurance fund")],
  ["otherPayAmount", words("其他支付", "Other payers")],
  ["accountPayAmount", words("个人账户支付", "Personal account")],
  ["ownPayAmount", words("个人现金支付", "Cash")],
];

function summary(data: NonNullable<Report["data"]>): HTMLElement {
  const fields: Fields = new Map(Object.entries(data));
  const ext: Fields = recordOf(fields.get("mainExt"));
  const rows = HEAD.flatMap(([field, label]) => {
    const value = textOf(fields.get(field));
    return value === "" ? [] : [fact(label, field === "issueDate" ? dashedDate(value) : value)];
  });
  const paid = INSURANCE.flatMap(([field, label]) => {
    const value = ext.get(field);
    return typeof value === "number" && value !== 0 ? [fact(label, money(value))] : [];
  });
  const total = fields.get("totalAmount");
  return el(
    "div",
    { class: "paper" },
    el("p", { class: "paper-title" }, textOf(fields.get("eInvoiceName"))),
    el("dl", { class: "facts" }, ...rows),
    itemTable(fields.get("items")),
    el("p", { class: "total" }, el("span", {}, both(words("金额合计", "Total"))), el("strong", {}, money(total))),
    paid.length === 0 ? undefined : el("dl", { class: "facts" }, ...paid),
  );
}

function itemTable(items: JsonValue | undefined): HTMLElement | undefined {
  if (!Array.isArray(items) || items.length === 0) return undefined;
  const rows: readonly JsonValue[] = items;
  const body = rows.slice(0, MAX_ROWS).map((item) => {
    const row = recordOf(item);
    const count = `${textOf(row.get("itemQuantity"))} ${textOf(row.get("itemUnit"))}`.trim();
    return el(
      "tr",
      {},
      el("th", { scope: "row" }, textOf(row.get("itemName"))),
      el("td", {}, count),
      el("td", { class: "money" }, money(row.get("itemAmount"))),
    );
  });
  const more = rows.length - body.length;
  const rest = words(`另有 ${more} 项未列出`, `and ${more} more`);
  const head = [words("项目", "Item"), words("数量", "Quantity"), words("金额", "Amount")];
  return el(
    "table",
    {},
    el("thead", {}, el("tr", {}, ...head.map((title) => el("th", { scope: "col" }, both(title))))),
    el("tbody", {}, ...body),
    more > 0 ? el("tfoot", {}, el("tr", {}, el("td", { colspan: "3" }, both(rest)))) : undefined,
  );
}

/** The browser's own viewer shows the file itself; where it has none (phones), a link opens it. */
function documentFrame(pdf: Uint8Array<ArrayBuffer>, name: string): readonly HTMLElement[] {
  const url = URL.createObjectURL(new Blob([pdf], { type: "application/pdf" }));
  const link = el(
    "a",
    { href: url, target: "_blank", download: name },
    both(words("保存已查验的文件", "Save the file that was checked")),
  );
  const title = "已查验的票据文件 The receipt that was checked";
  const frame = navigator.pdfViewerEnabled ? [el("iframe", { src: `${url}#toolbar=0&view=FitH`, title })] : [];
  return [...frame, el("p", { class: "file-link" }, link)];
}

const fact = (label: Text, value: string): HTMLElement => el("div", {}, el("dt", {}, both(label)), el("dd", {}, value));

const money = (value: JsonValue | undefined): string =>
  typeof value === "number" && Number.isSafeInteger(value) ? yuan(value) : "-";

const textOf = (value: JsonValue | undefined): string => (typeof value === "string" ? value : "");

function recordOf(value: JsonValue | undefined): Fields {
  return new Map(typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : []);
}
