import { z } from "zod";
import { noted } from "../apiSchemas.ts";
import type { AnswerDoc, OperationDoc, ParameterDoc } from "../route.ts";
import type { Text } from "../problem.ts";
import { eventQuery } from "./webhooks.ts";
import {
  eventList,
  replayAnswer,
  replayInput,
  rotationAnswer,
  rotationInput,
  webhookCreated,
  webhookDetail,
  webhookIdPattern,
  webhookInput,
  webhookList,
  webhookRemoved,
} from "./webhookView.ts";

const place: readonly ParameterDoc[] = [
  {
    name: "webhookId",
    in: "path",
    schema: noted(z.string().regex(webhookIdPattern), {}),
    description: { zh: "接收地址的编号", en: "the endpoint's id" },
    example: "3f7484c09d1e4a22b1f0c8d95a6e7b10",
  },
];

const EVENT_ID = "evt_17_9f3c5a0b1d2e4f60";

/** What /openapi.json says of webhooks and events. */
export const webhookDocs = {
  createWebhook: {
    operationId: "createWebhook",
    tag: "webhooks",
    summary: { zh: "登记接收地址", en: "Register an endpoint" },
    description: {
      zh: "从登记起写入并推送所选种类的事件。密钥只在应答中显示一次；签名按 Standard Webhooks（见 docs/webhooks.md）。",
      en: "From then on events of its types are written and posted to it, signed by Standard Webhooks. The secret is shown once.",
    },
    request: {
      schema: webhookInput,
      examples: {
        all: { summary: { zh: "全部事件", en: "All events" }, value: { url: "https://his.example/lianpiao" } },
        some: {
          summary: { zh: "只要上链", en: "Anchors only" },
          value: { url: "https://his.example/anchored", types: ["receipt.anchored"] },
        },
      },
    },
    answers: [
      {
        status: 201,
        description: { zh: "已登记", en: "Registered" },
        headers: { Location: { zh: "它的路径", en: "its path" } },
        content: { "application/json": { schema: webhookCreated } },
      },
    ],
    problems: ["invalid_fields", "webhook_exists", "too_many_webhooks"],
  },
  listWebhooks: {
    operationId: "listWebhooks",
    tag: "webhooks",
    summary: { zh: "列出接收地址", en: "The unit's endpoints" },
    answers: [answer({ zh: "接收地址", en: "The endpoints" }, webhookList)],
    problems: [],
  },
  getWebhook: {
    operationId: "getWebhook",
    tag: "webhooks",
    summary: { zh: "查一个接收地址", en: "One endpoint" },
    parameters: place,
    answers: [answer({ zh: "接收地址", en: "The endpoint" }, webhookDetail)],
    problems: ["webhook_not_found"],
  },
  replayWebhook: {
    operationId: "replayWebhook",
    tag: "webhooks",
    summary: { zh: "重放事件", en: "Send events again" },
    description: {
      zh: "从某个事件或时间起按原顺序、原编号重新发送，并恢复已停用的地址。事件保留 30 天。",
      en: "From an event or a time on, in the same order under the same ids; an endpoint that is off is turned on. Events are kept for 30 days.",
    },
    parameters: place,
    request: {
      schema: replayInput,
      examples: {
        event: { summary: { zh: "从某个事件起", en: "From an event on" }, value: { from: EVENT_ID } },
        time: {
          summary: { zh: "从某个时间起", en: "From a time on" },
          value: { since: "2026-11-22T00:00:00+08:00" },
        },
      },
    },
    answers: [answer({ zh: "将重新发送", en: "They will be sent" }, replayAnswer)],
    problems: ["invalid_fields", "webhook_not_found"],
  },
  rotateWebhook: {
    operationId: "rotateWebhook",
    tag: "webhooks",
    summary: { zh: "更换密钥", en: "Change the secret in place" },
    description: {
      zh: "此后每次推送同时带新旧密钥的签名（webhook-signature 中以空格分隔），到期后只剩新的；地址、位置和顺序不变。",
      en: "From then on each event carries a signature by each secret, separated by a space in webhook-signature, until the old one ends. URL, position and order stay.",
    },
    parameters: place,
    request: {
      schema: rotationInput,
      examples: {
        week: { summary: { zh: "旧密钥再用一周", en: "The old one for a week" }, value: { keepHours: 168 } },
        leaked: { summary: { zh: "旧密钥泄露", en: "The old one leaked" }, value: { keepHours: 0 } },
      },
    },
    answers: [answer({ zh: "新密钥", en: "The new secret" }, rotationAnswer)],
    problems: ["invalid_fields", "webhook_not_found", "too_many_secrets"],
  },
  removeWebhook: {
    operationId: "removeWebhook",
    tag: "webhooks",
    summary: { zh: "注销接收地址", en: "Remove an endpoint" },
    description: {
      zh: "不再推送；最后一个注销后不再写入事件，已有的仍可列出。",
      en: "Nothing more is sent to it. After the last one no events are written; those there are can still be listed.",
    },
    parameters: place,
    answers: [answer({ zh: "已注销", en: "Removed" }, webhookRemoved)],
    problems: ["webhook_not_found"],
  },
  listEvents: {
    operationId: "listEvents",
    tag: "webhooks",
    summary: { zh: "列出事件（补收）", en: "List events, to catch up" },
    description: {
      zh: "按发生顺序；nextCursor 不为 null 时带上它取下一页，也可随时以最后见到的事件编号作 cursor 续取。",
      en: "In their order. While nextCursor is not null pass it for the next page; the id of the last event seen is a cursor, too.",
    },
    parameters: [
      parameter("type", { zh: "事件种类", en: "type of event" }, "receipt.anchored"),
      parameter("since", { zh: "时间起（含），RFC 3339", en: "at or after" }, "2026-11-22T00:00:00+08:00"),
      parameter("limit", { zh: "每页个数，1–500，默认 100", en: "page size, 1 to 500, default 100" }, "100"),
      parameter("cursor", { zh: "在这个事件之后", en: "after this event" }, EVENT_ID),
    ],
    answers: [answer({ zh: "事件", en: "The events" }, eventList)],
    problems: ["invalid_fields"],
  },
} as const satisfies Readonly<Record<string, OperationDoc>>;

function answer(description: Text, schema: z.ZodType): AnswerDoc {
  return { status: 200, description, content: { "application/json": { schema } } };
}

function parameter(name: keyof typeof eventQuery, description: Text, example: string): ParameterDoc {
  return { name, in: "query", schema: eventQuery[name], description, example };
}
