import type { Deps } from "../app/deps.ts";
import type { AppKey, Unit } from "../app/storePorts.ts";
import { HttpProblem } from "./problem.ts";
import {
  isSignedBy,
  makeDecoyKeys,
  readSignature,
  requiredComponents,
  type DecoyKeys,
  type SignatureFault,
  type VerifyingKey,
} from "./signature.ts";
import type { SignedMessage } from "./signatureBase.ts";

export type AuthenticateOptions = {
  readonly deps: Pick<Deps, "clock" | "store">;
  /** Opens the sealed HMAC secret of an AppKey. */
  readonly openSecret: (sealed: Uint8Array) => Uint8Array;
  /** How far `created` may be off, either way, in seconds. */
  readonly windowS: number;
};

/**
 * The unit that signed the request. What can be told from the request alone is told in detail; once a key is looked up,
 * every failure is the same signature_invalid, so that nobody learns which app ids exist.
 * @throws HttpProblem signature_…, digest_mismatch, nonce_repeated; AppError database_unreachable
 */
export type Authenticate = (message: SignedMessage, body: Uint8Array) => Promise<Unit>;

export function createAuthenticate(options: AuthenticateOptions): Authenticate {
  const decoys: DecoyKeys = makeDecoyKeys();
  const { deps, openSecret, windowS } = options;
  return async (message, body) => {
    const claim = readSignature(message, body, deps.clock.nowMs() / 1000, windowS);
    if (claim.kind !== "claim") throw faultProblem(claim, windowS);
    const { keyId, nonce, created } = claim.fields;
    const appKey = await deps.store.appKey(keyId);
    const key = appKey === undefined ? undefined : opened(appKey, openSecret);
    const isSigned = isSignedBy(key, decoys, claim);
    if (!isSigned || appKey === undefined) throw faultProblem({ kind: "invalid" }, windowS);
    // Only a signature that holds uses its nonce up; it is kept for as long as any clock here might accept the time.
    const isNew = await deps.store.useNonce(keyId, nonce, (created + 2 * windowS) * 1000);
    if (!isNew) throw nonceRepeated();
    return appKey.unit;
  };
}

function opened(appKey: AppKey, openSecret: (sealed: Uint8Array) => Uint8Array): VerifyingKey {
  const { algorithm, key } = appKey;
  return { algorithm, key: algorithm === "hmac-sha256" ? openSecret(key) : key };
}

function faultProblem(fault: SignatureFault, windowS: number): HttpProblem {
  switch (fault.kind) {
    case "missing":
      return unauthenticated("signature_missing", {
        zh: "请按 docs/api.md 以 RFC 9421 签名，带上 Signature-Input 与 Signature",
        en: "sign by RFC 9421 (docs/api.md): send Signature-Input and Signature",
      });
    case "malformed":
      return unauthenticated("signature_malformed", {
        zh: "Signature-Input 与 Signature 须各有且只有一个相同标签，含 created、nonce、keyid、alg，按 RFC 8941 规范书写，覆盖项无参数且都在请求中",
        en:
          "Signature-Input and Signature have one and the same label, with created, nonce, keyid, alg, " +
          "in strict RFC 8941 form, over components without parameters that the request has",
      });
    case "incomplete":
      return unauthenticated("signature_incomplete", {
        zh: `签名还须覆盖：${fault.missing.join(" ")}`,
        en: `the signature must cover these, too: ${fault.missing.join(" ")}`,
      });
    case "expired": {
      const skew = String(Math.round(fault.skewS));
      return unauthenticated("signature_expired", {
        zh: `签名时间与服务器时间相差 ${skew} 秒（允许 ±${windowS} 秒，且不晚于 expires），请校准时钟后重新签名`,
        en: `its time is ${skew} s behind ours (±${windowS} s, never past expires): set the clock and sign again`,
      });
    }
    case "digest":
      return unauthenticated("digest_mismatch", {
        zh: "请求体与 Content-Digest 不符：须含 sha-256 或 sha-512，按实际发送的字节计算",
        en: "the body is not what Content-Digest says: sha-256 or sha-512 over the bytes as sent",
      });
    case "invalid":
      return unauthenticated("signature_invalid", {
        zh: "签名未通过验证：请核对 keyid、算法、密钥和签名内容",
        en: "the signature does not hold: check keyid, algorithm, key and what was signed",
      });
  }
}

function nonceRepeated(): HttpProblem {
  return unauthenticated("nonce_repeated", {
    zh: "每次请求（包括重试）都要用新的 nonce 重新签名",
    en: "each request, a repeated one too, needs a new nonce and signature",
  });
}

function unauthenticated(code: HttpProblem["code"], detail: HttpProblem["detail"]): HttpProblem {
  const wanted = [...requiredComponents, "content-digest"].map((name) => `"${name}"`).join(" ");
  return new HttpProblem(code, detail, {
    // RFC 9110, 11.6.1 asks for a challenge; RFC 9421, 5.1 says how to sign.
    headers: { "WWW-Authenticate": "Signature", "Accept-Signature": `sig1=(${wanted});created;nonce;keyid;alg` },
  });
}
