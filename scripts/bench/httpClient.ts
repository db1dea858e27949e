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
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
        });
      });
      request.on("error", reject);
      request.end(body);
    });
  };
}
