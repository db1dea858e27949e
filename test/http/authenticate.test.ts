import { createHash, createHmac, createPrivateKey, randomBytes, sign } from "node:crypto";
import { request as httpRequest } from "node:http";
import { expect } from "chai";
import { httpbis } from "http-message-signatures";
import { AppError } from "../../service/core/errors.ts";
import { clinicKey, expectProblem, goodInput, hospitalKey, NOW_MS, startHarness, type Harness } from "./harness.ts";

const NOW_S = Math.floor(NOW_MS / 1000);
const SECRET = hospitalKey.algorithm === "hmac-sha256" ? Buffer.from(hospitalKey.secretHex, "hex") : Buffer.alloc(0);

type Change = {
  readonly method?: string;
  /** What is signed; what is sent is the argument of `send`. */
  readonly path?: string;
  readonly query?: string;
  readonly covered?: readonly string[];
  readonly params?: string;
  readonly secret?: Buffer;
  readonly fields?: Readonly<Record<string, string>>;
  readonly signedDigest?: string;
};

/** A signature made by hand, so that each part can be wrong by itself. */
function forged(body: string, change: Change = {}): Record<string, string> {
  const { method = body === "" ? "GET" : "POST", path = "/v1/receipts", query = "?" } = change;
  const digest = change.signedDigest ?? `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;
  const values: Readonly<Record<string, string>> = {
    "@method": method,
    "@path": path,
    "@query": query,
    "content-digest": digest,
    "content-type": "application/json",
    ...change.fields,
  };
  const defaults = ["@method", "@path", "@query", ...(body === "" ? [] : ["content-digest"])];
  const covered = change.covered ?? defaults;
  const params = change.params ?? defaultParams();
  const inner = `(${covered.map((name) => `"${name}"`).join(" ")})${params}`;
  const lines = covered.map((name) => `"${name}": ${values[name] ?? ""}`);
  const base = [...lines, `"@signature-params": ${inner}`].join("\n");
  const mac = createHmac("sha256", change.secret ?? SECRET)
    .update(base)
    .digest("base64");
  return {
    "Content-Type": "application/json",
    ...(body === "" ? {} : { "Content-Digest": digest }),
    "Signature-Input": `sig1=${inner}`,
    Signature: `sig1=:${mac}:`,
  };
}

function defaultParams(change: { created?: number; nonce?: string; keyid?: string; alg?: string } = {}): string {
  const { created = NOW_S, nonce = randomBytes(12).toString("hex"), keyid = "hospital", alg = "hmac-sha256" } = change;
  return `;created=${created};nonce="${nonce}";keyid="${keyid}";alg="${alg}"`;
}

describe("a signed request", () => {
  let harness: Harness;
  before(async () => {
    harness = await startHarness();
  });
  after(() => harness.stop());

  const send = (body: string, headers: Record<string, string>, path = "/v1/receipts"): Promise<Response> =>
    fetch(harness.url + path, body === "" ? { headers } : { method: "POST", headers, body });
  const good = (busNo: string): string => JSON.stringify(goodInput(busNo));
  const refused = async (body: string, headers: Record<string, string>, code: string, path?: string): Promise<void> => {
    const issueCount = harness.store.issueCount;
    const response = await send(body, headers, path);
    await expectProblem(response, 401, code);
    expect(response.headers.get("www-authenticate")).to.equal("Signature");
    expect(response.headers.get("accept-signature")).to.equal(
      'sig1=("@method" "@path" "@query" "content-digest");created;nonce;keyid;alg',
    );
    expect(harness.store.issueCount).to.equal(issueCount);
  };

  it("is accepted with HMAC and with Ed25519", async () => {
    expect((await harness.hospital.call("POST", "/v1/receipts", goodInput("auth-1"))).status).to.equal(201);
    expect((await harness.clinic.call("POST", "/v1/receipts", goodInput("auth-1"))).status).to.equal(201);
    expect((await harness.clinic.call("GET", "/v1/books")).status).to.equal(200);
    expect((await send(good("auth-2"), forged(good("auth-2")))).status).to.equal(201);
  });

  it("may be signed by another implementation of RFC 9421", async () => {
    if (clinicKey.algorithm !== "ed25519") throw new Error("an Ed25519 key is needed");
    const privateKey = createPrivateKey(clinicKey.privateKeyPem);
    const body = good("auth-interop");
    const digest = `sha-512=:${createHash("sha512").update(body).digest("base64")}:`;
    const url = `${harness.url}/v1/receipts?x=`;
    const signed = await httpbis.signMessage(
      {
        key: { id: "clinic", alg: "ed25519", sign: async (data: Buffer) => sign(null, data, privateKey) },
        fields: ["@method", "@path", "@query", "@authority", "content-type", "content-digest"],
        params: ["created", "expires", "keyid", "alg", "nonce"],
        paramValues: {
          created: new Date(NOW_S * 1000),
          expires: new Date(NOW_S * 1000 + 60_000),
          nonce: "interop-nonce-0001",
        },
      },
      { method: "POST", url, headers: { "Content-Type": "application/json", "Content-Digest": digest } },
    );
    const response = await fetch(url, { method: "POST", body, headers: signed.headers as Record<string, string> });
    expect(response.status, await response.text()).to.equal(201);
  });

  it("is refused without a signature, or with half of one", async () => {
    await refused(good("a"), { "Content-Type": "application/json" }, "signature_missing");
    const { Signature: _, ...half } = forged(good("a"));
    await refused(good("a"), half, "signature_missing");
  });

  it("must cover method, path, query, and the digest of a body", async () => {
    for (const missing of ["@method", "@path", "@query", "content-digest"]) {
      const covered = ["@method", "@path", "@query", "content-digest"].filter((name) => name !== missing);
      await refused(good("a"), forged(good("a"), { covered }), "signature_incomplete");
    }
    expect((await send("", forged("", { path: "/v1/books" }), "/v1/books")).status).to.equal(200);
  });

  it("is refused when method, path or query is another", async () => {
    const body = good("a");
    await refused(body, forged(body, { method: "PUT" }), "signature_invalid");
    await refused(body, forged(body, { path: "/v1/receipts/batch" }), "signature_invalid");
    await refused("", forged("", { query: "?limit=1" }), "signature_invalid", "/v1/receipts?limit=2");
    await refused("", forged(""), "signature_invalid", "/v1/receipts?limit=2");
    expect((await send("", forged("", { query: "?limit=2" }), "/v1/receipts?limit=2")).status).to.equal(200);
  });

  it("is refused when the body is another, by a byte or in full", async () => {
    const body = good("a");
    await refused(body.replace("23621", "23620"), forged(body), "digest_mismatch");
    await refused(`${body} `, forged(body), "digest_mismatch");
    const other = `sha-256=:${createHash("sha256").update("other").digest("base64")}:`;
    await refused(body, forged(body, { signedDigest: other }), "digest_mismatch");
    await refused(body, { ...forged(body), "Content-Digest": `sha-256=:${"A".repeat(43)}=:` }, "digest_mismatch");
  });

  it("is refused with a digest that is swapped for a fitting one after signing", async () => {
    const body = good("a");
    const fitting = `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;
    const headers = { ...forged(good("b")), "Content-Digest": fitting };
    await refused(body, headers, "signature_invalid");
  });

  it("needs a digest of sha-256 or sha-512, and every one of these must fit", async () => {
    const body = good("digests");
    const sha256 = `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;
    const sha512 = `sha-512=:${createHash("sha512").update(body).digest("base64")}:`;
    const wrong512 = `sha-512=:${createHash("sha512").update("x").digest("base64")}:`;
    for (const signedDigest of [
      "md5=:1B2M2Y8AsgTpgAmY7PhCfg==:",
      `${sha256}, ${wrong512}`,
      "sha-256=1",
      'sha-256="x"',
      "sha-256=(1)",
      "=",
    ]) {
      await refused(body, forged(body, { signedDigest }), "digest_mismatch");
    }
    expect((await send(body, forged(body, { signedDigest: `${sha256}, ${sha512}` }))).status).to.equal(201);
    expect((await send(body, forged(body, { signedDigest: `md5=:AA==:, ${sha512}` }))).status).to.equal(200);
  });

  it("is taken within 300 s either way, and not a second more", async () => {
    const at = (created: number) => forged("", { path: "/v1/books", params: defaultParams({ created }) });
    // The clock stands at .120 of its second.
    for (const created of [NOW_S - 299, NOW_S + 300]) {
      expect((await send("", at(created), "/v1/books")).status, String(created - NOW_S)).to.equal(200);
    }
    for (const created of [NOW_S - 300, NOW_S + 301]) {
      await refused("", at(created), "signature_expired", "/v1/books");
    }
  });

  it("is refused after its own expires", async () => {
    const until = (expires: number) =>
      forged("", { path: "/v1/books", params: `${defaultParams({ created: NOW_S - 10 })};expires=${expires}` });
    expect((await send("", until(NOW_S + 1), "/v1/books")).status).to.equal(200);
    await refused("", until(NOW_S), "signature_expired", "/v1/books");
  });

  it("is refused the second time, though not for another app's nonce", async () => {
    const params = defaultParams({ nonce: "the-same-nonce-1" });
    const headers = forged("", { path: "/v1/books", params });
    expect((await send("", headers, "/v1/books")).status).to.equal(200);
    await refused("", headers, "nonce_repeated", "/v1/books");
    await refused(good("a"), forged(good("a"), { params }), "nonce_repeated");
    expect(harness.store.nonces.get("hospital the-same-nonce-1")).to.be.at.least((NOW_S + 301) * 1000);
    harness.store.nonces.set("clinic the-same-nonce-2", 0);
    const other = forged("", { path: "/v1/books", params: defaultParams({ nonce: "the-same-nonce-2" }) });
    expect((await send("", other, "/v1/books")).status).to.equal(200);
  });

  it("does not use its nonce up when it does not hold", async () => {
    const params = defaultParams({ nonce: "not-used-up-nonce" });
    await refused(
      "",
      forged("", { path: "/v1/books", params, secret: Buffer.from("no") }),
      "signature_invalid",
      "/v1/books",
    );
    expect((await send("", forged("", { path: "/v1/books", params }), "/v1/books")).status).to.equal(200);
  });

  it("is refused by the same answer for no app, another key, another algorithm", async () => {
    const answers: unknown[] = [];
    for (const change of [
      { params: defaultParams({ keyid: "nobody" }) },
      { secret: Buffer.from("wrong") },
      { params: defaultParams({ alg: "ed25519" }) },
      { params: defaultParams({ keyid: "clinic" }) },
      { params: defaultParams({ keyid: "clinic", alg: "ed25519" }) },
      { params: defaultParams({ keyid: "nobody", alg: "ed25519" }) },
    ]) {
      const response = await send("", forged("", { path: "/v1/books", ...change }), "/v1/books");
      const { requestId: _, ...body } = await expectProblem(response, 401, "signature_invalid");
      const { date: _date, "x-request-id": _id, ...headers } = Object.fromEntries(response.headers);
      answers.push({ body, headers });
    }
    for (const answer of answers) expect(answer).to.deep.equal(answers[0]);
  });

  it("can't use a public Ed25519 key as an HMAC secret", async () => {
    const publicKey = Buffer.from(harness.store.appKeys.get("clinic")?.key ?? []);
    const params = defaultParams({ keyid: "clinic", alg: "hmac-sha256" });
    await refused("", forged("", { path: "/v1/books", params, secret: publicKey }), "signature_invalid", "/v1/books");
  });

  it("is refused with doubled labels, components or parameters", async () => {
    const one = forged("", { path: "/v1/books" });
    const [input, signature] = [one["Signature-Input"] ?? "", one["Signature"] ?? ""];
    const bad = async (fields: Record<string, string>) =>
      refused("", { ...one, ...fields }, "signature_malformed", "/v1/books");
    await bad({ "Signature-Input": `${input}, ${input}` });
    await bad({ "Signature-Input": `${input}, ${input.replace("sig1", "sig2")}` });
    await bad({ Signature: `${signature}, sig2=:AA==:` });
    await bad({ "Signature-Input": input.replace("sig1", "sig2") });
    const twice = forged("", { path: "/v1/books", covered: ["@method", "@method", "@path", "@query"] });
    await refused("", twice, "signature_malformed", "/v1/books");
    const params = `${defaultParams()};created=${NOW_S}`;
    await refused("", forged("", { path: "/v1/books", params }), "signature_malformed", "/v1/books");
  });

  it("is refused when doubled header lines carry two signatures", async () => {
    const first = forged("", { path: "/v1/books" });
    const second = forged("", { path: "/v1/books" });
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = ["Host", "x"];
      for (const each of [first, second]) {
        headers.push("Signature-Input", each["Signature-Input"] ?? "", "Signature", each["Signature"] ?? "");
      }
      httpRequest({ port: harness.port, path: "/v1/books", headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on("error", reject)
        .end();
    });
    expect(status).to.equal(401);
  });

  it("is refused when its fields are malformed or a parameter is missing", async () => {
    const whole = defaultParams({ nonce: "malformed-nonce-1" });
    for (const params of [
      whole.replace(/;created=\d+/, ""),
      whole.replace(/;nonce="[^"]*"/, ""),
      whole.replace(/;keyid="[^"]*"/, ""),
      whole.replace(/;alg="[^"]*"/, ""),
      whole.replace(/created=\d+/, `created=${NOW_S}.0`),
      whole.replace(/created=\d+/, `created="${NOW_S}"`),
      whole.replace(/created=\d+/, "created=-1"),
      whole.replace(/nonce="[^"]*"/, 'nonce="short"'),
      whole.replace(/nonce="[^"]*"/, `nonce="${"n".repeat(129)}"`),
      whole.replace(/keyid="[^"]*"/, 'keyid="a b"'),
      whole.replace(/alg="[^"]*"/, 'alg="rsa-v1_5-sha256"'),
      whole.replace(/;alg/, "; alg"),
    ]) {
      await refused("", forged("", { path: "/v1/books", params }), "signature_malformed", "/v1/books");
    }
    const headers = forged("", { path: "/v1/books" });
    const malformed: readonly Record<string, string>[] = [
      { "Signature-Input": "sig1=" },
      { "Signature-Input": "sig1=1" },
      { "Signature-Input": "()" },
      { Signature: "sig1=(:AA==:)" },
      { Signature: 'sig1="AA=="' },
      { Signature: "sig1=:A:" },
      { Signature: `${headers["Signature"] ?? ""};x` },
    ];
    for (const fields of malformed) {
      await refused("", { ...headers, ...fields }, "signature_malformed", "/v1/books");
    }
  });

  it("is refused with parameters on a component, or one the request has not", async () => {
    const headers = forged("", { path: "/v1/books" });
    const input = (headers["Signature-Input"] ?? "").replace('"@query"', '"@query";req');
    await refused("", { ...headers, "Signature-Input": input }, "signature_malformed", "/v1/books");
    const covered = ["@method", "@path", "@query", "x-absent"];
    await refused("", forged("", { path: "/v1/books", covered }), "signature_malformed", "/v1/books");
  });

  it("binds the host when it covers @authority", async () => {
    const covered = ["@method", "@path", "@query", "@authority"];
    const to = (host: string) => forged("", { path: "/v1/books", covered, fields: { "@authority": host } });
    expect((await send("", to(`127.0.0.1:${harness.port}`), "/v1/books")).status).to.equal(200);
    await refused("", to("other.example"), "signature_invalid", "/v1/books");
  });

  it("is answered 503 while the database is away, whoever asks", async () => {
    harness.store.failure = new AppError("database_unreachable", "away");
    try {
      for (const keyid of ["hospital", "nobody"]) {
        const headers = forged("", { path: "/v1/books", params: defaultParams({ keyid }) });
        const response = await send("", headers, "/v1/books");
        await expectProblem(response, 503, "database_unreachable");
        expect(response.headers.get("retry-after")).to.equal("2");
      }
    } finally {
      harness.store.failure = undefined;
    }
  });

  it("of a suspended unit reads, but does not issue", async () => {
    const unit = harness.store.units.get(2);
    if (unit === undefined) throw new Error("no unit");
    harness.store.units.set(2, { ...unit, status: "suspended" });
    try {
      await expectProblem(await harness.clinic.call("POST", "/v1/receipts", goodInput("s")), 403, "unit_suspended");
      await expectProblem(await harness.clinic.call("POST", "/v1/receipts/batch", {}), 403, "unit_suspended");
      expect((await harness.clinic.call("GET", "/v1/books")).status).to.equal(200);
    } finally {
      harness.store.units.set(2, unit);
    }
  });
});
