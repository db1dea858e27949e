import type { Middleware } from "koa";
import type { Log } from "../app/ports.ts";
import { AppError } from "../core/errors.ts";
import type { Metrics } from "./metrics.ts";
import type { Language } from "./problem.ts";
import { HttpProblem, presentProblem, problemCodeOf, problemHeaders, problemTable } from "./problem.ts";

/** What a request is known by while it is served. */
export type RequestState = {
  requestId: string;
  language: Language;
  /** Template of the route; "none" until one is found. */
  route: string;
  unitId?: number;
};

/** Whatever goes wrong is answered as problem+json. Our own bugs are logged, and told to nobody else. */
export function answerProblems(log: Log, metrics: Metrics, publicUrl: string): Middleware<RequestState> {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      const { requestId, language } = ctx.state;
      const problem = error instanceof HttpProblem ? error : problemOf(error);
      if (problem.code === "internal_error") log.error("http_failed", { requestId, ...traceOf(error) });
      metrics.problem(problem.code);
      ctx.status = problemTable[problem.code].status;
      ctx.set(problemHeaders(problem));
      ctx.set({ "Content-Type": "application/problem+json; charset=utf-8", "Content-Language": language });
      const asker = { language, requestId, publicUrl };
      ctx.body = JSON.stringify(presentProblem(problem, asker));
    }
  };
}

function problemOf(error: unknown): HttpProblem {
  const code = error instanceof AppError ? problemCodeOf(error.code) : undefined;
  if (code === undefined) {
    const detail = { zh: "请把 requestId 告诉我们", en: "please tell us the requestId" };
    return new HttpProblem("internal_error", detail, { cause: error });
  }
  const detail = {
    zh: "请稍后原样重发；同一业务流水号不会重复开票",
    en: "send the same again later: a busNo is never issued twice",
  };
  return new HttpProblem(code, detail, { cause: error });
}

/** Where it happened. Messages are left out: they may hold what a client sent. */
function traceOf(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { name: typeof error };
  const frames = (error.stack ?? "").split("\n").filter((line) => line.startsWith("    at "));
  return { name: error.name, ...(error instanceof AppError ? { code: error.code } : {}), frames: frames.slice(0, 8) };
}
