import { connect } from "node:net";
import { request as httpRequest } from "node:http";
import { expect } from "chai";
import { AppError } from "../../service/core/errors.ts";
import { expectProblem, goodInput, issued, startHarness, type Harness } from "./harness.ts";

describe("the HTTP app", () => {
  let harness: Harness;
  before(async () => {
    harness = await startHarness();
  });
  after(() => harness.stop());

  it("answers 404 where there is nothing", async () => {
    for (const path of [
      "/nothing",
      "/v1",
      "/v1/receipts/",
      "/V1/receipts",
      "/v1/receipts/1/2/3/4",
      "//v1/receipts",
      "/docs/nothing.js",
    ]) {
      await expectProblem(await fetch(harness.url + path), 404, "not_found");
    }
  });

  it("leads from a page's address with a slash behind it to the page, and nowhere else", async () => {
    const ask = (path: string) => fetch(harness.url + path, { redirect: "manual" });
    const response = await ask("/verify/?a=1");
    expect(response.status).to.equal(308);
    expect(response.headers.get("location")).to.equal("/verify?a=1");
    for (const path of ["//verify/", "//example.com/", "/verify//", "/nothing/"]) {
      await expectProblem(await ask(path), 404, "not_found");
    }
  });

  it("answers 405 with what is allowed", async () => {
    for (const [method, path, allow] of [
      ["PUT", "/v1/receipts", "GET, HEAD, POST"],
      ["DELETE", "/v1/receipts/44060126/0000000001", "GET, HEAD"],
      ["OPTIONS", "/v1/books", "GET, HEAD"],
      ["POST", "/healthz", "GET, HEAD"],
    ] as const) {
      const response = await fetch(harness.url + path, { method });
      await expectProblem(response, 405, "method_not_allowed");
      expect(response.headers.get("allow")).to.equal(allow);
    }
  });

  it("refuses a request target that is no plain path", async () => {
    for (const target of ["http://127.0.0.1/healthz", "/healthz#x", "*"]) {
      const [head, body] = await raw(harness.port, `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect(head).to.match(/^HTTP\/1\.1 400 /);
      expect(JSON.parse(body)).to.include({ code: "malformed_request" });
    }
  });

  it("answers a problem to what is no HTTP, and to headers too large", async () => {
    const [head, body] = await raw(harness.port, "NONSENSE\r\n\r\n");
    expect(head).to.match(/^HTTP\/1\.1 400 /);
    expect(JSON.parse(body)).to.include({ status: 400, code: "malformed_request" });
    const [large, problem] = await raw(harness.port, `GET / HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(20_000)}\r\n\r\n`);
    expect(large).to.match(/^HTTP\/1\.1 431 /);
    expect(JSON.parse(problem)).to.include({ status: 431, code: "headers_too_large" });
  });

  it("takes a body of 1 MiB for one receipt and 8 MiB for a batch, and not a byte more", async () => {
    for (const [path, limit] of [
      ["/v1/receipts", 1_048_576],
      ["/v1/receipts/batch", 8_388_608],
    ] as const) {
      const url = new URL(path, harness.url);
      for (const [length, status, code] of [
        [limit, 422, "invalid_fields"],
        [limit + 1, 413, "body_too_large"],
      ] as const) {
        const body = new TextEncoder().encode(`{"x":"${"x".repeat(length - 8)}"}`);
        expect(body).to.have.length(length);
        const headers = harness.signer({ method: "POST", url, body });
        await expectProblem(await fetch(url, { method: "POST", headers, body }), status, code);
      }
    }
  });

  it("refuses a body that grows past the limit without having told its length", async () => {
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let index = 0; index < 17; index += 1) controller.enqueue(new Uint8Array(65_536));
        controller.close();
      },
    });
    const init: RequestInit & { duplex: "half" } = { method: "POST", body: stream, duplex: "half" };
    await expectProblem(await fetch(`${harness.url}/v1/receipts`, init), 413, "body_too_large");
  });

  it("refuses a body where none is taken", async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      httpRequest({ port: harness.port, path: "/v1/books", headers: { "Content-Length": 1 } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on("error", reject)
        .end("x");
    });
    expect(status).to.equal(413);
  });

  it("gives up on a body that does not arrive", async () => {
    const slow = await startHarness({ bodyTimeoutMs: 50 });
    const head = "POST /v1/receipts HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nConnection: close\r\n\r\nab";
    const [status, body] = await raw(slow.port, head);
    expect(status).to.match(/^HTTP\/1\.1 408 /);
    expect(JSON.parse(body)).to.include({ code: "body_timeout" });
    await slow.stop();
  });

  it("takes so many requests at once and no more, but always answers probes", async () => {
    const small = await startHarness({ maxConcurrent: 2 });
    const gate = Promise.withResolvers<undefined>();
    small.store.issueGate = gate.promise;
    const waiting = [0, 1].map((n) => small.hospital.call("POST", "/v1/receipts", goodInput(`gate-${n}`)));
    while (small.store.issueCount < 2) await new Promise((resolve) => setImmediate(resolve));
    const refused = await small.hospital.call("POST", "/v1/receipts", goodInput("gate-2"));
    await expectProblem(refused, 503, "overloaded");
    expect(refused.headers.get("retry-after")).to.equal("1");
    expect((await fetch(`${small.url}/healthz`)).status).to.equal(200);
    expect((await fetch(`${small.url}/metrics`)).status).to.equal(200);
    gate.resolve(undefined);
    expect((await Promise.all(waiting)).map((response) => response.status)).to.deep.equal([201, 201]);
    expect((await small.hospital.call("POST", "/v1/receipts", goodInput("gate-2"))).status).to.equal(201);
    await small.stop();
  });

  it("answers that the outcome is not known when the work takes too long", async () => {
    const slow = await startHarness({ requestTimeoutMs: 50 });
    const gate = Promise.withResolvers<undefined>();
    slow.store.issueGate = gate.promise;
    await expectProblem(await slow.hospital.call("POST", "/v1/receipts", goodInput("slow")), 503, "timed_out");
    gate.resolve(undefined);
    expect((await slow.hospital.call("POST", "/v1/receipts", goodInput("slow"))).status).to.equal(200);
    await slow.stop();
  });

  it("keeps a request id that is plain, and makes one otherwise", async () => {
    const kept = await fetch(`${harness.url}/healthz`, { headers: { "X-Request-Id": "his-42-abc" } });
    expect(kept.headers.get("x-request-id")).to.equal("his-42-abc");
    for (const id of ["short", 'a"b c;d=eeeee', "x".repeat(65)]) {
      const response = await fetch(`${harness.url}/healthz`, { headers: { "X-Request-Id": id } });
      expect(response.headers.get("x-request-id")).to.match(/^[0-9a-f-]{36}$/);
    }
  });

  it("sends headers that keep a browser safe, and caches nothing", async () => {
    for (const path of ["/healthz", "/", "/v1/books", "/nothing"]) {
      const { headers } = await fetch(harness.url + path);
      expect(headers.get("x-content-type-options")).to.equal("nosniff");
      expect(headers.get("x-frame-options")).to.equal("DENY");
      expect(headers.get("referrer-policy")).to.equal("no-referrer");
      expect(headers.get("content-security-policy")).to.include("default-src 'none'");
      expect(headers.get("cache-control")).to.equal("no-store");
      expect(headers.get("x-powered-by")).to.equal(null);
    }
  });

  it("logs template, status and time of each request, and nothing of a person", async () => {
    const receipt = await issued(harness, "logged-bus-no");
    await harness.hospital.call("GET", "/v1/receipts?busNo=logged-bus-no");
    const path = `/v1/receipts/44060126/${String(receipt.number).padStart(10, "0")}`;
    await harness.hospital.call("GET", path);
    await harness.hospital.call("POST", "/v1/receipts", { ...goodInput("logged-bus-no"), checker: 5 });
    const line = harness.logLines.findLast((each) => each.fields["route"] === "/v1/receipts/{code}/{number}");
    expect(line).to.deep.include({ level: "info", event: "http_request" });
    expect(line?.fields).to.include({ method: "GET", status: 200, unitId: 1 });
    expect(line?.fields["ms"]).to.be.a("number");
    const log = JSON.stringify(harness.logLines);
    for (const secret of ["logged-bus-no", receipt.data.payerPartyName, receipt.data.randomNumber]) {
      expect(log).not.to.include(secret);
    }
  });

  it("tells of our own bugs no more than the request id, and logs where they are", async () => {
    harness.store.issueGate = Promise.reject(new Error("secret 张三"));
    harness.store.issueGate.catch(() => undefined);
    const response = await harness.hospital.call("POST", "/v1/receipts", goodInput("bug"));
    harness.store.issueGate = Promise.resolve();
    const body = await expectProblem(response, 500, "internal_error");
    expect(JSON.stringify(body)).not.to.include("secret");
    const line = harness.logLines.findLast((each) => each.event === "http_failed");
    expect(line?.level).to.equal("error");
    expect(line?.fields["requestId"]).to.equal(body["requestId"]);
    expect(JSON.stringify(line)).not.to.include("张三");
  });
});

describe("operations", () => {
  it("is healthy while it runs", async () => {
    const harness = await startHarness();
    const response = await fetch(`${harness.url}/healthz`);
    expect(response.status).to.equal(200);
    expect(await response.json()).to.deep.equal({ status: "ok" });
    await harness.stop();
  });

  it("is ready with all, degraded without the chain, unready without the database", async () => {
    const away = new Set<string>();
    const probe = (name: string, isRequired: boolean) => ({
      name,
      isRequired,
      check: async () => {
        if (away.has(name)) throw new AppError(`${name}_unreachable`, "away");
      },
    });
    const probes = [probe("database", true), probe("chain", false), probe("workers", false)];
    const harness = await startHarness({ probes });
    const ready = async (): Promise<unknown> => {
      const response = await fetch(`${harness.url}/readyz`);
      return [response.status, ((await response.json()) as { status: string }).status];
    };
    expect(await ready()).to.deep.equal([200, "ready"]);
    away.add("chain");
    expect(await ready()).to.deep.equal([200, "degraded"]);
    const { checks } = (await (await fetch(`${harness.url}/readyz`)).json()) as { checks: unknown };
    expect(checks).to.deep.equal({
      database: { isOk: true, isRequired: true },
      chain: { isOk: false, isRequired: false },
      workers: { isOk: true, isRequired: false },
    });
    away.add("database");
    expect(await ready()).to.deep.equal([503, "unready"]);
    await harness.stop();
  });

  it("counts by template, code and kind, never by what a client sends", async () => {
    const harness = await startHarness();
    await issued(harness, "m1");
    await harness.hospital.call("POST", "/v1/receipts", goodInput("m1"));
    await harness.hospital.call("POST", "/v1/receipts/batch", { receipts: [{}, goodInput("m2")] });
    await fetch(`${harness.url}/v1/receipts/44060126/0000000001`);
    await fetch(`${harness.url}/no/such/path`);
    await raw(harness.port, "PROPFIND / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    harness.store.alarms = [
      { alarmId: "1", kind: "numbers_low", subject: "code 44060126", details: "", raisedAtMs: 1 },
    ];
    const response = await fetch(`${harness.url}/metrics`);
    expect(response.headers.get("content-type")).to.match(/^text\/plain; version=/);
    const text = await response.text();
    for (const line of [
      'lianpiao_issue_results_total{result="issued"} 2',
      'lianpiao_issue_results_total{result="repeated"} 1',
      'lianpiao_issue_results_total{result="invalid"} 1',
      'lianpiao_http_problems_total{code="signature_missing"} 1',
      'lianpiao_http_problems_total{code="not_found"} 1',
      'lianpiao_http_request_seconds_count{method="POST",route="/v1/receipts",status="201"} 1',
      'lianpiao_http_request_seconds_count{method="GET",route="/v1/receipts/{code}/{number}",status="401"} 1',
      'lianpiao_http_request_seconds_count{method="GET",route="none",status="404"} 1',
      'lianpiao_http_request_seconds_count{method="other",route="none",status="405"} 1',
      'lianpiao_open_alarms{kind="numbers_low"} 1',
      'lianpiao_numbers_left{code="44060126"} 1998',
      'lianpiao_receipts_not_anchored{code="44060126"} 2',
      "lianpiao_http_requests_in_flight 1",
    ]) {
      expect(text.split("\n"), line).to.include(line);
    }
    expect(text).not.to.include("PROPFIND");
    harness.store.failure = new AppError("database_unreachable", "away");
    const away = await fetch(`${harness.url}/metrics`);
    expect(away.status).to.equal(200);
    expect(await away.text()).not.to.include("lianpiao_numbers_left{");
    await harness.stop();
  });
});

/** Sends bytes as they are; gives head and body of the answer. */
function raw(port: number, text: string): Promise<readonly [head: string, body: string]> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    const chunks: Buffer[] = [];
    socket
      .on("data", (chunk: Buffer) => chunks.push(chunk))
      .on("error", reject)
      .on("close", () => {
        const [head = "", body = ""] = Buffer.concat(chunks).toString().split("\r\n\r\n");
        resolve([head, body]);
      });
  });
}
