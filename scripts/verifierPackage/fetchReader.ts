import { jsonRpcReader, type LedgerReader } from "../../service/core/ledgerCall.ts";

const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * Reads the chain from a node by its JSON-RPC URL, with the fetch of Node or the browser. A node that does not answer in time, or
 * answers with an error, makes a report that could not tell, never one that says invalid.
 */
export function fetchReader(nodeUrl: string, timeoutMs: number = DEFAULT_TIMEOUT_MS): LedgerReader {
  return jsonRpcReader(async (method, params) => {
    const response = await fetch(nodeUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const answer: unknown = await response.json();
    return typeof answer === "object" && answer !== null && "result" in answer ? answer.result : undefined;
  });
}
