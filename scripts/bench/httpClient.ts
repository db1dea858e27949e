import type { IncomingHttpHeaders } from "node:http";
import { Pool } from "undici";
import type { Credential, Signer } from "../client.ts";
import { createSigner } from "../client.ts";

export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

/** Calls in one unit's name over kept connections. By undici, which takes less of the cores that client and server share than node:http does. */
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

/** One pool for all units, so that `concurrency` bounds the connections. */
export function createPool(baseUrl: string, concurrency: number): Pool {
  return new Pool(baseUrl, { connections: concurrency, pipelining: 1 });
}

export function createCaller(credential: Credential, baseUrl: string, pool: Pool): Caller {
  const signer: Signer = createSigner(credential);
  return (method, path, body) => {
    const url = new URL(path, baseUrl);
    const headers = signer(body === undefined ? { method, url } : { method, url, body });
    return new Promise((resolve, reject) => {
      let answer: Answer | undefined;
      let length = 0;
      pool.dispatch(
        { method, path, headers, ...(body === undefined ? {} : { body }) },
        {
          // By this undici tells a handler of today from the older ones.
          onRequestStart: () => undefined,
          onResponseStart(_controller, status, headers) {
            answer = { status, headers, body: roomOf(Number(headers["content-length"])) };
          },
          onResponseData(_controller, chunk) {
            if (answer !== undefined) length += chunk.copy(answer.body, length);
          },
          onResponseEnd() {
            if (answer !== undefined && length === answer.body.length) resolve(answer);
            else reject(new Error(`${length} bytes of ${answer?.body.length ?? 0} came`));
          },
          onResponseError: (_controller, error) => reject(error),
        },
      );
    });
  };
}
