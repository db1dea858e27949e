import { z } from "zod";
import { eventTypeNames } from "../../app/eventTypes.ts";
import { eventView } from "../../app/eventView.ts";
import { MAX_ENDPOINTS, registerWebhook, type Registration } from "../../app/registerWebhook.ts";
import { removeWebhook, replayWebhook } from "../../app/replayWebhook.ts";
import { MAX_OLD_SECRETS, rotateWebhook } from "../../app/rotateWebhook.ts";
import type { Endpoint, EventFilter, ReplayStart, UrlFault } from "../../app/webhookPorts.ts";
import { jsonReply, type Reply, type SignedCall } from "../call.ts";
import { invalidFields, jsonBody, validated } from "../jsonBody.ts";
import { HttpProblem, type Text } from "../problem.ts";
import { rfc3339 } from "../rfc3339.ts";
import type { UnitContext } from "./issue.ts";
import {
  eventIdPattern,
  eventType,
  replayInput,
  rotationInput,
  webhookIdPattern,
  webhookInput,
  type webhookView,
} from "./webhookView.ts";

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 500;
const DEAD_LETTER_COUNT = 100;

/** Of GET /v1/events. */
export const eventQuery = {
  type: eventType,
  since: z.iso.datetime({ offset: true }),
  limit: z.string().regex(/^([1-9]\d?|[1-4]\d\d|500)$/),
  cursor: z.string().regex(eventIdPattern),
} as const;

const eventQuerySchema = z.strictObject(eventQuery).partial();

/** POST /v1/webhooks */
export async function postWebhook({ deps }: UnitContext, call: SignedCall): Promise<Reply> {
  const { url, types = eventTypeNames } = validated(webhookInput, jsonBody(call));
  const outcome = await registerWebhook(deps, { unitId: call.unit.unitId, url, types: [...new Set(types)] });
  if (outcome.kind !== "registered") throw registrationProblem(outcome);
  const view = { ...presentEndpoint(outcome.endpoint, deps.clock.nowMs()), secret: outcome.secret };
  return jsonReply(201, view, { Location: `/v1/webhooks/${outcome.endpoint.endpointId}` });
}

/** GET /v1/webhooks: few by their limit, so there are no pages. */
export async function getWebhooks({ deps }: UnitContext, call: SignedCall): Promise<Reply> {
  const endpoints = await deps.store.endpoints(call.unit.unitId);
  return jsonReply(200, { webhooks: endpoints.map((each) => presentEndpoint(each, deps.clock.nowMs())) });
}

/** GET /v1/webhooks/{webhookId} */
export async function getWebhook({ deps }: UnitContext, call: SignedCall): Promise<Reply> {
  const endpointId = webhookIdOf(call);
  const endpoint = (await deps.store.endpoints(call.unit.unitId)).find((each) => each.endpointId === endpointId);
  if (endpoint === undefined) throw webhookNotFound();
  const dead = await deps.store.deadLetters(endpoint, DEAD_LETTER_COUNT);
  const deadLetters = dead.map(({ eventId, attempts, error, atMs }) => ({
    ...{ eventId, attempts, error },
    at: rfc3339(atMs),
  }));
  return jsonReply(200, { ...presentEndpoint(endpoint, deps.clock.nowMs()), deadLetters });
}

/** POST /v1/webhooks/{webhookId}/replay */
export async function postReplay({ deps }: UnitContext, call: SignedCall): Promise<Reply> {
  const start = replayStart(validated(replayInput, jsonBody(call)));
  const outcome = await replayWebhook(deps, call.unit.unitId, webhookIdOf(call), start);
  if (outcome === "no_endpoint") throw webhookNotFound();
  if (outcome === "no_event") throw invalidFields([unknownEvent("/from")]);
  return jsonReply(200, { waiting: outcome.waitingCount });
}

/** POST /v1/webhooks/{webhookId}/rotate */
export async function postRotation({ deps }: UnitContext, call: SignedCall): Promise<Reply> {
  const { keepHours } = validated(rotationInput, jsonBody(call));
  const outcome = await rotateWebhook(deps, call.unit.unitId, webhookIdOf(call), keepHours);
  if (outcome === "no_endpoint") throw webhookNotFound();
  if (outcome === "too_many") throw tooManySecrets();
  const { oldUntilMs } = outcome;
  return jsonReply(200, {
    secret: outcome.secret,
    oldSecretUntil: oldUntilMs === undefined ? null : rfc3339(oldUntilMs),
  });
}

/** POST /v1/webhooks/{webhookId}/remove */
export async function postRemoveWebhook({ deps }: UnitContext, call: SignedCall): Promise<Reply> {
  if (!(await removeWebhook(deps, call.unit.unitId, webhookIdOf(call)))) throw webhookNotFound();
  return jsonReply(200, { removed: true });
}

/** GET /v1/events */
export async function listEvents({ deps }: UnitContext, call: SignedCall): Promise<Reply> {
  const query = validated(eventQuerySchema, queryObject(call.query), "/query");
  const limit = Math.min(query.limit === undefined ? DEFAULT_LIMIT : Number(query.limit), MAX_LIMIT);
  const filter: EventFilter = {
    ...(query.type === undefined ? {} : { types: [query.type] }),
    ...(query.since === undefined ? {} : { sinceMs: Date.parse(query.since) }),
  };
  const found = await deps.store.events(call.unit.unitId, filter, query.cursor, limit + 1);
  if (found === "no_event") throw invalidFields([unknownEvent("/query/cursor")]);
  const events = found.slice(0, limit);
  const nextCursor = found.length > limit ? (events.at(-1)?.eventId ?? null) : null;
  return jsonReply(200, { events: events.map(eventView), nextCursor });
}

function presentEndpoint(endpoint: Endpoint, nowMs: number): z.infer<typeof webhookView> {
  const { endpointId: webhookId, url, types, state, failures, lastError, nextAtMs, oldSecretUntilMs = 0 } = endpoint;
  return {
    ...{ webhookId, url, types: [...types], state, createdAt: rfc3339(endpoint.createdAtMs), failures },
    ...(lastError === undefined ? {} : { lastError }),
    ...(nextAtMs === undefined ? {} : { nextAttemptAt: rfc3339(nextAtMs) }),
    ...(oldSecretUntilMs <= nowMs ? {} : { oldSecretUntil: rfc3339(oldSecretUntilMs) }),
    ...{ waiting: endpoint.waitingCount, dead: endpoint.deadCount },
  };
}

/** @throws HttpProblem webhook_not_found */
function webhookIdOf(call: SignedCall): string {
  const { webhookId = "" } = call.params;
  if (!webhookIdPattern.test(webhookId)) throw webhookNotFound();
  return webhookId;
}

function replayStart({ from, since }: z.infer<typeof replayInput>): ReplayStart {
  if (from !== undefined && since === undefined) return { eventId: from };
  if (since !== undefined && from === undefined) return { sinceMs: Date.parse(since) };
  const text = { zh: "from 与 since 须且只能给一个", en: "give either from or since" };
  throw invalidFields([{ code: "one_of", pointer: from === undefined ? "/from" : "/since", ...text }]);
}

/** Repeated parameters become lists, which the schema refuses by name; the + of a time zone may have become a space. */
function queryObject(query: URLSearchParams): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    [...new Set(query.keys())].map((name) => {
      const values = query.getAll(name).map((value) => (name === "since" ? value.replace(" ", "+") : value));
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
}

function registrationProblem(outcome: Exclude<Registration, { readonly kind: "registered" }>): HttpProblem {
  switch (outcome.kind) {
    case "url":
      return invalidFields([{ code: `url_${outcome.fault}`, pointer: "/url", ...urlFaults[outcome.fault] }]);
    case "exists":
      return new HttpProblem("webhook_exists", {
        zh: "本单位已登记这个地址；要换密钥请用 rotate",
        en: "the unit has an endpoint of this URL; for another secret rotate it",
      });
    case "too_many":
      return new HttpProblem("too_many_webhooks", {
        zh: `每个单位最多 ${MAX_ENDPOINTS} 个接收地址，请先 remove 不用的`,
        en: `a unit has at most ${MAX_ENDPOINTS} endpoints: remove one that is not used`,
      });
  }
}

const urlFaults: Readonly<Record<UrlFault, Text>> = {
  malformed: {
    zh: "须为 https:// 开头的完整地址，不含用户名、口令和 #",
    en: "must be a whole address that begins with https://, without user, password or #",
  },
  not_https: {
    zh: "须用 https；只有设置允许时，内网地址才可用 http",
    en: "must be https; http only to private addresses, where the settings allow them",
  },
  private: {
    zh: "域名指向内网或保留地址，本服务不向那里发送",
    en: "it leads to a private or reserved address: this service sends nothing there",
  },
  unresolved: { zh: "域名查不到地址，请核对拼写", en: "the name has no address: check its spelling" },
};

function unknownEvent(pointer: string): HttpProblem["errors"][number] {
  return {
    ...{ code: "event_unknown", pointer },
    zh: "没有这个事件，或已超过 30 天；可改用 since",
    en: "there is no such event, or it is older than 30 days: use since instead",
  };
}

function tooManySecrets(): HttpProblem {
  return new HttpProblem("too_many_secrets", {
    zh: `已有 ${MAX_OLD_SECRETS} 个旧密钥仍有效；请等它们到期，或以 keepHours 0 立即停用全部旧密钥`,
    en: `${MAX_OLD_SECRETS} old secrets are valid still: wait until they end, or end them all by keepHours 0`,
  });
}

function webhookNotFound(): HttpProblem {
  return new HttpProblem("webhook_not_found", {
    zh: "本单位没有这个接收地址；已登记的见 GET /v1/webhooks",
    en: "the unit has no such endpoint; GET /v1/webhooks lists them",
  });
}
