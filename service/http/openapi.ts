import { z } from "zod";
import { apiSchemas } from "./apiSchemas.ts";
import { problemTable, type ProblemCode, type Text } from "./problem.ts";
import type { AnswerDoc, ContentDoc, ParameterDoc, Route } from "./route.ts";
import { problemView } from "./units/view.ts";
import { eventSchema } from "./units/webhookView.ts";

type Json = Readonly<Record<string, unknown>>;

const REF = "#/components/schemas/";

/** Problems that come with what a route is, whatever it does. */
const always: readonly ProblemCode[] = ["malformed_request", "overloaded", "timed_out", "internal_error"];
const whenSigned: readonly ProblemCode[] = [
  "signature_missing",
  "signature_malformed",
  "signature_incomplete",
  "signature_expired",
  "signature_invalid",
  "digest_mismatch",
  "nonce_repeated",
  "database_unreachable",
];
const withBody: readonly ProblemCode[] = ["malformed_json", "body_timeout", "body_too_large", "unsupported_media_type"];

/** The OpenAPI 3.1.1 document of the routes. Schemas come from the zod schemas that check the requests. */
export function openApiDocument(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(route);
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "链票 Lianpiao",
      version,
      summary: "财政电子票据：开票、上链、查验 / Fiscal e-receipts: issue, anchor, verify",
      description: INTRODUCTION,
      contact: { name: "链票项目 / The Lianpiao project" },
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    tags: [
      { name: "receipts", description: "开票与查票 / Issue and read receipts" },
      { name: "paper", description: "换开纸质 / Exchange to paper" },
      { name: "books", description: "号段 / Books of numbers" },
      { name: "writeOffs", description: "核销 / Write-offs" },
      { name: "webhooks", description: "事件推送 / Events, posted to the unit's system" },
      { name: "checks", description: "查验 / Checks by anyone" },
      { name: "operations", description: "运行状态 / Health and metrics" },
      { name: "desk", description: "单位开票台 / The unit desk" },
      { name: "pages", description: "网页 / Pages" },
    ],
    paths,
    webhooks: { event: { post: eventWebhook } },
    components: { schemas: componentSchemas(), securitySchemes: { signature: securityScheme } },
  };
}

const INTRODUCTION = `单位以 RFC 9421 签名调用 /v1。金额一律为整数分；时间为 RFC 3339（+08:00）；错误为 RFC 9457 problem+json，
\`errors\` 用 JSON Pointer 指出每个有误的字段，查询参数写作 \`/query/名称\`。签名方法与可运行的例子见仓库 docs/api.md。

Units call /v1 with requests signed by RFC 9421. Amounts are whole fen; times RFC 3339 at +08:00; errors are RFC 9457
problem+json, whose \`errors\` name each wrong field by JSON Pointer (query parameters as \`/query/name\`). Chinese by
default, English by Accept-Language. See docs/api.md of the repository for how to sign.`;

const securityScheme: Json = {
  type: "apiKey",
  in: "header",
  name: "Signature",
  description: `RFC 9421 HTTP Message Signatures: 请求头 Signature-Input 与 Signature，各一个标签 / one label in each.
- 覆盖 covered: "@method" "@path" "@query"，有请求体时加 "content-digest" (RFC 9530, sha-256 or sha-512)
- 参数 parameters: created (±300 s), nonce (16–128 characters, never twice), keyid = app id,
  alg = "ed25519" | "hmac-sha256"; expires optional
- 须按 RFC 8941 规范序列化 / in strict RFC 8941 serialisation`,
};

/** What is posted to the endpoints of units. */
const eventWebhook: Json = {
  operationId: "receiveEvent",
  tags: ["webhooks"],
  summary: "事件推送到单位登记的地址 / An event, posted to an endpoint of the unit",
  description: `按 Standard Webhooks 签名：webhook-id、webhook-timestamp、webhook-signature（v1，HMAC-SHA-256）。

Signed by Standard Webhooks; see docs/webhooks.md of the repository for how to verify it and what answers mean.`,
  requestBody: { required: true, content: { "application/json": { schema: schemaOf(eventSchema) } } },
  responses: { "204": { description: "已收到（任何 2xx）/ Taken, as any 2xx" } },
};

function operation(route: Route): Json {
  const { doc } = route;
  return {
    operationId: doc.operationId,
    tags: [doc.tag],
    summary: both(doc.summary),
    description: descriptionOf(route),
    ...(doc.parameters === undefined ? {} : { parameters: doc.parameters.map(parameter) }),
    ...(doc.request === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              "application/json": {
                schema: schemaOf(doc.request.schema),
                examples: Object.fromEntries(
                  Object.entries(doc.request.examples).map(([name, { summary, value }]) => [
                    name,
                    { summary: both(summary), value },
                  ]),
                ),
              },
              ...Object.fromEntries((doc.request.otherTypes ?? []).map((type) => [type, {}])),
            },
          },
        }),
    responses: { ...answers(doc.answers), ...problems(route) },
    security: route.access === "signed" ? [{ signature: [] }] : [],
  };
}

/** What it does beyond its summary, then who may call it. */
function descriptionOf({ doc, ...route }: Route): string {
  const key = route.access === "open" ? "open" : route.isIssuing ? "issuing" : "signed";
  const { zh, en } = accessTexts[key];
  return [doc.description?.zh, zh, doc.description?.en, en].filter((text) => text !== undefined).join("\n\n");
}

const accessTexts: Readonly<Record<"open" | "issuing" | "signed", Text>> = {
  open: { zh: "任何人可用，无需签名。", en: "For anyone, without a signature." },
  issuing: { zh: "须单位签名；单位被停用时拒绝。", en: "Signed by a unit; refused while the unit is suspended." },
  signed: { zh: "须单位签名；被停用的单位也可用。", en: "Signed by a unit, also by one that is suspended." },
};

function answers(docs: readonly AnswerDoc[]): Json {
  return Object.fromEntries(
    docs.map(({ status, description, headers, content }) => [
      String(status),
      {
        description: both(description),
        ...(headers === undefined ? {} : { headers: mapValues(headers, header) }),
        ...(Object.keys(content).length === 0 ? {} : { content: mapValues(content, mediaType) }),
      },
    ]),
  );
}

/** One answer per status, naming its codes: a program tells them apart by `code`. */
function problems(route: Route): Json {
  const codes = new Set<ProblemCode>([
    ...always,
    ...(route.access === "signed" ? whenSigned : []),
    ...(route.access === "signed" && route.isIssuing ? (["unit_suspended"] as const) : []),
    ...(route.bodyLimitBytes > 0 ? withBody : []),
    ...route.doc.problems,
  ]);
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) {
    const { status } = problemTable[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].sort(([a], [b]) => a - b).map(([status, ofStatus]) => [String(status), problemAnswer(ofStatus)]),
  );
}

function problemAnswer(codes: readonly ProblemCode[]): Json {
  const isRetryable = codes.some((code) => problemTable[code].retryAfterS !== undefined);
  const retry = { zh: "多少秒后可重试", en: "seconds after which to try again" };
  return {
    description: codes.map((code) => `\`${code}\` ${both(problemTable[code])}`).join("\n\n"),
    ...(isRetryable ? { headers: { "Retry-After": header(retry) } } : {}),
    content: { "application/problem+json": { schema: schemaOf(problemView) } },
  };
}

function parameter(doc: ParameterDoc): Json {
  return {
    name: doc.name,
    in: doc.in,
    required: doc.in === "path",
    description: both(doc.description),
    schema: schemaOf(doc.schema),
    example: doc.example,
  };
}

function header(description: Text): Json {
  return { description: both(description), schema: { type: "string" } };
}

function mediaType({ schema, example }: ContentDoc): Json {
  return {
    ...(schema === undefined ? {} : { schema: schemaOf(schema) }),
    ...(example === undefined ? {} : { example }),
  };
}

/** A reference for a schema with a name, else the schema itself. */
function schemaOf(schema: z.ZodType): Json {
  const id = apiSchemas.get(schema)?.id;
  if (id !== undefined) return { $ref: REF + id };
  const { $schema: _, ...json } = z.toJSONSchema(schema, { metadata: apiSchemas, io: "input" });
  return json;
}

function componentSchemas(): Json {
  const { schemas } = z.toJSONSchema(apiSchemas, { metadata: apiSchemas, io: "input", uri: (id) => REF + id });
  return mapValues(schemas, ({ $schema: _schema, $id: _id, id: _name, ...json }) => json);
}

function both(text: Text): string {
  return `${text.zh} / ${text.en}`;
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
