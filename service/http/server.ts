import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** What koa's apps are to a server. */
export type Listening = { readonly callback: () => (...args: Parameters<RequestListener>) => unknown };

/** A listening service. */
export type HttpServer = {
  readonly port: number;
  /** Takes no new connections, lets what is under way finish, and resolves when all is closed. */
  readonly close: () => Promise<void>;
};

const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 60_000;
const KEEP_ALIVE_MS = 65_000;
const SWEEP_MS = 50;

/** @param port 0: any that is free */
export async function listen(app: Listening, host: string, port: number): Promise<HttpServer> {
  const answer = app.callback();
  const server = createServer(
    { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS },
    (request, response) => {
      // One that is kept after the listening has ended would go on to be served.
      if (!server.listening) response.setHeader("Connection", "close");
      void answer(request, response);
    },
  );
  answerBrokenRequests(server);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return { port: portOf(server.address()), close: () => close(server) };
}

/** What Node could not even parse is answered as a problem, too. */
function answerBrokenRequests(server: Server): void {
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || error.code === "ECONNRESET") {
      socket.destroy();
      return;
    }
    const [status, code, title] = brokenAnswers.get(error.code ?? "") ?? [400, "malformed_request", "请求格式有误"];
    const body = JSON.stringify({ type: "about:blank", title, status, code, detail: title, requestId: "", errors: [] });
    const head = `HTTP/1.1 ${status} Error\r\nContent-Type: application/problem+json; charset=utf-8`;
    socket.end(`${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`);
  });
}

const brokenAnswers: ReadonlyMap<string, readonly [status: number, code: string, title: string]> = new Map([
  ["HPE_HEADER_OVERFLOW", [431, "headers_too_large", "请求头过大"]],
  ["ERR_HTTP_REQUEST_TIMEOUT", [408, "body_timeout", "请求接收超时"]],
]);

/** A connection whose request is under way is idle, and kept, once that is answered: then it is closed, too. */
function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
    server.close((error) => {
      clearInterval(sweep);
      if (error === undefined) resolve();
      else reject(error);
    });
    server.closeIdleConnections();
  });
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === "object" && address !== null ? address.port : 0;
}
