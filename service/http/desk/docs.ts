import { z } from "zod";
import type { AnswerDoc, OperationDoc, ParameterDoc } from "../route.ts";
import type { ProblemCode } from "../problem.ts";

const page: AnswerDoc = { status: 200, description: { zh: "网页", en: "The page" }, content: { "text/html": {} } };
const elsewhere: AnswerDoc = { status: 303, description: { zh: "转到首页", en: "See the first page" }, content: {} };
const json = (status = 200): AnswerDoc => ({
  status,
  description: { zh: "结果", en: "The result" },
  content: { "application/json": {} },
});
const pdf: AnswerDoc = {
  status: 200,
  description: { zh: "票据文件", en: "The document" },
  content: { "application/pdf": {} },
};

const parameter = (name: string, zh: string, en: string, example: string): ParameterDoc => ({
  name,
  in: "path",
  schema: z.string(),
  description: { zh, en },
  example,
});
const place = [
  parameter("code", "票据代码", "receipt code", "44060126"),
  parameter("number", "票据号码", "receipt number", "0000000001"),
];
const date = [parameter("date", "日期", "day", "2026-03-06")];
const account = [parameter("id", "账号编号", "the account's id", "3f7484c09d1e4a22b1f0c8d95a6e7b10")];
const request = [parameter("id", "申请编号", "the request's id", "3f7484c09d1e4a22b1f0c8d95a6e7b10")];
const applicationNo = [
  parameter("applicationNo", "申领单号", "the application's number", "D20260306-8e5b2a40c19d7f36"),
];
const writeOffId = [parameter("writeOffId", "核销单号", "the write-off's id", "HX00000001-20261031")];
const book = [parameter("bookId", "号段编号", "the book's id", "7")];
const kind = [parameter("kind", "票据种类", "the kind", "nontax")];
const view = [parameter("view", "页面", "which page", "issue")];

const SIGNED_IN: readonly ProblemCode[] = ["desk_signed_out", "desk_not_allowed", "database_unreachable"];

const FILE_PROBLEMS: readonly ProblemCode[] = [...SIGNED_IN, "receipt_not_found", "receipt_void"];

const INTERLOCKS: readonly ProblemCode[] = [
  "already_reversed",
  "receipt_is_red",
  "receipt_void",
  "receipt_in_use",
  "changed_elsewhere",
];

/** What /openapi.json says of the unit desk. It is for its own pages: a session cookie, and a guard on each change. */
export const deskDocs = {
  home: shown("getDesk", "单位开票台", "The unit desk"),
  view: { ...shown("getDeskPage", "开票台的一页", "A page of the desk"), parameters: view, answers: [page, elsewhere] },
  receiptPage: { ...shown("getDeskReceiptPage", "开票台的票据页", "A receipt's page"), parameters: place },
  me: { ...told("getDeskSession", "当前登录", "Who is signed in"), problems: ["database_unreachable"] },
  signIn: {
    ...told("signInAtDesk", "登录", "Sign in"),
    problems: ["desk_sign_in_refused", "desk_too_many_tries", "invalid_fields", "database_unreachable"],
  },
  signOut: told("signOutAtDesk", "退出", "Sign out"),
  password: told("changeDeskPassword", "修改口令", "Change the password"),
  totp: told("beginDeskTotp", "开始绑定动态口令", "Begin to bind an authenticator"),
  totpConfirm: told("confirmDeskTotp", "确认绑定动态口令", "Bind the authenticator"),
  issue: {
    ...told("issueAtDesk", "开票", "Issue a receipt"),
    answers: [json(), json(201)],
    problems: [
      ...SIGNED_IN,
      "unit_suspended",
      "invalid_fields",
      "refused_by_rule",
      "bus_no_conflict",
      "no_numbers",
      "queue_full",
    ],
  },
  import: {
    ...told("importAtDesk", "批量开票", "Issue rows of a file"),
    problems: [...SIGNED_IN, "unit_suspended", "invalid_fields"],
  },
  search: told("searchAtDesk", "查找本单位票据", "Search the unit's receipts"),
  receipt: { ...told("getDeskReceipt", "本单位的一张票据", "A receipt of the unit"), ...found() },
  pdf: { ...told("getDeskPdf", "票据文件", "Its PDF"), ...found(), answers: [pdf] },
  xml: { ...told("getDeskXml", "数据文件", "Its XML"), parameters: place, problems: FILE_PROBLEMS },
  proof: {
    ...told("getDeskProof", "上链证明", "Its proof"),
    parameters: place,
    problems: [...FILE_PROBLEMS, "not_anchored"],
  },
  deliveries: { ...told("getDeskDeliveries", "送达情况", "How its deliveries stand"), ...found() },
  contact: {
    ...told("correctDeskContact", "更正联系方式并重新发送", "Correct the payer's contacts"),
    parameters: place,
    problems: [...FILE_PROBLEMS, "invalid_fields"],
  },
  revokeLinks: { ...told("revokeDeskLinks", "停用取票链接", "Switch its links off"), ...found() },
  send: { ...told("sendFromDesk", "发送票据", "Send it"), ...found() },
  release: {
    ...told("releaseAtDesk", "欠缴结清后放行", "Release a receipt that was in arrears"),
    parameters: place,
    problems: [...SIGNED_IN, "receipt_not_found", "not_in_arrears"],
  },
  askReversal: {
    ...told("askDeskReversal", "申请冲红", "Ask for a reversal"),
    answers: [json(201)],
    parameters: place,
    problems: [...SIGNED_IN, "receipt_not_found", "invalid_fields", "desk_request_open", ...INTERLOCKS],
  },
  paper: {
    ...told("exchangeAtDesk", "换开纸质", "Exchange to paper"),
    answers: [json(), json(201), json(202)],
    parameters: place,
    problems: [
      ...SIGNED_IN,
      "receipt_not_found",
      "invalid_fields",
      "not_rendered",
      "no_paper",
      "paper_differs",
      ...INTERLOCKS,
    ],
  },
  paperReturn: {
    ...told("returnPaperAtDesk", "收回作废纸质", "Take the paper back"),
    answers: [json(), json(202)],
    parameters: place,
    problems: [...SIGNED_IN, "receipt_not_found", "invalid_fields", "not_on_paper"],
  },
  paperReplacement: {
    ...told("replacePaperAtDesk", "重新换开纸质", "Give other paper for a damaged one"),
    answers: [json(201)],
    parameters: place,
    problems: [
      ...SIGNED_IN,
      "receipt_not_found",
      "invalid_fields",
      "not_on_paper",
      "no_paper",
      "paper_differs",
      ...INTERLOCKS,
    ],
  },
  paperStock: told("getDeskPaperStock", "纸质票据库存", "Stock of paper"),
  exchanges: told("getDeskExchanges", "换开记录", "Receipts that are or were on paper"),
  spoilt: told("getDeskSpoiltBlanks", "已作废的空白纸质票据", "Blanks that were spoilt"),
  spoil: {
    ...told("spoilBlanksAtDesk", "作废空白纸质票据", "Mark blanks as spoilt"),
    problems: [...SIGNED_IN, "invalid_fields", "not_blank"],
  },
  requests: told("getDeskRequests", "冲红申请", "Requests to reverse"),
  decision: {
    ...told("decideDeskRequest", "复核冲红申请", "Decide a request"),
    parameters: request,
    problems: [
      ...SIGNED_IN,
      "not_found",
      "invalid_fields",
      "refused_by_rule",
      "not_rendered",
      "no_numbers",
      ...INTERLOCKS,
    ],
  },
  books: told("getDeskBooks", "号段与结余", "Books and stock"),
  applications: told("getDeskApplications", "申领单", "Applications for numbers"),
  apply: {
    ...told("applyAtDesk", "申领票号", "Apply for numbers"),
    answers: [json(), json(201)],
    problems: [...SIGNED_IN, "invalid_fields", "numbers_blocked", "number_state_conflict"],
  },
  applicationSave: { ...told("saveDeskApplication", "修改申领单", "Change an application"), ...applying() },
  applicationSubmit: { ...told("submitDeskApplication", "提交申领单", "Submit an application"), ...applying() },
  returns: told("getDeskReturns", "退票单", "Returns of unused numbers"),
  returnNumbers: {
    ...told("returnNumbersAtDesk", "退回未用票号", "Return unused numbers"),
    answers: [json(), json(201)],
    problems: [...SIGNED_IN, "invalid_fields", "number_record_not_found", "number_state_conflict"],
  },
  stock: told("getDeskStock", "库存账", "The stock ledger"),
  lowWaters: told("getDeskLowWaters", "库存预警线", "Low-water marks"),
  lowWater: told("setDeskLowWater", "设库存预警线", "Set a low-water mark"),
  places: told("getDeskPlaces", "开票点", "Issuing places"),
  place: told("setDeskPlace", "设开票点", "Make or change a place"),
  bookPlace: {
    ...told("assignDeskBook", "号段归开票点", "Give a book to a place"),
    parameters: book,
    problems: [...SIGNED_IN, "invalid_fields", "number_record_not_found"],
  },
  writeOffs: told("getDeskWriteOffs", "核销单", "The unit's write-offs"),
  writeOff: {
    ...told("getDeskWriteOff", "一张核销单", "One write-off"),
    parameters: writeOffId,
    problems: [...SIGNED_IN, "write_off_not_found"],
  },
  fileWriteOff: {
    ...told("fileWriteOffAtDesk", "申报核销", "File a write-off"),
    answers: [json(), json(201)],
    problems: [
      ...SIGNED_IN,
      "invalid_fields",
      "period_filed",
      "nothing_to_write_off",
      "not_anchored",
      "write_off_differs",
    ],
  },
  rectify: {
    ...told("rectifyAtDesk", "说明整改", "Say what was put right"),
    parameters: writeOffId,
    problems: [...SIGNED_IN, "invalid_fields", "write_off_not_found", "write_off_state"],
  },
  day: { ...told("getDeskDay", "一天的汇总", "Counts and sums of a day"), parameters: date },
  reconcile: { ...told("reconcileDeskDay", "对账", "Reconcile a day"), parameters: date },
  catalogue: { ...told("getDeskCatalogue", "收费项目目录", "What the unit may charge on a kind"), parameters: kind },
  item: told("saveDeskItem", "保存收费项目", "Save an item"),
  itemRemoval: told("removeDeskItem", "删除收费项目", "Remove an item"),
  accounts: told("getDeskAccounts", "本单位账号", "The unit's accounts"),
  account: {
    ...told("makeDeskAccount", "新建账号", "Make an account"),
    answers: [json(201)],
    problems: [...SIGNED_IN, "invalid_fields", "desk_account_exists"],
  },
  accountChange: { ...told("changeDeskAccount", "修改账号", "Change an account"), ...known() },
  accountReset: { ...told("resetDeskAccount", "重置账号", "Reset an account"), ...known() },
  log: told("getDeskLog", "操作日志", "The operator log"),
} as const satisfies Readonly<Record<string, OperationDoc>>;

function shown(operationId: string, zh: string, en: string): OperationDoc {
  return { operationId, tag: "desk", summary: { zh, en }, answers: [page], problems: [] };
}

function told(operationId: string, zh: string, en: string): OperationDoc {
  const problems: readonly ProblemCode[] = [...SIGNED_IN, "invalid_fields"];
  return { operationId, tag: "desk", summary: { zh, en }, answers: [json()], problems };
}

function found(): Pick<OperationDoc, "parameters" | "problems"> {
  return { parameters: place, problems: [...SIGNED_IN, "receipt_not_found", "not_rendered", "invalid_fields"] };
}

function applying(): Pick<OperationDoc, "parameters" | "problems"> {
  const problems = ["invalid_fields", "numbers_blocked", "number_record_not_found", "number_state_conflict"] as const;
  return { parameters: applicationNo, problems: [...SIGNED_IN, ...problems] };
}

function known(): Pick<OperationDoc, "parameters" | "problems"> {
  return { parameters: account, problems: [...SIGNED_IN, "not_found", "invalid_fields"] };
}
