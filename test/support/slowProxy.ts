import http from "node:http";
import type { AddressInfo } from "node:net";

export type SlowProxy = {
  readonly url: string;
  /** "POST /v1/checks", in the order in which they came. */
  readonly asked: string[];
  /** Before each answer. */
  delayMs: number;
  stop(): Promise<void>;
};

/** Passes everything on to a server of this machine, and keeps each answer back for a while. */
export async function startSlowProxy(target: string): Promise<SlowProxy> {
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    const { method = "", url = "", headers } = request;
    asked.push(`${method} ${url.split("?")[0] ?? ""}`);
    const onward = http.request(new URL(url, target), { method, headers: { ...headers, host: new URL(target).host } });
    onward.on("response", (answer) => {
      setTimeout(() => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      }, proxy.delayMs);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy: SlowProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    delayMs: 0,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}
