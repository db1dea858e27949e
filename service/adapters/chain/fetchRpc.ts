import { AppError } from "../../core/errors.ts";
import type { RpcRequest } from "../../core/ledgerCall.ts";

const TIMEOUT_MS = 10_000;

/** JSON-RPC by fetch, for those who read and never send. @throws AppError chain_unreachable, chain_answer_malformed */
export function fetchRpc(url: string): RpcRequest {
  return async (method, params) => {
    let answer: unknown;
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      answer = await response.json();
    } catch (cause) {
      throw new AppError("chain_unreachable", "区块链节点没有应答。 The chain's node does not answer.", { cause });
    }
    if (typeof answer === "object" && answer !== null && "result" in answer) return answer.result;
    throw new AppError("chain_answer_malformed", `the node answered ${method} with an error`);
  };
}
