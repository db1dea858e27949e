import { jsonRpcReader, type LedgerReader, type RpcRequest } from "../../core/ledgerCall.ts";

const TIMEOUT_MS = 10_000;

/**
 * Reads the ledger from a node by JSON-RPC. Chain and block are asked once, so that all documents of one run are judged by the
 * same block. Throws whatever goes wrong: verifying takes that as "could not tell".
 */
export function nodeReader(node: string): LedgerReader {
  const reader = jsonRpcReader(askNode(node));
  let chainId: Promise<bigint> | undefined;
  let block: Promise<bigint> | undefined;
  return {
    chainId: () => (chainId ??= reader.chainId()),
    blockNumber: () => (block ??= reader.blockNumber()),
    call: (to, data, at) => reader.call(to, data, at),
  };
}

/** Only what is public goes out: no cookie, no referrer, no redirect followed. */
export function askNode(node: string): RpcRequest {
  return async (method, params) => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const answer: unknown = await (await post(node, body)).json();
    if (typeof answer === "object" && answer !== null && "result" in answer) return answer.result;
    throw new Error(`the node answered ${method} with an error`);
  };
}

/** As text a request needs no preflight from the browser: some gates (ours, too) answer only such from other origins. */
async function post(node: string, body: string): Promise<Response> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const send = (type: string): Promise<Response> =>
    fetch(node, {
      method: "POST",
      headers: { "content-type": type },
      body,
      signal,
      credentials: "omit",
      referrerPolicy: "no-referrer",
      redirect: "error",
      cache: "no-store",
    });
  try {
    return await send("application/json");
  } catch (error) {
    if (signal.aborted) throw error;
    return send("text/plain");
  }
}
