import { createHmac, randomBytes } from "node:crypto";
import http from "node:http";
import https from "node:https";
import { isIP } from "node:net";
import type { PostOutcome, UrlFault, WebhookPoster } from "../../app/webhookPorts.ts";
import {
  anyAddress,
  ClosedAddressError,
  guardedLookup,
  privateOnly,
  publicOnly,
  resolveAllowed,
  type AddressRule,
} from "./guardedLookup.ts";

export type WebhookPosterOptions = {
  readonly sealSecret: (plain: Uint8Array) => Uint8Array;
  readonly openSecret: (sealed: Uint8Array) => Uint8Array;
  readonly nowMs: () => number;
  /** Private addresses are for programs inside the units' own network; there http is allowed, too. */
  readonly isPrivateAllowed: boolean;
  readonly timeoutMs?: number;
};

type Message = Parameters<WebhookPoster["post"]>[0];
type Target = { readonly url: URL; readonly isAllowed: AddressRule };

const SECRET_BYTES = 32;
const TIMEOUT_MS = 15_000;
/** The event's own fault: the next one may be taken. */
const REFUSING: ReadonlySet<number> = new Set([400, 413, 415, 422]);

/**
 * Posts events as Standard Webhooks 1.0.0 says, with its symmetric signature `v1`. A POST goes to no address that was not checked at
 * its own connection, follows no redirect, and reads no more of the answer than its status.
 */
export function createWebhookPoster(options: WebhookPosterOptions): WebhookPoster {
  const { sealSecret, isPrivateAllowed } = options;
  return {
    makeSecret() {
      const secret = randomBytes(SECRET_BYTES);
      return { text: `whsec_${secret.toString("base64")}`, sealed: sealSecret(secret) };
    },

    async faultOf(text) {
      const target = targetOf(text, isPrivateAllowed);
      return typeof target === "string" ? target : addressFault(target);
    },

    async post(message) {
      const target = targetOf(message.url, isPrivateAllowed);
      if (typeof target === "string") return { kind: "failed", error: `url_${target}` };
      try {
        return outcomeOf(await send(target, message, options));
      } catch (error) {
        return { kind: "failed", error: errorCode(error) };
      }
    },
  };
}

function targetOf(text: string, isPrivateAllowed: boolean): Target | UrlFault {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== "" || url.password !== "" || url.hash !== "") return "malformed";
  if (url.protocol === "https:") return { url, isAllowed: isPrivateAllowed ? anyAddress : publicOnly };
  if (url.protocol !== "http:") return "malformed";
  return isPrivateAllowed ? { url, isAllowed: privateOnly } : "not_https";
}

async function addressFault({ url, isAllowed }: Target): Promise<UrlFault | undefined> {
  try {
    await resolveAllowed(url.hostname, isAllowed);
    return undefined;
  } catch (error) {
    if (!(error instanceof ClosedAddressError)) return "unresolved";
    return url.protocol === "http:" ? "not_https" : "private";
  }
}

type Answer = { readonly status: number; readonly retryAfterS: number | undefined };

async function send(target: Target, message: Message, options: WebhookPosterOptions): Promise<Answer> {
  const { url, isAllowed } = target;
  // A socket looks names up, addresses it does not: they are looked at here.
  if (isIP(url.hostname.replace(/^\[(.*)\]$/, "$1")) !== 0) await resolveAllowed(url.hostname, isAllowed);
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const request = (url.protocol === "https:" ? https : http).request(url, {
    method: "POST",
    lookup: guardedLookup(isAllowed),
    agent: false,
    signal: AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS),
    headers: headersOf(message, options),
  });
  request.on("response", (response) => {
    const wanted = response.headers["retry-after"] ?? "";
    const retryAfterS = /^\d{1,6}$/.test(wanted) ? Number(wanted) : undefined;
    resolve({ status: response.statusCode ?? 0, retryAfterS });
    response.destroy();
  });
  request.on("error", reject);
  request.end(message.body);
  return promise;
}

function headersOf({ id, body, sealedSecrets }: Message, options: WebhookPosterOptions): http.OutgoingHttpHeaders {
  const timestamp = String(Math.floor(options.nowMs() / 1000));
  const signed = `${id}.${timestamp}.${body}`;
  // While a secret is being changed the receiver holds either: one signature of each, separated by spaces.
  const signatures = sealedSecrets.map((sealed) => {
    const mac = createHmac("sha256", options.openSecret(sealed)).update(signed);
    return `v1,${mac.digest("base64")}`;
  });
  return {
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
    "User-Agent": "Lianpiao-Webhooks",
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  };
}

function outcomeOf({ status, retryAfterS }: Answer): PostOutcome {
  if (status >= 200 && status < 300) return { kind: "taken" };
  if (status === 410) return { kind: "gone" };
  const kind = REFUSING.has(status) ? "refused" : "failed";
  return { kind, error: `http_${status}`, ...(retryAfterS === undefined ? {} : { retryAfterS }) };
}

/** A code of ours or the system's; never a text, which may name hosts inside. */
function errorCode(error: unknown): string {
  if (error instanceof ClosedAddressError) return "address_refused";
  if (!(error instanceof Error)) return "unreachable";
  if (error.name === "TimeoutError" || error.name === "AbortError") return "timed_out";
  return "code" in error && typeof error.code === "string" && /^[A-Z_0-9]{3,40}$/.test(error.code)
    ? error.code.toLowerCase()
    : "unreachable";
}
