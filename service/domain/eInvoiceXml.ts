import { AppError } from "../core/errors.ts";
import { yuanOf } from "./money.ts";
import type { ReceiptAuxItem, ReceiptData, ReceiptItem } from "./receipt.ts";

/** MainExt, in the order of the MOF's names (docs/domain.md 2.3); what a kind adds follows by name. */
const MAIN_EXT_ORDER = [
  ...[
    "businessNumber",
    "businessDate",
    "gender",
    "age",
    "address",
    "school",
    "faculty",
    "major",
    "classes",
    "studentID",
  ],
  ...["medicalType", "patientNumber", "medicalDate", "orgType", "medicalInsuranceType", "medicalInsuranceID"],
  ...["fundPayAmount", "otherPayAmount", "accountPayAmount", "ownPayAmount", "selfpaymentAmount", "selfpaymentCost"],
  ...["caseNumber", "hospitalizationNumber", "departmentName", "inHospitalDate", "outHospitalDate"],
  ...["prepayAmount", "rechargeAmount", "refundAmount", "relatedInvoiceCode", "relatedInvoiceNumber", "payCode"],
];

/** What XML 1.0 (2.2, Char) has no place for: most control characters, lone surrogates, U+FFFE and U+FFFF. */
const FORBIDDEN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

type Node = readonly [name: string, content: string | readonly Node[]];

/**
 * The receipt as the MOF's EInvoice XML, the text of einvoice.xml: names and order of docs/domain.md 2.3, yuan with two
 * decimals, UTF-8, "\n" after each element's end. The same data always gives the same text. Numbers in mainExt are fen.
 * Throws xml_character_forbidden (details.name: the element) if a text has a character that XML cannot hold.
 */
export function eInvoiceXml(data: ReceiptData): string {
  const invoice: Node = [
    "EInvoice",
    [
      [
        "Header",
        [
          ["EInvoiceID", eInvoiceIdOf(data.eInvoiceCode, data.eInvoiceNumber)],
          ["EInvoiceTag", `CZ-EI-${data.eInvoiceCode.slice(0, 2)}`],
          ["Version", "1.1.0"],
        ],
      ],
      [
        "EInvoiceData",
        [
          ["Main", mainOf(data)],
          ["Details", data.items.map((item): Node => ["Item", itemOf(item)])],
          ["AuxDetails", data.auxItems.map((item): Node => ["AuxItem", auxItemOf(item)])],
        ],
      ],
    ],
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>\n${written(invoice)}`;
}

/** 电子票据标识: the number and the code, each reversed: 13061020, 0000026000 -> 0006200000-02016031. */
export function eInvoiceIdOf(code: string, number: string): string {
  return `${backwards(number)}-${backwards(code)}`;
}

function backwards(digits: string): string {
  return Array.from(digits).toReversed().join("");
}

function mainOf(data: ReceiptData): readonly Node[] {
  return [
    ["EInvoiceName", data.eInvoiceName],
    ["EInvoiceCode", data.eInvoiceCode],
    ["EInvoiceNumber", data.eInvoiceNumber],
    ["RandomNumber", data.randomNumber],
    ["EInvoiceSpecimenCode", data.eInvoiceSpecimenCode],
    ["SupervisorAreaCode", data.supervisorAreaCode],
    ["TotalAmount", yuanOf(data.totalAmount)],
    ["IssueDate", data.issueDate],
    ["IssueTime", data.issueTime],
    [
      "InvoicingParty",
      [
        ["InvoicingPartyCode", data.invoicingPartyCode],
        ["InvoicingPartyName", data.invoicingPartyName],
        ["RecName", data.recName],
        ["RecAcct", data.recAcct],
        ["RecOpBk", data.recOpBk],
      ],
    ],
    [
      "PayerParty",
      [
        ["PayerPartyType", data.payerPartyType],
        ["PayerPartyCode", data.payerPartyCode],
        ["PayerPartyName", data.payerPartyName],
        ["PayerAcct", data.payerAcct],
        ["PayerOpBk", data.payerOpBk],
      ],
    ],
    ["PayMode", data.payMode],
    ["BizCode", data.bizCode],
    ["CurrencyType", data.currencyType],
    ["ExchangeRate", "1"],
    ["Remark", data.remark],
    ["HandlingPerson", data.handlingPerson],
    ["Checker", data.checker],
    ["SupervisorRemark", data.supervisorRemark],
    ["MainExt", mainExtOf(data)],
  ];
}

/** The kind's fields; then, under names of our own, what the MOF's list has no name for. */
function mainExtOf(data: ReceiptData): readonly Node[] {
  const own = Object.keys(data.mainExt).filter((name) => !MAIN_EXT_ORDER.includes(name));
  const names = [...MAIN_EXT_ORDER.filter((name) => Object.hasOwn(data.mainExt, name)), ...own.toSorted()];
  const fields = names.map((name): Node => [upperCamel(name), textOf(data.mainExt[name] ?? "")]);
  const otherInfo = data.otherInfo.map((info): Node => [
    "Info",
    [
      ["InfoName", info.infoName],
      ["InfoValue", info.infoValue],
    ],
  ]);
  return [...fields, ["PlaceCode", data.placeCode], ["OtherInfo", otherInfo]];
}

function itemOf(item: ReceiptItem): readonly Node[] {
  return [
    ["ItemCode", item.itemCode],
    ["ItemName", item.itemName],
    ["ItemQuantity", item.itemQuantity],
    ["ItemUnit", item.itemUnit],
    ["ItemStd", item.itemStd],
    ["ItemAmount", yuanOf(item.itemAmount)],
    ["ItemRemark", item.itemRemark],
  ];
}

/** The specification stands last: the MOF's list has no name for it. */
function auxItemOf(item: ReceiptAuxItem): readonly Node[] {
  return [
    ["AuxItemRelatedCode", item.auxItemRelatedCode],
    ["AuxItemRelatedName", item.auxItemRelatedName],
    ["AuxItemCode", item.auxItemCode],
    ["AuxItemName", item.auxItemName],
    ["AuxItemQuantity", item.auxItemQuantity],
    ["AuxItemUnit", item.auxItemUnit],
    ["AuxItemStd", item.auxItemStd],
    ["AuxItemAmount", yuanOf(item.auxItemAmount)],
    ["AuxItemRemark", item.auxItemRemark],
    ["AuxItemSpecification", item.auxItemSpecification],
  ];
}

function textOf(value: string | number): string {
  return typeof value === "number" ? yuanOf(value) : value;
}

function upperCamel(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function written([name, content]: Node): string {
  if (typeof content === "string") return `<${name}>${escaped(name, content)}</${name}>\n`;
  return `<${name}>\n${content.map(written).join("")}</${name}>\n`;
}

/** A carriage return is written as a reference: a parser would turn a bare one into a line feed (XML 1.0, 2.11). */
function escaped(name: string, text: string): string {
  if (FORBIDDEN.test(text)) {
    throw new AppError("xml_character_forbidden", `${name} 含有 XML 不允许的字符 / has a character that XML forbids`, {
      details: { name },
    });
  }
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\r", "&#13;");
}
