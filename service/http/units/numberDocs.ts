import type { z } from "zod";
import type { AnswerDoc, OperationDoc, ParameterDoc } from "../route.ts";
import {
  anyRecordNo,
  applicationEdit,
  applicationInput,
  applicationList,
  applicationView,
  bookPlaceInput,
  lowWaterInput,
  lowWaterList,
  numberListQuery,
  placeInput,
  placeList,
  returnInput,
  returnList,
  returnView,
  stockLedger,
  stockQuery,
} from "./numberSchema.ts";
import { bookList } from "./view.ts";

const answer = (status: number, zh: string, en: string, schema: z.ZodType, example?: unknown): AnswerDoc => ({
  status,
  description: { zh, en },
  content: { "application/json": { schema, ...(example === undefined ? {} : { example }) } },
});

const contents = {
  ...{ kind: "outpatient", count: 100_000, contact: "王芳", phone: "0755-00000000" },
  ...{ author: "王芳", memo: "2027 年用票" },
};
const applicationExample = { applicationNo: "2026-12-001", year: 2027, ...contents };
const returnExample = { returnNo: "T-2026-001", bookId: 3, reason: "停用门诊旧系统", author: "王芳" };
const markExample = { kind: "outpatient", threshold: 20_000, pushNumber: 100_000, isAuto: true, contact: "王芳" };
const placeExample = { placeCode: "P01", name: "门诊一楼收费处" };
const one = (value: unknown, zh: string, en: string) => ({ one: { summary: { zh, en }, value } });

const list: readonly ParameterDoc[] = [
  parameter("state", numberListQuery.state, "状态", "state", "submitted"),
  parameter("limit", numberListQuery.limit, "每页条数，1–500，默认 100", "page size, 1 to 500, default 100", "100"),
  parameter("cursor", numberListQuery.cursor, "上一页的 nextCursor", "nextCursor of the page before", "MS4xLkEx"),
];
const path = (name: string, zh: string, en: string, example: string): readonly ParameterDoc[] => [
  { name, in: "path", schema: anyRecordNo, description: { zh, en }, example },
];
const applicationNo = path("applicationNo", "申领单号", "the application's number", "2026-12-001");

/** What /openapi.json says of applications, returns, stock, marks and places. */
export const numberDocs = {
  apply: {
    operationId: "applyForNumbers",
    tag: "books",
    summary: { zh: "申领票号", en: "Apply for numbers" },
    description: {
      zh: "以 applicationNo 幂等。按“核旧领新”，以往期间的票据未核销、核销问题未整改或申报未上链的，按财政部门设定拒绝（numbers_blocked，errors 逐项写明）或在 warnings 中提示。财政部门审核通过时定下号段，随后上链发放；查申领单可见 range 与 bookId。",
      en: "Idempotent by applicationNo. Numbers of ended periods that are not written off, problems not rectified and declarations not on chain are refused (numbers_blocked; errors names each) or told in warnings, as the bureau has set. The bureau's review decides the range, which is then granted on chain: the application shows range and bookId.",
    },
    request: {
      schema: applicationInput,
      examples: one(applicationExample, "申领下一年度票号", "Numbers for next year"),
    },
    answers: [
      answer(201, "已申领", "Applied", applicationView),
      answer(200, "此前已申领", "Applied before: what is there", applicationView),
    ],
    problems: ["invalid_fields", "numbers_blocked", "number_state_conflict"],
  },
  listApplications: {
    operationId: "listNumberApplications",
    tag: "books",
    summary: { zh: "申领单列表", en: "The applications, oldest first" },
    parameters: list,
    answers: [answer(200, "申领单", "The applications", applicationList)],
    problems: ["invalid_fields"],
  },
  getApplication: {
    operationId: "getNumberApplication",
    tag: "books",
    summary: { zh: "查申领单", en: "One application" },
    parameters: applicationNo,
    answers: [answer(200, "申领单", "The application", applicationView)],
    problems: ["number_record_not_found"],
  },
  saveApplication: {
    operationId: "saveNumberApplication",
    tag: "books",
    summary: { zh: "修改申领单", en: "Change an application that is not under way" },
    description: {
      zh: "仅限新建、已保存或被退回的申领单；改后为已保存，须再提交。",
      en: "Only one that is new, saved or returned; it is saved then, to be submitted.",
    },
    parameters: applicationNo,
    request: { schema: applicationEdit, examples: one(contents, "改数量", "Another count") },
    answers: [answer(200, "已保存", "Saved", applicationView)],
    problems: ["invalid_fields", "number_record_not_found", "number_state_conflict"],
  },
  submitApplication: {
    operationId: "submitNumberApplication",
    tag: "books",
    summary: { zh: "提交申领单", en: "Submit an application" },
    parameters: applicationNo,
    answers: [answer(200, "已提交", "Submitted", applicationView)],
    problems: ["invalid_fields", "number_record_not_found", "number_state_conflict", "numbers_blocked"],
  },
  returnNumbers: {
    operationId: "returnNumbers",
    tag: "books",
    summary: { zh: "退回未用票号", en: "Return a book's unused end" },
    description: {
      zh: "以 returnNo 幂等。提交后这些票号即停用；财政部门通过后上链，不再发放；不通过则恢复可用。",
      en: "Idempotent by returnNo. From then on the numbers are not used; passed, the chain closes the book there for good; refused, they can be used again.",
    },
    request: { schema: returnInput, examples: one(returnExample, "退回整本未用票号", "All that is unused") },
    answers: [
      answer(201, "已提交退票", "The return is submitted", returnView),
      answer(200, "此前已提交", "Submitted before: what is there", returnView),
    ],
    problems: ["invalid_fields", "number_record_not_found", "number_state_conflict"],
  },
  listReturns: {
    operationId: "listBookReturns",
    tag: "books",
    summary: { zh: "退票单列表", en: "The returns, oldest first" },
    parameters: list,
    answers: [answer(200, "退票单", "The returns", returnList)],
    problems: ["invalid_fields"],
  },
  getReturn: {
    operationId: "getBookReturn",
    tag: "books",
    summary: { zh: "查退票单", en: "One return" },
    parameters: path("returnNo", "退票单号", "the return's number", "T-2026-001"),
    answers: [answer(200, "退票单", "The return", returnView)],
    problems: ["number_record_not_found"],
  },
  getStock: {
    operationId: "getStockLedger",
    tag: "books",
    summary: { zh: "库存账（期初、领入、退回、开出、期末）", en: "The stock ledger of a period" },
    description: {
      zh: "按票据代码。期初由领退与票据正推，期末由号段现状倒推，差额应为 0。",
      en: "By code. Opening is counted forwards from grants, returns and receipts, closing backwards from the books: the difference must be 0.",
    },
    parameters: [
      parameter("from", stockQuery.from, "期初（含），RFC 3339", "from this moment", "2026-11-01T00:00:00+08:00"),
      parameter(
        "before",
        stockQuery.before,
        "期末（不含），默认现在",
        "before it, default now",
        "2026-12-01T00:00:00+08:00",
      ),
      parameter("cursor", stockQuery.cursor, "上一页的 nextCursor", "nextCursor of the page before", "44060126"),
    ],
    answers: [answer(200, "库存账", "The ledger", stockLedger)],
    problems: ["invalid_fields"],
  },
  getLowWaters: {
    operationId: "listLowWaterMarks",
    tag: "books",
    summary: { zh: "库存预警线", en: "The low-water marks" },
    answers: [answer(200, "预警线", "The marks", lowWaterList)],
    problems: [],
  },
  setLowWater: {
    operationId: "setLowWaterMark",
    tag: "books",
    summary: { zh: "设置一种票据的预警线", en: "Set the low-water mark of a kind" },
    description: {
      zh: "对该种票据各年度的代码分别适用；自动申领每次越线只提一次。",
      en: "It holds for the code of each year by itself; numbers are applied for once each time the stock falls below.",
    },
    request: {
      schema: lowWaterInput,
      examples: one(markExample, "低于两万自动申领十万", "Below 20,000, apply for 100,000"),
    },
    answers: [answer(200, "已设置", "Set", lowWaterInput)],
    problems: ["invalid_fields"],
  },
  listPlaces: {
    operationId: "listPlaces",
    tag: "books",
    summary: { zh: "开票点", en: "The issuing places" },
    answers: [answer(200, "开票点", "The places", placeList)],
    problems: [],
  },
  setPlace: {
    operationId: "setPlace",
    tag: "books",
    summary: { zh: "设立或修改开票点", en: "Make or change an issuing place" },
    request: { schema: placeInput, examples: one(placeExample, "设立", "Make one") },
    answers: [answer(200, "已设立", "Done", placeInput)],
    problems: ["invalid_fields"],
  },
  assignBook: {
    operationId: "assignBook",
    tag: "books",
    summary: { zh: "号段归开票点专用，或归还共用", en: "Give a book to one place, or to all" },
    description: {
      zh: "开票时 placeCode 与号段相同的先用专用号段，用完再用共用号段。单位设立过开票点后，未设立或已停用的 placeCode 会被拒绝（place_unknown）；一个也未设立的单位不受此限；票种不要求 placeCode 而未填的，只用共用号段。",
      en: "A receipt's placeCode takes of its own books first, then of those that serve all. Once the unit has registered places, a placeCode that is none of the open ones is refused (place_unknown); a unit without any may name what it likes, and a receipt without placeCode, of a kind that does not ask for it, takes of the shared books.",
    },
    parameters: [
      {
        ...{ name: "bookId", in: "path", schema: anyRecordNo, example: "3" },
        description: { zh: "号段编号", en: "the book's id" },
      },
    ],
    request: { schema: bookPlaceInput, examples: one({ placeCode: "P01" }, "归 P01 专用", "For P01 alone") },
    answers: [answer(200, "号段", "The books", bookList)],
    problems: ["invalid_fields", "number_record_not_found"],
  },
} as const satisfies Readonly<Record<string, OperationDoc>>;

function parameter(name: string, schema: z.ZodType, zh: string, en: string, example: string): ParameterDoc {
  return { name, in: "query", schema, description: { zh, en }, example };
}
