import { createHmac, generateKeyPairSync } from "node:crypto";
import { spawn } from "node:child_process";
import fs from "node:fs";
import { createServer, type Server } from "node:http";
import path from "node:path";
import { expect } from "chai";
import { apiDocument } from "../../scripts/apiDocument.ts";
import { buildClient } from "../../scripts/buildClient.ts";
import { readDemoKey } from "../../scripts/client.ts";
import { ApiError } from "../../scripts/clientPackage/apiError.ts";
import { createClient, type Client } from "../../scripts/clientPackage/client.ts";
import { verifyWebhook, WebhookError } from "../../scripts/clientPackage/verifyWebhook.ts";
import { clientTypes } from "../../scripts/clientTypes.ts";
import { makeTestFolder } from "../support/database.ts";
import { endLeftovers, sampleOf, startProgram, until, type Program } from "../support/program.ts";

const root = path.resolve(import.meta.dirname, "../..");

describe("the package @lianpiao/client", function () {
  this.timeout(120_000);
  const folder = makeTestFolder("client");
  const dataDir = path.join(folder.dir, "data");
  /** A project of somebody's with nothing but this package in it. */
  const project = path.join(folder.dir, "project");
  let built: string;
  let program: Program;
  let client: Client;
  let between: Between;
  before(async () => {
    built = await buildClient(path.join(project, "node_modules/@lianpiao/client"));
    fs.writeFileSync(path.join(project, "package.json"), '{ "name": "somebody", "type": "module" }');
    program = await startProgram({ dataDir, env: { WEBHOOK_ALLOW_PRIVATE: "true" } });
    client = createClient(await readDemoKey(dataDir, "demo-hospital"), program.url);
    between = await startBetween(program.url);
  });
  after(async () => {
    between.server.closeAllConnections();
    between.server.close();
    await program.stop();
    await endLeftovers();
    folder.remove();
  });
  beforeEach(() => between.faults.splice(0));

  const run = (args: readonly string[]): Promise<Ran> => runIn(project, args);
  const inPackage = (name: string): string => fs.readFileSync(path.join(built, name), "utf8");
  /** The same unit, by way of the proxy that breaks. */
  const hampered = async (attempts = 5, timeoutMs = 30_000): Promise<Client> =>
    createClient(await readDemoKey(dataDir, "demo-hospital"), between.url, { attempts, timeoutMs, language: "en" });
  let serial = 0;
  const input = () => sampleOf("outpatient", serial, `CLIENT-${serial++}`);

  it("is one module that imports Node's own alone, with no dependency", () => {
    const imports = [...inPackage("index.js").matchAll(/\bfrom "([^"]+)"|\bimport\("([^"]+)"/g)].map(
      ([, name]) => name,
    );
    expect(new Set(imports)).to.deep.equal(new Set(["node:crypto"]));
    const { dependencies, name, license, exports } = JSON.parse(inPackage("package.json"));
    expect({ dependencies, name, license }).to.deep.equal({
      dependencies: undefined,
      name: "@lianpiao/client",
      license: "Apache-2.0",
    });
    for (const target of Object.values<string>(exports["."])) {
      expect(fs.existsSync(path.join(built, target)), target).to.equal(true);
    }
    for (const file of fs.readdirSync(built).filter((each) => each.endsWith(".d.ts"))) {
      for (const [, target = ""] of inPackage(file).matchAll(/(?<!["'])\b(?:from |import\()["']([^"']+)["']/g)) {
        expect(target, file).to.match(/^\.\/\w+\.js$/);
      }
    }
  });

  it("has a type for each schema and each operation of /v1 that the service has", () => {
    const types = inPackage("api.d.ts");
    const { paths, components } = apiDocument() as {
      paths: Record<string, object>;
      components: { schemas: object };
    };
    for (const name of Object.keys(components.schemas)) expect(types).to.include(`export type ${name} =`);
    const operations = Object.entries(paths).flatMap(([at, item]) =>
      at.startsWith("/v1/") ? Object.keys(item).map((method) => `"${method.toUpperCase()} ${at}"`) : [],
    );
    expect(operations.length).to.be.greaterThan(15);
    for (const operation of operations) expect(types).to.include(`readonly ${operation}:`);
    const odd = { components: { schemas: { Odd: { type: "object", properties: { x: { not: {} } } } } }, paths: {} };
    expect(() => clientTypes(odd)).to.throw("no type can be made");
  });

  it("is described by the document that the service gives", async () => {
    const served = (await (await fetch(`${program.url}/openapi.json`)).json()) as { paths: Record<string, unknown> };
    // A page of the trial alone, which no client calls.
    delete served.paths["/sandbox/mail"];
    expect(JSON.parse(JSON.stringify(apiDocument()))).to.deep.equal(served);
  });

  it("has types that a strict project reads, which tell operations apart", async () => {
    fs.writeFileSync(path.join(project, "good.ts"), GOOD_USE);
    fs.writeFileSync(path.join(project, "bad.ts"), BAD_USE);
    const options =
      "--noEmit --strict --exactOptionalPropertyTypes --target es2024 --lib es2024 --module nodenext --types node";
    const types = ["--typeRoots", path.join(root, "node_modules/@types"), "--skipLibCheck"];
    const tsc = path.join(root, "node_modules/typescript/bin/tsc");
    const { output } = await run([tsc, "--ignoreConfig", ...options.split(" "), ...types, "good.ts", "bad.ts"]);
    const errors = output.match(/^\w+\.ts\(\d+/gm) ?? [];
    expect(errors, output).to.deep.equal(BAD_LINES.map((line) => `bad.ts(${line}`));
  });

  it("runs its README's example as it stands, with both algorithms", async () => {
    const [example = ""] = examples(inPackage("README.md"));
    fs.writeFileSync(path.join(project, "example.js"), example);
    for (const [appId, kind] of [
      ["demo-hospital", "outpatient"],
      ["demo-police", "penalty"],
    ] as const) {
      const file = path.join(project, `${kind}.json`);
      fs.writeFileSync(file, JSON.stringify(sampleOf(kind, 0, `README-${kind}`)));
      const once = await run(["example.js", path.join(dataDir, `demo/${appId}.json`), file]);
      expect(once.code, once.output).to.equal(0);
      expect(once.output).to.match(/^issued \d{8} \d{10} anchored\nPDF of \d{5,} bytes, with its proof\n/);
      expect(once.output).to.include(`README-${kind} anchored\n`);
      const again = await run(["example.js", path.join(dataDir, `demo/${appId}.json`), file]);
      expect(again.output).to.match(/^issued before /);
    }
  });

  it("runs its README's receiver, which takes a signed event and refuses a forged one", async () => {
    const [, receiver = ""] = examples(inPackage("README.md"));
    fs.writeFileSync(path.join(project, "receiver.js"), receiver);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/`;
    const { secret, webhookId } = (await client.request("POST /v1/webhooks", { body: { url } })) as {
      secret: string;
      webhookId: string;
    };
    const child = spawn(process.execPath, ["receiver.js"], {
      cwd: project,
      env: { WEBHOOK_SECRET: secret, PORT: String(port) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    try {
      await until(
        () =>
          fetch(url)
            .then(() => true)
            .catch(() => false),
        "the receiver",
      );
      const forged = await fetch(url, { method: "POST", body: "{}", headers: { "webhook-id": "evt_1_0" } });
      expect(forged.status).to.equal(400);
      const { receipt } = await client.issue(input());
      await until(() => output.includes("receipt.anchored"), `the events; ${output}`);
      expect(output).to.equal(`receipt.issued ${receipt.eInvoiceNumber}\nreceipt.anchored ${receipt.eInvoiceNumber}\n`);
    } finally {
      const closed = new Promise((resolve) => child.once("close", resolve));
      child.kill();
      await closed;
    }
    const listed = [];
    for await (const event of client.events({ limit: 1 })) listed.push(event.type);
    expect(listed).to.deep.equal(["receipt.issued", "receipt.anchored"]);
    await client.request("POST /v1/webhooks/{webhookId}/remove", { path: { webhookId } });
  });

  it("sends the same again when the answer is lost, late or 503, and gets the one receipt", async () => {
    for (const fault of ["lose", "hang", "refuse"] as const) {
      between.faults.push(fault);
      const wanted = input();
      const { receipt, isNew } = await (await hampered(3, fault === "hang" ? 500 : 30_000)).issue(wanted);
      expect(isNew, fault).to.equal(fault === "refuse");
      expect(receipt.busNo).to.equal(wanted.busNo);
      expect((await client.receiptByBusNo(wanted.busNo))?.eInvoiceNumber).to.equal(receipt.eInvoiceNumber);
    }
    expect(between.signatures.size).to.equal(between.count);
  });

  it("gives up after its attempts, and repeats no other POST", async () => {
    between.faults.push("refuse", "refuse");
    const refused = await failure((await hampered(2)).issue(input()));
    expect(refused).to.be.instanceOf(ApiError).and.to.include({ status: 503, code: "overloaded" });
    between.faults.push("refuse");
    const before = between.count;
    const { receipt } = await client.issue(input());
    const { eInvoiceCode: code, eInvoiceNumber: number } = receipt;
    const revoke = (await hampered()).request("POST /v1/receipts/{code}/{number}/revoke-links", {
      path: { code, number },
    });
    expect(await failure(revoke)).to.include({ code: "overloaded" });
    expect(between.count).to.equal(before + 1);
  });

  it("tells problems by code and field, in the language that was asked for", async () => {
    const error = await failure((await hampered()).issue({ ...input(), items: [] }));
    expect(error).to.be.instanceOf(ApiError);
    const { status, code, errors } = error as ApiError;
    expect([status, code]).to.deep.equal([422, "invalid_fields"]);
    expect(errors).to.deep.equal([{ pointer: "/items", code: "too_few_rows", message: "at least 1 entries" }]);
    expect(await client.receiptByBusNo("no such")).to.equal(undefined);
    expect(await failure(client.receipt({ eInvoiceCode: "44060126", eInvoiceNumber: "9999999999" }))).to.include({
      status: 404,
      code: "receipt_not_found",
    });
    expect(await failure(client.request("GET /v1/receipts/{code}/{number}", { path: { code: "1" } }))).to.be.instanceOf(
      TypeError,
    );
  });

  it("issues a batch, waits, downloads, and lists over pages", async () => {
    const good = [input(), input(), input()];
    const results = await client.issueBatch([good[0]!, { ...input(), items: [] }, good[1]!, good[2]!]);
    expect(results.map(({ status }) => status)).to.deep.equal([201, 422, 201, 201]);
    const receipt = await client.waitFor(results[3]!.receipt!, "anchored");
    const { bytes, isSealed } = await client.pdf(receipt);
    expect(Buffer.from(bytes.subarray(0, 5)).toString()).to.equal("%PDF-");
    expect(isSealed).to.equal(true);
    expect(await client.xml(receipt)).to.include(receipt.eInvoiceNumber);
    expect((await client.proof(receipt)).length).to.be.greaterThan(100);
    const listed: string[] = [];
    for await (const each of client.receipts({ kind: "outpatient", limit: 2 })) listed.push(each.busNo);
    expect(new Set(listed).size).to.equal(listed.length);
    expect(listed).to.include.members(good.map(({ busNo }) => busNo));
    expect((await client.books()).stock.map(({ kind }) => kind)).to.deep.equal(["outpatient", "inpatient"]);
    expect(await failure(client.waitFor({ ...receipt, eInvoiceNumber: "9999999999" }, "rendered", 0))).to.include({
      code: "receipt_not_found",
    });
  });
});

describe("verifyWebhook", () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
  const nowMs = 1_772_763_693_000;
  const event = { eventId: "evt_1_0123456789abcdef", type: "receipt.issued" };
  const sign = (id: string, timestamp: string, body: string, key = secret): string => {
    const bytes = Buffer.from(key.replace("whsec_", ""), "base64");
    return `v1,${createHmac("sha256", bytes).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
  };
  const headersOf = (body: string, seconds = nowMs / 1000) => ({
    "webhook-id": event.eventId,
    "webhook-timestamp": String(seconds),
    "webhook-signature": sign(event.eventId, String(seconds), body),
  });
  const body = JSON.stringify(event);
  const codeOf = (verify: () => unknown): string => {
    try {
      verify();
      return "verified";
    } catch (error) {
      return error instanceof WebhookError ? error.code : "another error";
    }
  };

  it("gives the event, of bytes, text or Headers, also when one of several signatures is ours", () => {
    const headers = headersOf(body);
    expect(verifyWebhook(secret, headers, body, { nowMs })).to.deep.equal(event);
    expect(verifyWebhook(secret, new Headers(headers), Buffer.from(body), { nowMs })).to.deep.equal(event);
    const ed25519 = generateKeyPairSync("ed25519").publicKey.export({ format: "der", type: "spki" }).toString("base64");
    const several = { ...headers, "webhook-signature": `v1a,${ed25519} ${headers["webhook-signature"]} v1,AAAA` };
    expect(verifyWebhook(secret, several, body, { nowMs })).to.deep.equal(event);
  });

  it("takes times up to five minutes off, either way", () => {
    for (const [seconds, expected] of [
      [300, "verified"],
      [301, "time_off"],
      [-300, "verified"],
      [-301, "time_off"],
    ] as const) {
      const headers = headersOf(body, nowMs / 1000 + seconds);
      expect(codeOf(() => verifyWebhook(secret, headers, body, { nowMs }))).to.equal(expected);
    }
  });

  it("refuses another body, id, secret or version, and missing or doubled fields", () => {
    const headers = headersOf(body);
    const other = sign(event.eventId, headers["webhook-timestamp"], body, "whsec_AAAA");
    for (const [changed, text, expected] of [
      [{}, `${body} `, "signature_wrong"],
      [{ "webhook-id": "evt_2_0123456789abcdef" }, body, "signature_wrong"],
      [{ "webhook-signature": other }, body, "signature_wrong"],
      [{ "webhook-signature": headers["webhook-signature"].replace("v1", "v2") }, body, "signature_wrong"],
      [{ "webhook-signature": "v1," }, body, "signature_wrong"],
      [{ "webhook-timestamp": "now" }, body, "time_off"],
      [{ "webhook-signature": undefined }, body, "field_missing"],
      [{ "webhook-id": ["a", "b"] }, body, "field_missing"],
    ] as const) {
      expect(codeOf(() => verifyWebhook(secret, { ...headers, ...changed }, text, { nowMs }))).to.equal(expected);
    }
    for (const signed of ["not json", '{"eventId":"evt_9_0123456789abcdef"}', "null"]) {
      expect(codeOf(() => verifyWebhook(secret, headersOf(signed), signed, { nowMs }))).to.equal("body_malformed");
    }
  });
});

/** A proxy that does to the next request what it is told: lose its answer, hang, or refuse it. */
type Between = {
  readonly url: string;
  readonly server: Server;
  readonly faults: ("lose" | "hang" | "refuse")[];
  readonly signatures: Set<string>;
  count: number;
};

async function startBetween(target: string): Promise<Between> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      between.count += 1;
      between.signatures.add(String(request.headers["signature"]));
      const fault = between.faults.shift();
      if (fault === "refuse") {
        const headers = { "Content-Type": "application/problem+json", "Retry-After": "0" };
        response.writeHead(503, headers).end('{"code":"overloaded","detail":"busy","errors":[]}');
        return;
      }
      const { host: _host, connection: _connection, ...headers } = request.headers as Record<string, string>;
      const body = request.method === "GET" ? undefined : Buffer.concat(chunks);
      const init = { method: request.method ?? "GET", headers, ...(body === undefined ? {} : { body }) };
      void fetch(target + (request.url ?? ""), init).then(async (answer) => {
        const bytes = Buffer.from(await answer.arrayBuffer());
        if (fault === "lose") request.socket.destroy();
        else if (fault !== "hang") {
          response.writeHead(answer.status, { "Content-Type": answer.headers.get("content-type") ?? "" }).end(bytes);
        }
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const between: Between = {
    url: `http://127.0.0.1:${portOf(server)}`,
    server,
    faults: [],
    signatures: new Set(),
    count: 0,
  };
  return between;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

const examples = (readme: string): readonly string[] =>
  [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map(([, text = ""]) => text);

type Ran = { readonly code: number | null; readonly output: string };

function runIn(cwd: string, args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.once("close", (code) => resolve({ code, output }));
  });
}

const GOOD_USE = `
import { createClient, verifyWebhook, ApiError, type IssueInput, type Event } from "@lianpiao/client";
const client = createClient({ appId: "a", algorithm: "hmac-sha256", secretHex: "00" }, "https://receipts.example");
const input: IssueInput = { kind: "outpatient", busNo: "1", payerPartyType: "1", items: [{ itemName: "x", itemAmount: 1 }] };
const { receipt, isNew } = await client.issue(input, { waitS: 5 });
const amount: number = receipt.totalAmount;
const one = await client.request("GET /v1/receipts/{code}/{number}", { path: { code: "1", number: "2" } });
const status: "issued" | "rendered" | "anchored" | "void" = one.status;
const pdf: Uint8Array = await client.request("GET /v1/receipts/{code}/{number}/pdf", { path: { code: "1", number: "2" } });
const { stock } = await client.request("GET /v1/books");
const made = await client.request("POST /v1/webhooks", { body: { url: "https://x.example", types: ["receipt.issued"] } });
const event: Event = verifyWebhook(made.secret, new Headers(), "");
console.log(isNew, amount, status, pdf, stock[0]?.left, event.data.links.self, ApiError.name);
`;
const BAD_USE = `
import { createClient, type IssueInput } from "@lianpiao/client";
const client = createClient({ appId: "a", algorithm: "hmac-sha256" }, "https://receipts.example");
const input: IssueInput = { kind: "outpatient", busNo: 1, payerPartyType: "1", items: [] };
client.request("GET /v1/nothing");
client.request("GET /v1/receipts/{code}/{number}", { path: { code: "1" } });
client.request("POST /v1/webhooks");
client.request("POST /v1/webhooks", { body: { url: "x", types: ["receipt.printed"] } });
(await client.request("GET /v1/books")).nothing;
`;
const BAD_LINES = [3, 4, 5, 6, 7, 8, 9];
