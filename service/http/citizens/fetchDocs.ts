import { z } from "zod";
import { noted } from "../apiSchemas.ts";
import type { AnswerDoc, OperationDoc, ParameterDoc } from "../route.ts";

const page: AnswerDoc = { status: 200, description: { zh: "网页", en: "The page" }, content: { "text/html": {} } };
const elsewhere: AnswerDoc = {
  status: 303,
  description: { zh: "转到结果页", en: "See the page that tells" },
  content: {},
};
const missing: AnswerDoc = {
  status: 404,
  description: {
    zh: "链接无效、已停用或票据未放行",
    en: "The link is unknown or switched off, or the receipt is held",
  },
  content: { "text/html": {} },
};
const pdf: AnswerDoc = {
  status: 200,
  description: { zh: "票据文件，上链后含证明", en: "The document, with its proof once anchored" },
  content: { "application/pdf": {} },
};
const png: AnswerDoc = {
  status: 200,
  description: { zh: "票面图片，注明不是原件", en: "The face as a picture that says that it is no original" },
  content: { "image/png": {} },
};
const xml: AnswerDoc = {
  status: 200,
  description: { zh: "EInvoice XML", en: "The EInvoice XML" },
  content: { "application/xml": {} },
};

const token: ParameterDoc = {
  name: "token",
  in: "path",
  schema: noted(z.string(), {}),
  description: { zh: "链接里的 32 位十六进制令牌", en: "the link's 32 hexadecimal digits" },
  example: "3f7484c09d1e4a22b1f0c8d95a6e7b10",
};
const place: readonly ParameterDoc[] = [
  {
    name: "code",
    in: "path",
    schema: noted(z.string(), {}),
    description: { zh: "票据代码", en: "receipt code" },
    example: "44060126",
  },
  {
    name: "number",
    in: "path",
    schema: noted(z.string(), {}),
    description: { zh: "票据号码", en: "receipt number" },
    example: "0000000001",
  },
];

type Summary = readonly [operationId: string, zh: string, en: string];

/** What /openapi.json says of the pages of payers. Forms are urlencoded. */
export const fetchDocs = {
  linkPage: linked(["getLinkedReceipt", "凭链接看票据", "A receipt by its link"], page),
  linkPdf: linked(["getLinkedPdf", "凭链接下载 PDF", "Its PDF"], pdf),
  linkPng: linked(["getLinkedPng", "凭链接看图片", "Its picture"], png),
  linkXml: linked(["getLinkedXml", "凭链接下载 XML", "Its XML"], xml),
  linkSend: linked(["sendLinkedReceipt", "凭链接转发", "Send it on"], elsewhere),
  my: plain(["getMyReceipts", "我的票据", "My receipts"], page),
  myAsk: plain(["askLoginCode", "获取一次性验证码", "Ask for a one-time code"], elsewhere),
  myCode: plain(["getCodePage", "填写验证码的网页", "The page to enter a code"], page),
  myEnter: plain(["enterLoginCode", "用验证码进入", "Enter a one-time code"], elsewhere),
  myLeave: plain(["leaveMyReceipts", "退出", "Leave"], elsewhere),
  myForget: plain(["forgetMyContact", "删除我的联系方式", "Delete my contact"], elsewhere),
  myReceipt: own(["getMyReceipt", "我的一张票据", "One of my receipts"], page),
  myPdf: own(["getMyPdf", "下载我的 PDF", "Its PDF"], pdf),
  myPng: own(["getMyPng", "我的票据图片", "Its picture"], png),
  myXml: own(["getMyXml", "下载我的 XML", "Its XML"], xml),
  mySend: own(["sendMyReceipt", "转发我的票据", "Send it on"]),
  myRevoke: own(["revokeMyLinks", "停用已发出的链接", "Switch off its links"]),
} as const satisfies Readonly<Record<string, OperationDoc>>;

function plain([operationId, zh, en]: Summary, answer: AnswerDoc): OperationDoc {
  return { operationId, tag: "pages", summary: { zh, en }, answers: [answer], problems: ["database_unreachable"] };
}

function linked(summary: Summary, answer: AnswerDoc): OperationDoc {
  return { ...plain(summary, answer), parameters: [token], answers: [answer, missing] };
}

/** Without a session, or for another's receipt: to /my. */
function own(summary: Summary, answer?: AnswerDoc): OperationDoc {
  const answers = answer === undefined ? [elsewhere] : [answer, elsewhere];
  return { ...plain(summary, elsewhere), parameters: place, answers };
}
