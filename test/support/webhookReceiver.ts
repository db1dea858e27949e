import { createServer, type IncomingHttpHeaders } from "node:http";
import type { Event } from "../../scripts/clientPackage/api.ts";
import { verifyWebhook } from "../../scripts/clientPackage/verifyWebhook.ts";

export type ReceivedEvent = {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: Event;
  /** As it was answered. */
  readonly status: number;
};

/** A unit's system: a real HTTP server that verifies each webhook, keeps it, and answers as it is told. */
export type WebhookReceiver = {
  readonly url: string;
  readonly received: ReceivedEvent[];
  /** By path; a path without one is answered 500. */
  readonly secrets: Map<string, string>;
  /** The status for an event; 204 by default. */
  answer: (event: Event, path: string) => number;
  /** Awaited before an answer: never resolved, it hangs. */
  gate: Promise<void>;
  retryAfter: string | undefined;
  location: string | undefined;
  /** The ids received at a path, in order. */
  ids(path?: string): readonly string[];
  stop(): Promise<void>;
};

export async function startWebhookReceiver(port = 0): Promise<WebhookReceiver> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { url: path = "", headers } = request;
      const body = Buffer.concat(chunks);
      let status: number;
      try {
        const event = verifyWebhook(receiver.secrets.get(path) ?? "", headers, body);
        status = receiver.answer(event, path);
        receiver.received.push({ path, headers, body: body.toString(), event, status });
      } catch {
        status = 500;
      }
      const more = {
        ...(receiver.retryAfter === undefined ? {} : { "Retry-After": receiver.retryAfter }),
        ...(receiver.location === undefined ? {} : { Location: receiver.location }),
      };
      void receiver.gate.then(() => response.writeHead(status, more).end());
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const address = server.address();
  const receiver: WebhookReceiver = {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    received: [],
    secrets: new Map(),
    answer: () => 204,
    gate: Promise.resolve(),
    retryAfter: undefined,
    location: undefined,
    ids: (path) =>
      receiver.received.filter((each) => path === undefined || each.path === path).map(({ event }) => event.eventId),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return receiver;
}
