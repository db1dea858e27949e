import { FetchRequest, JsonRpcProvider, Network, isError } from "ethers";
import { AppError } from "../../core/errors.ts";

export type RpcNodeOptions = {
  readonly url: string;
  readonly chainId: number;
  /** How long one request may take; default 10,000. */
  readonly timeoutMs?: number;
};

export type RpcNode = {
  readonly chainId: number;
  /**
   * One JSON-RPC request; those of the same moment travel together.
   * @throws RpcRefusal if the node answers with an error; AppError chain_unreachable if it does not answer
   */
  request(method: string, params: readonly unknown[]): Promise<unknown>;
  stop(): void;
};

export type RefusalKind = "reverted" | "nonce_too_low" | "insufficient_funds" | "underpriced" | "other";

/** The node answered, with an error. */
export class RpcRefusal extends Error {
  override readonly name = "RpcRefusal";
  readonly kind: RefusalKind;
  /** The return data of a revert, in hex. */
  readonly data: string | undefined;

  constructor(kind: RefusalKind, message: string, data: string | undefined, cause: unknown) {
    super(message, { cause });
    this.kind = kind;
    this.data = data;
  }
}

/** JSON-RPC over HTTP. Nothing is cached, nothing is retried, and no request is made before the first one asked for. */
export function openRpcNode(options: RpcNodeOptions): RpcNode {
  const connection = new FetchRequest(options.url);
  connection.timeout = options.timeoutMs ?? 10_000;
  connection.setThrottleParams({ maxAttempts: 1 });
  const network = Network.from(options.chainId);
  const provider = new JsonRpcProvider(connection, network, {
    staticNetwork: network,
    cacheTimeout: -1,
    batchMaxCount: 100,
    batchStallTime: 1,
  });
  // A batch with a missing answer is also emitted as an error; the request itself is rejected too.
  void provider.on("error", () => undefined);
  return {
    chainId: options.chainId,
    async request(method, params) {
      try {
        const result: unknown = await provider.send(method, [...params]);
        return result;
      } catch (error) {
        throw refusal(error) ?? unreachable(error);
      }
    },
    stop: () => provider.destroy(),
  };
}

/** The chain did not answer, or not with sense: whether something holds there cannot be told now. */
export function unreachable(cause: unknown): AppError {
  return new AppError(
    "chain_unreachable",
    "区块链节点没有应答，请检查 CHAIN_RPC_URL 和节点。 The chain's node does not answer: check CHAIN_RPC_URL and the node.",
    { cause },
  );
}

/** undefined if the error is no answer of the node. ethers puts the node's own error in one of two places. */
function refusal(error: unknown): RpcRefusal | undefined {
  const answered = property(error, "error") ?? property(property(error, "info"), "error");
  const message = property(answered, "message");
  if (typeof message !== "string") return undefined;
  if (isError(error, "CALL_EXCEPTION")) {
    return new RpcRefusal("reverted", message, error.data ?? undefined, error);
  }
  const kind = isError(error, "NONCE_EXPIRED")
    ? "nonce_too_low"
    : isError(error, "INSUFFICIENT_FUNDS")
      ? "insufficient_funds"
      : isError(error, "REPLACEMENT_UNDERPRICED")
        ? "underpriced"
        : "other";
  return new RpcRefusal(kind, message, undefined, error);
}

function property(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}
