import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { LedgerReader } from "../../service/core/ledgerCall.ts";

/** A node with what a reader knows, over JSON-RPC, for readers of other processes; it serves pages, too, which may ask it. */
export type NodeServer = {
  readonly url: string;
  /** Changes what it answers from now on. */
  serve(reader: LedgerReader): void;
  stop(): Promise<void>;
};

type Call = { readonly id: unknown; readonly method: string; readonly params: readonly unknown[] };

/** @param pages HTML or JavaScript by path */
export async function serveLedger(
  first: LedgerReader,
  pages: ReadonlyMap<string, string> = new Map(),
): Promise<NodeServer> {
  let reader = first;
  const server = createServer((request, response) => {
    if (request.method === "GET") {
      const page = pages.get(request.url ?? "");
      const type = request.url?.endsWith(".js") === true ? "text/javascript" : "text/html";
      response.writeHead(page === undefined ? 404 : 200, { "content-type": `${type}; charset=utf-8` }).end(page);
      return;
    }
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const { id, method, params } = JSON.parse(body) as Call;
      answerOf(reader, method, params).then(
        (result) => response.writeHead(200).end(JSON.stringify({ jsonrpc: "2.0", id, result })),
        () => response.writeHead(200).end(JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32000 } })),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    serve: (next) => {
      reader = next;
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function answerOf(reader: LedgerReader, method: string, params: readonly unknown[]): Promise<unknown> {
  if (method === "eth_chainId") return `0x${(await reader.chainId()).toString(16)}`;
  if (method === "eth_blockNumber") return `0x${(await reader.blockNumber()).toString(16)}`;
  const [call, block] = params as [{ readonly to: string; readonly data: string }, string];
  return reader.call(call.to, call.data, BigInt(block));
}
