import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { createHttpSms } from "../../../service/adapters/sms/httpSms.ts";
import type { SmsSender } from "../../../service/app/deliveryPorts.ts";

const SECRET = "a secret of the gateway";
const NOW_MS = Date.parse("2026-03-06T10:21:33.999+08:00");
const message = {
  messageId: "3f7484c09d1e4a22b1f0c8d95a6e7b10",
  to: "+8613912345678",
  text: "票据：https://x.example/r/1",
};

describe("httpSms", () => {
  let server: Server;
  let sms: SmsSender;
  let status = 200;
  let isSilent = false;
  const seen: { headers: IncomingHttpHeaders; body: string }[] = [];
  before(async () => {
    server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      request.on("end", () => {
        seen.push({ headers: request.headers, body });
        if (!isSilent) response.writeHead(status, { Location: "/other" }).end("{}");
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    sms = createHttpSms({ url: `http://127.0.0.1:${port}/send`, secret: SECRET, nowMs: () => NOW_MS, timeoutMs: 300 });
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    seen.length = 0;
    status = 200;
    isSilent = false;
  });

  it("posts id, number and text as JSON, signed as Standard Webhooks says", async () => {
    expect(await sms.send(message)).to.deep.equal({ kind: "sent" });
    const [{ headers, body } = { headers: {}, body: "" }] = seen;
    expect(JSON.parse(body)).to.deep.equal({ id: message.messageId, to: message.to, text: message.text });
    expect(headers["content-type"]).to.equal("application/json; charset=utf-8");
    expect(headers["webhook-id"]).to.equal(message.messageId);
    expect(headers["webhook-timestamp"]).to.equal("1772763693");
    const signed = createHmac("sha256", SECRET).update(`${message.messageId}.1772763693.${body}`).digest("base64");
    expect(headers["webhook-signature"]).to.equal(`v1,${signed}`);
  });

  for (const [answer, isPermanent] of [
    [400, true],
    [401, true],
    [404, true],
    [422, true],
    [499, true],
    [408, false],
    [409, false],
    [425, false],
    [429, false],
    [500, false],
    [503, false],
  ] as const) {
    it(`takes ${answer} for ${isPermanent ? "a refusal for good" : "something that passes"}`, async () => {
      status = answer;
      expect(await sms.send(message)).to.deep.equal({ kind: "refused", isPermanent, code: `sms_${answer}` });
    });
  }

  it("takes 299 for taken", async () => {
    status = 299;
    expect(await sms.send(message)).to.deep.equal({ kind: "sent" });
  });

  it("follows no redirect, so that nobody else gets the message", async () => {
    status = 307;
    expect(await sms.send(message)).to.deep.equal({ kind: "refused", isPermanent: false, code: "sms_unreachable" });
    expect(seen).to.have.length(1);
  });

  it("waits no longer than its time for a gateway that is silent", async () => {
    isSilent = true;
    expect(await sms.send(message)).to.deep.equal({ kind: "refused", isPermanent: false, code: "sms_unreachable" });
  });

  it("tells that a gateway is away", async () => {
    const away = createHttpSms({ url: "http://127.0.0.1:1/", secret: SECRET, nowMs: () => NOW_MS });
    expect(await away.send(message)).to.deep.equal({ kind: "refused", isPermanent: false, code: "sms_unreachable" });
  });
});
