import { z } from "zod";
import { noted } from "../apiSchemas.ts";
import type { AnswerDoc, OperationDoc, ParameterDoc } from "../route.ts";
import {
  csvQuery,
  rectificationInput,
  writeOffInput,
  writeOffList,
  writeOffQuery,
  writeOffView,
} from "./writeOffSchema.ts";

const place: readonly ParameterDoc[] = [
  {
    name: "writeOffId",
    in: "path",
    schema: noted(z.string().regex(/^HX\d{8}-\d{8}$/), {}),
    description: { zh: "单号", en: "the write-off's id" },
    example: "HX00000001-20261031",
  },
];

const one = (status: 200 | 201, zh: string, en: string): AnswerDoc => ({
  status,
  description: { zh, en },
  content: { "application/json": { schema: writeOffView } },
});
const located = { Location: { zh: "核销单的路径", en: "the write-off's path" } } as const;

/** What /openapi.json says of write-offs. */
export const writeOffDocs = {
  file: {
    operationId: "fileWriteOff",
    tag: "writeOffs",
    summary: { zh: "申报核销", en: "File a write-off" },
    description: {
      zh: "核销上次以来至截止日期（含）的全部用票；同一日期重复提交返回同一张核销单，号码不会重复核销。勾稽不符则不予申报。",
      en:
        "Accounts for every number used from the last write-off through the day. The same day again gives the same one; no " +
        "number is written off twice. Nothing is filed unless opening + granted - returned = blue + red + void + closing.",
    },
    request: {
      schema: writeOffInput,
      examples: { month: { summary: { zh: "截至十月末", en: "Through October" }, value: { cutoff: "2026-10-31" } } },
    },
    answers: [
      { ...one(201, "已申报", "Filed"), headers: located },
      { ...one(200, "此前已申报，返回同一张", "Filed before: the same one"), headers: located },
    ],
    problems: [
      "invalid_fields",
      "period_filed",
      "nothing_to_write_off",
      "not_anchored",
      "write_off_differs",
      "queue_full",
    ],
  },
  list: {
    operationId: "listWriteOffs",
    tag: "writeOffs",
    summary: { zh: "核销单列表，新的在前", en: "Write-offs, newest first" },
    parameters: [
      {
        name: "limit",
        in: "query",
        schema: writeOffQuery.limit,
        description: { zh: "每页张数，1–50，默认 20", en: "page size, 1 to 50, default 20" },
        example: "20",
      },
      {
        name: "cursor",
        in: "query",
        schema: writeOffQuery.cursor,
        description: { zh: "上一页的 nextCursor", en: "nextCursor of the page before" },
        example: "dy4yMDI2MTAzMQ",
      },
    ],
    answers: [
      {
        status: 200,
        description: { zh: "核销单", en: "The write-offs" },
        content: { "application/json": { schema: writeOffList } },
      },
    ],
    problems: ["invalid_fields"],
  },
  get: {
    operationId: "getWriteOff",
    tag: "writeOffs",
    summary: { zh: "查一张核销单", en: "One write-off" },
    parameters: place,
    answers: [one(200, "核销单", "The write-off")],
    problems: ["write_off_not_found"],
  },
  csv: {
    operationId: "getWriteOffCsv",
    tag: "writeOffs",
    summary: { zh: "下载核销单的表格（CSV）", en: "A table of it as CSV" },
    parameters: [
      ...place,
      {
        name: "part",
        in: "query",
        schema: csvQuery.part,
        description: { zh: "lines 号段（默认）；items 收入项目；voids 作废", en: "which table; lines by default" },
        example: "items",
      },
    ],
    answers: [
      {
        status: 200,
        description: { zh: "UTF-8（含 BOM），金额为元", en: "UTF-8 with a byte order mark, amounts in yuan" },
        headers: { "Content-Disposition": { zh: "文件名", en: "the file's name" } },
        content: { "text/csv": {} },
      },
    ],
    problems: ["write_off_not_found", "invalid_fields"],
  },
  rectify: {
    operationId: "rectifyWriteOff",
    tag: "writeOffs",
    summary: { zh: "整改说明（审验结果为 3 问题后）", en: "Rectification, after the result 3" },
    parameters: place,
    request: {
      schema: rectificationInput,
      examples: {
        one: { summary: { zh: "整改", en: "Rectified" }, value: { text: "作废原因已逐张补充说明", by: "李会计" } },
      },
    },
    answers: [one(200, "已提交，待再次审验", "To be reviewed again")],
    problems: ["write_off_not_found", "write_off_state", "invalid_fields"],
  },
} as const satisfies Readonly<Record<string, OperationDoc>>;
