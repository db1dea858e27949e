import { randomUUID } from "node:crypto";
import Router, { type RouterContext } from "@koa/router";
import Koa from "koa";
import type { Middleware, Next, ParameterizedContext } from "koa";
import type { Registry } from "prom-client";
import type { Deps } from "../app/deps.ts";
import type { MessageSandbox } from "../app/sandboxPorts.ts";
import type { Receipt } from "../app/storePorts.ts";
import type { RpcRequest } from "../core/ledgerCall.ts";
import { addressOf } from "./address.ts";
import { createAuthenticate, type Authenticate } from "./authenticate.ts";
import type { Call, Reply } from "./call.ts";
import { checkRoutes } from "./citizens/checkRoutes.ts";
import { linkRoutes } from "./citizens/linkRoutes.ts";
import { myRoutes } from "./citizens/myRoutes.ts";
import { deskRoutes } from "./desk/routes.ts";
import { createGate, readBody, withTimeout, type Gate } from "./limits.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { openApiDocument } from "./openapi.ts";
import { documentRoute, operationRoutes, type Probe } from "./operations.ts";
import { pageRoutes } from "./pages/routes.ts";
import { sandboxRoutes } from "./pages/sandboxPage.ts";
import { parsePrefer } from "./prefer.ts";
import { HttpProblem } from "./problem.ts";
import { answerProblems, type RequestState } from "./problemHandler.ts";
import type { Route } from "./route.ts";
import type { SignedMessage } from "./signatureBase.ts";
import { unitRoutes } from "./units/routes.ts";
import { verifyUrlOf } from "./units/verifyUrl.ts";
import { webhookRoutes } from "./units/webhookRoutes.ts";

export type AppOptions = {
  readonly deps: Deps;
  /** Opens the sealed HMAC secret of an AppKey. */
  readonly openSecret: (sealed: Uint8Array) => Uint8Array;
  /** What /readyz looks at. */
  readonly probes: readonly Probe[];
  readonly version: string;
  /** The chain's node, which pages in browsers ask through us. */
  readonly askNode?: RpcRequest;
  /** Where mail and messages stay while the program is tried out; undefined in real use. */
  readonly sandbox?: MessageSandbox | undefined;
  /** For /metrics; a fresh one by default. */
  readonly registry?: Registry;
  /** How many proxies of ours stand before us; default 0. */
  readonly trustedHops?: number;
  /** How far a signature's time may be off, either way. */
  readonly signatureWindowS?: number;
  /** More requests than this at once are refused; probes are not counted. */
  readonly maxConcurrent?: number;
  /** To answer, beyond what Prefer asks to wait. */
  readonly requestTimeoutMs?: number;
  /** For a body to arrive. */
  readonly bodyTimeoutMs?: number;
};

type Ctx = ParameterizedContext<RequestState>;
type Settings = Required<Pick<AppOptions, "maxConcurrent" | "requestTimeoutMs" | "bodyTimeoutMs">>;

type Parts = {
  readonly options: AppOptions;
  readonly settings: Settings;
  readonly metrics: Metrics;
  readonly gate: Gate;
  readonly authenticate: Authenticate;
};

/** The HTTP service. STYLE's order: request id, problems, limits, authenticate, policy, validate, handle. */
export function createApp(options: AppOptions): Koa<RequestState> {
  const { deps, openSecret, signatureWindowS = 300, maxConcurrent = 256 } = options;
  const { requestTimeoutMs = 30_000, bodyTimeoutMs = 30_000 } = options;
  const metrics = createMetrics(deps.store, options.registry);
  const parts: Parts = {
    options,
    settings: { maxConcurrent, requestTimeoutMs, bodyTimeoutMs },
    metrics,
    gate: createGate(maxConcurrent),
    authenticate: createAuthenticate({ deps, openSecret, windowS: signatureWindowS }),
  };
  const router = new Router<RequestState>({ strict: true, sensitive: true });
  for (const route of appRoutes(options, metrics)) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ":$1");
    router.register(path, [route.method], serve(parts, route), { name: route.doc.operationId });
  }
  const app = new Koa<RequestState>();
  app.use(observe(deps, metrics));
  app.use(answerProblems(deps.log, metrics, deps.settings.publicUrl));
  app.use(checkTarget);
  app.use(router.routes());
  app.use((ctx) => {
    if (!leadsToPage(router, ctx)) refuseRest(router, ctx);
  });
  // Every error is answered by answerProblems; what is left is a socket that broke while the answer was written.
  app.on("error", (error: unknown) =>
    deps.log.warn("answer_not_sent", { name: error instanceof Error ? error.name : "" }),
  );
  return app;
}

/** All routes; /openapi.json is made of them at its first request. */
export function appRoutes(options: AppOptions, metrics: Metrics): readonly Route[] {
  const { deps, probes, version } = options;
  const { chainId, contract } = deps.ledger;
  const presenter = { chainId, contract, verifyUrl: (receipt: Receipt) => verifyUrlOf(deps.settings, receipt) };
  let document: unknown;
  const routes: readonly Route[] = [
    ...unitRoutes({ deps, presenter, onResult: metrics.issueResult }),
    ...webhookRoutes({ deps, presenter, onResult: metrics.issueResult }),
    ...operationRoutes(probes, metrics),
    documentRoute(() => (document ??= openApiDocument(routes, version))),
    ...checkRoutes(deps),
    ...linkRoutes(deps),
    ...myRoutes(deps),
    ...deskRoutes(deps),
    ...pageRoutes(deps, version, options.askNode),
    ...sandboxRoutes(options.sandbox, deps.settings.publicUrl),
  ];
  return routes;
}

function serve(parts: Parts, route: Route): (ctx: RouterContext<RequestState>) => Promise<void> {
  return async (ctx) => {
    ctx.state.route = route.path;
    const leave = route.access === "open" && route.isProbe ? undefined : parts.gate.enter();
    try {
      const body = await readBody(ctx.req, route.bodyLimitBytes, parts.settings.bodyTimeoutMs);
      const waitMs = 1000 * (parsePrefer(ctx.get("prefer"))?.waitS ?? 0);
      const timeoutMs = parts.settings.requestTimeoutMs + (route.method === "POST" ? waitMs : 0);
      present(ctx, await withTimeout(handle(parts, route, ctx, body), timeoutMs));
    } finally {
      leave?.();
    }
  };
}

async function handle(parts: Parts, route: Route, ctx: RouterContext<RequestState>, body: Uint8Array): Promise<Reply> {
  const call = callOf(parts, ctx, body);
  if (route.access === "open") return route.handle(call);
  const unit = await parts.authenticate(signedMessage(parts, ctx), body);
  ctx.state.unitId = unit.unitId;
  if (route.isIssuing && unit.status !== "active") {
    throw new HttpProblem("unit_suspended", {
      zh: "单位已被财政部门停用，可查询已开票据，不能新开",
      en: "the bureau has suspended the unit: receipts can be read, none can be issued",
    });
  }
  return route.handle({ ...call, unit });
}

function callOf(parts: Parts, ctx: RouterContext<RequestState>, body: Uint8Array): Call {
  const { publicUrl } = parts.options.deps.settings;
  const query = (ctx.req.url ?? "").split("?").slice(1).join("?");
  return {
    asker: { language: ctx.state.language, requestId: ctx.state.requestId, publicUrl },
    params: ctx.params,
    query: new URLSearchParams(query),
    body,
    field: (name) => ctx.req.headersDistinct[name]?.join(", "),
    preferredType: (types) => ctx.accepts([...types]) || (types[0] ?? ""),
    address: addressOf(ctx.req, parts.options.trustedHops ?? 0),
  };
}

function signedMessage(parts: Parts, ctx: RouterContext<RequestState>): SignedMessage {
  return {
    method: ctx.method,
    target: ctx.req.url ?? "",
    scheme: parts.options.deps.settings.publicUrl.startsWith("https:") ? "https" : "http",
    host: ctx.get("host"),
    field: (name) => ctx.req.headersDistinct[name],
  };
}

function present(ctx: RouterContext<RequestState>, reply: Reply): void {
  ctx.status = reply.status;
  ctx.set({ "Content-Type": reply.type, ...reply.headers });
  ctx.body = typeof reply.body === "string" ? reply.body : bufferOf(reply.body);
}

/** Over the same memory: a document is not copied. */
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Request id, language, safe defaults, log and metrics. */
function observe(deps: Deps, metrics: Metrics): Middleware<RequestState> {
  return async (ctx, next) => {
    const startedAt = performance.now();
    const given = ctx.get("x-request-id");
    const requestId = /^[A-Za-z0-9._-]{8,64}$/.test(given) ? given : randomUUID();
    const language = ctx.acceptsLanguages("zh", "en") === "en" ? "en" : "zh";
    Object.assign(ctx.state, { requestId, language, route: "none" });
    ctx.set({ ...DEFAULT_HEADERS, "X-Request-Id": requestId });
    metrics.requestStarted();
    try {
      await next();
    } finally {
      const seconds = (performance.now() - startedAt) / 1000;
      const { method, status } = ctx;
      const { route, unitId } = ctx.state;
      metrics.requestDone({ method: METHODS.has(method) ? method : "other", route, status, seconds });
      const ms = Math.round(seconds * 1000);
      deps.log.info("http_request", { requestId, method, route, status, ms, unitId });
    }
  };
}

/** A method is a label: it must not be whatever a client makes up. */
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

const DEFAULT_HEADERS = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  Vary: "Accept-Language",
} as const;

/** The path that is routed must be the path that was signed: only plain origin form (RFC 9112, 3.2.1) is served. */
async function checkTarget(ctx: Ctx, next: Next): Promise<void> {
  if (/^\/[\x21\x22\x24-\x7e]*$/.test(ctx.req.url ?? "")) {
    await next();
    return;
  }
  throw new HttpProblem("malformed_request", {
    zh: "请求目标须为以 / 开头的路径，非 ASCII 字符须百分号编码",
    en: "the request target must be a path that begins with /, other than ASCII percent-encoded",
  });
}

/** "/unit/", as people type it, is meant for "/unit". Only what has a route is led to, so never another site. */
function leadsToPage(router: Router<RequestState>, ctx: Ctx): boolean {
  const meant = ctx.path.replace(/\/$/, "");
  const isTyped = ctx.method === "GET" && meant !== ctx.path && !meant.startsWith("/v1/");
  if (!isTyped || !router.match(meant, "GET").route) return false;
  ctx.redirect(`${meant}${ctx.search}`);
  ctx.status = 308;
  return true;
}

function refuseRest(router: Router<RequestState>, ctx: Ctx): never {
  const methods = router.match(ctx.path, ctx.method).path.flatMap((layer) => layer.methods);
  if (methods.length === 0) {
    throw new HttpProblem("not_found", {
      zh: "没有这个地址；接口列表见 /docs",
      en: "there is nothing at this address; /docs lists what there is",
    });
  }
  const allow = [...new Set(methods)].sort().join(", ");
  const detail = { zh: `此地址支持：${allow}`, en: `this address takes: ${allow}` };
  throw new HttpProblem("method_not_allowed", detail, { headers: { Allow: allow } });
}
