import { z } from "zod";
import { eventTypeNames, eventTypes } from "../../app/eventTypes.ts";
import { noted } from "../apiSchemas.ts";

const MAX_URL_LENGTH = 500;

export const eventType = noted(z.enum(eventTypeNames), {
  id: "EventType",
  description: eventTypeNames.map((name) => `\`${name}\` ${eventTypes[name].zh} (${eventTypes[name].en})`).join("；"),
});

export const eventIdPattern = /^evt_[1-9]\d{0,14}_[0-9a-f]{16}$/;
export const webhookIdPattern = /^[0-9a-f]{32}$/;

const eventId = noted(z.string().regex(eventIdPattern), {
  description: "事件编号，重发、重放都不变，即 webhook-id (the same for each attempt and replay)",
});
const webhookId = z.string().regex(webhookIdPattern);
const time = noted(z.iso.datetime({ offset: true }), { description: "RFC 3339, +08:00" });
const count = z.int().min(0);

const secret = noted(z.string().regex(/^whsec_[A-Za-z0-9+/=]{44}$/), {
  description: "验签密钥，只显示这一次 (shown this once)",
});

export const webhookInput = noted(
  z.strictObject({
    url: noted(z.string().min(1).max(MAX_URL_LENGTH), {
      description: "接收地址，https；不跟随重定向 (where events are posted; redirects are not followed)",
    }),
    types: noted(z.array(eventType).min(1).max(eventTypeNames.length).optional(), {
      description: "要接收的事件，默认全部 (default: all)",
    }),
  }),
  { id: "WebhookInput", description: "登记接收地址 (to register an endpoint)" },
);

const webhookFields = {
  webhookId,
  url: z.string(),
  types: z.array(eventType),
  state: noted(z.enum(["on", "off"]), {
    description:
      "off: 接收方答 410，或三天都送不到；用 replay 恢复 (it answered 410, or failed for three days: replay)",
  }),
  createdAt: time,
  failures: noted(count, { description: "下一个事件已失败的次数 (failed attempts at the event that is next)" }),
  lastError: noted(z.string().optional(), { description: "最近一次失败的原因代码，如 http_500、timed_out" }),
  nextAttemptAt: time.optional(),
  waiting: noted(count, { description: "位置之后的事件数，含不接收的种类 (events behind its position, of all types)" }),
  oldSecretUntil: noted(z.iso.datetime({ offset: true }).optional(), {
    description: "旧密钥同时签名到此时 (until then the secret before this one signs, too)",
  }),
  dead: noted(count, { description: "被拒收而放下的事件数 (events that it refused and that were put aside)" }),
};

export const webhookView = noted(z.strictObject(webhookFields), { id: "Webhook", description: "接收地址" });

export const webhookDetail = noted(
  z.strictObject({
    ...webhookFields,
    deadLetters: z.array(z.strictObject({ eventId, attempts: z.int(), error: z.string(), at: time })),
  }),
  { id: "WebhookDetail", description: "接收地址及放下的事件，最多列 100 个 (with up to 100 events put aside)" },
);

export const webhookCreated = noted(
  z.strictObject({
    ...webhookFields,
    secret,
  }),
  { id: "WebhookCreated" },
);

export const webhookList = noted(z.strictObject({ webhooks: z.array(webhookView) }), { id: "WebhookList" });
export const webhookRemoved = noted(z.strictObject({ removed: z.literal(true) }), { id: "WebhookRemoved" });

export const replayInput = noted(
  z.strictObject({
    from: noted(eventId.optional(), { description: "从这个事件起（含）(from this event on)" }),
    since: noted(z.iso.datetime({ offset: true }).optional(), {
      description: "从这个时间起（含）(from this time on)",
    }),
  }),
  { id: "ReplayInput", description: "重放的起点，二者选一 (where to begin: one of the two)" },
);

const DEFAULT_KEEP_HOURS = 24;
const MAX_KEEP_HOURS = 168;

export const rotationInput = noted(
  z.strictObject({
    keepHours: noted(z.int().min(0).max(MAX_KEEP_HOURS).default(DEFAULT_KEEP_HOURS), {
      description:
        "旧密钥继续签名的小时数，默认 24；0 立即停用全部旧密钥，用于泄露 (how long the old secret signs along; 0: all old ones end now, for one that leaked)",
    }),
  }),
  { id: "RotationInput", description: "更换密钥 (another secret for the endpoint)" },
);

export const rotationAnswer = noted(
  z.strictObject({
    secret,
    oldSecretUntil: noted(z.string().nullable(), { description: "null: 旧密钥已停用 (ended)" }),
  }),
  { id: "RotationAnswer", description: "新密钥，只显示这一次 (the new secret, shown this once)" },
);

export const replayAnswer = noted(z.strictObject({ waiting: count }), {
  id: "ReplayAnswer",
  description: "将要发送的事件数，含不接收的种类 (how many events are behind its position now)",
});

export const eventSchema = noted(
  z.strictObject({
    eventId,
    type: eventType,
    timestamp: time,
    data: z.strictObject({
      eInvoiceCode: noted(z.string().regex(/^\d{8}$/), { description: "票据代码" }),
      eInvoiceNumber: noted(z.string().regex(/^\d{10}$/), { description: "票据号码" }),
      status: noted(z.string(), { description: "事件所述的状态 (what has become of the receipt)" }),
      details: noted(z.record(z.string(), z.union([z.string(), z.int()])), {
        description: "随事件种类而定，如 kind、batchNo、channel、claimantId 和 amountFen（分） (by the type of event)",
      }),
      links: z.strictObject({ self: z.string(), pdf: z.string(), xml: z.string(), proof: z.string() }),
    }),
  }),
  { id: "Event", description: "事件：不含个人信息与校验码 (nothing of a person, no check code)" },
);

export const eventList = noted(
  z.strictObject({
    events: z.array(eventSchema),
    nextCursor: noted(z.string().nullable(), { description: "下一页的 cursor；null 表示没有下一页" }),
  }),
  { id: "EventList" },
);
