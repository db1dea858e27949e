import type { IncomingMessage } from "node:http";
import { HttpProblem } from "./problem.ts";

/**
 * The body of a request, whole. Past the limit nothing more is kept; Node reads the rest and throws it away, so that
 * the client gets to read the answer.
 * @throws HttpProblem body_too_large, body_timeout, malformed_request (the client went away)
 */
export function readBody(request: IncomingMessage, limitBytes: number, timeoutMs: number): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const chunks: Buffer[] = [];
  let length = 0;
  const timer = setTimeout(() => reject(bodyTimeout(timeoutMs)), timeoutMs);
  const onData = (chunk: Buffer): void => {
    length += chunk.length;
    if (length > limitBytes) reject(bodyTooLarge(limitBytes));
    else chunks.push(chunk);
  };
  const onGone = (): void => reject(clientGone());
  const onEnd = (): void => {
    // "close" follows at once, and to make its problem costs more than to read a body.
    request.off("close", onGone);
    resolve(Buffer.concat(chunks));
  };
  if (Number(request.headers["content-length"] ?? "0") > limitBytes) reject(bodyTooLarge(limitBytes));
  else request.on("data", onData).on("end", onEnd).on("error", onGone).on("close", onGone);
  return promise.finally(() => {
    clearTimeout(timer);
    request.off("data", onData).off("end", onEnd).off("close", onGone);
    request.resume();
  });
}

/** Counts what is under way; `enter` refuses when that is too much. */
export type Gate = { readonly enter: () => () => void };

/** @throws (by enter) HttpProblem overloaded */
export function createGate(maxConcurrent: number): Gate {
  let current = 0;
  return {
    enter: () => {
      if (current >= maxConcurrent) throw overloaded();
      current += 1;
      return () => {
        current -= 1;
      };
    },
  };
}

/**
 * The work's result, or a problem if it takes too long. The work itself goes on: what it has begun may become durable.
 * @throws HttpProblem timed_out
 */
export async function withTimeout<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(timedOut()), timeoutMs);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function bodyTooLarge(limitBytes: number): HttpProblem {
  return new HttpProblem("body_too_large", {
    zh: limitBytes === 0 ? "此请求不带请求体" : `请求体最多 ${limitBytes} 字节，请减少内容或分批`,
    en:
      limitBytes === 0
        ? "this request takes no body"
        : `a body has at most ${limitBytes} bytes: send less, or in parts`,
  });
}

function bodyTimeout(timeoutMs: number): HttpProblem {
  const s = String(Math.round(timeoutMs / 1000));
  return new HttpProblem("body_timeout", {
    zh: `请求体未在 ${s} 秒内收完，请检查网络后重发`,
    en: `the body did not arrive within ${s} s: check the network and send it again`,
  });
}

function clientGone(): HttpProblem {
  return new HttpProblem("malformed_request", { zh: "连接在收完请求前断开", en: "the connection ended too early" });
}

function overloaded(): HttpProblem {
  return new HttpProblem("overloaded", {
    zh: "同时处理的请求已到上限，请按 Retry-After 重试",
    en: "as many requests as we take are under way: try again after Retry-After",
  });
}

function timedOut(): HttpProblem {
  return new HttpProblem("timed_out", {
    zh: "处理超时，结果未知；请用同一业务流水号原样重发，不会重复开票",
    en: "it took too long and the outcome is not known: send the same busNo again, nothing is issued twice",
  });
}
