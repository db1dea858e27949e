import http from "node:http";
import { AppError } from "../../core/errors.ts";
import { RpcError } from "./edrNode.ts";

export type RpcServer = { readonly url: string; stop(): Promise<void> };

export type RpcServerOptions = {
  /** 0: any free port. */
  readonly port: number;
  readonly maxBodyBytes: number;
  readonly maxBatchCount: number;
  /** Answers one call, or throws RpcError. */
  readonly handle: (method: string, params: readonly unknown[]) => Promise<unknown>;
};

type Answer = { readonly status: number; readonly body: unknown };

/** Pages that this machine serves may read the chain from a browser; so may a page on its disk, whose origin is "null". */
const LOCAL_ORIGIN = /^(?:null|https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?)$/;

/**
 * Serves JSON-RPC 2.0 by POST, single calls and batches, on the loopback interface.
 * @throws AppError chain_port_taken
 */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const server = http.createServer((request, response) => {
    void serve(options, request, response);
  });
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => reject(portTaken(options.port, cause)));
    server.listen(options.port, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : options.port;
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function serve(
  options: RpcServerOptions,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const { origin } = request.headers;
  response.setHeader("vary", "Origin");
  if (origin !== undefined) {
    if (!LOCAL_ORIGIN.test(origin)) {
      send(response, failure(403, -32600, "this origin may not read the chain"));
      return;
    }
    response.setHeader("access-control-allow-origin", origin);
    response.setHeader("access-control-allow-methods", "POST");
    response.setHeader("access-control-allow-headers", "content-type");
    response.setHeader("access-control-max-age", "600");
  }
  if (request.method === "OPTIONS") {
    response.writeHead(204).end();
    return;
  }
  if (request.method !== "POST") {
    response.setHeader("allow", "POST, OPTIONS");
    send(response, failure(405, -32600, "JSON-RPC is asked by POST"));
    return;
  }
  try {
    const body = await readBody(request, options.maxBodyBytes);
    if (body === undefined) {
      response.setHeader("connection", "close");
      send(response, failure(413, -32600, `the body is larger than ${options.maxBodyBytes} bytes`));
      return;
    }
    send(response, await answerBody(options, body));
  } catch {
    response.destroy(); // the client went away in the middle of its request
  }
}

/** undefined if it is too large: then it is read on and thrown away for a while, so that the client hears the answer. */
async function readBody(request: http.IncomingMessage, maxBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let byteCount = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    byteCount += chunk.length;
    if (byteCount <= maxBytes) chunks.push(chunk);
    else if (byteCount > maxBytes * 16) throw new Error("the body does not end");
  }
  return byteCount > maxBytes ? undefined : Buffer.concat(chunks).toString("utf8");
}

async function answerBody(options: RpcServerOptions, body: string): Promise<Answer> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return failure(400, -32700, "the body is no JSON");
  }
  if (!Array.isArray(value)) return answerCall(options, value);
  if (value.length === 0 || value.length > options.maxBatchCount) {
    return failure(400, -32600, `a batch holds 1 to ${options.maxBatchCount} calls`);
  }
  const calls: readonly unknown[] = value;
  const answers = await Promise.all(calls.map((call) => answerCall(options, call)));
  return { status: 200, body: answers.map((answer) => answer.body) };
}

async function answerCall(options: RpcServerOptions, call: unknown): Promise<Answer> {
  if (typeof call !== "object" || call === null || !("method" in call) || typeof call.method !== "string") {
    return failure(400, -32600, "a call is an object with a method");
  }
  const id = "id" in call && (typeof call.id === "string" || typeof call.id === "number") ? call.id : null;
  const params: unknown = "params" in call ? call.params : [];
  if (!Array.isArray(params)) return failure(400, -32602, "params is an array", id);
  try {
    const result = (await options.handle(call.method, params)) ?? null;
    return { status: 200, body: { jsonrpc: "2.0", id, result } };
  } catch (error) {
    if (error instanceof RpcError) return failure(200, error.code, error.message, id, error.data);
    if (error instanceof AppError) return failure(503, -32000, error.message, id);
    return failure(500, -32603, "internal error", id);
  }
}

function failure(status: number, code: number, message: string, id: unknown = null, data?: string): Answer {
  return {
    status,
    body: { jsonrpc: "2.0", id, error: data === undefined ? { code, message } : { code, message, data } },
  };
}

function send(response: http.ServerResponse, answer: Answer): void {
  response.statusCode = answer.status;
  response.setHeader("content-type", "application/json; charset=utf-8");
  response.end(JSON.stringify(answer.body));
}

function portTaken(port: number, cause: Error): AppError {
  return new AppError(
    "chain_port_taken",
    `链的端口 ${port} 无法监听，请换一个端口。 The chain cannot listen on port ${port}: choose another.`,
    { details: { port }, cause },
  );
}
