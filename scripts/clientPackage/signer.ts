import { createHash, createHmac, createPrivateKey, createSecretKey, randomUUID, sign } from "node:crypto";

/** What a unit signs its requests with. */
export type Credential = { readonly appId: string } & (
  | { readonly algorithm: "hmac-sha256"; readonly secretHex: string }
  | { readonly algorithm: "ed25519"; readonly privateKeyPem: string }
);

/** The header fields that go with a request. */
export type SignedFields = Readonly<Record<string, string>>;

/** A request to be signed; `body` is signed as the bytes that are sent. */
export type SignableRequest = { readonly method: string; readonly url: URL; readonly body?: Uint8Array };

/** Time in seconds and nonce; by default now and a fresh one. */
export type SignatureMoment = { readonly createdS: number; readonly nonce: string };
export type Signer = (request: SignableRequest, moment?: SignatureMoment) => SignedFields;

/** Signs requests by RFC 9421, with Content-Digest (RFC 9530) over the body. */
export function createSigner(credential: Credential): Signer {
  const { appId, algorithm } = credential;
  const signBytes = byteSigner(credential);
  return ({ method, url, body }, moment = { createdS: Math.floor(Date.now() / 1000), nonce: randomUUID() }) => {
    const digest = body === undefined ? undefined : contentDigest(body);
    const components: readonly (readonly [name: string, value: string])[] = [
      ["@method", method],
      ["@path", url.pathname],
      ["@query", url.search === "" ? "?" : url.search],
      ...(digest === undefined ? [] : [["content-digest", digest] as const]),
    ];
    const covered = components.map(([name]) => `"${name}"`).join(" ");
    const { createdS, nonce } = moment;
    const params = `(${covered});created=${createdS};nonce="${nonce}";keyid="${appId}";alg="${algorithm}"`;
    const lines = components.map(([name, value]) => `"${name}": ${value}`);
    const base = [...lines, `"@signature-params": ${params}`].join("\n");
    return {
      ...(digest === undefined ? {} : { "Content-Type": "application/json", "Content-Digest": digest }),
      "Signature-Input": `sig1=${params}`,
      Signature: `sig1=:${signBytes(Buffer.from(base)).toString("base64")}:`,
    };
  };
}

function byteSigner(credential: Credential): (bytes: Buffer) => Buffer {
  if (credential.algorithm === "hmac-sha256") {
    const secret = createSecretKey(Buffer.from(credential.secretHex, "hex"));
    return (bytes) => createHmac("sha256", secret).update(bytes).digest();
  }
  const privateKey = createPrivateKey(credential.privateKeyPem);
  return (bytes) => sign(null, bytes, privateKey);
}

function contentDigest(body: Uint8Array): string {
  return `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;
}
