import http from "node:http";
import type { AddressInfo } from "node:net";

/** What the proxy does to the requests that come from now on. */
export type Fault =
  | { kind: "none" }
  /** Closes the connection. */
  | { kind: "down" }
  /** Takes the request and never answers. */
  | { kind: "hang" }
  /** Answers transactions as if they were taken, and throws them away. */
  | { kind: "drop" }
  /** Passes the transaction on, and then closes the connection without the answer. */
  | { kind: "deaf" }
  /** Answers every call with a JSON-RPC error. */
  | { kind: "error"; code: number; message: string }
  /** Passes all on, but blocks lose their base fee: a chain from before EIP-1559. */
  | { kind: "legacy" }
  /** Answers with an HTTP status and no JSON. */
  | { kind: "status"; status: number };

export type FaultyProxy = {
  readonly url: string;
  fault: Fault;
  /** Methods that came, in their order. */
  readonly methods: string[];
  /** Transactions that were thrown away. */
  readonly dropped: string[];
  stop(): Promise<void>;
};

type Call = { id: unknown; method: string; params: string[] };

/** A JSON-RPC proxy in front of a real chain, which fails as it is told to. */
export async function startFaultyProxy(upstream: string, hashOf: (raw: string) => string): Promise<FaultyProxy> {
  const server = http.createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy: FaultyProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fault: { kind: "none" },
    methods: [],
    dropped: [],
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };

  async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const parsed = JSON.parse(body) as Call | Call[];
    const calls = Array.isArray(parsed) ? parsed : [parsed];
    proxy.methods.push(...calls.map((call) => call.method));
    const { fault } = proxy;
    const reply = (answers: unknown[]) => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(Array.isArray(parsed) ? answers : answers[0]));
    };
    const forward = async (forwarded: Call[]) => {
      if (forwarded.length === 0) return [];
      const options = {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(forwarded),
      };
      return (await (await fetch(upstream, options)).json()) as { id: unknown }[];
    };
    switch (fault.kind) {
      case "down":
        response.destroy();
        return;
      case "hang":
        return;
      case "status":
        response.statusCode = fault.status;
        response.end("<html>gateway</html>");
        return;
      case "error":
        reply(calls.map(({ id }) => ({ jsonrpc: "2.0", id, error: { code: fault.code, message: fault.message } })));
        return;
      case "deaf":
        await forward(calls);
        response.destroy();
        return;
      case "drop": {
        const sends = calls.filter((call) => call.method === "eth_sendRawTransaction");
        proxy.dropped.push(...sends.map((call) => call.params[0] ?? ""));
        const taken = sends.map(({ id, params }) => ({ jsonrpc: "2.0", id, result: hashOf(params[0] ?? "") }));
        reply([...taken, ...(await forward(calls.filter((call) => !sends.includes(call))))]);
        return;
      }
      case "legacy":
        reply(
          (await forward(calls)).map((answered) =>
            JSON.parse(
              JSON.stringify(answered, (key, value: unknown) => (key === "baseFeePerGas" ? undefined : value)),
            ),
          ),
        );
        return;
      case "none":
        reply(await forward(calls));
    }
  }
  return proxy;
}
