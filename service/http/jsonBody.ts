import type { z } from "zod";
import type { Call } from "./call.ts";
import { fieldErrors } from "./fieldErrors.ts";
import { HttpProblem } from "./problem.ts";

/**
 * The JSON value of the body.
 * @throws HttpProblem unsupported_media_type, malformed_json
 */
export function jsonBody(call: Call): unknown {
  const type = call.field("content-type") ?? "";
  if (!/^application\/json *(?:; *charset=(?:utf-8|"utf-8") *)?$/i.test(type)) {
    throw new HttpProblem("unsupported_media_type", {
      zh: "请用 Content-Type: application/json，UTF-8 编码",
      en: "send Content-Type: application/json in UTF-8",
    });
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(call.body));
  } catch (cause) {
    throw new HttpProblem(
      "malformed_json",
      { zh: "请求体无法解析：应为 UTF-8 编码的 JSON", en: "the body can't be parsed: UTF-8 JSON is expected" },
      { cause },
    );
  }
}

/**
 * The value as its schema reads it.
 * @param prefix pointer of the value in the request, "" for the whole body, "/query" for the query
 * @throws HttpProblem invalid_fields, with every wrong field
 */
export function validated<T>(schema: z.ZodType<T>, value: unknown, prefix = ""): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw invalidFields(fieldErrors(result.error, value, prefix));
}

/** The problem of a request with wrong fields. */
export function invalidFields(errors: HttpProblem["errors"]): HttpProblem {
  const detail = {
    zh: `${errors.length} 个字段有误，未开票，也未占用票号；请按 errors 逐项改正`,
    en: `${errors.length} field(s) are wrong; nothing was done and no number was used: correct each of errors`,
  };
  return new HttpProblem("invalid_fields", detail, { errors });
}
