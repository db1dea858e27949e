import type { Text } from "../../core/reportTexts.ts";
import { words } from "../shared/words.ts";
import { parseChallenge, solve } from "./work.ts";

export type Asked =
  | { readonly kind: "answered"; readonly body: unknown }
  /** The server refused it, or did not answer: why, and whether the same may be asked again. */
  | { readonly kind: "refused"; readonly code: string; readonly why: Text; readonly retryAfterS?: number }
  /** More work than `mostBits` is wanted. */
  | { readonly kind: "too_hard" };

/** Hears what takes its time. */
export type Progress = (text: Text) => void;

/** Others' misses meanwhile may raise the price, so work may be asked for more than once. */
const MOST_ROUNDS = 4;
const TIMEOUT_MS = 60_000;

/** Asks our server, and does the work that it wants to see first. */
export async function ask(path: string, body: object, onProgress: Progress, mostBits = 32): Promise<Asked> {
  let work: string | undefined;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const response = await post(path, work === undefined ? body : { ...body, work });
    if (response === undefined) return { kind: "refused", code: "server_unreachable", why: SERVER_AWAY };
    const json: unknown = await response.json().catch(() => undefined);
    if (response.ok && json !== undefined) return { kind: "answered", body: json };
    const challenge = response.status === 428 ? parseChallenge(json) : undefined;
    if (challenge === undefined) return refused(response, json);
    if (challenge.bits > mostBits) return { kind: "too_hard" };
    onProgress(working(0));
    work = await solve(challenge, (part) => onProgress(working(part)));
  }
  return { kind: "refused", code: "challenge_required", why: words("请稍后再试", "Try again in a while") };
}

async function post(path: string, body: object): Promise<Response | undefined> {
  try {
    return await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
      credentials: "omit",
      cache: "no-store",
    });
  } catch {
    return undefined;
  }
}

function refused(response: Response, json: unknown): Asked {
  const code = typeof json === "object" && json !== null && "code" in json ? String(json.code) : "internal_error";
  const retryAfterS = Number(response.headers.get("retry-after") ?? "0");
  const why = WHY[code] ?? SERVER_AWAY;
  return { kind: "refused", code, why, ...(retryAfterS > 0 ? { retryAfterS } : {}) };
}

const working = (part: number): Text => {
  const percent = String(Math.round(part * 100));
  return words(
    `为防止猜测校验码，浏览器正在完成一次计算：约 ${percent}%`,
    `Working, so that nobody can guess check codes: about ${percent}%`,
  );
};

const SERVER_AWAY = words("查验服务没有响应，请稍后再试", "The service does not answer: try again in a while");

const WHY: Readonly<Record<string, Text>> = {
  invalid_fields: words("所填内容格式不对，请按票面逐项核对", "Something is not in its form: compare it with the face"),
  receipt_check_limit: words(
    "这张票据今日输入有误的次数过多。请扫描票面二维码，或查验 PDF 文件；明日可再输入",
    "This receipt was typed wrongly too often today. Scan its QR code, or verify its PDF; typing works again tomorrow",
  ),
  too_many_checks: words("查验过于频繁，请过一小时再试", "Too many checks: try again in an hour"),
  database_unreachable: SERVER_AWAY,
};
