import { createHmac, timingSafeEqual } from "node:crypto";
import type { Event } from "./api.ts";

/** Header fields by lower-case name, as node:http and Fetch have them. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

export type VerifyWebhookOptions = {
  /** Default: now. */
  readonly nowMs?: number;
  /** How far the time of the attempt may be off, either way; default 300. */
  readonly toleranceS?: number;
};

/** Why a webhook must not be believed. */
export class WebhookError extends Error {
  override readonly name = "WebhookError";
  readonly code: "field_missing" | "time_off" | "signature_wrong" | "body_malformed";

  constructor(code: WebhookError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * The event of a webhook whose signature holds (Standard Webhooks 1.0.0, `v1`: HMAC-SHA-256).
 * @param secret `whsec_…`, as it was shown when the endpoint was registered
 * @param body the bytes as they arrived, before any JSON parser
 * @throws WebhookError; answer 400 then. The event's id is the key by which a second copy is dropped
 */
export function verifyWebhook(
  secret: string,
  headers: WebhookHeaders,
  body: Uint8Array | string,
  { nowMs = Date.now(), toleranceS = 300 }: VerifyWebhookOptions = {},
): Event {
  const [id, timestamp] = [fieldOf(headers, "webhook-id"), fieldOf(headers, "webhook-timestamp")];
  const signatures = fieldOf(headers, "webhook-signature").split(" ");
  const skewS = /^\d{1,12}$/.test(timestamp) ? Math.abs(nowMs / 1000 - Number(timestamp)) : Infinity;
  if (skewS > toleranceS) throw new WebhookError("time_off", `webhook-timestamp is more than ${toleranceS} s off`);
  const text = typeof body === "string" ? body : new TextDecoder("utf-8", { ignoreBOM: true }).decode(body);
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const expected = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
  if (!signatures.some((signature) => isEqual(signature, expected))) {
    throw new WebhookError("signature_wrong", "no signature of webhook-signature is the secret's");
  }
  const event = parse(text);
  if (event?.eventId !== id) throw new WebhookError("body_malformed", "the body is not the event of webhook-id");
  return event;
}

function isEqual(signature: string, expected: Buffer): boolean {
  const [version, value = ""] = signature.split(",");
  const bytes = Buffer.from(value, "base64");
  return version === "v1" && bytes.length === expected.length && timingSafeEqual(bytes, expected);
}

function fieldOf(headers: WebhookHeaders, name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : headers[name];
  if (typeof value === "string" && value !== "") return value;
  throw new WebhookError("field_missing", `there is no single ${name}`);
}

function parse(text: string): Event | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Event) : undefined;
  } catch {
    return undefined;
  }
}
