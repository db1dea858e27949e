import { createHmac } from "node:crypto";
import type { SendOutcome, SmsSender } from "../../app/deliveryPorts.ts";

export type HttpSmsOptions = {
  /** Where messages are posted. */
  readonly url: string;
  /** Shared with the gateway: its bytes as UTF-8 are the HMAC's key. */
  readonly secret: string;
  readonly nowMs: () => number;
  readonly timeoutMs?: number;
};

const TIMEOUT_MS = 10_000;
/** May pass by itself: time-outs, too many requests, and whatever is the gateway's own fault. */
const TRANSIENT: ReadonlySet<number> = new Set([408, 409, 425, 429]);

/**
 * Text messages by a signed POST: `{"id", "to", "text"}` as JSON, signed as Standard Webhooks says: webhook-id (the same for each
 * attempt, to send a message once), webhook-timestamp (seconds), and webhook-signature `v1,` and the base64 HMAC-SHA-256 of
 * `id.timestamp.body`. 2xx: taken. 408, 409, 425, 429, 5xx and silence: tried again. Anything else: refused for good. See
 * docs/delivery.md.
 */
export function createHttpSms({ url, secret, nowMs, timeoutMs = TIMEOUT_MS }: HttpSmsOptions): SmsSender {
  return {
    async send({ messageId, to, text }) {
      const body = JSON.stringify({ id: messageId, to, text });
      const timestamp = String(Math.floor(nowMs() / 1000));
      const signature = createHmac("sha256", secret).update(`${messageId}.${timestamp}.${body}`).digest("base64");
      try {
        const response = await fetch(url, {
          method: "POST",
          body,
          redirect: "error",
          signal: AbortSignal.timeout(timeoutMs),
          headers: {
            "Content-Type": "application/json; charset=utf-8",
            "webhook-id": messageId,
            "webhook-timestamp": timestamp,
            "webhook-signature": `v1,${signature}`,
          },
        });
        await response.body?.cancel();
        return outcomeOf(response.status);
      } catch {
        return { kind: "refused", isPermanent: false, code: "sms_unreachable" };
      }
    },
  };
}

function outcomeOf(status: number): SendOutcome {
  if (status >= 200 && status < 300) return { kind: "sent" };
  const isPermanent = status >= 400 && status < 500 && !TRANSIENT.has(status);
  return { kind: "refused", isPermanent, code: `sms_${status}` };
}
