import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { Keep, SandboxPart } from "./smtpSandbox.ts";

const MOST_BYTES = 16 * 1024;
const WINDOW_S = 300;
const MOST_IDS = 1_000;

/** A text message gateway as docs/delivery.md describes one: it checks the signature and the time, and takes each id once. */
export async function startSmsSandbox(secret: string, nowMs: () => number, keep: Keep): Promise<SandboxPart> {
  const ids = new Set<string>();
  const answer = async (request: IncomingMessage): Promise<number> => {
    const body = await bodyOf(request);
    if (request.method !== "POST" || body === undefined) return 400;
    const field = (name: string): string => request.headersDistinct[name]?.join(",") ?? "";
    const [id, timestamp] = [field("webhook-id"), field("webhook-timestamp")];
    const wanted = createHmac("sha256", secret).update(`${id}.${timestamp}.${body}`).digest("base64");
    const isOnTime = Math.abs(nowMs() / 1000 - Number(timestamp)) <= WINDOW_S;
    if (!isOnTime || !isEqual(field("webhook-signature"), `v1,${wanted}`)) return 401;
    const message = messageOf(body);
    if (message === undefined) return 422;
    if (!ids.has(id)) keep({ channel: "sms", subject: "", attachments: [], ...message });
    if (ids.size < MOST_IDS) ids.add(id);
    return 204;
  };
  const server = createServer((request, response) => {
    answer(request).then(
      (status) => response.writeHead(status).end(),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}/`, stop };
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) return undefined;
    length += chunk.length;
    if (length > MOST_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function isEqual(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function messageOf(body: string): { readonly to: string; readonly text: string } | undefined {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== "object" || value === null || !("to" in value) || !("text" in value)) return undefined;
    const { to, text } = value;
    return typeof to === "string" && typeof text === "string" ? { to, text } : undefined;
  } catch {
    return undefined;
  }
}
