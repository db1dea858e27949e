import type { OperationDoc, ParameterDoc } from "../route.ts";
import { exchangeInput, replacementInput, returnInput, spoilInput } from "./paperSchema.ts";
import { exchangeList, exchangeView, paperStockView, spoiltView } from "./view.ts";

const interlocks = ["receipt_not_found", "already_reversed", "receipt_is_red", "receipt_void"] as const;
const json = (schema: typeof exchangeView) => ({ "application/json": { schema } });
const blank = { summary: { zh: "核对手中的号码", en: "With the number in hand" }, value: { paperNumber: "00000001" } };

/** What /openapi.json says of exchange to paper. */
export function paperDocs(place: readonly ParameterDoc[]) {
  return {
    exchange: {
      operationId: "exchangeToPaper",
      tag: "paper",
      summary: { zh: "换开纸质票据", en: "Exchange a receipt to paper" },
      description: {
        zh: "201 后方可交付纸质票据；202 表示正在上链，请再次提交相同请求查询。换开后电子票据不能再报销、冲红。",
        en:
          "Hand the paper out after 201; 202: the chain is being told, send the same again to ask. From then on the " +
          "e-receipt is neither reimbursed nor reversed.",
      },
      parameters: place,
      request: { schema: exchangeInput, examples: { blank } },
      answers: [
        { status: 201, description: { zh: "已换开", en: "Exchanged" }, content: json(exchangeView) },
        { status: 200, description: { zh: "此前已换开", en: "Exchanged before" }, content: json(exchangeView) },
        {
          status: 202,
          description: { zh: "正在上链，勿交付", en: "Not yet: do not hand it out" },
          content: json(exchangeView),
        },
      ],
      problems: [
        ...interlocks,
        "invalid_fields",
        "receipt_in_use",
        "changed_elsewhere",
        "no_paper",
        "paper_differs",
        "not_rendered",
        "chain_unreachable",
      ],
    },
    listExchanges: {
      operationId: "listPaperExchanges",
      tag: "paper",
      summary: { zh: "查换开记录", en: "The paper that stood for a receipt" },
      parameters: place,
      answers: [
        {
          status: 200,
          description: { zh: "换开记录，从早到晚", en: "Oldest first" },
          content: { "application/json": { schema: exchangeList } },
        },
      ],
      problems: ["receipt_not_found"],
    },
    ...returnDocs(place),
    ...stockDocs,
  } as const satisfies Readonly<Record<string, OperationDoc>>;
}

const stockDocs = {
  paperStock: {
    operationId: "listPaperBooks",
    tag: "paper",
    summary: { zh: "纸质票据库存", en: "Stock of paper" },
    answers: [
      {
        status: 200,
        description: { zh: "纸质号段", en: "The books of paper" },
        content: { "application/json": { schema: paperStockView } },
      },
    ],
    problems: [],
  },
  spoilBlanks: {
    operationId: "spoilBlanks",
    tag: "paper",
    summary: { zh: "作废空白纸质票据", en: "Mark blanks as spoilt" },
    request: {
      schema: spoilInput,
      examples: {
        jammed: {
          summary: { zh: "卡纸", en: "Jammed" },
          value: { paperCode: "4406", first: "00000002", last: "00000003", reason: "打印机卡纸" },
        },
      },
    },
    answers: [
      {
        status: 200,
        description: { zh: "已作废，全部或一张不作废", en: "Marked, all or none" },
        content: { "application/json": { schema: spoiltView } },
      },
    ],
    problems: ["invalid_fields", "not_blank"],
  },
} as const satisfies Readonly<Record<string, OperationDoc>>;

function returnDocs(place: readonly ParameterDoc[]) {
  return {
    returnPaper: {
      operationId: "returnPaper",
      tag: "paper",
      summary: { zh: "收回并作废纸质票据", en: "Take the paper back and void it" },
      description: {
        zh: "200：电子票据恢复可用，可以冲红；202：正在上链。",
        en: "200: the e-receipt counts again and can be reversed; 202: the chain is being told.",
      },
      parameters: place,
      request: {
        schema: returnInput,
        examples: { back: { summary: { zh: "退回", en: "Handed back" }, value: { reason: "交款人退回纸质票据" } } },
      },
      answers: [
        { status: 200, description: { zh: "已收回作废", en: "Returned" }, content: json(exchangeView) },
        { status: 202, description: { zh: "正在上链", en: "Not yet" }, content: json(exchangeView) },
      ],
      problems: ["receipt_not_found", "invalid_fields", "not_on_paper"],
    },
    replacePaper: {
      operationId: "replacePaper",
      tag: "paper",
      summary: { zh: "重新换开", en: "Give other paper for a damaged one" },
      parameters: place,
      request: {
        schema: replacementInput,
        examples: { torn: { summary: { zh: "打印损坏", en: "Torn" }, value: { reason: "打印损坏，已交回" } } },
      },
      answers: [{ status: 201, description: { zh: "已重新换开", en: "Replaced" }, content: json(exchangeView) }],
      problems: [...interlocks, "invalid_fields", "not_on_paper", "no_paper", "paper_differs"],
    },
  } as const satisfies Readonly<Record<string, OperationDoc>>;
}
