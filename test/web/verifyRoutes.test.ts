import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { buildScan } from "../../scripts/buildScan.ts";
import { buildWeb, type WebBuild } from "../../scripts/buildWeb.ts";
import { sampleReader, SAMPLE_CHAIN_ID, SAMPLE_CONTRACT } from "../core/sampleLedger.ts";
import { makeReceipt } from "../core/sampleReceipt.ts";
import { startPageServer, startSampleNode, type PageServer } from "./pageServer.ts";

describe("the verifier page's routes", () => {
  let built: WebBuild;
  let node: PageServer;
  let server: PageServer;
  let bare: PageServer;
  before(async () => {
    built = await buildWeb();
    node = await startSampleNode(sampleReader((await makeReceipt()).records));
    const ledger = { chainId: SAMPLE_CHAIN_ID, contract: SAMPLE_CONTRACT };
    server = await startPageServer(ledger, node.url);
    bare = await startPageServer(ledger, undefined);
  });
  after(() => Promise.all([server.stop(), bare.stop(), node.stop()]));
  const ask = (body: unknown, type = "application/json"): Promise<Response> =>
    fetch(`${server.url}/chain`, { method: "POST", headers: { "content-type": type }, body: JSON.stringify(body) });
  const call = (method: string, params: readonly unknown[]): object => ({ jsonrpc: "2.0", id: 1, method, params });

  it("serve the page with what it trusts, and a policy that lets it ask any node and nothing else", async () => {
    const response = await fetch(`${server.url}/verify`);
    const policy = response.headers.get("content-security-policy") ?? "";
    const digestOf = (script: string): string => `'sha256-${createHash("sha256").update(script).digest("base64")}'`;
    expect(policy).to.include("default-src 'none'").and.to.include("connect-src *");
    const reader = (await buildScan()).source;
    const sheet = await fetch(`${server.url}/verify-sheet.js`);
    expect(sheet.headers.get("content-type")).to.equal("text/javascript; charset=utf-8");
    expect(policy).to.include(`script-src ${digestOf(built.script)} ${digestOf(await sheet.text())} ${reader};`);
    expect(policy).to.include("frame-ancestors 'none'");
    expect(response.headers.get("content-encoding")).to.equal("gzip");
    const html = await response.text();
    const place = /id="site-place">(.*?)<\/script>/.exec(html)?.[1] ?? "";
    expect(JSON.parse(place)).to.deep.equal({ node: "/chain", chainId: SAMPLE_CHAIN_ID, contract: SAMPLE_CONTRACT });
    const plain = await fetch(`${server.url}/verify`, { headers: { "accept-encoding": "identity" } });
    expect(plain.headers.get("content-encoding")).to.equal(null);
    expect(await plain.text()).to.equal(html);
  });

  it("serve the file byte for byte as it was built, to be kept", async () => {
    const response = await fetch(`${server.url}/verify.html`);
    expect(response.headers.get("content-disposition")).to.include("attachment");
    expect(await response.text()).to.equal(readFileSync(built.file, "utf8"));
    expect(built.html).to.include('id="site-place">null</script>');
  });

  it("leave the page to ask its user where there is no node to pass on to, and have no gate then", async () => {
    expect(await (await fetch(`${bare.url}/verify`)).text()).to.include('id="site-place">null</script>');
    expect((await fetch(`${bare.url}/chain`, { method: "POST" })).status).to.equal(405);
  });

  it("pass on what a verifier asks, for any origin, whatever type the question says it has", async () => {
    for (const type of ["application/json", "text/plain"]) {
      const response = await ask(call("eth_chainId", []), type);
      expect(response.headers.get("access-control-allow-origin")).to.equal("*");
      expect(await response.json()).to.deep.equal({ jsonrpc: "2.0", id: 1, result: "0x7a69" });
    }
    const answer = await ask(call("eth_call", [{ to: SAMPLE_CONTRACT, data: `0x${"00".repeat(132)}` }, "0x1"]));
    expect(await answer.json())
      .to.have.property("result")
      .that.matches(/^0x[0-9a-f]{1472}$/);
  });

  it("pass on nothing else: no other method, contract, sender, or shape", async () => {
    const to = SAMPLE_CONTRACT;
    const refused = [
      call("eth_sendRawTransaction", ["0x00"]),
      call("eth_getLogs", [{}]),
      call("eth_call", [{ to: `0x${"00".repeat(20)}`, data: "0x" }, "0x1"]),
      call("eth_call", [{ to, data: "0x", from: to }, "0x1"]),
      call("eth_call", [{ to, data: "0x" }, "latest"]),
      call("eth_chainId", [1]),
      [call("eth_chainId", [])],
      { ...call("eth_chainId", []), more: 1 },
      null,
    ];
    for (const body of refused) {
      expect(await (await ask(body)).text(), JSON.stringify(body)).to.equal("malformed_request");
    }
  });

  it("tell an error when the node is away", async () => {
    const away = await startPageServer({ chainId: 1, contract: SAMPLE_CONTRACT }, "http://localhost:9");
    const response = await fetch(`${away.url}/chain`, {
      method: "POST",
      body: JSON.stringify(call("eth_chainId", [])),
    });
    expect(await response.json()).to.have.nested.property("error.code", -32000);
    await away.stop();
  });
});
