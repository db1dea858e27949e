import http from "node:http";
import type { AddressInfo } from "node:net";
import { fetchRpc } from "../../service/adapters/chain/fetchRpc.ts";
import type { Ledger } from "../../service/app/ports.ts";
import type { LedgerReader } from "../../service/core/ledgerCall.ts";
import type { Call } from "../../service/http/call.ts";
import { HttpProblem } from "../../service/http/problem.ts";
import { verifyRoutes } from "../../service/http/pages/verifyPage.ts";

export type PageServer = { readonly url: string; stop(): Promise<void> };

/** Serves the verifier's routes as the program does, without the rest of it. */
export async function startPageServer(
  ledger: Pick<Ledger, "chainId" | "contract">,
  nodeUrl: string | undefined,
): Promise<PageServer> {
  const routes = verifyRoutes(ledger, nodeUrl === undefined ? undefined : fetchRpc(nodeUrl));
  return listen(async (request, response) => {
    const path = (request.url ?? "").split("?")[0];
    const route = routes.find((each) => each.path === path && each.method === request.method);
    if (route === undefined) return void response.writeHead(405).end();
    const call: Call = {
      asker: { language: "zh", requestId: "test", publicUrl: "" },
      address: "127.0.0.1",
      params: {},
      query: new URLSearchParams(),
      body: await bodyOf(request),
      field: (name) => request.headersDistinct[name]?.join(", "),
      preferredType: (types) => types[0] ?? "",
    };
    try {
      const { status, type, body, headers } = await route.handle(call);
      response.writeHead(status, { "Content-Type": type, ...headers }).end(body);
    } catch (error) {
      if (!(error instanceof HttpProblem)) throw error;
      response.writeHead(400).end(error.code);
    }
  });
}

export type FakeNode = PageServer & {
  /** How it answers: as the node behind it, or wrongly. */
  mode: "as_it_is" | "hangs" | "another_chain" | "nonsense" | "bad_status" | "no_batch";
};

const EVIDENCE_WORDS = 23;
const [BATCH_TIME, BOOK_NEXT, USED] = [2, 8, 21];

/** A node that any page may ask, which can be made to fail: what it does right is done by the true node behind it. */
export async function startFakeNode(nodeUrl: string): Promise<FakeNode> {
  const ask = fetchRpc(nodeUrl);
  const answer = async ({ id, method, params }: RpcCall): Promise<object> => {
    let result = await ask(method, params);
    if (node.mode === "another_chain" && method === "eth_chainId") result = "0x1";
    if (method === "eth_call" && typeof result === "string") result = changed(node.mode, result);
    return { jsonrpc: "2.0", id, result };
  };
  const server = await listen(async (request, response) => {
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.setHeader("Access-Control-Allow-Headers", "content-type");
    if (request.method !== "POST") return void response.writeHead(204).end();
    const asked = JSON.parse(Buffer.from(await bodyOf(request)).toString()) as RpcCall | readonly RpcCall[];
    if (node.mode === "hangs") return void request.socket.destroy();
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(isBatch(asked) ? await Promise.all(asked.map(answer)) : await answer(asked)));
  });
  const node: FakeNode = { ...server, mode: "as_it_is" };
  return node;
}

/** Calls of one moment come as one batch. */
const isBatch = (asked: RpcCall | readonly RpcCall[]): asked is readonly RpcCall[] => Array.isArray(asked);

type RpcCall = { readonly id: number; readonly method: string; readonly params: readonly unknown[] };

function changed(mode: FakeNode["mode"], evidence: string): string {
  if (mode === "nonsense") return "0x1234";
  const words = Array.from({ length: EVIDENCE_WORDS }, (_, i) => evidence.slice(2 + 64 * i, 66 + 64 * i));
  const zero = "0".repeat(64);
  if (mode === "bad_status") words[USED] = "f".padStart(64, "0");
  if (mode === "no_batch") for (const at of [0, 1, BATCH_TIME, 3, BOOK_NEXT]) words[at] = zero;
  return `0x${words.join("")}`;
}

async function listen(
  handle: (request: http.IncomingMessage, response: http.ServerResponse) => Promise<void>,
): Promise<PageServer> {
  const server = http.createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://localhost:${String((server.address() as AddressInfo).port)}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: http.IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** A node over core's sample records. */
export async function startSampleNode(reader: LedgerReader): Promise<PageServer> {
  const answer = async ({ id, method, params }: RpcCall): Promise<object> => {
    const [call] = params as readonly { readonly to: string; readonly data: string }[];
    const result =
      method === "eth_chainId"
        ? `0x${(await reader.chainId()).toString(16)}`
        : method === "eth_blockNumber"
          ? `0x${(await reader.blockNumber()).toString(16)}`
          : await reader.call(call?.to ?? "", call?.data ?? "", 1n);
    return { jsonrpc: "2.0", id, result };
  };
  return listen(async (request, response) => {
    const asked = JSON.parse(Buffer.from(await bodyOf(request)).toString()) as RpcCall | readonly RpcCall[];
    response.end(JSON.stringify(isBatch(asked) ? await Promise.all(asked.map(answer)) : await answer(asked)));
  });
}
