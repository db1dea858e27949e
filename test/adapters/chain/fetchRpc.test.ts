import { expect } from "chai";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { fetchRpc } from "../../../service/adapters/chain/fetchRpc.ts";
import { refusalOfPromise } from "../../core/refusal.ts";

type Call = { readonly id: number; readonly method: string; readonly params: readonly unknown[] };
type Answer = { readonly id: number; readonly result?: unknown; readonly error?: unknown };

describe("fetchRpc", () => {
  let server: http.Server;
  let url = "";
  /** What came: a list of methods for a batch, one method for a call alone. */
  let came: (string | readonly string[])[] = [];
  /** What the node makes of a body; a text is sent as it is, undefined closes the connection. */
  let respond: (body: Call | readonly Call[]) => unknown;
  const answerTo = ({ id, method, params }: Call): Answer => ({ id, result: `${method} ${params.join()}` });
  const answerAll = (body: Call | readonly Call[]): unknown => (isBatch(body) ? body.map(answerTo) : answerTo(body));

  before(async () => {
    server = http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as Call | readonly Call[];
        came.push(isBatch(body) ? body.map(({ method }) => method) : body.method);
        const answer = respond(body);
        if (answer === undefined) response.destroy();
        else response.end(typeof answer === "string" ? answer : JSON.stringify(answer));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    came = [];
    respond = answerAll;
  });

  it("sends a call that comes alone as it is", async () => {
    const rpc = fetchRpc(url);
    expect(await rpc("a", [1])).to.equal("a 1");
    expect(await rpc("b", [2])).to.equal("b 2");
    expect(came).to.deep.equal(["a", "b"]);
  });

  it("sends the calls of one moment as one batch, and gives each its own answer in whatever order they come", async () => {
    const rpc = fetchRpc(url);
    respond = (body) => (isBatch(body) ? body.map(answerTo).toReversed() : answerTo(body));
    expect(await Promise.all([rpc("a", [1]), rpc("a", [2]), rpc("b", [])])).to.deep.equal(["a 1", "a 2", "b "]);
    expect(came).to.deep.equal([["a", "a", "b"]]);
  });

  it("puts 50 calls into a batch, and the next into another", async () => {
    const rpc = fetchRpc(url);
    const ask = (count: number): Promise<unknown[]> =>
      Promise.all(Array.from({ length: count }, (_, index) => rpc("a", [index])));
    expect(await ask(50)).to.have.length(50);
    expect((await ask(51)).at(-1)).to.equal("a 50");
    expect(came.map((each) => (typeof each === "string" ? 1 : each.length))).to.have.members([50, 50, 1]);
  });

  it("asks each call alone, and sends no further batch, where the node answers a batch with an error", async () => {
    const rpc = fetchRpc(url);
    const error = { code: -32600, message: "batches are not served" };
    respond = (body) => (isBatch(body) ? { jsonrpc: "2.0", id: null, error } : answerTo(body));
    expect(await Promise.all([rpc("a", []), rpc("b", [])])).to.deep.equal(["a ", "b "]);
    expect(await Promise.all([rpc("c", []), rpc("d", [])])).to.deep.equal(["c ", "d "]);
    expect(came[0]).to.deep.equal(["a", "b"]);
    expect(came.slice(1)).to.have.members(["a", "b", "c", "d"]);
  });

  it("asks again alone what a batch leaves out or answers with an error, and no other", async () => {
    const rpc = fetchRpc(url);
    respond = (body) =>
      isBatch(body) ? [answerTo(body[0]!), { id: 1, error: { code: -32005, message: "limit" } }] : answerTo(body);
    expect(await Promise.all([rpc("a", []), rpc("b", []), rpc("c", [])])).to.deep.equal(["a ", "b ", "c "]);
    expect(came[0]).to.deep.equal(["a", "b", "c"]);
    expect(came.slice(1)).to.have.members(["b", "c"]);
  });

  it("tells an error of the node from a node that does not answer, of a call in a batch as of one alone", async () => {
    for (const [answer, code] of [
      [(call: Call): unknown => ({ id: call.id, error: { code: 3, message: "no" } }), "chain_answer_malformed"],
      [(): unknown => "<html>gateway</html>", "chain_unreachable"],
      [(): unknown => undefined, "chain_unreachable"],
    ] as const) {
      const rpc = fetchRpc(url);
      respond = (body) =>
        isBatch(body) && code === "chain_answer_malformed" ? body.map(answer) : answer(body as Call);
      const codes = [rpc("a", []), rpc("b", [])].map((each) => refusalOfPromise(() => each));
      expect(await Promise.all(codes)).to.deep.equal([code, code]);
      expect(await refusalOfPromise(() => rpc("c", []))).to.equal(code);
    }
  });

  it("goes on with batches after the node was away", async () => {
    const rpc = fetchRpc(url);
    respond = () => undefined;
    await refusalOfPromise(() => Promise.all([rpc("a", []), rpc("b", [])]));
    expect(came).to.deep.equal([["a", "b"]]);
    respond = answerAll;
    expect(await Promise.all([rpc("c", []), rpc("d", [])])).to.deep.equal(["c ", "d "]);
    expect(came.at(-1)).to.deep.equal(["c", "d"]);
  });
});

function isBatch(body: Call | readonly Call[]): body is readonly Call[] {
  return Array.isArray(body);
}
