import { z } from "zod";
import { jsonReply, type Call, type Reply } from "./call.ts";
import { withTimeout } from "./limits.ts";
import type { Metrics } from "./metrics.ts";
import type { OpenRoute, OperationDoc } from "./route.ts";
import { healthView, readinessView, type ReadinessView } from "./units/view.ts";

/** Something the program needs. `check` rejects while it is not there. */
export type Probe = {
  readonly name: string;
  /** False: receipts can be issued without it (the chain may be away), so no load balancer may turn away from us. */
  readonly isRequired: boolean;
  readonly check: () => Promise<void>;
};

const PROBE_TIMEOUT_MS = 2_000;

/** Health, readiness and metrics. */
export function operationRoutes(probes: readonly Probe[], metrics: Metrics): readonly OpenRoute[] {
  const probe = { method: "GET", access: "open", isProbe: true, bodyLimitBytes: 0 } as const;
  return [
    { ...probe, path: "/healthz", doc: docs.health, handle: () => Promise.resolve(jsonReply(200, { status: "ok" })) },
    { ...probe, path: "/readyz", doc: docs.readiness, handle: () => readiness(probes) },
    { ...probe, path: "/metrics", doc: docs.metrics, handle: () => scrape(metrics) },
  ];
}

/** The document's own route. */
export function documentRoute(document: () => unknown): OpenRoute {
  const handle = (_call: Call): Promise<Reply> => Promise.resolve(jsonReply(200, document()));
  const path = "/openapi.json";
  return { method: "GET", access: "open", isProbe: false, bodyLimitBytes: 0, path, doc: docs.document, handle };
}

async function readiness(probes: readonly Probe[]): Promise<Reply> {
  const results = await Promise.all(probes.map((probe) => isOk(probe)));
  const checks = Object.fromEntries(
    probes.map(({ name, isRequired }, index) => [name, { isOk: results[index] === true, isRequired }]),
  );
  const failed = Object.values(checks).filter((check) => !check.isOk);
  const isReady = failed.every((check) => !check.isRequired);
  const status = failed.length === 0 ? "ready" : isReady ? "degraded" : "unready";
  const view: ReadinessView = { status, checks };
  return jsonReply(isReady ? 200 : 503, view);
}

async function isOk(probe: Probe): Promise<boolean> {
  try {
    await withTimeout(probe.check(), PROBE_TIMEOUT_MS);
    return true;
  } catch {
    return false;
  }
}

async function scrape(metrics: Metrics): Promise<Reply> {
  return { status: 200, type: metrics.registry.contentType, body: await metrics.registry.metrics() };
}

const json = (schema: z.ZodType): Readonly<Record<string, { readonly schema: z.ZodType }>> => ({
  "application/json": { schema },
});

const docs = {
  health: {
    operationId: "getHealth",
    tag: "operations",
    summary: { zh: "程序是否在运行", en: "Whether the program runs" },
    answers: [{ status: 200, description: { zh: "在运行", en: "It runs" }, content: json(healthView) }],
    problems: [],
  },
  readiness: {
    operationId: "getReadiness",
    tag: "operations",
    summary: { zh: "能否开票（数据库、链、后台任务）", en: "Whether it can issue: database, chain, workers" },
    answers: [
      { status: 200, description: { zh: "可以开票", en: "It can issue" }, content: json(readinessView) },
      { status: 503, description: { zh: "不能开票", en: "It can't issue" }, content: json(readinessView) },
    ],
    problems: [],
  },
  metrics: {
    operationId: "getMetrics",
    tag: "operations",
    summary: { zh: "Prometheus 指标", en: "Prometheus metrics" },
    answers: [{ status: 200, description: { zh: "指标", en: "The metrics" }, content: { "text/plain": {} } }],
    problems: [],
  },
  document: {
    operationId: "getOpenApi",
    tag: "operations",
    summary: { zh: "本接口文档（OpenAPI 3.1.1）", en: "This document (OpenAPI 3.1.1)" },
    answers: [
      {
        status: 200,
        description: { zh: "OpenAPI 文档", en: "The OpenAPI document" },
        content: { "application/json": { schema: z.looseObject({}) } },
      },
    ],
    problems: [],
  },
} as const satisfies Readonly<Record<string, OperationDoc>>;
