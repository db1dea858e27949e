import http from "node:http";
import type { Credential, Signer } from "../client.ts";
import { createSigner } from "../client.ts";

export type Answer = {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
};

/** Calls in one unit's name over kept connections. Plain node:http, because client and server share the cores. */
export type Caller = (method: "GET" | "POST", path: string, body?: Uint8Array) => Promise<Answer>;

/** Bodies stand in few large pieces of memory: they are all kept, and V8 would go over a buffer for each again and again. */
const PIECE = 64 * 1024 * 1024;
let piece = Buffer.alloc(0);
let used = 0;

function roomOf(length: number): Buffer {
  if (used + length > piece.length) [piece, used] = [Buffer.allocUnsafeSlow(Math.max(PIECE, length)), 0];
  used += length;
  return piece.subarray(used - length, used);
}

/** One agent for all units, so that `concurrency` bounds the connections. */
export function createAgent(concurrency: number): http.Agent {
  return new http.Agent({ keepAlive: true, maxSockets: concurrency, scheduling: "fifo" });
}

export function createCaller(credential: Credential, baseUrl: string, agent: http.Agent): Caller {
  const signer: Signer = createSigner(credential);
  return (method, path, body) => {
    const url = new URL(path, baseUrl);
    const signed = signer(body === undefined ? { method, url } : { method, url, body });
    const headers = { ...signed, ...(body === undefined ? {} : { "Content-Length": String(body.length) }) };
    return new Promise((resolve, reject) => {
      const request = http.request(url, { method, agent, headers }, (response) => {
        const body = roomOf(Number(response.headers["content-length"]));
        let length = 0;
        response.on("data", (chunk: Buffer) => (length += chunk.copy(body, length)));
        response.on("error", reject);
        response.on("end", () => {
          if (length !== body.length) reject(new Error(`${length} bytes of ${body.length} came`));
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
        });
      });
      request.on("error", reject);
      request.end(body);
    });
  };
}
