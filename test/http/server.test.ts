import { expect } from "chai";
import http from "node:http";
import { listen, type Listening } from "../../service/http/server.ts";

describe("the server that stops", () => {
  /** Answers each request when it is told to. */
  function slowApp(): { readonly app: Listening; readonly waiting: (() => void)[] } {
    const waiting: (() => void)[] = [];
    const app = {
      callback: () => (_request: http.IncomingMessage, response: http.ServerResponse) => {
        waiting.push(() => response.end("done"));
      },
    };
    return { app, waiting };
  }
  const get = (port: number, agent: http.Agent): Promise<string> =>
    new Promise((resolve, reject) => {
      const request = http.get({ port, host: "127.0.0.1", agent }, (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => (text += chunk.toString()));
        response.on("end", () => resolve(text));
      });
      request.on("error", reject);
    });
  const until = async (isTrue: () => boolean): Promise<void> => {
    while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
  };

  it("answers what is under way, and then keeps no connection open", async () => {
    const { app, waiting } = slowApp();
    const server = await listen(app, "127.0.0.1", 0);
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const first = get(server.port, agent);
    await until(() => waiting.length === 1);
    const closing = server.close();
    waiting.shift()?.();
    expect(await first).to.equal("done");
    await closing; // before the 65 s for which a connection is kept
    agent.destroy();
    const refused = await get(server.port, new http.Agent()).catch((error: unknown) => error);
    expect(refused).to.include({ code: "ECONNREFUSED" });
  });

  it("ends while a client asks on and on", async () => {
    let answered = 0;
    const answer = (_request: http.IncomingMessage, response: http.ServerResponse): void => {
      answered += 1;
      response.end("done");
    };
    const server = await listen({ callback: () => answer }, "127.0.0.1", 0);
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const asking = (async () => {
      for (;;) await get(server.port, agent);
    })().catch((error: unknown) => error);
    await until(() => answered > 2);
    await server.close();
    expect(await asking)
      .to.have.property("code")
      .that.is.oneOf(["ECONNREFUSED", "ECONNRESET"]);
    agent.destroy();
  });
});
