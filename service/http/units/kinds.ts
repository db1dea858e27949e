import { z } from "zod";
import type { Kind } from "../../domain/kind.ts";
import { kindCodeOf } from "../../domain/kindCodes.ts";
import { issueCodeOf } from "../../domain/receiptAssembly.ts";
import { noted } from "../apiSchemas.ts";
import { jsonReply, type Reply, type SignedCall } from "../call.ts";
import { validated } from "../jsonBody.ts";
import type { OperationDoc } from "../route.ts";
import type { UnitContext } from "./issue.ts";

const DEFAULT_LIMIT = 50;

const kindId = z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/);
const twoDigits = z.string().regex(/^\d{2}$/);
const text = z.strictObject({ zh: z.string(), en: z.string() });

const kindView = noted(
  z.strictObject({
    kind: noted(kindId, { description: "票据种类，即开票请求的 kind (the kind of an issue request)" }),
    name: text,
    version: noted(twoDigits, { description: "版本，即模板代码末两位 (last digits of the specimen code)" }),
    eInvoiceCode: noted(z.string().regex(/^\d{8}$/), { description: "本单位此刻的票据代码 (the code now, here)" }),
    classCode: noted(twoDigits, { description: "分类" }),
    kindCode: noted(twoDigits, { description: "种类" }),
    isConfirmed: noted(z.boolean(), { description: "代码是否有来源确认 (whether a source confirms the code)" }),
    codeNote: noted(z.enum(["", "示例"]), { description: "未确认的代码标“示例” (an example, if not confirmed)" }),
    isAuthorised: noted(z.boolean(), { description: "本单位是否获准开具 (whether the unit may issue it)" }),
    anonymousPayerName: noted(z.string(), {
      description: "匿名交款人的写法；空：不可匿名 (how an unknown payer is named)",
    }),
    fields: noted(
      z.array(
        z.strictObject({
          name: z.string(),
          label: text,
          type: z.enum(["text", "date", "dateTime", "money", "choice", "integer"]),
          isRequired: z.boolean(),
          maxLength: z.int(),
          choices: z.array(z.string()),
        }),
      ),
      { description: "mainExt 的字段 (the fields of mainExt)" },
    ),
  }),
  { id: "Kind", description: "票据种类 (a kind of receipt, as the unit sees it)" },
);

const kindList = noted(
  z.strictObject({
    kinds: z.array(kindView),
    nextCursor: noted(z.string().nullable(), { description: "下一页的 cursor；null 表示没有下一页" }),
  }),
  { id: "KindList" },
);

const listQuery = {
  limit: noted(z.string().regex(/^([1-9]\d?|100)$/), { description: "1-100" }),
  cursor: kindId,
} as const;

/** GET /v1/kinds: all kinds by id, whether the unit may issue them or not. */
export function getKinds({ deps }: UnitContext, { unit, query }: SignedCall): Promise<Reply> {
  const given = Object.fromEntries(
    [...new Set(query.keys())].map((name) => [name, query.getAll(name).length === 1 ? query.get(name) : []]),
  );
  const { limit = String(DEFAULT_LIMIT), cursor = "" } = validated(
    z.strictObject(listQuery).partial(),
    given,
    "/query",
  );
  const nowMs = deps.clock.nowMs();
  const all = [...deps.kinds.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const rest = all.filter(({ id }) => id > cursor);
  const kinds = rest.slice(0, Number(limit));
  const nextCursor = rest.length > kinds.length ? (kinds.at(-1)?.id ?? null) : null;
  return Promise.resolve(jsonReply(200, { kinds: kinds.map((kind) => presentKind(kind, unit, nowMs)), nextCursor }));
}

function presentKind(kind: Kind, unit: SignedCall["unit"], nowMs: number): z.infer<typeof kindView> {
  const { classCode, kindCode, isConfirmed } = kindCodeOf(kind, unit.region, nowMs);
  return {
    kind: kind.id,
    name: kind.eInvoiceName,
    version: kind.specimenVersion,
    eInvoiceCode: issueCodeOf(kind, unit, nowMs),
    classCode,
    kindCode,
    isConfirmed,
    codeNote: isConfirmed ? "" : "示例",
    isAuthorised: unit.kinds.includes(kind.id),
    anonymousPayerName: kind.anonymousPayerName,
    fields: kind.mainExt.map(({ name, zh, en, type, isRequired, maxLength, choices }) => ({
      ...{ name, label: { zh, en }, type, isRequired, maxLength },
      choices: choices.map(({ value }) => value),
    })),
  };
}

const kindExample: z.infer<typeof kindView> = {
  kind: "societyDues",
  name: { zh: "社会团体会费统一票据（电子）", en: "Society dues receipt (electronic)" },
  version: "01",
  eInvoiceCode: "44070126",
  classCode: "07",
  kindCode: "01",
  isConfirmed: false,
  codeNote: "示例",
  isAuthorised: true,
  anonymousPayerName: "",
  fields: [
    {
      name: "duesYear",
      label: { zh: "会费年度", en: "Year of the dues" },
      type: "text",
      isRequired: true,
      maxLength: 9,
      choices: [],
    },
  ],
};

export const kindDocs = {
  listKinds: {
    operationId: "listKinds",
    tag: "receipts",
    summary: { zh: "票据种类与代码", en: "Kinds of receipts and their codes" },
    description: {
      zh: "按 kind 排序。代码按本单位所在地区的代码表；没有来源确认的代码标“示例”。财政部门新增或修改的种类数秒内可见。",
      en: "By kind. Codes are those of the unit's region; a code that no source confirms is marked 示例. What the bureau adds or changes is seen within seconds.",
    },
    parameters: [
      {
        name: "limit",
        in: "query",
        schema: listQuery.limit,
        description: { zh: "每页种类数，1–100，默认 50", en: "page size, 1 to 100, default 50" },
        example: "50",
      },
      {
        name: "cursor",
        in: "query",
        schema: listQuery.cursor,
        description: { zh: "上一页的 nextCursor", en: "nextCursor of the page before" },
        example: "nontax",
      },
    ],
    answers: [
      {
        status: 200,
        description: { zh: "票据种类", en: "The kinds" },
        content: { "application/json": { schema: kindList, example: { kinds: [kindExample], nextCursor: null } } },
      },
    ],
    problems: ["invalid_fields"],
  },
} as const satisfies Readonly<Record<string, OperationDoc>>;
