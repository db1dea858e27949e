import { createPublicKey } from "node:crypto";
import { expect } from "chai";
import { signatureBase, type SignedMessage } from "../../service/http/signatureBase.ts";
import { isSignedBy, makeDecoyKeys, type VerifyingKey } from "../../service/http/signature.ts";
import type { SignatureAlgorithm } from "../../service/http/signatureFields.ts";

/** RFC 9421, B.2: the test request. */
const fields: Readonly<Record<string, readonly string[]>> = {
  host: ["example.com"],
  date: ["Tue, 20 Apr 2021 02:07:55 GMT"],
  "content-type": ["application/json"],
  "content-digest": [
    "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
  ],
  "content-length": ["18"],
};

function message(change: Partial<SignedMessage> = {}): SignedMessage {
  const field = (name: string): readonly string[] | undefined => fields[name];
  return { method: "POST", target: "/foo?param=Value&Pet=dog", scheme: "https", host: "example.com", field, ...change };
}

function check(key: VerifyingKey, alg: SignatureAlgorithm, base: string, signature: string): boolean {
  const fieldsOf = { components: [], params: "", created: 1, nonce: "", keyId: "", alg };
  const claim = { kind: "claim", base, fields: { ...fieldsOf, signature: Buffer.from(signature, "base64") } } as const;
  return isSignedBy(key, makeDecoyKeys(), claim);
}

describe("the signature base", () => {
  it("is that of RFC 9421 B.2.5, and its HMAC verifies", () => {
    const params = '("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"';
    const base = signatureBase(message(), ["date", "@authority", "content-type"], params);
    expect(base).to.equal(
      [
        '"date": Tue, 20 Apr 2021 02:07:55 GMT',
        '"@authority": example.com',
        '"content-type": application/json',
        `"@signature-params": ${params}`,
      ].join("\n"),
    );
    const secret = "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==";
    const key: VerifyingKey = { algorithm: "hmac-sha256", key: Buffer.from(secret, "base64") };
    const signature = "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=";
    expect(check(key, "hmac-sha256", base ?? "", signature)).to.equal(true);
    expect(check(key, "hmac-sha256", `${base ?? ""} `, signature)).to.equal(false);
    expect(check({ ...key, key: Buffer.from("other") }, "hmac-sha256", base ?? "", signature)).to.equal(false);
  });

  it("is that of RFC 9421 B.2.6, and its Ed25519 signature verifies", () => {
    const names = ["date", "@method", "@path", "@authority", "content-type", "content-length"];
    const params = `(${names.map((name) => `"${name}"`).join(" ")});created=1618884473;keyid="test-key-ed25519"`;
    const base = signatureBase(message(), names, params) ?? "";
    const pem =
      "-----BEGIN PUBLIC KEY-----\n" +
      "MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n-----END PUBLIC KEY-----";
    const { x } = createPublicKey(pem).export({ format: "jwk" });
    const key: VerifyingKey = { algorithm: "ed25519", key: Buffer.from(x ?? "", "base64url") };
    const signature = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==";
    expect(check(key, "ed25519", base, signature)).to.equal(true);
    expect(check(key, "ed25519", base.replace("POST", "PUT"), signature)).to.equal(false);
  });

  it("derives each component of RFC 9421 2.2 from the request as it stood on the wire", () => {
    const value = (name: string, change: Partial<SignedMessage> = {}): string | undefined =>
      signatureBase(message(change), [name], "()")?.split("\n")[0]?.slice(`"${name}": `.length);
    expect(value("@method")).to.equal("POST");
    expect(value("@path")).to.equal("/foo");
    expect(value("@path", { target: "/a/../%7Eb" })).to.equal("/a/../%7Eb");
    expect(value("@query")).to.equal("?param=Value&Pet=dog");
    expect(value("@query", { target: "/foo" })).to.equal("?");
    expect(value("@query", { target: "/foo?a?b" })).to.equal("?a?b");
    expect(value("@request-target")).to.equal("/foo?param=Value&Pet=dog");
    expect(value("@target-uri")).to.equal("https://example.com/foo?param=Value&Pet=dog");
    expect(value("@scheme")).to.equal("https");
    expect(value("@authority", { host: "EXAMPLE.com:443" })).to.equal("example.com");
    expect(value("@authority", { host: "example.com:80" })).to.equal("example.com:80");
    expect(value("@authority", { host: "example.com:80", scheme: "http" })).to.equal("example.com");
  });

  it("joins a repeated field, and refuses absent, unknown and smuggled ones", () => {
    const withField = (value: readonly string[]): SignedMessage => message({ field: () => value });
    expect(signatureBase(withField([" a", "b "]), ["x"], "()")).to.equal('"x": a, b\n"@signature-params": ()');
    expect(signatureBase(message(), ["x-absent"], "()")).to.equal(undefined);
    expect(signatureBase(message(), ["@status"], "()")).to.equal(undefined);
    expect(signatureBase(withField(["a"]), ["X-Upper"], "()")).to.equal(undefined);
    expect(signatureBase(withField(["a"]), ['x": y'], "()")).to.equal(undefined);
    expect(signatureBase(withField(['a\n"@method": GET']), ["x"], "()")).to.equal(undefined);
    expect(signatureBase(withField(["é"]), ["x"], "()")).to.equal(undefined);
  });
});
