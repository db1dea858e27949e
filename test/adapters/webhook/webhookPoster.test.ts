import { expect } from "chai";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { guardedLookup, resolveAllowed } from "../../../service/adapters/webhook/guardedLookup.ts";
import { isPublicAddress } from "../../../service/adapters/webhook/publicAddress.ts";
import { createWebhookPoster } from "../../../service/adapters/webhook/webhookPoster.ts";

/** The worked example of the reference implementations of Standard Webhooks. */
const VECTOR = {
  secret: "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
  body: '{"test": 2432232314}',
  timestamp: "1614265330",
  signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
};

describe("addresses on the public internet", () => {
  for (const [lastClosed, open] of [
    ["0.255.255.255", "1.0.0.0"],
    ["10.0.0.0", "9.255.255.255"],
    ["10.255.255.255", "11.0.0.0"],
    ["100.64.0.0", "100.63.255.255"],
    ["100.127.255.255", "100.128.0.0"],
    ["127.0.0.1", "126.255.255.255"],
    ["169.254.169.254", "169.255.0.0"],
    ["172.16.0.0", "172.15.255.255"],
    ["172.31.255.255", "172.32.0.0"],
    ["192.0.0.255", "192.0.1.0"],
    ["192.168.255.255", "192.169.0.0"],
    ["198.19.255.255", "198.20.0.0"],
    ["224.0.0.0", "223.255.255.255"],
    ["255.255.255.255", "8.8.8.8"],
    ["::1", "2400:3200::1"],
    ["::ffff:8.8.8.8", "2606:4700::1111"],
    ["64:ff9b::808:808", "2003::1"],
    ["fe80::1", "2a00::1"],
    ["fd00::1", "3ffe::1"],
    ["1fff:ffff::1", "2000::1"],
    ["4000::1", "3fff:1000::1"],
    ["3fff::1", "3fff:ffff::1"],
    ["2001:1ff:ffff::1", "2001:200::1"],
    ["2001:db8::1", "2001:db9::1"],
    ["2002:7f00:1::", "2003:7f00:1::"],
  ] as const) {
    it(`do not hold ${lastClosed}, and hold ${open}`, () => {
      expect(isPublicAddress(lastClosed)).to.equal(false);
      expect(isPublicAddress(open)).to.equal(true);
    });
  }

  it("do not hold what is no address", () => {
    for (const text of ["", "localhost", "1.1.1", "0x7f.1", "::g"]) expect(isPublicAddress(text), text).to.equal(false);
  });
});

describe("posting webhooks", () => {
  const requests: { headers: IncomingHttpHeaders; body: string; method: string | undefined }[] = [];
  let connections = 0;
  let port: number;
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      requests.push({ headers: request.headers, body, method: request.method });
      response.writeHead(request.url === "/slow" ? 429 : 200, { "Retry-After": "17" }).end("x".repeat(100_000));
    });
  });
  server.on("connection", () => (connections += 1));
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    port = typeof address === "object" && address !== null ? address.port : 0;
  });
  after(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );

  const poster = (isPrivateAllowed: boolean) =>
    createWebhookPoster({
      sealSecret: (plain) => plain.map((byte) => byte ^ 255),
      openSecret: (sealed) => sealed.map((byte) => byte ^ 255),
      nowMs: () => Number(VECTOR.timestamp) * 1000 + 999,
      isPrivateAllowed,
      timeoutMs: 2_000,
    });
  const sealedSecret = Buffer.from(VECTOR.secret, "base64").map((byte) => byte ^ 255);
  const message = (url: string) => ({ url, sealedSecrets: [sealedSecret], id: VECTOR.id, body: VECTOR.body });

  it("signs the published example as published", async () => {
    const outcome = await poster(true).post(message(`http://127.0.0.1:${port}/hook`));
    expect(outcome).to.deep.equal({ kind: "taken" });
    expect(requests.at(-1)).to.deep.include({ body: VECTOR.body, method: "POST" });
    expect(requests.at(-1)?.headers).to.include({
      "webhook-id": VECTOR.id,
      "webhook-timestamp": VECTOR.timestamp,
      "webhook-signature": VECTOR.signature,
      "content-type": "application/json; charset=utf-8",
    });
  });

  it("passes Retry-After on", async () => {
    expect(await poster(true).post(message(`http://localhost:${port}/slow`))).to.deep.equal({
      kind: "failed",
      error: "http_429",
      retryAfterS: 17,
    });
  });

  it("makes secrets of 32 bytes, each another, and seals their bytes", () => {
    const { makeSecret } = poster(false);
    const [one, other] = [makeSecret(), makeSecret()];
    expect(one.text).to.match(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(other.text).not.to.equal(one.text);
    expect(Buffer.from(one.text.slice(6), "base64")).to.deep.equal(Buffer.from(one.sealed.map((byte) => byte ^ 255)));
  });

  it("connects to no private address unless allowed, whatever name or form leads there", async () => {
    const before = connections;
    for (const url of [
      `https://127.0.0.1:${port}/`,
      `https://localhost:${port}/`,
      `https://[::1]:${port}/`,
      `https://[::ffff:127.0.0.1]:${port}/`,
      `https://2130706433:${port}/`,
      `https://0x7f.1:${port}/`,
      `https://0:${port}/`,
    ]) {
      expect(await poster(false).faultOf(url), url).to.equal("private");
      expect(await poster(false).post(message(url)), url).to.deep.equal({ kind: "failed", error: "address_refused" });
    }
    expect(connections).to.equal(before);
  });

  it("takes http to private addresses alone, and there only if allowed", async () => {
    const url = `http://127.0.0.1:${port}/`;
    expect(await poster(true).faultOf(url)).to.equal(undefined);
    expect(await poster(false).faultOf(url)).to.equal("not_https");
    expect(await poster(false).post(message(url))).to.deep.equal({ kind: "failed", error: "url_not_https" });
    expect(await poster(true).faultOf("http://1.1.1.1/")).to.equal("not_https");
    expect(await poster(true).post(message("http://1.1.1.1/"))).to.deep.equal({
      kind: "failed",
      error: "address_refused",
    });
    expect(await poster(false).faultOf("https://1.1.1.1/")).to.equal(undefined);
    expect(await poster(true).faultOf("https://127.0.0.1/")).to.equal(undefined);
  });

  it("refuses what is no plain URL, and names that lead nowhere", async () => {
    for (const url of [
      "",
      "his.example",
      "ftp://1.1.1.1/",
      "https://a:b@1.1.1.1/",
      "https://1.1.1.1/#x",
      "file:///x",
    ]) {
      expect(await poster(true).faultOf(url), url).to.equal("malformed");
    }
    expect(await poster(true).faultOf("https://no-such-name.invalid/")).to.equal("unresolved");
  });

  it("refuses a name of which one address is private, and hands the socket the addresses that it has checked", async () => {
    const asked: string[] = [];
    const rule = (address: string): boolean => {
      asked.push(address);
      return true;
    };
    const given = await new Promise<unknown>((resolve) => {
      guardedLookup(rule)("localhost", { all: true }, (_error, addresses) => resolve(addresses));
    });
    expect(given).to.deep.equal(await resolveAllowed("localhost", () => true));
    expect(asked).to.have.length((given as unknown[]).length);
    const refused = await new Promise<unknown>((resolve) => {
      guardedLookup(() => false)("localhost", {}, (error) => resolve(error));
    });
    expect(refused).to.be.instanceOf(Error);
  });
});
